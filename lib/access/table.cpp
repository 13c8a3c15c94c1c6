#include "access/table.hpp"

#include <system_error>
#include <utility>

namespace trade::access {

bool has_table(const std::filesystem::path& directory) {
  std::error_code error;
  return std::filesystem::exists(directory / "data.mdb", error);
}

Result<Table> open_table(const std::filesystem::path& directory, const std::string& name,
                         std::size_t map_bytes) {
  store::EnvironmentOptions options;
  options.map_bytes = map_bytes;
  auto environment = store::Environment::open(directory, options);
  if (!environment) return pass_on(std::move(environment));
  auto database = (*environment)->open_database(name);
  if (!database) return pass_on(std::move(database));
  return Table{std::move(*environment), *database};
}

}  // namespace trade::access
