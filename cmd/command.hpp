// What a command is: a row of the command table, which says what it is called and defines its arguments.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "context.hpp"
#include "exit_status.hpp"

namespace CLI {
class App;
}

namespace trade::cmd {

/// Does the work of one command, once its arguments are parsed. An Error is reported by the caller and
/// decides the exit status.
using Handler = std::function<Result<ExitStatus>(Context&)>;

/// One row of the command table.
struct CommandRow {
  std::string_view path;   ///< "account open": a group is a row of its own before its commands
  std::string_view topic;  ///< under which `trade help` lists it; empty: not listed
  std::string_view help;   ///< one line
  /// Adds the command's arguments to the parser and returns what runs it. Null: a group of commands.
  Handler (*define)(CLI::App& app) = nullptr;
};

/// Whether a command can be a step of a scenario: those that work on accounts, orders, the market and
/// holdings.
bool works_in_scenario(const CommandRow& row);

/// The one table of commands: feeds the parser, help, completions and the documentation check.
std::span<const CommandRow> command_table();

}  // namespace trade::cmd
