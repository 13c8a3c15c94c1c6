#include "journal/commit_thread.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.hpp"
#include "base/clock.hpp"
#include "base/worker_thread.hpp"

namespace trade::journal {

namespace {

/// A batch of at most so many bytes is committed by the thread that hands it over, if the batch before took
/// at most so long.
constexpr std::size_t direct_bytes_max = 16'384;
constexpr std::int64_t direct_nanoseconds_max = 300'000;

}  // namespace

Result<std::unique_ptr<CommitThread>> CommitThread::start(std::unique_ptr<Writer> writer) {
  const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) {
    return fail(ErrorCode::internal, std::string("cannot make an event descriptor: ") + std::strerror(errno),
                errno == EMFILE ? "too many open files: raise the limit (ulimit -n)" : "");
  }
  std::unique_ptr<CommitThread> commits(new CommitThread(std::move(writer), descriptor));
  auto thread = start_worker_thread("the commit thread", [raw = commits.get()] { raw->run(); });
  if (!thread) return pass_on(std::move(thread));
  commits->thread_ = std::move(*thread);
  return commits;
}

CommitThread::CommitThread(std::unique_ptr<Writer> writer, int event_descriptor)
    : writer_(std::move(writer)), event_descriptor_(event_descriptor), head_(writer_->head()) {}

CommitThread::~CommitThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  phase_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  ::close(event_descriptor_);
}

Status CommitThread::submit(const wire::Encoder::BatchHeader& header, wire::Bytes encoded,
                            Sequence last_sequence, std::uint64_t next_command) {
  if (failure_) return std::unexpected(*failure_);
  TRADE_ASSERT(idle(), "a batch is submitted only while none is in flight");
  header_ = header;
  encoded_.assign(encoded.begin(), encoded.end());
  last_sequence_ = last_sequence;
  next_command_ = next_command;
  std::unique_lock lock(mutex_);
  phase_.store(Phase::committing, std::memory_order_release);
  if (encoded.size() > direct_bytes_max || append_nanoseconds_ > direct_nanoseconds_max ||
      thread_has_writer_) {
    thread_has_writer_ = true;
    lock.unlock();
    phase_changed_.notify_all();
    return {};
  }
  lock.unlock();
  append();
  writer_->prepare();
  lock.lock();
  note_completed();
  return {};
}

void CommitThread::append() {
  const std::int64_t started = monotonic_nanoseconds();
  outcome_ = writer_->append(header_, encoded_, last_sequence_, next_command_);
  append_nanoseconds_ = monotonic_nanoseconds() - started;
}

void CommitThread::note_completed() {
  phase_.store(Phase::completed, std::memory_order_release);
  phase_changed_.notify_all();
  // Cannot fail: the counter is zero or one.
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_descriptor_, &one, sizeof one);
}

void CommitThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    phase_changed_.wait(lock, [this] { return stopping_ || thread_has_writer_; });
    // A batch that was handed over is committed even when the end is asked for.
    if (!thread_has_writer_) return;
    lock.unlock();
    append();
    lock.lock();
    note_completed();
    lock.unlock();
    writer_->prepare();
    lock.lock();
    // The next batch may have been handed over meanwhile.
    thread_has_writer_ = phase_.load() == Phase::committing;
  }
}

Result<std::optional<std::uint64_t>> CommitThread::take_completion() {
  if (failure_) return std::unexpected(*failure_);
  if (phase_.load(std::memory_order_acquire) != Phase::completed) return std::nullopt;
  // The thread raises the event before it lets go of the mutex: after this it is raised, and can be lowered.
  {
    const std::lock_guard lock(mutex_);
  }
  std::uint64_t raised = 0;
  // The checker has not seen that the lock was let go of.
  // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection)
  [[maybe_unused]] const ssize_t read = ::read(event_descriptor_, &raised, sizeof raised);
  phase_.store(Phase::idle, std::memory_order_release);
  if (!outcome_) {
    failure_ = std::move(outcome_).error();
    return std::unexpected(*failure_);
  }
  sync_microseconds_.record(static_cast<std::uint64_t>(append_nanoseconds_ / nanoseconds_per_microsecond));
  head_ = {header_.batch, next_command_, last_sequence_};
  return header_.batch;
}

Result<std::optional<std::uint64_t>> CommitThread::wait_completion() {
  {
    std::unique_lock lock(mutex_);
    phase_changed_.wait(lock, [this] { return phase_.load() != Phase::committing; });
  }
  return take_completion();
}

CommitThread::SyncLatency CommitThread::sync_latency() const {
  return {sync_microseconds_.count(), sync_microseconds_.percentile(50), sync_microseconds_.percentile(99),
          sync_microseconds_.max()};
}

}  // namespace trade::journal
