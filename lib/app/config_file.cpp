#include "app/config_file.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <memory>
#include <system_error>

#include <toml++/toml.h>

namespace trade::app {

namespace {

namespace fs = std::filesystem;

std::string_view type_name(ConfigType type) {
  switch (type) {
    case ConfigType::text:
      return "a text in quotes";
    case ConfigType::integer:
      return "a whole number";
    case ConfigType::boolean:
      return "true or false";
  }
  return "";
}

std::string place(const std::string& name, const toml::source_region& region) {
  return name + ":" + std::to_string(region.begin.line) + ": ";
}

/// One line of at most 200 bytes, whatever the file contains.
std::string shown(std::string_view text) {
  std::string result(text.substr(0, 200));
  for (char& character : result) {
    if (static_cast<unsigned char>(character) < ' ') character = ' ';
  }
  return result;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(config_keys(), [&](const ConfigKey& key) { return key.section == name; });
}

/// The value as the text that it would be set by, or nothing when it is of another type.
std::optional<std::string> value_text(const toml::node& node, ConfigType type) {
  switch (type) {
    case ConfigType::text:
      if (const auto* text = node.as_string()) return text->get();
      break;
    case ConfigType::integer:
      if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
      break;
    case ConfigType::boolean:
      if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
      break;
  }
  return std::nullopt;
}

void take_section(const std::string& section, const toml::table& table, const std::string& name,
                  ConfigFileContents& contents) {
  for (const auto& [toml_key, node] : table) {
    const auto key = find_config_key(section + "." + std::string(toml_key.str()));
    if (!key) {
      contents.errors.push_back(fail(ErrorCode::usage,
                                     place(name, toml_key.source()) + "unknown key '" +
                                         shown(toml_key.str()) + "' in [" + section + "]",
                                     key.error().hint)
                                    .error());
      continue;
    }
    const auto text = value_text(node, (*key)->type);
    if (!text) {
      contents.errors.push_back(fail(ErrorCode::usage, place(name, node.source()) + (*key)->full_name() +
                                                           " must be " + std::string(type_name((*key)->type)))
                                    .error());
      continue;
    }
    if (auto checked = check_config_value(**key, *text); !checked) {
      Error error = std::move(checked).error();
      error.message = place(name, node.source()) + error.message;
      contents.errors.push_back(std::move(error));
      continue;
    }
    const toml::source_region& region = node.source();
    contents.values.push_back(
        {*key, *text, region.begin.line, region.begin.column, region.end.line, region.end.column});
  }
}

}  // namespace

Result<std::optional<std::string>> read_config_file(const fs::path& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rbe"), &std::fclose);
  if (!stream) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return fail(ErrorCode::internal,
                "cannot read " + file.string() + ": " + std::generic_category().message(errno));
  }
  std::string text(config_file_bytes_max + 1, '\0');
  errno = 0;
  text.resize(std::fread(text.data(), 1, text.size(), stream.get()));
  if (std::ferror(stream.get()) != 0) {
    return fail(ErrorCode::internal,
                "cannot read " + file.string() + ": " + std::generic_category().message(errno));
  }
  if (text.size() > config_file_bytes_max) {
    return fail(ErrorCode::usage, file.string() + " is larger than a configuration file can be (1 MiB)");
  }
  return text;
}

ConfigFileContents parse_config(std::string_view text, const std::string& name) {
  ConfigFileContents contents;
  toml::table document;
  try {
    document = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    contents.errors.push_back(fail(ErrorCode::usage, place(name, error.source()) + shown(error.description()),
                                   "values are TOML: key = 123, key = \"text\", key = true")
                                  .error());
    return contents;
  }
  for (const auto& [key, node] : document) {
    if (const auto* section = node.as_table(); section != nullptr && is_section(key.str())) {
      take_section(std::string(key.str()), *section, name, contents);
    } else if (section != nullptr) {
      contents.errors.push_back(fail(ErrorCode::usage,
                                     place(name, key.source()) + "unknown section [" + shown(key.str()) + "]",
                                     "'trade config show' lists all sections and keys")
                                    .error());
    } else {
      contents.errors.push_back(
          fail(ErrorCode::usage, place(name, key.source()) + "'" + shown(key.str()) + "' is in no section",
               "put it below a line such as [tradingd]")
              .error());
    }
  }
  return contents;
}

Status check_config_value(const ConfigKey& key, std::string_view text) {
  const std::string start = key.full_name() + " cannot be '" + shown(text) + "': ";
  switch (key.type) {
    case ConfigType::boolean:
      if (text != "true" && text != "false")
        return fail(ErrorCode::usage, start + "it must be true or false");
      return {};
    case ConfigType::integer: {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size() || number < key.min || number > key.max) {
        return fail(ErrorCode::usage, start + "it must be a whole number from " + std::to_string(key.min) +
                                          " to " + std::to_string(key.max));
      }
      return {};
    }
    case ConfigType::text:
      break;
  }
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; })) {
    return fail(ErrorCode::usage, start + "it contains a control character");
  }
  if (!key.choices.empty()) {
    std::string_view rest = key.choices;
    while (!rest.empty()) {
      const std::string_view choice = rest.substr(0, rest.find('|'));
      if (choice == text) return {};
      rest.remove_prefix(std::min(rest.size(), choice.size() + 1));
    }
    return fail(ErrorCode::usage, start + "it must be one of " + std::string(key.choices));
  }
  if (key.check != nullptr) {
    if (const std::string_view problem = key.check(text); !problem.empty()) {
      return fail(ErrorCode::usage, start + std::string(problem));
    }
  }
  return {};
}

}  // namespace trade::app
