// trade up: starts the suite and waits until each daemon answers.
#include <csignal>
#include <fstream>
#include <thread>

#include <sys/wait.h>

#include "app/daemon.hpp"
#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "interrupt.hpp"
#include "suite.hpp"

namespace trade::cmd {

namespace {

/// A start can mean running a long journal through the engine; --timeout says otherwise.
constexpr std::chrono::milliseconds start_timeout{60'000};
constexpr std::chrono::milliseconds stop_timeout{30'000};
constexpr std::chrono::milliseconds watch_interval{50};

struct Arguments {
  std::vector<std::string> only;
  bool foreground = false;
};

struct Running {
  std::string name;
  pid_t child = 0;  ///< zero: it ran before
};

/// Prints a line for each daemon as it comes up; in JSON one list at the end.
class UpReport {
 public:
  explicit UpReport(Context& context) : context_(context), stream_(context.output().mode(), layout(), {}) {}

  void add(const DaemonView& view) {
    const format::Json record = format::json_of(view);
    if (context_.output().mode() == format::OutputMode::json) {
      records_.push_back(record);
    } else if (context_.output().mode() == format::OutputMode::table) {
      std::string name = view.daemon;
      name.resize(std::max<std::size_t>(name.size(), 8), ' ');
      context_.output().write(name + "  " + view.state + "  pid " + std::to_string(view.pid) + "\n");
    } else {
      context_.output().write(stream_.next(record));
    }
  }
  void finish() {
    if (context_.output().mode() == format::OutputMode::json) context_.output().list(layout(), records_);
  }

 private:
  static const format::Layout& layout() { return format::daemon_layout(); }
  Context& context_;
  format::StreamRenderer stream_;
  std::vector<format::Json> records_;
};

/// Stops what this process started, the last first.
void stop_all(const app::Home& home, const std::vector<Running>& running, Context& context) {
  for (auto daemon = running.rbegin(); daemon != running.rend(); ++daemon) {
    if (daemon->child == 0) continue;
    kill(daemon->child, SIGTERM);
    const Result<bool> ended = await_end(home, daemon->name, stop_timeout);
    if (!ended || !*ended) context.note("trade: " + daemon->name + " does not stop");
  }
}

/// Where the gateway serves; or that it does not, and why.
void note_addresses(Context& context, const app::Home& home, const DaemonView& view) {
  for (const auto& [scheme, setting] :
       {std::pair{"http", "gatewayd.listen"}, {"https", "gatewayd.tls_listen"}}) {
    std::ifstream file(home.run() / (std::string("gatewayd.") + scheme));
    std::string address;
    const auto port = view.counters.find(std::string(scheme) + "_port");
    if (std::getline(file, address)) {
      context.note(std::string(scheme) + "://" + address);
    } else if (const Result<const app::Config*> config = context.config();
               config && (*config)->text(setting) != "off" && port != view.counters.end() &&
               port->second == 0) {
      context.note("trade: gatewayd cannot listen at " + (*config)->text(setting) +
                   ": the address is in use" + "\n       free it, or choose another: trade config set " +
                   setting + " 127.0.0.1:PORT");
    }
  }
}

Result<Running> start(Context& context, const app::Home& home, const std::string& name, bool foreground) {
  const DaemonOutput output = foreground ? DaemonOutput::standard_error : DaemonOutput::log_file;
  const Result<pid_t> child = start_daemon(context, home, name, output);
  if (!child) return std::unexpected(child.error());
  return Running{name, *child};
}

/// Waits until it answers; starts it where it ran and is ending.
Result<DaemonView> await_running(Context& context, const app::Home& home, bool foreground, Running& daemon,
                                 std::chrono::milliseconds timeout) {
  Result<DaemonView> view = await_daemon(context, home, daemon.name, daemon.child, timeout);
  if (view || view.error().code != ErrorCode::not_running) return view;
  if (daemon.child == 0) {
    const Result<Running> started = start(context, home, daemon.name, foreground);
    if (!started) return std::unexpected(started.error());
    daemon = *started;
    view = await_daemon(context, home, daemon.name, daemon.child, timeout);
    if (view || view.error().code != ErrorCode::not_running) return view;
  }
  // Another 'trade up' was quicker: its daemon is the one that is waited for, and not ours to stop.
  const Result<std::optional<int>> other = app::daemon_pid(home, daemon.name);
  if (!other || !*other) return view;
  daemon.child = 0;
  return await_daemon(context, home, daemon.name, 0, timeout);
}

/// All at once: what one has to read from the disk does not wait for what another has. Where one does not
/// come up, those behind it, which may be of no use without it, are stopped again.
Status start_all(Context& context, const app::Home& home, const Arguments& arguments,
                 std::vector<Running>& running, UpReport& report) {
  const std::chrono::milliseconds timeout =
      context.globals().timeout_seconds ? context.timeout() : start_timeout;
  std::vector<std::string> names = arguments.only;
  if (names.empty()) names = wanted_daemons(context, home);
  for (const std::string& name : names) {
    const Result<std::optional<int>> pid = app::daemon_pid(home, name);
    if (!pid) return std::unexpected(pid.error());
    Result<Running> daemon =
        *pid ? Result<Running>(Running{name, 0}) : start(context, home, name, arguments.foreground);
    if (!daemon) return pass_on(std::move(daemon));
    running.push_back(*std::move(daemon));
  }
  for (auto daemon = running.begin(); daemon != running.end(); ++daemon) {
    const Result<DaemonView> view = await_running(context, home, arguments.foreground, *daemon, timeout);
    if (!view) {
      stop_all(home, {daemon + 1, running.end()}, context);
      running.erase(daemon + 1, running.end());
      return std::unexpected(view.error());
    }
    report.add(*view);
    if (daemon->name == "gatewayd") note_addresses(context, home, *view);
  }
  report.finish();
  return {};
}

/// Stays until a signal comes or a daemon ends by itself.
Result<ExitStatus> watch(const app::Home& home, const std::vector<Running>& running, Context& context,
                         const CooperativeInterrupt& interrupt) {
  while (!interrupt.requested()) {
    for (const Running& daemon : running) {
      int status = 0;
      if (daemon.child == 0 || waitpid(daemon.child, &status, WNOHANG) != daemon.child) continue;
      std::vector<Running> others;
      for (const Running& other : running) {
        if (other.name != daemon.name) others.push_back(other);
      }
      stop_all(home, others, context);
      return fail(ErrorCode::not_running, daemon.name + " ended; the others were stopped");
    }
    std::this_thread::sleep_for(watch_interval);
  }
  stop_all(home, running, context);
  return ExitStatus::done;
}

Result<ExitStatus> up(Context& context, const Arguments& arguments) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  if (Status created = app::create_home(*home); !created) return pass_on(std::move(created));
  // A configuration that no daemon would start with is told once, before any is started.
  if (Result<const app::Config*> config = context.config(); !config) return pass_on(std::move(config));
  std::vector<Running> running;
  UpReport report(context);
  if (!arguments.foreground) {
    Status started = start_all(context, *home, arguments, running, report);
    if (!started) return pass_on(std::move(started));
    return ExitStatus::done;
  }
  const CooperativeInterrupt interrupt;
  Status started = start_all(context, *home, arguments, running, report);
  if (!started) {
    stop_all(*home, running, context);
    return pass_on(std::move(started));
  }
  return watch(*home, running, context, interrupt);
}

}  // namespace

Handler define_up(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_flag(app, "--foreground", arguments->foreground,
           "Stay, log to standard error, stop all on SIGINT or SIGTERM");
  add_value(app, "--only", arguments->only, parse_daemons, daemon_kind,
            "Only these, with commas between them");
  return [arguments](Context& context) { return up(context, *arguments); };
}

}  // namespace trade::cmd
