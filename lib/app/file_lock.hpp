// Inside lib/app only: what the locks on files of a home have in common.
#pragma once

#include <filesystem>

#include <fcntl.h>

#include "base/result.hpp"

namespace trade::app {

/// For F_OFD_SETLK and F_OFD_GETLK: `type` is F_WRLCK or F_RDLCK. A lock of the open file, not of the
/// process: it can be asked about without being taken, and it is gone when the process is, however that ends.
struct flock lock_of_whole_file(short type);

/// `error`: what the system said, of errno.
std::unexpected<Error> lock_error(const std::filesystem::path& path, int error);

}  // namespace trade::app
