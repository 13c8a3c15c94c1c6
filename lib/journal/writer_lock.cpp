#include "journal/writer_lock.hpp"

#include <cerrno>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "store/error.hpp"

namespace trade::journal {

namespace {

/// The lock files that this process holds. Within one process the system grants a lock twice, and drops it
/// when any descriptor of the file is closed: so a file that is held must not even be opened again.
struct Held {
  std::mutex mutex;
  std::set<std::filesystem::path> files;
  pid_t process_id = ::getpid();

  /// A child after fork holds nothing of what its parent holds.
  void forget_those_of_the_parent() {
    if (process_id == ::getpid()) return;
    files.clear();
    process_id = ::getpid();
  }
};

Held& held() {
  static auto* files = new Held;
  return *files;
}

std::unexpected<Error> locked(const std::filesystem::path& directory, const std::string& holder) {
  return fail_named(ErrorCode::internal, "journal_locked",
                    "the journal at " + directory.string() + " is open for writing by " + holder,
                    "stop that process first ('trade down'), or use another home");
}

struct flock whole_file(short type) {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::filesystem::path lock_file(const std::filesystem::path& directory) {
  std::error_code ignored;
  const auto canonical = std::filesystem::weakly_canonical(directory, ignored);
  return (canonical.empty() ? directory : canonical) / "writer.lock";
}

}  // namespace

bool WriterLock::is_held(const std::filesystem::path& directory) {
  const auto file = lock_file(directory);
  const std::lock_guard guard(held().mutex);
  held().forget_those_of_the_parent();
  if (held().files.contains(file)) return true;
  const store::FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  // Nobody has ever written here.
  if (!descriptor.open()) return errno != ENOENT;
  auto holder = whole_file(F_WRLCK);
  return ::fcntl(descriptor.get(), F_GETLK, &holder) != 0 || holder.l_type != F_UNLCK;
}

Result<WriterLock> WriterLock::acquire(const std::filesystem::path& directory) {
  const auto file = lock_file(directory);
  const std::lock_guard guard(held().mutex);
  held().forget_those_of_the_parent();
  if (held().files.contains(file)) return locked(directory, "this process");
  store::FileDescriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!descriptor.open()) return std::unexpected(store::make_error(errno, file, "open the writer's lock"));
  auto wanted = whole_file(F_WRLCK);
  if (::fcntl(descriptor.get(), F_SETLK, &wanted) != 0) {
    const int code = errno;
    if (code != EACCES && code != EAGAIN) {
      return std::unexpected(store::make_error(code, file, "take the writer's lock"));
    }
    auto holder = whole_file(F_WRLCK);
    const bool told =
        ::fcntl(descriptor.get(), F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK && holder.l_pid > 0;
    return locked(directory, told ? "process " + std::to_string(holder.l_pid) : "another process");
  }
  held().files.insert(file);
  return WriterLock(file, std::move(descriptor));
}

WriterLock::WriterLock(std::filesystem::path file, store::FileDescriptor descriptor)
    : file_(std::move(file)), descriptor_(std::move(descriptor)) {}

WriterLock::~WriterLock() {
  if (!descriptor_.open()) return;
  const std::lock_guard guard(held().mutex);
  descriptor_ = store::FileDescriptor();
  held().files.erase(file_);
}

}  // namespace trade::journal
