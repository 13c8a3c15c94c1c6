// Help texts, made of the command table and the arguments that the commands define.
#pragma once

#include <string>

#include "command_line.hpp"

namespace trade::cmd {

/// `trade` alone: usage and where to go on.
std::string short_help(const CommandLine& line);
/// `trade help`: every command by topic, and the global options.
std::string full_help(const CommandLine& line);
/// One command or group.
std::string command_help(const CommandLine& line, const CommandLine::Command& command);

/// The listed commands as records: `{"command", "help", "group", "arguments", "options"}`, `trade` itself
/// with the global options first.
std::vector<format::Json> command_records(const CommandLine& line);

}  // namespace trade::cmd
