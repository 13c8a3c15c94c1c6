#include "command_line.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/daemon.hpp"
#include "argument_error.hpp"
#include "arguments.hpp"
#include "format/nearest.hpp"
#include "help.hpp"
#include "interrupt.hpp"
#include "nearest_name.hpp"

namespace trade::cmd {

namespace {

constexpr const char* description = "A brokerage and exchange in a box";

/// Commands that write something whole, in a form of its own: no list to take a part of.
constexpr std::array<std::string_view, 5> without_list{"journal dump", "journal scenario", "config sample",
                                                       "generate itch", "completion"};

Result<format::OutputMode> parse_output_mode(std::string_view text) {
  if (const auto mode = format::output_mode_named(text)) return *mode;
  return fail(ErrorCode::usage, "not one of table|json|jsonl|csv: '" + std::string(text.substr(0, 40)) + "'");
}

/// The output mode that arguments ask for which could not be parsed: so that errors of usage, too, are one
/// object in the JSON modes.
format::OutputMode guessed_mode(int argc, char** argv) {
  format::OutputMode mode = format::OutputMode::table;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    std::string_view value;
    if (argument == "--json") mode = format::OutputMode::json;
    if (argument == "--jsonl") mode = format::OutputMode::jsonl;
    if ((argument == "-o" || argument == "--output") && i + 1 < argc) value = argv[i + 1];
    if (argument.starts_with("--output=")) value = argument.substr(9);
    if (argument.starts_with("-o") && argument.size() > 2) value = argument.substr(2);
    mode = format::output_mode_named(value).value_or(mode);
  }
  return mode;
}

bool has_argument(int argc, char** argv, std::string_view wanted) {
  return std::any_of(argv + 1, argv + argc, [&](const char* argument) { return argument == wanted; });
}

/// The path of the command that the words call; where they call none, that of as many of its groups as there
/// are.
std::string called_path(std::span<const std::string> words) {
  std::string path;
  for (const std::string& word : words) {
    const std::string longer = path.empty() ? word : path + " " + word;
    if (std::ranges::none_of(command_table(), [&](const CommandRow& row) { return row.path == longer; }))
      break;
    path = longer;
  }
  return path;
}

}  // namespace

CommandLine::CommandLine() : CommandLine(std::span<const std::string>()) {}

CommandLine::CommandLine(std::span<const std::string> words) : app_(description, "trade") {
  app_.fallthrough();
  app_.require_subcommand(0, 1);
  app_.set_help_flag("-h,--help", "Show help");
  app_.set_version_flag("--version", "trade " + std::string(app::version()), "Show the version");
  add_globals();
  add_commands(called_path(words));
}

void CommandLine::add_globals() {
  add_value(app_, "-o,--output", globals_.output, parse_output_mode, "table|json|jsonl|csv",
            "How results are written");
  app_.add_flag_callback(
      "--json", [this] { globals_.output = format::OutputMode::json; }, "The same as --output json");
  app_.add_flag_callback(
      "--jsonl", [this] { globals_.output = format::OutputMode::jsonl; }, "The same as --output jsonl");
  format::SelectionTexts& selection = globals_.selection;
  add_value(app_, "--fields", selection.fields, parse_text, "NAMES", "Of a list: only these, comma between");
  add_value(app_, "--sort", selection.sort, parse_text, "NAMES",
            "Sort a list by these; a minus before one turns it round");
  add_value(app_, "--filter", selection.filter, parse_text, "EXPRESSION",
            "Of a list: where this is true, as status == filled");
  add_value(app_, "--home", globals_.home, parse_text, directory_kind, "The suite's directory (TRADE_HOME)");
  add_value(app_, "--config", globals_.config, parse_text, file_kind,
            "The configuration file (TRADE_CONFIG)");
  add_value(app_, "--connect", globals_.connect, parse_text, file_kind,
            "The profile of a suite on the network (TRADE_CONNECT)");
  add_value(app_, "--account", globals_.account, parse_account_text, account_kind,
            "The account to act for (TRADE_ACCOUNT)");
  add_value(app_, "--timeout", globals_.timeout_seconds, parse_seconds, "SECONDS",
            "How long to wait for an answer (5)");
  app_.add_flag("-q,--quiet", globals_.quiet, "No remarks on standard error");
  app_.add_flag("-v,--verbose", globals_.verbose, "More remarks on standard error");
  app_.add_flag("--no-color", globals_.no_color, "No colour, on a terminal either (NO_COLOR)");
}

