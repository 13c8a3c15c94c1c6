// What can be completed where, read from the parser: the same for every shell.
#pragma once

#include <string>
#include <vector>

#include "command_line.hpp"

namespace trade::cmd {

/// What the value of an option or argument can be.
struct ValueKind {
  enum class Source : std::uint8_t {
    none,   ///< anything: nothing to complete
    words,  ///< one of `words`
    live,   ///< what `trade __complete NAME` lists
    files,
    directories,
  };
  Source source = Source::none;
  std::vector<std::string> words;
  std::string name;  ///< "SYMBOL"
};

struct OptionEntry {
  std::vector<std::string> names;  ///< "-o", "--output"
  bool takes_value = false;
  ValueKind kind;
  std::string help;
};

struct ArgumentEntry {
  ValueKind kind;
  bool repeats = false;
};

struct CommandEntry {
  std::string path;  ///< "account open"; empty: `trade` itself, with the global options
  std::string help;
  std::vector<std::string> commands;  ///< the words that can follow
  std::vector<OptionEntry> options;   ///< without the global ones, but for the empty path
  std::vector<ArgumentEntry> arguments;
};

/// `trade` itself first, then every listed command in the order of the table.
std::vector<CommandEntry> completion_entries(const CommandLine& line);

/// The names of all options that take a value, of whatever command.
std::vector<std::string> options_with_value(const std::vector<CommandEntry>& entries);

}  // namespace trade::cmd
