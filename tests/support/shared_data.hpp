// Real market data that may not be shipped: tests use it where it is and say so where it is not.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

namespace trade::test {

/// The path of a file of real data, looked for in $TRADE_SHARED_DATA and beside the source tree; nothing when
/// it is not there.
inline std::optional<std::filesystem::path> shared_data(std::string_view name) {
  if (const char* directory = std::getenv("TRADE_SHARED_DATA")) {
    const std::filesystem::path path = std::filesystem::path(directory) / name;
    if (std::filesystem::exists(path)) return path;
  }
  const std::filesystem::path path =
      std::filesystem::path(TRADE_SOURCE_DIR) / ".." / "shared" / "data" / name;
  if (std::filesystem::exists(path)) return std::filesystem::canonical(path);
  return std::nullopt;
}

}  // namespace trade::test
