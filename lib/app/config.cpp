#include "app/config.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include <unistd.h>

#include "app/config_file.hpp"
#include "base/assert.hpp"

namespace trade::app {

namespace {

/// The key that an environment variable sets, or an error when its name looks like one but is none. Names
/// that do not begin with TRADE_ and a section are no business of the configuration's.
Result<const ConfigKey*> key_of_variable(std::string_view variable) {
  const auto keys = config_keys();
  const auto found =
      std::ranges::find_if(keys, [&](const ConfigKey& key) { return key.environment_name() == variable; });
  if (found != keys.end()) return &*found;
  for (const ConfigKey& key : keys) {
    const std::string name = key.environment_name();
    const std::string prefix = name.substr(0, name.size() - key.name.size());
    if (!variable.starts_with(prefix)) continue;
    std::string full_name = std::string(key.section) + ".";
    for (const char character : variable.substr(prefix.size())) {
      full_name += static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    }
    auto unknown = find_config_key(full_name);
    unknown.error().message =
        "environment variable " + std::string(variable) + ": " + std::move(unknown.error().message);
    return unknown;
  }
  return nullptr;
}

}  // namespace

Config Config::defaults() {
  Config config;
  for (const ConfigKey& key : config_keys()) {
    config.values_.push_back({&key, std::string(key.default_value), "default"});
  }
  return config;
}

Result<Config> Config::load(const std::filesystem::path& file, bool file_required) {
  Config config = defaults();
  auto text = read_config_file(file);
  if (!text) return pass_on(std::move(text));
  if (!*text && file_required) {
    return fail(ErrorCode::not_found, "no configuration file " + file.string());
  }
  if (*text) {
    ConfigFileContents contents = parse_config(**text, file.string());
    if (!contents.errors.empty()) return std::unexpected(std::move(contents.errors.front()));
    for (ConfigFileValue& value : contents.values) {
      auto& target = config.values_[static_cast<std::size_t>(value.key - config_keys().data())];
      target.text = std::move(value.text);
      target.origin = file.string() + ":" + std::to_string(value.line);
    }
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable(*entry);
    const std::size_t equals = variable.find('=');
    if (!variable.starts_with("TRADE_") || equals == std::string_view::npos) continue;
    auto key = key_of_variable(variable.substr(0, equals));
    if (!key) return pass_on(std::move(key));
    if (*key == nullptr) continue;
    const std::string name(variable.substr(0, equals));
    if (auto set = config.override_value((*key)->full_name(), variable.substr(equals + 1), name); !set) {
      return pass_on(std::move(set));
    }
  }
  return config;
}

Status Config::override_value(std::string_view full_name, std::string_view text, std::string origin) {
  auto key = find_config_key(full_name);
  if (!key) return pass_on(std::move(key));
  if (auto checked = check_config_value(**key, text); !checked) {
    checked.error().message = origin + ": " + checked.error().message;
    return checked;
  }
  Value& value = values_[static_cast<std::size_t>(*key - config_keys().data())];
  value.text = text;
  value.origin = std::move(origin);
  return {};
}

std::vector<Config::Change> Config::take_over(const Config& wanted, std::string_view daemon) {
  std::vector<Change> changes;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    Value& value = values_[i];
    const Value& other = wanted.values_[i];
    const bool concerned = value.key->section == daemon || value.key->section == "log";
    if (!concerned || value.text == other.text) continue;
    changes.push_back({value.key, value.text, other.text, value.key->reloadable()});
    if (value.key->reloadable()) value = other;
  }
  return changes;
}

Result<const Config::Value*> Config::find(std::string_view full_name) const {
  auto key = find_config_key(full_name);
  if (!key) return pass_on(std::move(key));
  return &values_[static_cast<std::size_t>(*key - config_keys().data())];
}

const Config::Value& Config::at(std::string_view full_name, ConfigType type) const {
  const auto value = find(full_name);
  TRADE_ASSERT(value && (*value)->key->type == type, "the program asks for keys of its own table");
  return **value;
}

const std::string& Config::text(std::string_view full_name) const {
  return at(full_name, ConfigType::text).text;
}

std::int64_t Config::integer(std::string_view full_name) const {
  const std::string& text = at(full_name, ConfigType::integer).text;
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool Config::boolean(std::string_view full_name) const {
  return at(full_name, ConfigType::boolean).text == "true";
}

std::vector<Error> check_config_file(const std::filesystem::path& file) {
  auto text = read_config_file(file);
  if (!text) return {std::move(text).error()};
  if (!*text) return {};
  return parse_config(**text, file.string()).errors;
}

}  // namespace trade::app
