// The daemons as processes: finding, starting, awaiting and stopping them.
#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"
#include "context.hpp"

namespace trade::cmd {

/// The daemons that a suite runs when nothing else is asked for, in the order in which they start.
constexpr std::array<std::string_view, 4> standard_daemons = {"tradingd", "ledgerd", "feedd", "gatewayd"};

/// Those, and fixd where there is a FIX session or a venue. Where daemons follow the journal of another
/// machine, those alone: there is no tradingd here.
std::vector<std::string> wanted_daemons(Context& context, const app::Home& home);

/// Every daemon name there is; parses "tradingd,feedd" into names in the order in which they start.
Result<std::vector<std::string>> parse_daemons(std::string_view text);

/// The daemon's program: beside this one, else on PATH.
Result<std::filesystem::path> find_program(std::string_view daemon);

/// Where a started daemon's output goes.
enum class DaemonOutput : std::uint8_t {
  log_file,        ///< `<home>/log/<daemon>.log`; the daemon outlives this process and its terminal
  log_file_bound,  ///< the same file; the daemon is told to stop when the thread that starts it ends
  standard_error,  ///< as this process's own; the daemon is told to stop then, too
};

/// Starts it in a session of its own. The result is the child's process.
Result<pid_t> start_daemon(Context& context, const app::Home& home, std::string_view daemon,
                           DaemonOutput output);

/// Waits until the started daemon answers. An error tells why not, with the last lines of its log. `child`
/// zero: another process started it; `not_running` as soon as it has ended.
Result<DaemonView> await_daemon(Context& context, const app::Home& home, std::string_view daemon, pid_t child,
                                std::chrono::milliseconds timeout);

/// Waits until no process runs this daemon any more. False: it still does after `timeout`.
Result<bool> await_end(const app::Home& home, std::string_view daemon, std::chrono::milliseconds timeout);

/// What a daemon says of itself, within `timeout`.
Result<DaemonView> ask_daemon(Context& context, std::string_view daemon, std::chrono::milliseconds timeout);

/// The last lines of a daemon's log, at most `lines_max`.
std::vector<std::string> last_log_lines(const app::Home& home, std::string_view daemon,
                                        std::size_t lines_max);

}  // namespace trade::cmd
