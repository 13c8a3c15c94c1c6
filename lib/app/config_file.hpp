// Inside lib/app only: the configuration file as TOML.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "base/result.hpp"

namespace trade::app {

/// No configuration file is larger.
constexpr std::size_t config_file_bytes_max = 1u << 20;

/// A value in a file and the place it stands at: 1-based, columns in code points, `end` after the last.
struct ConfigFileValue {
  const ConfigKey* key = nullptr;
  std::string text;
  std::size_t line = 0;
  std::size_t column = 0;
  std::size_t end_line = 0;
  std::size_t end_column = 0;
};

struct ConfigFileContents {
  std::vector<ConfigFileValue> values;
  std::vector<Error> errors;  ///< in the order of the file's tables
};

/// The whole file; nothing when there is none.
Result<std::optional<std::string>> read_config_file(const std::filesystem::path& file);
/// `name` is what errors call the file.
ConfigFileContents parse_config(std::string_view text, const std::string& name);
/// Whether a value given as text is one that the key can have.
Status check_config_value(const ConfigKey& key, std::string_view text);

}  // namespace trade::app
