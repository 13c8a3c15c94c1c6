#include "tradingd/checkpointer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/scheduling.hpp"
#include "base/byte_stream.hpp"
#include "base/clock.hpp"
#include "base/large_pages.hpp"
#include "base/worker_thread.hpp"
#include "journal/checkpoint_writer.hpp"
#include "journal/journal.hpp"

namespace trade::tradingd {

namespace {

constexpr int exit_written = 0;
constexpr int exit_not_written = 1;
constexpr int exit_not_wanted = 2;

/// Of the state, written at a time.
constexpr std::size_t block_bytes = std::size_t{1} << 20;

/// Of the state, copied for the child with one look at the clock…
constexpr std::size_t copied_bytes = std::size_t{64} << 10;
/// …and for so long at a time.
constexpr std::int64_t copying_nanoseconds_max = 500'000;

/// Leaves the child with standard input, output and error and with `kept` alone: the daemon's lock and its
/// sockets must end with the parent, however that ends.
void close_others(int kept) {
  constexpr unsigned first = STDERR_FILENO + 1;
  const auto middle = static_cast<unsigned>(kept);
  if (middle > first) ::close_range(first, middle - 1, 0);
  ::close_range(middle + 1, std::numeric_limits<unsigned>::max(), 0);
}

/// The parent's words are a byte each: first that the whole state is copied, then that its batch is durable.
/// Waits for the next. False: the parent is gone, or wants no checkpoint any more.
bool wait_for_word(int descriptor) {
  char word = 0;
  ssize_t got = 0;
  do {
    got = ::read(descriptor, &word, 1);
  } while (got < 0 && errno == EINTR);
  return got == 1;
}

int write_checkpoint(const Engine& engine, std::uint64_t batch, const std::filesystem::path& directory,
                     int descriptor) {
  if (!wait_for_word(descriptor)) return exit_not_wanted;
  auto file = journal::CheckpointWriter::create(directory, batch);
  if (!file) return exit_not_written;
  // While memory is shared with the parent, each page that that writes to is copied first: this part is over
  // soon, and is not put off. The state goes to the file as it is made: memory that this process has never
  // used would be dearer.
  Status written;
  ByteWriter writer(block_bytes, [&](std::span<const std::byte> bytes) {
    if (written) written = file->write(bytes);
  });
  engine.save(writer);
  writer.drain_rest();
  // From here on the parent's orders come first.
  ::setpriority(PRIO_PROCESS, 0, 10);
  if (!wait_for_word(descriptor)) return exit_not_wanted;
  return written && file->finish() ? exit_written : exit_not_written;
}

/// The child's whole life. Nothing of the parent's may be unwound or run at the end: it is not the child's.
[[noreturn]] void run_child(const Engine& engine, std::uint64_t batch, const std::filesystem::path& directory,
                            int descriptor) {
  close_others(descriptor);
  try {
    ::_exit(write_checkpoint(engine, batch, directory, descriptor));
  } catch (...) {
    // Out of memory, most likely.
    ::_exit(exit_not_written);
  }
}

}  // namespace

Checkpointer::Checkpointer(std::filesystem::path journal_directory)
    : directory_(std::move(journal_directory)) {}

Checkpointer::~Checkpointer() {
  finish();
}

void Checkpointer::begin_preparing(std::function<void(const std::stop_token&)> first) {
  end_preparing();
  stop_preparing_ = {};
  const auto prepare = [stop = stop_preparing_.get_token(), first = std::move(first)] {
    try {
      if (first) first(stop);
      gather_heap_into_large_pages(stop);
    } catch (...) {
      // Memory is short: then it stays as it is.
    }
  };
  // Without the thread the next checkpoint holds up the orders for some milliseconds more.
  if (auto thread = start_worker_thread("the checkpoints' thread", prepare)) preparing_ = std::move(*thread);
}

void Checkpointer::end_preparing() {
  stop_preparing_.request_stop();
  if (preparing_.joinable()) preparing_.join();
}

void Checkpointer::prepare(const Engine& engine) {
  const std::int64_t started = monotonic_nanoseconds();
  end_preparing();
  engine.add_to(snapshot_);
  begin_preparing(snapshot_.taking_of_room());
  pause_nanoseconds_max_ = std::max(pause_nanoseconds_max_, monotonic_nanoseconds() - started);
}

void Checkpointer::finish() {
  end_preparing();
  if (is_durable_) {
    while (copy_some()) {
    }
  }
  stop_telling();
  if (child_ > 0) ::waitpid(child_, nullptr, 0);
  child_ = -1;
}

Status Checkpointer::start(const Engine& engine, std::uint64_t batch) {
  int ends[2] = {-1, -1};
  // Sockets, not a pipe: a word to a child that is gone is then an error in every program, and no signal.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return fail(ErrorCode::internal, "no sockets for a checkpoint: " + std::string(std::strerror(errno)));
  }
  const std::int64_t started = monotonic_nanoseconds();
  const std::int64_t used = thread_processor_nanoseconds();
  // With all processors busy others would have their turn in the middle of the fork.
  const app::Precedence precedence;
  end_preparing();
  engine.add_to(snapshot_);
  const pid_t child = snapshot_.fork();
  fork_processor_nanoseconds_max_ =
      std::max(fork_processor_nanoseconds_max_, thread_processor_nanoseconds() - used);
  pause_nanoseconds_max_ = std::max(pause_nanoseconds_max_, monotonic_nanoseconds() - started);
  if (child == 0) {
    precedence.end();
    ::close(ends[1]);
    run_child(engine, batch, directory_, ends[0]);
  }
  ::close(ends[0]);
  if (child < 0) {
    ::close(ends[1]);
    return fail(ErrorCode::internal, "no process for a checkpoint: " + std::string(std::strerror(errno)),
                "memory or the process limit is short; orders go on without checkpoints");
  }
  child_ = child;
  child_descriptor_ = ends[1];
  child_batch_ = batch;
  is_copied_ = false;
  is_durable_ = false;
  // Of a small state nothing is to be copied.
  if (snapshot_.complete()) tell_copied();
  return {};
}

