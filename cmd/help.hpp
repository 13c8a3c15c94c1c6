// Help texts, made of the command table and the arguments that the commands define.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "command_line.hpp"

namespace trade::cmd {

/// `trade` alone: usage and where to go on.
std::string short_help(const CommandLine& line);
/// `trade help`: every command by topic, and the global options.
std::string full_help(const CommandLine& line);
/// One command or group.
std::string command_help(const CommandLine& line, const CommandLine::Command& command);

/// Lines to type, which work as they stand in a suite with the usual names; empty: none.
std::string_view examples_of(std::string_view path);
/// The order in which they work one after the other.
std::size_t example_place(std::string_view path);

/// A subject that is not a command.
struct HelpTopic {
  std::string_view name;  ///< "output"
  std::string_view help;  ///< one line
  std::string_view text;
};
std::span<const HelpTopic> help_topics();

/// The listed commands as records: `{"command", "help", "group", "arguments", "options", "examples",
/// "place"}`, `trade` itself with the global options first.
std::vector<format::Json> command_records(const CommandLine& line);

}  // namespace trade::cmd
