// trade log: what the daemons log; trade reload: has them read the configuration again.
#include "app/log.hpp"

#include <csignal>

#include "app/daemon.hpp"
#include "arguments.hpp"
#include "bus/endpoints.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "suite.hpp"

namespace trade::cmd {

namespace {

constexpr const char* all_daemons = "all";

struct Arguments {
  std::vector<std::string> daemons;  ///< empty: all that run
  std::string level;                 ///< empty: as it is
};

Result<std::vector<std::string>> parse_daemon_or_all(std::string_view text) {
  if (text == all_daemons) return std::vector<std::string>{};
  if (app::is_log_level(text)) {
    return fail(ErrorCode::usage, "no daemon '" + std::string(text) + "'",
                "'trade log level all " + std::string(text) + "' has every daemon log so");
  }
  return parse_daemons(text);
}

/// The daemons that are meant and run, with their processes. `not_running` where one that is named does not,
/// or none does.
Result<std::vector<std::pair<std::string, int>>> running(const app::Home& home,
                                                         const std::vector<std::string>& named) {
  std::vector<std::pair<std::string, int>> found;
  std::vector<std::string> names = named;
  if (names.empty()) names.assign(bus::daemon_names.begin(), bus::daemon_names.end());
  for (const std::string& name : names) {
    Result<std::optional<int>> pid = app::daemon_pid(home, name);
    if (!pid) return pass_on(std::move(pid));
    if (*pid) {
      found.emplace_back(name, **pid);
    } else if (!named.empty()) {
      return fail(ErrorCode::not_running, name + " does not run", "start it with 'trade up'");
    }
  }
  if (found.empty()) return fail(ErrorCode::not_running, "no daemon runs", "start the suite with 'trade up'");
  return found;
}

const format::Layout& level_layout() {
  static const format::Layout layout{
      "daemons run",
      {{.key = "daemon", .heading = "DAEMON"}, {.key = "level", .heading = "LEVEL"}},
      {"daemon", "level"}};
  return layout;
}

Result<ExitStatus> log_level(Context& context, const Arguments& arguments) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  const auto daemons = running(*home, arguments.daemons);
  if (!daemons) return std::unexpected(daemons.error());
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  std::vector<format::Json> rows;
  for (const auto& [name, pid] : *daemons) {
    const Result<std::string> level = (*client)->log_level(name, arguments.level);
    if (!level) return std::unexpected(level.error());
    rows.push_back({{"daemon", name}, {"level", *level}});
  }
  context.output().list(level_layout(), rows);
  return ExitStatus::done;
}

Result<ExitStatus> reload(Context& context, const Arguments& arguments) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  Result<std::filesystem::path> file = context.config_file();
  if (!file) return pass_on(std::move(file));
  // What no daemon would take is said here, where somebody reads it.
  if (Result<const app::Config*> config = context.config(); !config) return pass_on(std::move(config));
  const auto daemons = running(*home, arguments.daemons);
  if (!daemons) return std::unexpected(daemons.error());
  std::vector<format::Json> rows;
  for (const auto& [name, pid] : *daemons) {
    kill(pid, SIGHUP);
    rows.push_back({{"daemon", name}, {"pid", pid}});
  }
  static const format::Layout layout{"daemons run",
                                     {{.key = "daemon", .heading = "DAEMON"},
                                      {.key = "pid", .heading = "PID", .align = format::Align::right}},
                                     {"daemon", "pid"}};
  context.output().list(layout, rows);
  context.note("what they take over and what needs a new start is in their logs");
  return ExitStatus::done;
}

}  // namespace

Handler define_log_level(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_value(app, "daemon", arguments->daemons, parse_daemon_or_all, "DAEMON|all", "Whose log");
  add_value(app, "level", arguments->level, parse_text, "trace|debug|info|warning|error|off",
            "The least important messages that it logs from now on");
  return [arguments](Context& context) { return log_level(context, *arguments); };
}

Handler define_reload(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_value(app, "daemon", arguments->daemons, parse_daemon_or_all, "DAEMON|all", "Which of them");
  return [arguments](Context& context) { return reload(context, *arguments); };
}

}  // namespace trade::cmd