bool Checkpointer::copy_some() {
  if (is_copied_ || child_descriptor_ < 0) return false;
  const app::Precedence precedence;
  const std::int64_t started = monotonic_nanoseconds();
  do {
    snapshot_.step(copied_bytes);
  } while (!snapshot_.failed() && !snapshot_.complete() &&
           monotonic_nanoseconds() - started < copying_nanoseconds_max);
  copy_nanoseconds_max_ = std::max(copy_nanoseconds_max_, monotonic_nanoseconds() - started);
  pause_nanoseconds_max_ = std::max(pause_nanoseconds_max_, copy_nanoseconds_max_);
  if (snapshot_.failed()) {
    // The child must not take for the state what it sees: it ends, and reap() tells.
    stop_telling();
    return false;
  }
  if (!snapshot_.complete()) return true;
  tell_copied();
  return false;
}

void Checkpointer::tell_copied() {
  is_copied_ = true;
  snapshot_.end();
  tell();
  if (is_durable_) tell_durable();
}

void Checkpointer::became_durable(std::uint64_t batch) {
  if (child_descriptor_ < 0 || batch < child_batch_) return;
  is_durable_ = true;
  if (is_copied_) tell_durable();
}

void Checkpointer::tell_durable() {
  tell();
  stop_telling();
}

void Checkpointer::tell() {
  // When it fails the child is gone; reap() tells why.
  [[maybe_unused]] const ssize_t sent = ::send(child_descriptor_, "", 1, MSG_NOSIGNAL);
}

void Checkpointer::stop_telling() {
  snapshot_.end();
  if (child_descriptor_ >= 0) ::close(child_descriptor_);
  child_descriptor_ = -1;
}

Status Checkpointer::reap() {
  if (child_ <= 0) return {};
  int status = 0;
  const pid_t ended = ::waitpid(child_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return {};
  const bool copy_failed = snapshot_.failed();
  child_ = -1;
  stop_telling();
  // The fork has broken up what the parent wrote to since.
  begin_preparing({});
  if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == exit_written) {
    last_batch_ = child_batch_;
    return {};
  }
  return fail(ErrorCode::internal,
              "the checkpoint of batch " + std::to_string(child_batch_) + " was not written",
              std::string(copy_failed ? "memory is short" : "check the disk's free space") +
                  "; orders go on, a restart takes longer");
}

}  // namespace trade::tradingd
