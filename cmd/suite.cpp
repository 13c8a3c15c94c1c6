#include "suite.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/daemon.hpp"
#include "base/clock.hpp"
#include "bus/endpoints.hpp"

namespace trade::cmd {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds poll_interval{10};
/// For one question while a daemon starts: it may not listen yet.
constexpr std::chrono::milliseconds question_timeout{500};
constexpr std::size_t log_bytes_read_max = 64 << 10;
constexpr std::size_t log_lines_shown = 5;

std::int64_t deadline_after(std::chrono::milliseconds timeout) {
  return monotonic_nanoseconds() + std::chrono::duration_cast<std::chrono::nanoseconds>(timeout).count();
}

/// The child's part between fork and exec: only calls that are safe there.
[[noreturn]] void become_daemon(const char* directory, char* const* arguments, char* const* variables,
                                int output, pid_t parent, DaemonOutput kind, int failure_pipe) {
  setsid();
  // A daemon that stays keeps no file system busy but its own.
  [[maybe_unused]] const int changed = chdir(directory);
  close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
  if (kind != DaemonOutput::log_file) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
  }
  if (const int null = open("/dev/null", O_RDWR); null >= 0) dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGPIPE, SIG_DFL);
  execve(arguments[0], arguments, variables);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(failure_pipe, &error, sizeof error);
  _exit(127);
}

/// The variables of a daemon. Has glibc's malloc ask for large pages, unless its tunables are set already:
/// where a page costs much when it is first used, as on some virtual machines, ledgerd and feedd take a sixth
/// less processor time then. share/systemd has the same.
std::vector<std::string> daemon_variables() {
  std::vector<std::string> variables;
  for (char* const* variable = environ; *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  if (!environment("GLIBC_TUNABLES")) variables.emplace_back("GLIBC_TUNABLES=glibc.malloc.hugetlb=1");
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// "; its last words: …" of the log, or nothing.
std::string log_hint(const app::Home& home, std::string_view daemon) {
  std::string hint = "its log is " + (home.log() / (std::string(daemon) + ".log")).string();
  for (const std::string& line : last_log_lines(home, daemon, log_lines_shown))
    hint += " | " + line;
  return hint;
}

}  // namespace

Result<std::vector<std::string>> parse_daemons(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view name = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    if (std::ranges::find(bus::daemon_names, name) == bus::daemon_names.end()) {
      std::string known;
      for (const std::string_view daemon : bus::daemon_names)
        known += (known.empty() ? "" : ", ") + std::string(daemon);
      return fail(ErrorCode::usage, "no daemon '" + std::string(name.substr(0, 40)) + "'",
                  "there are " + known);
    }
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  }
  if (names.empty()) return fail(ErrorCode::usage, "no daemon is named", "name them as tradingd,ledgerd");
  std::ranges::sort(names, {}, [](const std::string& name) {
    return std::ranges::find(bus::daemon_names, name) - bus::daemon_names.begin();
  });
  return names;
}

Result<fs::path> find_program(std::string_view daemon) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    fs::path beside = self.parent_path() / daemon;
    if (access(beside.c_str(), X_OK) == 0) return beside;
  }
  const char* const variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? "" : variable;
  while (!path.empty()) {
    const std::size_t colon = path.find(':');
    fs::path candidate = fs::path(path.substr(0, colon)) / daemon;
    if (candidate.is_absolute() && access(candidate.c_str(), X_OK) == 0) return candidate;
    path = colon == std::string_view::npos ? std::string_view{} : path.substr(colon + 1);
  }
  return fail(ErrorCode::not_found, "no program '" + std::string(daemon) + "' beside trade or on PATH",
              "install the whole suite, or add its directory to PATH");
}

