#include "app/home_lock.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace trade::app {

namespace {

/// Of the open file, not of the process. What is asked for or, by F_OFD_GETLK, what stands in its way.
struct flock whole_file(bool alone) {
  struct flock lock{};
  lock.l_type = alone ? F_WRLCK : F_RDLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

Result<HomeLock> HomeLock::lock(const Home& home, bool alone) {
  const auto path = home.run() / "home.lock";
  const auto cannot_lock = [&](int error) {
    const bool full = error == ENOSPC || error == EDQUOT;
    return fail(full ? ErrorCode::out_of_space : ErrorCode::internal,
                "cannot lock " + path.string() + ": " + std::generic_category().message(error));
  };
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot_lock(errno);
  HomeLock taken(descriptor);
  struct flock wanted = whole_file(alone);
  if (::fcntl(descriptor, F_OFD_SETLK, &wanted) == 0) return taken;
  if (errno != EAGAIN && errno != EACCES) return cannot_lock(errno);
  struct flock holder = whole_file(alone);
  const bool shared = ::fcntl(descriptor, F_OFD_GETLK, &holder) == 0 && holder.l_type == F_RDLCK;
  if (shared) {
    return fail_named(ErrorCode::rejected, "suite_running", "a daemon runs in " + home.root.string(),
                      "stop the suite first: trade down");
  }
  return fail_named(ErrorCode::rejected, "home_taken", "a backup is being restored to " + home.root.string(),
                    "try again when 'trade restore' is done");
}

Result<HomeLock> HomeLock::share(const Home& home) {
  return lock(home, false);
}

Result<HomeLock> HomeLock::take(const Home& home) {
  return lock(home, true);
}

HomeLock::~HomeLock() {
  // The file stays: removing it could remove the one that somebody else has just locked.
  if (descriptor_ >= 0) ::close(descriptor_);
}

HomeLock::HomeLock(HomeLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

HomeLock& HomeLock::operator=(HomeLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

}  // namespace trade::app
