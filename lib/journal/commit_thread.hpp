// Commits batches on a thread of its own, so that the sequencer can apply the next batch while this one
// syncs. One batch is in flight at a time: the next one fills meanwhile, and batches form by themselves.
// A small batch for a fast disk is committed where it is handed over: waking another thread and being woken
// by it would take longer.
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
#include "journal/committer.hpp"
#include "journal/journal.hpp"

namespace trade::journal {

/// All members but the thread's own work belong to one thread, the sequencer's. Between `submit` and
/// `take_completion` the completion descriptor becomes readable.
class CommitThread final : public Committer {
 public:
  /// Takes the writer over and starts the thread.
  static Result<std::unique_ptr<CommitThread>> start(std::unique_ptr<Writer> writer);
  /// Waits for the batch in flight, if any, then ends the thread.
  ~CommitThread() override;
  CommitThread(const CommitThread&) = delete;
  CommitThread& operator=(const CommitThread&) = delete;

  [[nodiscard]] const Head& head() const override { return head_; }
  [[nodiscard]] bool idle() const override { return phase_.load(std::memory_order_acquire) == Phase::idle; }
  Status submit(const wire::Encoder::BatchHeader& header, wire::Bytes encoded, Sequence last_sequence,
                std::uint64_t next_command) override;

  /// Readable (POLLIN) when a completion can be taken. Level-triggered; the descriptor belongs to this
  /// object.
  [[nodiscard]] int completion_file_descriptor() const { return event_descriptor_; }

  Result<std::optional<std::uint64_t>> take_completion() override;
  Result<std::optional<std::uint64_t>> wait_completion() override;

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
  /// By whichever thread has the writer.
  void append();
  /// The batch is durable or has failed. While the mutex is held.
  void note_completed();

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
  bool thread_has_writer_ = false;  ///< from being woken until it has made room for the next batch
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace trade::journal
