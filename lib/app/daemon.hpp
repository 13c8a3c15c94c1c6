// What every daemon's main does: options, home, configuration, logging, the lock that keeps a second one
// out, signals, readiness.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "app/home.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace CLI {
class App;
}

namespace trade::app {

/// The version of the whole suite: "0.1.0".
std::string_view version();

/// A lock file `<home>/run/<daemon>.pid` with the process's number in it. The lock, not the file, says that
/// the daemon runs: it goes with the process however that ends.
class DaemonLock {
 public:
  /// Fails, naming the other process, when the daemon runs already.
  static Result<DaemonLock> take(const Home& home, std::string_view daemon);
  ~DaemonLock();
  DaemonLock(DaemonLock&& other) noexcept;
  DaemonLock& operator=(DaemonLock&& other) noexcept;

 private:
  explicit DaemonLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

/// The process that runs this daemon in this home, or nothing when none does.
Result<std::optional<int>> daemon_pid(const Home& home, std::string_view daemon);

enum class DaemonSignal : std::uint8_t {
  stop,    ///< SIGTERM or SIGINT
  reload,  ///< SIGHUP: the configuration has been read again
};

/// What a daemon's own code is given.
class DaemonContext {
 public:
  struct State;
  explicit DaemonContext(State& state) : state_(state) {}

  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] const Home& home() const;
  [[nodiscard]] const Config& config() const;
  [[nodiscard]] Timestamp started_at() const;

  /// Readable when a signal has come. With PollLoop: `loop.add(context.signal_descriptor(), …)`.
  [[nodiscard]] int signal_descriptor() const;
  /// The next signal that has come, if any; never waits. On `reload`, log files are opened anew, `config` has
  /// the new values of what can be taken over, and the log says what can and what cannot.
  std::optional<DaemonSignal> next_signal();

  /// Tells the service manager, if there is one, that requests are answered from now on.
  void ready();
  /// A line for the service manager's status display, such as "catching up".
  void report_status(std::string_view text);

 private:
  State& state_;
};

struct DaemonDescription {
  std::string_view name;     ///< "tradingd"
  std::string_view summary;  ///< one line for --help
  /// Adds the daemon's own options, if it has any.
  std::function<void(CLI::App&)> add_options = {};
};

/// A daemon's whole main: `return run_daemon(argc, argv, {…}, [](DaemonContext& context) -> Status {…});`
/// Options: --home, --config, --log-level, --log-file (log to `<home>/log/<daemon>.log`, not to standard
/// error), --version, --help. An error of start-up or of `body` is one line on standard error; the result
/// is the exit status (0, 1, or 2 for wrong options). Whatever `body` makes is gone before the lock is.
int run_daemon(int argc, char** argv, const DaemonDescription& description,
               const std::function<Status(DaemonContext&)>& body);

}  // namespace trade::app