Result<pid_t> start_daemon(Context& context, const app::Home& home, std::string_view daemon,
                           DaemonOutput kind) {
  Result<fs::path> program = find_program(daemon);
  if (!program) return pass_on(std::move(program));
  std::vector<std::string> arguments{program->string(), "--home", home.root.string()};
  if (context.globals().config || environment("TRADE_CONFIG")) {
    const Result<fs::path> config = context.config_file();
    if (!config) return std::unexpected(config.error());
    arguments.insert(arguments.end(), {"--config", config->string()});
  }
  int output = STDERR_FILENO;
  if (kind != DaemonOutput::standard_error) {
    arguments.emplace_back("--log-file");
    const fs::path log = home.log() / (std::string(daemon) + ".log");
    output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0)
      return fail(ErrorCode::internal, "cannot write " + log.string() + ": " + std::strerror(errno));
  }
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  std::vector<std::string> variables = daemon_variables();
  const std::vector<char*> variable_pointers = pointers_to(variables);
  int failure_pipe[2];
  if (pipe2(failure_pipe, O_CLOEXEC) != 0) {
    return fail(ErrorCode::internal, std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    become_daemon(home.root.c_str(), argument_pointers.data(), variable_pointers.data(), output, parent, kind,
                  failure_pipe[1]);
  }
  const int fork_error = errno;
  close(failure_pipe[1]);
  if (output != STDERR_FILENO) close(output);
  int exec_error = 0;
  const bool exec_failed = child > 0 && read(failure_pipe[0], &exec_error, sizeof exec_error) > 0;
  close(failure_pipe[0]);
  if (child < 0)
    return fail(ErrorCode::internal, std::string("cannot start a process: ") + std::strerror(fork_error));
  if (exec_failed) {
    waitpid(child, nullptr, 0);
    return fail(ErrorCode::internal, "cannot run " + arguments.front() + ": " + std::strerror(exec_error));
  }
  return child;
}

Result<DaemonView> ask_daemon(Context& context, std::string_view daemon, std::chrono::milliseconds timeout) {
  Result<ClientOptions> options = context.client_options();
  if (!options) return pass_on(std::move(options));
  options->timeout = timeout;
  return Client(*options).status(daemon);
}

Result<DaemonView> await_daemon(Context& context, const app::Home& home, std::string_view daemon, pid_t child,
                                std::chrono::milliseconds timeout) {
  const std::int64_t deadline = deadline_after(timeout);
  for (;;) {
    Result<DaemonView> view = ask_daemon(context, daemon, std::min(timeout, question_timeout));
    if (view) return view;
    if (view.error().code != ErrorCode::not_running && view.error().code != ErrorCode::timed_out) return view;
    int status = 0;
    if (child > 0 && waitpid(child, &status, WNOHANG) == child) {
      const std::string how = WIFSIGNALED(status)
                                  ? "was killed by signal " + std::to_string(WTERMSIG(status))
                                  : "ended with status " + std::to_string(WEXITSTATUS(status));
      return fail(ErrorCode::not_running, std::string(daemon) + " did not start: it " + how,
                  log_hint(home, daemon));
    }
    if (child == 0) {
      // It ran when it was looked at; killed a moment before, it may have been on its way out.
      const Result<std::optional<int>> pid = app::daemon_pid(home, daemon);
      if (pid && !*pid) return fail(ErrorCode::not_running, std::string(daemon) + " has ended");
    }
    if (monotonic_nanoseconds() >= deadline) {
      return fail(
          ErrorCode::timed_out,
          std::string(daemon) + " does not answer after " + std::to_string(timeout.count() / 1'000) + " s",
          log_hint(home, daemon));
    }
    std::this_thread::sleep_for(poll_interval);
  }
}

Result<bool> await_end(const app::Home& home, std::string_view daemon, std::chrono::milliseconds timeout) {
  const std::int64_t deadline = deadline_after(timeout);
  for (;;) {
    // Where this process is the parent, the end is to be taken note of.
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    Result<std::optional<int>> pid = app::daemon_pid(home, daemon);
    if (!pid) return pass_on(std::move(pid));
    if (!*pid) return true;
    if (monotonic_nanoseconds() >= deadline) return false;
    std::this_thread::sleep_for(poll_interval);
  }
}

std::vector<std::string> last_log_lines(const app::Home& home, std::string_view daemon,
                                        std::size_t lines_max) {
  std::ifstream file(home.log() / (std::string(daemon) + ".log"), std::ios::binary);
  if (!file) return {};
  file.seekg(0, std::ios::end);
  const auto size = static_cast<std::size_t>(std::max<std::streamoff>(0, file.tellg()));
  file.seekg(static_cast<std::streamoff>(size - std::min(size, log_bytes_read_max)));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) lines.push_back(std::move(line));
  }
  if (lines.size() > lines_max) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(lines_max));
  }
  return lines;
}

}  // namespace trade::cmd
