#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "app/daemon.hpp"
#include "app/file_lock.hpp"

namespace trade::app {

namespace {

namespace fs = std::filesystem;

fs::path lock_path(const Home& home, std::string_view daemon) {
  return home.run() / (std::string(daemon) + ".pid");
}

/// The process number in the file. Its writer may have locked it and not written yet: then this waits a
/// little. Zero when there is none all the same.
int read_pid(int descriptor) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    char text[16];
    const ssize_t size = ::pread(descriptor, text, sizeof text, 0);
    int pid = 0;
    if (size > 0 && std::from_chars(text, text + size, pid).ec == std::errc() && pid > 0) return pid;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return 0;
}

}  // namespace

Result<DaemonLock> DaemonLock::take(const Home& home, std::string_view daemon) {
  const fs::path path = lock_path(home, daemon);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return lock_error(path, errno);
  DaemonLock taken(descriptor);
  struct flock lock = lock_of_whole_file(F_WRLCK);
  if (::fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES) return lock_error(path, errno);
    const int pid = read_pid(descriptor);
    taken.descriptor_ = -1;
    ::close(descriptor);
    return fail(ErrorCode::internal,
                std::string(daemon) + " is running already" +
                    (pid == 0 ? "" : " as process " + std::to_string(pid)) + " (home " + home.root.string() +
                    ")",
                "stop it with 'trade down', or choose another home with --home");
  }
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return lock_error(path, errno);
  }
  return taken;
}

DaemonLock::~DaemonLock() {
  if (descriptor_ < 0) return;
  // The file stays: removing it could remove the one that a successor has just locked.
  [[maybe_unused]] const int truncated = ::ftruncate(descriptor_, 0);
  ::close(descriptor_);
}

DaemonLock::DaemonLock(DaemonLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

DaemonLock& DaemonLock::operator=(DaemonLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Result<std::optional<int>> daemon_pid(const Home& home, std::string_view daemon) {
  const fs::path path = lock_path(home, daemon);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return lock_error(path, errno);
  }
  struct flock lock = lock_of_whole_file(F_WRLCK);
  const int result = ::fcntl(descriptor, F_OFD_GETLK, &lock);
  const int error = errno;
  const bool locked = result == 0 && lock.l_type != F_UNLCK;
  const int pid = locked ? read_pid(descriptor) : 0;
  ::close(descriptor);
  if (result != 0) return lock_error(path, error);
  if (!locked || pid == 0) return std::nullopt;
  return pid;
}

}  // namespace trade::app
