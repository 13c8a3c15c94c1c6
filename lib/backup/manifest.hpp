// Inside lib/backup only: the file that describes a backup.
#pragma once

#include <filesystem>
#include <string>

#include "backup/backup.hpp"

namespace trade::backup {

std::filesystem::path manifest_file(const std::filesystem::path& directory);
std::string manifest_text(const Manifest& manifest);

}  // namespace trade::backup