void CommandLine::add_commands(std::string_view only) {
  for (const CommandRow& row : command_table()) {
    if (!only.empty() && only != row.path && !only.starts_with(std::string(row.path) + " ")) continue;
    const std::size_t space = row.path.rfind(' ');
    CLI::App* parent = &app_;
    if (space != std::string_view::npos) parent = find(row.path.substr(0, space))->app;
    const std::string name(space == std::string_view::npos ? row.path : row.path.substr(space + 1));
    CLI::App* command = parent->add_subcommand(name, std::string(row.help));
    command->require_subcommand(0, 1);
    Command entry{&row, command, nullptr};
    if (row.define != nullptr) entry.handler = row.define(*command);
    commands_.push_back(std::move(entry));
  }
}

const CommandLine::Command* CommandLine::find(std::string_view path) const {
  const auto found =
      std::ranges::find_if(commands_, [&](const Command& command) { return command.row->path == path; });
  return found == commands_.end() ? nullptr : &*found;
}

std::vector<std::string> CommandLine::names_under(std::string_view path) const {
  std::vector<std::string> names;
  for (const CommandRow& row : command_table()) {
    const std::size_t space = row.path.rfind(' ');
    const std::string_view parent =
        space == std::string_view::npos ? std::string_view{} : row.path.substr(0, space);
    if (parent != path || row.topic.empty()) continue;
    names.emplace_back(space == std::string_view::npos ? row.path : row.path.substr(space + 1));
  }
  return names;
}

const CommandLine::Command* CommandLine::parsed_command() const {
  const CLI::App* deepest = &app_;
  while (!deepest->get_subcommands().empty())
    deepest = deepest->get_subcommands().front();
  for (const Command& command : commands_) {
    if (command.app == deepest) return &command;
  }
  return nullptr;
}

Error CommandLine::unknown_command(std::string_view path, std::string_view name) const {
  const std::string prefix = path.empty() ? "" : std::string(path) + " ";
  const std::vector<std::string> names = names_under(path);
  const std::string near = format::nearest(name, names);
  Error error{ErrorCode::usage, "usage", "no command '" + prefix + std::string(name.substr(0, 40)) + "'", ""};
  if (!near.empty()) {
    error.hint = "did you mean 'trade " + prefix + near + "'?";
  } else {
    error.hint = path.empty() ? "'trade help' lists the commands"
                              : "'trade help " + std::string(path) + "' lists them";
  }
  return error;
}

Error CommandLine::unexpected_argument(const Command* command, const std::string& argument) const {
  const std::string path = command == nullptr ? "" : std::string(command->row->path);
  const std::string help = command == nullptr ? "see 'trade help'" : "see 'trade help " + path + "'";
  if (!argument.starts_with('-')) {
    if (command == nullptr || command->row->define == nullptr) return unknown_command(path, argument);
    return {ErrorCode::usage, "usage", "unexpected argument '" + argument + "'", help};
  }
  std::vector<std::string> options;
  for (const CLI::App* app :
       {&app_, command == nullptr ? nullptr : static_cast<const CLI::App*>(command->app)}) {
    if (app == nullptr) continue;
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames())
        options.push_back("--" + name);
    }
  }
  const std::string near = format::nearest(argument.substr(0, argument.find('=')), options);
  return {ErrorCode::usage, "usage", "no option '" + argument + "'",
          near.empty() ? help : "did you mean '" + near + "'? " + help};
}

Error CommandLine::usage_error(const CLI::ParseError& error) const {
  const Command* command = parsed_command();
  if (const auto* argument = dynamic_cast<const ArgumentError*>(&error)) return argument->error();
  const std::vector<std::string> rest = app_.remaining(true);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !rest.empty()) {
    return unexpected_argument(command, rest.front());
  }
  const std::string help =
      command == nullptr ? "see 'trade help'" : "see 'trade help " + std::string(command->row->path) + "'";
  std::string message = error.what();
  // "--limit: At Most 1 required but received 2"
  if (const std::size_t at = message.find(": At Most 1 required"); at != std::string::npos)
    message = message.substr(0, at) + " is given more than once";
  std::ranges::replace(message, '\n', ' ');
  return {ErrorCode::usage, "usage", message, help};
}

