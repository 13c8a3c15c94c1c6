#include "tradingd/checkpointer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/byte_stream.hpp"
#include "base/clock.hpp"
#include "base/large_pages.hpp"
#include "journal/checkpoint_writer.hpp"
#include "journal/journal.hpp"

namespace trade::tradingd {

namespace {

constexpr int exit_written = 0;
constexpr int exit_not_written = 1;
constexpr int exit_not_wanted = 2;

/// Of the state, written at a time.
constexpr std::size_t block_bytes = std::size_t{1} << 20;

/// Leaves the child with standard input, output and error and with `kept` alone: the daemon's lock and its
/// sockets must end with the parent, however that ends.
void close_others(int kept) {
  constexpr unsigned first = STDERR_FILENO + 1;
  const auto middle = static_cast<unsigned>(kept);
  if (middle > first) ::close_range(first, middle - 1, 0);
  ::close_range(middle + 1, std::numeric_limits<unsigned>::max(), 0);
}

int write_checkpoint(const Engine& engine, std::uint64_t batch, const std::filesystem::path& directory,
                     int go_descriptor) {
  auto file = journal::CheckpointWriter::create(directory, batch);
  if (!file) return exit_not_written;
  // While the engine's memory is shared, each page that the parent writes to is copied first: that part is
  // over soon, and is not put off. It goes to the file as it is made: memory that this process has never used
  // would be dearer.
  Status written;
  ByteWriter writer(block_bytes, [&](std::span<const std::byte> bytes) {
    if (written) written = file->write(bytes);
  });
  engine.save(writer);
  writer.drain_rest();
  give_up_large_memory();
  // From here on the parent's orders come first.
  ::setpriority(PRIO_PROCESS, 0, 10);
  char go = 0;
  ssize_t got = 0;
  do {
    got = ::read(go_descriptor, &go, 1);
  } while (got < 0 && errno == EINTR);
  // End of file: the parent is gone or does not want it any more.
  if (got != 1) return exit_not_wanted;
  return written && file->finish() ? exit_written : exit_not_written;
}

/// The child's whole life. Nothing of the parent's may be unwound or run at the end: it is not the child's.
[[noreturn]] void run_child(const Engine& engine, std::uint64_t batch, const std::filesystem::path& directory,
                            int go_descriptor) {
  close_others(go_descriptor);
  try {
    ::_exit(write_checkpoint(engine, batch, directory, go_descriptor));
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

void Checkpointer::finish() {
  if (go_descriptor_ >= 0) ::close(go_descriptor_);
  go_descriptor_ = -1;
  if (child_ > 0) ::waitpid(child_, nullptr, 0);
  child_ = -1;
}

Status Checkpointer::start(const Engine& engine, std::uint64_t batch) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return fail(ErrorCode::internal, "no pipe for a checkpoint: " + std::string(std::strerror(errno)));
  }
  const std::int64_t started = monotonic_nanoseconds();
  const std::int64_t used = thread_processor_nanoseconds();
  const pid_t child = ::fork();
  fork_processor_nanoseconds_max_ =
      std::max(fork_processor_nanoseconds_max_, thread_processor_nanoseconds() - used);
  pause_nanoseconds_max_ = std::max(pause_nanoseconds_max_, monotonic_nanoseconds() - started);
  if (child == 0) {
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
  go_descriptor_ = ends[1];
  child_batch_ = batch;
  return {};
}

void Checkpointer::became_durable(std::uint64_t batch) {
  if (go_descriptor_ < 0 || batch < child_batch_) return;
  // A failed write means that the child is gone; reap() tells why.
  [[maybe_unused]] const ssize_t written = ::write(go_descriptor_, "g", 1);
  ::close(go_descriptor_);
  go_descriptor_ = -1;
}

Status Checkpointer::reap() {
  if (child_ <= 0) return {};
  int status = 0;
  const pid_t ended = ::waitpid(child_, &status, WNOHANG);
  if (ended != child_) return {};
  child_ = -1;
  if (go_descriptor_ >= 0) ::close(go_descriptor_);
  go_descriptor_ = -1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == exit_written) {
    last_batch_ = child_batch_;
    return {};
  }
  return fail(ErrorCode::internal,
              "the checkpoint of batch " + std::to_string(child_batch_) + " was not written",
              "check the disk's free space; orders go on, a restart takes longer");
}

}  // namespace trade::tradingd
