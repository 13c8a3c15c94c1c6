// A table of the home that is an LMDB environment of its own, with one database in it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "store/environment.hpp"

namespace trade::access {

struct Table {
  std::shared_ptr<store::Environment> environment;
  store::Database database;
};

/// Whether there is one in this directory.
bool has_table(const std::filesystem::path& directory);

/// Opens the one of this name, or makes it, with a map of so many bytes to begin with.
Result<Table> open_table(const std::filesystem::path& directory, const std::string& name,
                         std::size_t map_bytes);

}  // namespace trade::access
