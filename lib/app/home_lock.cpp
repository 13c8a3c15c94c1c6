#include "app/home_lock.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "app/file_lock.hpp"

namespace trade::app {

Result<HomeLock> HomeLock::lock(const Home& home, bool alone) {
  const auto path = home.run() / "home.lock";
  const short type = alone ? F_WRLCK : F_RDLCK;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return lock_error(path, errno);
  HomeLock taken(descriptor);
  struct flock wanted = lock_of_whole_file(type);
  if (::fcntl(descriptor, F_OFD_SETLK, &wanted) == 0) return taken;
  if (errno != EAGAIN && errno != EACCES) return lock_error(path, errno);
  struct flock holder = lock_of_whole_file(type);
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
