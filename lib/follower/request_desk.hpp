// Takes requests and answers each once the application has caught up with what was in the journal when the
// request came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "access/network_door.hpp"
#include "base/result.hpp"
#include "bus/sockets.hpp"
#include "follower/application.hpp"
#include "follower/follower.hpp"
#include "follower/tail.hpp"
#include "model/messages.hpp"
#include "wire/wire.hpp"

namespace trade::follower {

class RequestDesk {
 public:
  struct Counters {
    std::int64_t answered = 0;    ///< by the application
    std::int64_t malformed = 0;   ///< frames that are no request
    std::int64_t overloaded = 0;  ///< refused: too many were waiting
    std::int64_t timed_out = 0;   ///< refused: the application did not catch up in time
  };

  /// `door` is null where the server does not listen on TCP.
  RequestDesk(const Options& options, Application& application, Tail& tail, bus::RequestServer server,
              std::unique_ptr<access::NetworkDoor> door);

  /// Takes requests that have come, so many at a time that following the journal gets its turn. Those for
  /// the status and about keys are answered on the spot, others wait for the journal's present end to be
  /// applied.
  Status receive();

  /// Answers, in the order of arrival, those whose batch is applied, for a bounded time; refuses those that
  /// waited too long. True when there are more to answer at once.
  bool answer();

  /// Refuses whatever waits: the daemon ends.
  void refuse_all();

  void note_caught_up(std::int64_t now_ns) { caught_up_at_ns_ = now_ns; }
  void note_stopping() { stopping_ = true; }
  void note_journal_open() { journal_open_ = true; }

  [[nodiscard]] const bus::RequestServer& server() const { return server_; }
  /// Null: no TCP.
  [[nodiscard]] access::NetworkDoor* door() const { return door_.get(); }

 private:
  struct Pending {
    bus::ClientIdentity client;
    Request request;
    std::uint64_t batch = 0;  ///< to be applied first
    std::int64_t deadline_ns = 0;
  };

  void take(const bus::ClientIdentity& client, const bus::Frame& frame, const journal::Head& head);
  void note_malformed(const bus::Frame& frame, const Error& error);
  void reply(const bus::ClientIdentity& client, std::uint64_t id, ReplyBody body);
  void refuse_late(const Pending& pending);
  /// "waiting for journal", "catching_up", "running" or "stopping".
  [[nodiscard]] std::string state_name(Sequence lag) const;
  [[nodiscard]] DaemonView view(const journal::Head& head) const;

  const Options& options_;
  Application& application_;
  Tail& tail_;
  bus::RequestServer server_;
  std::unique_ptr<access::NetworkDoor> door_;
  bus::Frame frame_;
  wire::Encoder encoder_;
  std::deque<Pending> pending_;
  Counters counters_;
  std::int64_t caught_up_at_ns_ = 0;
  std::int64_t malformed_logged_at_ns_ = 0;
  bool journal_open_ = false;
  bool stopping_ = false;
};

}  // namespace trade::follower
