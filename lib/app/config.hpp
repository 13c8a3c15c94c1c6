// The configuration: one table of all keys, from which loading, checking, `trade config`, the sample file
// and the manual come.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace trade::app {

enum class ConfigType : std::uint8_t { text, integer, boolean };

/// One row of the table.
struct ConfigKey {
  std::string_view section;  ///< "tradingd"
  std::string_view name;     ///< "calendar"
  ConfigType type;
  std::string_view default_value;  ///< as text, without quotes
  std::string_view description;    ///< one line
  std::int64_t min = 0;            ///< of an integer
  std::int64_t max = 0;
  std::string_view choices = {};  ///< of a text: "always|us"; empty: any
  /// An extra check of a text; says what is wrong with it, or nothing.
  std::string_view (*check)(std::string_view value) = nullptr;

  /// Whether a daemon takes a new value over while it runs, when it is told to reload.
  [[nodiscard]] bool reloadable() const;
  [[nodiscard]] std::string full_name() const;         ///< "tradingd.calendar"
  [[nodiscard]] std::string environment_name() const;  ///< "TRADE_TRADINGD_CALENDAR"
};

std::span<const ConfigKey> config_keys();
/// `usage` error with the nearest key as a hint when there is none of this name ("section.name").
Result<const ConfigKey*> find_config_key(std::string_view full_name);

/// The values in force.
class Config {
 public:
  struct Value {
    const ConfigKey* key = nullptr;
    std::string text;
    std::string origin;  ///< "default", "/path/trade.toml:12" or "TRADE_LOG_LEVEL"
  };

  /// Defaults, over them the file, over that the environment. The first thing that is wrong is the error,
  /// with file and line. A file that does not exist is an error only when `file_required`.
  static Result<Config> load(const std::filesystem::path& file, bool file_required = false);
  /// Every default.
  static Config defaults();

  // Key names are the program's own: one that is not in the table, or is of another type, is a bug.
  [[nodiscard]] const std::string& text(std::string_view full_name) const;
  [[nodiscard]] std::int64_t integer(std::string_view full_name) const;
  [[nodiscard]] bool boolean(std::string_view full_name) const;

  /// In the order of the table.
  [[nodiscard]] std::span<const Value> values() const { return values_; }
  [[nodiscard]] Result<const Value*> find(std::string_view full_name) const;
  /// Puts a value on top of all others (a command-line option); checked as one from the file is.
  Status override_value(std::string_view full_name, std::string_view text, std::string origin);

  /// What a daemon that runs with these values does about new ones.
  struct Change {
    const ConfigKey* key = nullptr;
    std::string before;
    std::string wanted;
    bool taken_over = false;  ///< otherwise it holds from the next start on
  };
  /// Takes over what can be, of the keys that concern this daemon: its own section and [log].
  std::vector<Change> take_over(const Config& wanted, std::string_view daemon);

 private:
  [[nodiscard]] const Value& at(std::string_view full_name, ConfigType type) const;
  std::vector<Value> values_;
};

/// Reads the file as `Config::load` does, without the environment, and finds everything that is wrong.
std::vector<Error> check_config_file(const std::filesystem::path& file);

/// Sets one key in the file, which is created if need be. Comments and everything else stay as they are.
/// Written beside it and renamed, so that a reader sees the old file or the new one.
Status set_config_value(const std::filesystem::path& file, std::string_view full_name,
                        std::string_view value);

/// A file with every key at its default, commented out and explained.
std::string sample_config();

}  // namespace trade::app
