// Commits batches on a thread of its own, so that the sequencer can apply the next batch while this one
// syncs. One batch is in flight at a time: the next one fills meanwhile, and batches form by themselves.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/histogram.hpp"
#include "base/result.hpp"
#include "journal/journal.hpp"

namespace trade::journal {

/// All members but the thread's own work belong to one thread, the sequencer's. A round is
/// `submit` → the completion descriptor becomes readable → `take_completion` → idle again.
class CommitThread {
 public:
  /// Takes the writer over and starts the thread.
  static Result<std::unique_ptr<CommitThread>> start(std::unique_ptr<Writer> writer);
  /// Waits for the batch in flight, if any, then ends the thread.
  ~CommitThread();
  CommitThread(const CommitThread&) = delete;
  CommitThread& operator=(const CommitThread&) = delete;

  /// The end of the journal as far as it is known to be durable: after the last completion taken.
  [[nodiscard]] const Head& head() const { return head_; }

  /// True when nothing is in flight and no completion waits to be taken: `submit` is allowed.
  [[nodiscard]] bool idle() const { return phase_.load(std::memory_order_acquire) == Phase::idle; }

  /// Hands the next batch over; the bytes are copied. Only while `idle()`. Fails, and hands nothing over,
  /// when an earlier commit failed.
  Status submit(const wire::Encoder::BatchHeader& header, wire::Bytes encoded, Sequence last_sequence,
                std::uint64_t next_command);

  /// Readable (POLLIN) when a completion can be taken. Level-triggered; the descriptor belongs to this
  /// object.
  [[nodiscard]] int completion_file_descriptor() const { return event_descriptor_; }

  /// The number of the batch that has become durable, once; nothing while it is in flight or when none was
  /// submitted. After a failed commit the error, on every call: memory is ahead of the disk, so the process
  /// must stop and start again from what is durable.
  Result<std::optional<std::uint64_t>> take_completion();
  /// The same, but waits for the batch in flight.
  Result<std::optional<std::uint64_t>> wait_completion();

  /// How long appending took (hash, write and sync), for batches whose completion was taken.
  struct SyncLatency {
    std::uint64_t count = 0;
    std::uint64_t p50_microseconds = 0;
    std::uint64_t p99_microseconds = 0;
    std::uint64_t max_microseconds = 0;
  };
  [[nodiscard]] SyncLatency sync_latency() const;

 private:
  enum class Phase : std::uint8_t { idle, committing, completed };

  CommitThread(std::unique_ptr<Writer> writer, int event_descriptor);
  void run();

  std::unique_ptr<Writer> writer_;
  int event_descriptor_ = -1;
  Head head_;
  Histogram sync_microseconds_;
  std::optional<Error> failure_;

  // Handed from one thread to the other by `phase_`; the mutex and the condition only put a thread to sleep.
  std::atomic<Phase> phase_ = Phase::idle;
  wire::Encoder::BatchHeader header_;
  std::vector<std::byte> encoded_;
  Sequence last_sequence_ = 0;
  std::uint64_t next_command_ = 1;
  Status outcome_;
  std::int64_t append_nanoseconds_ = 0;

  std::mutex mutex_;
  std::condition_variable phase_changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace trade::journal
