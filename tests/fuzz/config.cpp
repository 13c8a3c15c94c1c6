// The configuration file, and setting one value in it.
#include "app/config.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "app/config_file.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace trade;

/// A directory in memory where there is one, since every input writes a file.
const std::filesystem::path& file() {
  static const std::filesystem::path path = [] {
    const std::filesystem::path base = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
    return base / ("trade-fuzz-config." + std::to_string(::getpid()) + ".toml");
  }();
  return path;
}

void set_one(std::string_view text, std::uint8_t which) {
  const auto keys = app::config_keys();
  const app::ConfigKey& key = keys[which % keys.size()];
  std::ofstream(file(), std::ios::binary | std::ios::trunc) << text;
  const std::string name = key.full_name();
  const std::string value(key.default_value);
  if (app::set_config_value(file(), name, value)) {
    const auto config = app::Config::load(file(), true);
    if (config) {
      const auto found = config->find(name);
      fuzz::require(found && (*found)->text == value, "a value that was set is there");
    } else {
      fuzz::require(!app::parse_config(text, "trade.toml").errors.empty(),
                    "setting a value breaks no file that was right");
    }
  }
  std::filesystem::remove(file());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t which = input.take_byte();
  const app::ConfigFileContents contents = app::parse_config(input.text(), "trade.toml");
  for (const app::ConfigFileValue& value : contents.values)
    fuzz::require(value.key != nullptr, "a value belongs to a key");
  for (const Error& error : contents.errors)
    fuzz::require(!error.message.empty() && error.message.find('\n') == std::string::npos,
                  "an error is one line");
  set_one(input.text(), which);
  return 0;
}