int CommandLine::run(int argc, char** argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return show_help(parsed_command());
  } catch (const CLI::CallForVersion&) {
    Output output(format::OutputMode::table, false);
    output.write("trade " + std::string(app::version()) + "\n");
    return static_cast<int>(ExitStatus::done);
  } catch (const CLI::ParseError& error) {
    report_error(usage_error(error), guessed_mode(argc, argv),
                 color_allowed(has_argument(argc, argv, "--no-color")));
    return static_cast<int>(ExitStatus::usage);
  }
  const Command* command = parsed_command();
  if (command == nullptr) {
    Output output(format::OutputMode::table, color_allowed(globals_.no_color));
    output.write(short_help(*this));
    return static_cast<int>(ExitStatus::done);
  }
  if (!command->handler) {
    report_error(group_without_command(command->row->path),
                 globals_.output.value_or(format::OutputMode::table), color_allowed(globals_.no_color));
    return static_cast<int>(ExitStatus::usage);
  }
  return run_command(*command);
}

Error CommandLine::group_without_command(std::string_view path) const {
  std::string names;
  for (const std::string& name : names_under(path))
    names += (names.empty() ? "" : ", ") + name;
  return {ErrorCode::usage, "usage", "'" + std::string(path) + "' needs a command", "one of " + names};
}

Result<ExitStatus> CommandLine::run_on(Stage& stage, const std::string& account,
                                       std::span<const std::string> words) {
  try {
    app_.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::Success&) {
    return fail(ErrorCode::usage, "a scenario shows no help", "leave --help and --version out");
  } catch (const CLI::ParseError& error) {
    return std::unexpected(usage_error(error));
  }
  const Command* command = parsed_command();
  if (command == nullptr) return std::unexpected(unknown_command("", words.empty() ? "" : words.front()));
  if (!works_in_scenario(*command->row)) {
    return fail(ErrorCode::usage, "'" + std::string(command->row->path) + "' is no step of a scenario",
                "steps are commands about accounts, symbols, orders, the market and holdings");
  }
  if (!command->handler) return std::unexpected(group_without_command(command->row->path));
  globals_.output = format::OutputMode::json;
  if (!globals_.account && !account.empty()) globals_.account = account;
  Context context(globals_, stage);
  if (Status fit = check_selection(*command); !fit) return pass_on(std::move(fit));
  Result<ExitStatus> result = command->handler(context);
  if (Status written = context.output().status(); result && !written) return pass_on(std::move(written));
  return result;
}

Status CommandLine::check_selection(const Command& command) const {
  if (globals_.selection.empty()) return {};
  const bool lists = std::ranges::find(without_list, command.row->path) == without_list.end();
  // 'test' is a list unless it changes files, which it refuses by itself.
  const bool changes =
      command.row->path != "test" && command.app->get_option_no_throw("--dry-run") != nullptr;
  if (lists && !changes) return {};
  return fail(ErrorCode::usage,
              "--fields, --sort and --filter are for lists, not for '" + std::string(command.row->path) + "'",
              "take a part of its JSON with jq, or list afterwards");
}

int CommandLine::run_command(const Command& command) {
  Context context(globals_);
  if (Status fit = check_selection(command); !fit) {
    context.report(fit.error());
    return static_cast<int>(ExitStatus::usage);
  }
  Result<ExitStatus> result = command.handler(context);
  ExitStatus status = ExitStatus::done;
  if (result) {
    status = *result;
  } else {
    suggest_nearest_name(context, *command.app, result.error());
    context.report(result.error());
    status = exit_status_of(result.error().code);
  }
  if (Status written = context.output().status(); !written) {
    context.report(written.error());
    if (status == ExitStatus::done) status = exit_status_of(written.error().code);
  }
  return static_cast<int>(status);
}

int CommandLine::show_help(const Command* command) {
  Output output(format::OutputMode::table, color_allowed(globals_.no_color));
  output.write(command == nullptr ? full_help(*this) : command_help(*this, *command));
  return static_cast<int>(ExitStatus::done);
}

}  // namespace trade::cmd
