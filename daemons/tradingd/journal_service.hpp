// The journal, batch by batch, for followers that cannot read it themselves. It has a thread of its own: a
// follower that is far behind has gigabytes read, and no order waits for that.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bus/sockets.hpp"
#include "journal/journal.hpp"
#include "model/messages.hpp"

namespace trade::tradingd {

/// Records from the one that is asked for to the journal's durable end, as many as fit into the answer, or
/// one part of a record that is larger.
ReplyBody answer_journal_request(journal::Reader& reader, const journal::Head& head,
                                 const JournalRequest& request);

class JournalService {
 public:
  struct Answer {
    bus::ClientIdentity client;
    std::vector<std::byte> frame;
  };
  /// Requests that wait at most, and answers that wait to be sent; beyond it they are refused.
  static constexpr std::size_t waiting_max = 32;

  explicit JournalService(std::unique_ptr<journal::Reader> reader);
  ~JournalService();
  JournalService(const JournalService&) = delete;
  JournalService& operator=(const JournalService&) = delete;

  /// Hands a request over, with the durable end as it is now. False when too many wait.
  bool ask(const bus::ClientIdentity& client, std::uint64_t request_id, const JournalRequest& request,
           const journal::Head& head);
  /// Readable when there are answers.
  [[nodiscard]] int file_descriptor() const { return event_descriptor_; }
  /// The answers that are there; never waits.
  std::vector<Answer> take();

 private:
  struct Question {
    bus::ClientIdentity client;
    std::uint64_t request_id = 0;
    JournalRequest request;
    journal::Head head;
  };
  void run();

  std::unique_ptr<journal::Reader> reader_;
  int event_descriptor_ = -1;
  std::mutex mutex_;
  std::condition_variable asked_;
  std::deque<Question> questions_;  ///< guarded
  std::vector<Answer> answers_;     ///< guarded
  std::size_t answering_ = 0;       ///< guarded: 1 while the thread makes an answer
  bool stopping_ = false;           ///< guarded
  std::thread thread_;
};

}  // namespace trade::tradingd
