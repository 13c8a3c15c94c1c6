// The command line as a whole: the parser that is made of the command table, and what its mistakes are
// called.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "command.hpp"

namespace trade::cmd {

class CommandLine {
 public:
  struct Command {
    const CommandRow* row = nullptr;
    CLI::App* app = nullptr;
    Handler handler;  ///< none for a group
  };

  CommandLine();
  /// With no command but the one that these words call, and its groups: making all takes longer than most
  /// commands do.
  explicit CommandLine(std::span<const std::string> words);

  /// Parses and runs; returns the process's exit status.
  int run(int argc, char** argv);
  /// The same on a stage, which takes what is written; in JSON, whatever is asked for. `account` is that of
  /// --account where the words have none; empty: none.
  Result<ExitStatus> run_on(Stage& stage, const std::string& account, std::span<const std::string> words);

  [[nodiscard]] const CLI::App& app() const { return app_; }
  /// In the order of the table.
  [[nodiscard]] const std::vector<Command>& commands() const { return commands_; }
  /// The command or group with this path ("account open"); null when there is none.
  [[nodiscard]] const Command* find(std::string_view path) const;
  /// The last words of the commands directly under `path` ("" for the first ones), listed ones only.
  [[nodiscard]] std::vector<std::string> names_under(std::string_view path) const;
  /// "no command 'plaec'", with the nearest as a hint.
  [[nodiscard]] Error unknown_command(std::string_view path, std::string_view name) const;

 private:
  void add_globals();
  /// Those whose path is a beginning of `only`; all where that is empty.
  void add_commands(std::string_view only);
  [[nodiscard]] Error group_without_command(std::string_view path) const;
  /// The deepest command that the parser has come to; null: none.
  [[nodiscard]] const Command* parsed_command() const;
  [[nodiscard]] Error usage_error(const CLI::ParseError& error) const;
  [[nodiscard]] Error unexpected_argument(const Command* command, const std::string& argument) const;
  /// What changes something answers with what came of it: it is not done first and then found wanting.
  [[nodiscard]] Status check_selection(const Command& command) const;
  int run_command(const Command& command);
  int show_help(const Command* command);

  CLI::App app_;
  Globals globals_;
  std::vector<Command> commands_;
};

}  // namespace trade::cmd
