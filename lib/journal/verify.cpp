// A verification runs in a process of its own: LMDB trusts its pages, and damage in the right place of them
// ends the process that reads them. Whoever asks is told of the batch where that happened.
#include <cerrno>
#include <csignal>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/byte_stream.hpp"
#include "journal/files.hpp"
#include "journal/journal.hpp"
#include "journal/verification.hpp"
#include "store/files.hpp"

namespace trade::journal {

namespace {

/// Beside a suite that runs: its orders come first.
constexpr int niceness = 10;

Result<VerifyReport> verify_here(const std::filesystem::path& directory, VerifyProgress& progress,
                                 VerifyPace pace) {
  auto files = open_files_for_reading(directory);
  if (!files) return pass_on(std::move(files));
  return Verification(std::move(*files), progress, pace).run();
}

/// What the counts do not tell: the error, or the bad batch, or neither.
std::vector<std::byte> encode_outcome(const Result<VerifyReport>& outcome) {
  ByteWriter writer;
  writer.write(static_cast<std::uint8_t>(outcome.has_value()));
  if (outcome) {
    writer.write(outcome->bad_batch.value_or(0));
    writer.write_text(outcome->problem);
  } else {
    writer.write(outcome.error().code);
    writer.write_text(outcome.error().name);
    writer.write_text(outcome.error().message);
    writer.write_text(outcome.error().hint);
  }
  return writer.take();
}

Result<VerifyReport> decode_outcome(ByteReader reader, const VerifyProgress& progress) {
  if (reader.read<std::uint8_t>() == 0) {
    Error error;
    error.code = reader.read<ErrorCode>();
    error.name = reader.read_text();
    error.message = reader.read_text();
    error.hint = reader.read_text();
    return std::unexpected(std::move(error));
  }
  VerifyReport report = report_of(progress);
  if (const auto bad_batch = reader.read<std::uint64_t>(); bad_batch != 0) report.bad_batch = bad_batch;
  report.problem = reader.read_text();
  return report;
}

/// Memory that a child after fork shares with its parent.
class SharedProgress {
 public:
  SharedProgress() {
    void* const memory =
        ::mmap(nullptr, sizeof(VerifyProgress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED) progress_ = new (memory) VerifyProgress();
  }
  SharedProgress(const SharedProgress&) = delete;
  SharedProgress& operator=(const SharedProgress&) = delete;
  ~SharedProgress() {
    if (progress_ != nullptr) ::munmap(progress_, sizeof(VerifyProgress));
  }
  [[nodiscard]] VerifyProgress* get() const { return progress_; }

 private:
  VerifyProgress* progress_ = nullptr;
};

[[noreturn]] void run_child(const std::filesystem::path& directory, VerifyProgress& progress, VerifyPace pace,
                            int output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  // What LMDB prints as it aborts is told by the parent, in better words.
  if (const int null = ::open("/dev/null", O_WRONLY); null >= 0) ::dup2(null, STDERR_FILENO);
  const struct rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT})
    ::signal(signal, SIG_DFL);
  ::setpriority(PRIO_PROCESS, 0, niceness);
  const auto outcome = encode_outcome(verify_here(directory, progress, pace));
  std::span<const std::byte> rest(outcome);
  while (!rest.empty()) {
    const ssize_t written = ::write(output, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) ::_exit(1);
    if (written > 0) rest = rest.subspan(static_cast<std::size_t>(written));
  }
  ::_exit(0);
}

std::vector<std::byte> read_to_end(int input) {
  std::vector<std::byte> bytes;
  std::byte part[4096];
  while (true) {
    const ssize_t count = ::read(input, part, sizeof part);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return bytes;
    bytes.insert(bytes.end(), part, part + count);
  }
}

/// What a process that verifies had to say; nothing where damage ended it, and then `progress` tells how far
/// it had got.
Result<std::optional<VerifyReport>> verify_apart(const std::filesystem::path& directory,
                                                 VerifyProgress& progress, VerifyPace pace) {
  progress = {};
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return fail(ErrorCode::internal, "cannot start a process to verify " + directory.string() + " in",
                "free some open files, and try again");
  }
  const store::FileDescriptor input(ends[0]);
  store::FileDescriptor output(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) run_child(directory, progress, pace, output.get(), parent);
  if (child < 0) {
    return fail(ErrorCode::internal, "cannot start a process to verify " + directory.string() + " in",
                "raise the limit of processes (ulimit -u)");
  }
  output = store::FileDescriptor();
  const auto outcome = read_to_end(input.get());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!outcome.empty()) return decode_outcome(ByteReader(outcome), progress);
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT) return std::nullopt;
  return fail(ErrorCode::internal,
              "the process that verified " + directory.string() + " ended without an answer (signal " +
                  std::to_string(signal) + ")",
              "try again");
}

}  // namespace

Result<VerifyReport> verify(const std::filesystem::path& directory) {
  const SharedProgress progress;
  if (progress.get() == nullptr) {
    return fail(ErrorCode::internal, "cannot start a process to verify " + directory.string() + " in",
                "free some memory, and try again");
  }
  auto report = verify_apart(directory, *progress.get(), VerifyPace::together);
  // Again, to tell which batch it is.
  if (report && !*report) report = verify_apart(directory, *progress.get(), VerifyPace::one_by_one);
  if (!report) return pass_on(std::move(report));
  if (*report) return **std::move(report);
  VerifyReport damaged = report_of(*progress.get());
  damaged.bad_batch = damaged.head.batch + 1;
  damaged.problem = "the pages of the database that lead to it are damaged";
  return damaged;
}

}  // namespace trade::journal
