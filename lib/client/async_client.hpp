// Many requests to one daemon under way at once, without ever waiting: for a gateway, whose one thread serves
// everybody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "client/client.hpp"
#include "model/messages.hpp"

namespace trade {

/// A connection is made when something is asked, and made again after it was lost; a request that was sent is
/// never sent again. Belongs to one thread.
class AsyncClient {
 public:
  /// Gets the answer, an ErrorReply's error, or why there is none.
  using Handler = std::move_only_function<void(Result<ReplyBody>)>;

  /// Requests that wait for an answer at most; beyond, they are refused as `overloaded`. Those with commands
  /// that must go through when orders are refused (see `can_be_refused`) wait until there are twice as many:
  /// who sends orders without end keeps nobody from cancelling.
  static constexpr std::size_t outstanding_max = 16'384;

  AsyncClient(ClientOptions options, std::string daemon);
  /// Handlers that were not called never are; see `fail_all`.
  ~AsyncClient();
  AsyncClient(const AsyncClient&) = delete;
  AsyncClient& operator=(const AsyncClient&) = delete;

  /// Sends as soon as the daemon takes it. The handler is called from `turn`, never from here.
  void ask(const RequestBody& body, Handler handler);
  /// Sends what waits, takes in what has come, gives up what took too long, and calls the handlers. To be
  /// called when the descriptor is readable, and every few milliseconds besides.
  void turn();
  /// Gives everything up that waits: `turn` tells the handlers.
  void fail_all(const Error& error);

  [[nodiscard]] const std::string& daemon() const { return daemon_; }
  [[nodiscard]] std::size_t outstanding() const { return waiting_.size(); }
  /// Readable when there may be something to take in; -1 while there is no connection. After each connection
  /// that is made, `connections` has gone up and the descriptor is another.
  [[nodiscard]] int file_descriptor() const;
  [[nodiscard]] std::uint64_t connections() const { return connections_; }
  /// Whether the last thing that the daemon was asked was answered, or nothing was asked yet.
  [[nodiscard]] bool healthy() const { return healthy_; }

 private:
  struct Socket;
  struct Waiting {
    Handler handler;
    std::vector<std::byte> unsent;  ///< empty once it was sent
    std::int64_t deadline_ns = 0;
  };
  struct Done {
    Handler handler;
    Result<ReplyBody> result;
  };

  void send_waiting();
  void receive();
  void expire();
  void lose(const Error& error);
  void finish(std::map<std::uint64_t, Waiting>::iterator waiting, Result<ReplyBody> result);

  ClientOptions options_;
  std::string daemon_;
  std::unique_ptr<Socket> socket_;
  std::map<std::uint64_t, Waiting> waiting_;  ///< by id: in the order in which they were asked
  std::vector<Done> done_;
  std::uint64_t last_id_ = 0;
  std::uint64_t last_sent_id_ = 0;
  std::uint64_t connections_ = 0;
  std::int64_t connect_due_ns_ = 0;
  bool healthy_ = true;
};

}  // namespace trade
