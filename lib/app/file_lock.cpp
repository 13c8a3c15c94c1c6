#include "app/file_lock.hpp"

#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace trade::app {

struct flock lock_of_whole_file(short type) {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::unexpected<Error> lock_error(const std::filesystem::path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return fail(full ? ErrorCode::out_of_space : ErrorCode::internal,
              "cannot lock " + path.string() + ": " + std::generic_category().message(error));
}

}  // namespace trade::app
