// Inside lib/backup only: copying plain files and databases so that the copy is on the disk.
#pragma once

#include <filesystem>
#include <functional>

#include "base/result.hpp"

namespace trade::backup {

/// A regular file; the copy has mode 0600. `not_found` where it is gone.
Status copy_plain_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// A directory of a home: a database in it as it is at one moment while it is used, other files as they are,
/// directories within likewise. Locks and temporary files are left out, and files that are not `wanted`.
Status copy_directory(
    const std::filesystem::path& from, const std::filesystem::path& to,
    const std::function<bool(const std::filesystem::path& file)>& wanted = [](const auto&) { return true; });

/// The whole of a text file of at most 1 MiB.
Result<std::string> read_text(const std::filesystem::path& file);

}  // namespace trade::backup
