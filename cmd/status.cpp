// trade status: each daemon's state, process and progress.
#include <algorithm>

#include "app/daemon.hpp"
#include "bus/endpoints.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "suite.hpp"

namespace trade::cmd {

namespace {

/// The row of a daemon that says nothing of itself.
format::Json silent_row(std::string_view daemon, std::string_view state, std::optional<int> pid) {
  DaemonView view;
  view.daemon = daemon;
  view.state = state;
  view.pid = pid.value_or(0);
  format::Json row = format::json_of(view);
  row["sequence"] = nullptr;
  row["lag"] = nullptr;
  return row;
}

Result<ExitStatus> show_status(Context& context) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  std::vector<format::Json> rows;
  std::string missing;
  const std::vector<std::string> wanted_names = wanted_daemons(*home);
  for (const std::string_view daemon : bus::daemon_names) {
    const bool wanted = std::ranges::find(wanted_names, daemon) != wanted_names.end();
    Result<std::optional<int>> pid = app::daemon_pid(*home, daemon);
    if (!pid) return pass_on(std::move(pid));
    if (!*pid && !wanted) continue;
    const Result<DaemonView> view = *pid ? ask_daemon(context, daemon, context.timeout())
                                         : Result<DaemonView>(fail(ErrorCode::not_running, "not running"));
    if (view) {
      rows.push_back(format::json_of(*view));
      continue;
    }
    rows.push_back(silent_row(daemon, *pid ? "not_answering" : "stopped", *pid));
    missing += (missing.empty() ? "" : ", ") + std::string(daemon);
  }
  context.output().list(format::daemon_layout(), rows);
  if (missing.empty()) return ExitStatus::done;
  return fail(ErrorCode::not_running, "not running: " + missing, "start the suite with 'trade up'");
}

}  // namespace

Handler define_status(CLI::App&) {
  return show_status;
}

}  // namespace trade::cmd
