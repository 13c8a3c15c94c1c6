// trade status: each daemon's state, process and progress.
#include <algorithm>

#include "app/daemon.hpp"
#include "base/time.hpp"
#include "bus/endpoints.hpp"
#include "commands.hpp"
#include "format/clock_text.hpp"
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

/// "2026-01-30T14:30:00Z 5x" where tradingd's clock is simulated, else nothing.
std::optional<std::string> clock_of(const DaemonView& view) {
  const auto counter = [&](const char* name) {
    const auto found = view.counters.find(name);
    return found == view.counters.end() ? 0 : found->second;
  };
  if (counter("clock_simulated") == 0) return std::nullopt;
  const std::int64_t speed = counter("clock_speed_millionths");
  return format_timestamp({counter("clock_seconds") * nanoseconds_per_second}) +
         (speed == 0 ? " paused" : " " + format::format_clock_speed(speed) + "x");
}

/// With the clock, where one of the daemons says that it is simulated.
format::Layout layout_of(bool clock_simulated) {
  format::Layout layout = format::daemon_layout();
  layout.fields.emplace_back("clock");
  if (clock_simulated) layout.columns.push_back({.key = "clock", .heading = "CLOCK"});
  return layout;
}

Result<ExitStatus> show_status(Context& context) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  std::vector<format::Json> rows;
  std::string missing;
  std::string silent;
  bool clock_simulated = false;
  const std::vector<std::string> wanted_names = wanted_daemons(context, *home);
  for (const std::string_view daemon : bus::daemon_names) {
    const bool wanted = std::ranges::find(wanted_names, daemon) != wanted_names.end();
    Result<std::optional<int>> pid = app::daemon_pid(*home, daemon);
    if (!pid) return pass_on(std::move(pid));
    if (!*pid && !wanted) continue;
    const Result<DaemonView> view = *pid ? ask_daemon(context, daemon, context.timeout())
                                         : Result<DaemonView>(fail(ErrorCode::not_running, "not running"));
    const std::optional<std::string> clock = view ? clock_of(*view) : std::nullopt;
    clock_simulated = clock_simulated || clock;
    rows.push_back(view ? format::json_of(*view)
                        : silent_row(daemon, *pid ? "not_answering" : "stopped", *pid));
    rows.back()["clock"] = clock ? format::Json(*clock) : format::Json(nullptr);
    if (view) continue;
    std::string& names = *pid ? silent : missing;
    names += (names.empty() ? "" : ", ") + std::string(daemon);
  }
  context.output().list(layout_of(clock_simulated), rows);
  if (!silent.empty()) {
    return fail(ErrorCode::not_running,
                (missing.empty() ? "" : "not running: " + missing + "; ") + "not answering: " + silent,
                "see its log; 'trade down' and 'trade up' start it anew");
  }
  if (missing.empty()) return ExitStatus::done;
  return fail(ErrorCode::not_running, "not running: " + missing, "start the suite with 'trade up'");
}

}  // namespace

Handler define_status(CLI::App&) {
  return show_status;
}

}  // namespace trade::cmd
