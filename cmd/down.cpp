// trade down: stops the suite, the followers before what they follow.
#include <csignal>

#include "app/daemon.hpp"
#include "arguments.hpp"
#include "bus/endpoints.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "suite.hpp"

namespace trade::cmd {

namespace {

/// A daemon that stops makes everything durable first; --timeout says otherwise.
constexpr std::chrono::milliseconds stop_timeout{30'000};

struct Arguments {
  std::vector<std::string> only;
};

format::Json stopped_row(std::string_view daemon, std::string_view state, std::optional<int> pid) {
  format::Json row;
  row["daemon"] = daemon;
  row["state"] = state;
  row["pid"] = pid ? format::Json(*pid) : format::Json(nullptr);
  return row;
}

const format::Layout& stopped_layout() {
  static const format::Layout layout{"daemons were running",
                                     {{.key = "daemon", .heading = "DAEMON"},
                                      {.key = "state", .heading = "STATE", .tone = format::Tone::plain}},
                                     {"daemon", "state", "pid"}};
  return layout;
}

Result<ExitStatus> down(Context& context, const Arguments& arguments) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  const std::chrono::milliseconds timeout =
      context.globals().timeout_seconds ? context.timeout() : stop_timeout;
  std::vector<std::string> names = arguments.only;
  if (names.empty()) names.assign(bus::daemon_names.begin(), bus::daemon_names.end());
  std::vector<format::Json> rows;
  std::optional<Error> failure;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    Result<std::optional<int>> pid = app::daemon_pid(*home, *name);
    if (!pid) return pass_on(std::move(pid));
    if (!*pid) continue;
    kill(**pid, SIGTERM);
    // One that is held by SIGSTOP hears of it only so.
    kill(**pid, SIGCONT);
    Result<bool> ended = await_end(*home, *name, timeout);
    if (!ended) return pass_on(std::move(ended));
    rows.push_back(stopped_row(*name, *ended ? "stopped" : "stopping", *pid));
    if (!*ended && !failure) {
      failure = Error{ErrorCode::timed_out, "timed_out",
                      *name + " (process " + std::to_string(**pid) + ") has not stopped after " +
                          std::to_string(timeout.count() / 1'000) + " s",
                      "it may still be writing: wait longer with --timeout SECONDS"};
    }
  }
  context.output().list(stopped_layout(), rows);
  if (failure) return std::unexpected(std::move(*failure));
  return ExitStatus::done;
}

}  // namespace

Handler define_down(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_value(app, "--only", arguments->only, parse_daemons, daemon_kind,
            "Only these, with commas between them");
  return [arguments](Context& context) { return down(context, *arguments); };
}

}  // namespace trade::cmd
