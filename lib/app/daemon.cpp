#include "app/daemon.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>

#include <CLI/CLI.hpp>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/home_lock.hpp"
#include "app/log.hpp"
#include "app/notify.hpp"
#include "app/scheduling.hpp"
#include "base/clock.hpp"
#include "base/standard_descriptors.hpp"

namespace trade::app {

namespace {

struct Options {
  std::string home;
  std::string config;
  std::string log_level;
  bool log_to_file = false;
};

}  // namespace

struct DaemonContext::State {
  Options options;
  std::string name;
  Home home;
  Config config;
  LogOptions log;
  Timestamp started_at;
  int signal_descriptor = -1;
};

namespace {

/// Each client connection takes a descriptor; beyond this more would not help.
constexpr rlim_t open_files_wanted = 65'536;

/// What a batch or the image of a page took is wanted again soon. Given back to the system each time, as
/// malloc does with pieces of 128 KiB and more, it comes back as pages that have to be cleared first.
void keep_freed_memory() {
  constexpr int own_mapping_bytes_min = 32 << 20;  // the most that malloc takes
  constexpr int free_bytes_kept = 128 << 20;
  ::mallopt(M_MMAP_THRESHOLD, own_mapping_bytes_min);
  ::mallopt(M_TRIM_THRESHOLD, free_bytes_kept);
}

void prepare_process() {
  ::umask(077);
  std::signal(SIGPIPE, SIG_IGN);
  // A file that may not grow any more is an error of whoever writes it.
  std::signal(SIGXFSZ, SIG_IGN);
  // Inherited as ignored, nobody could wait for a child.
  std::signal(SIGCHLD, SIG_DFL);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, open_files_wanted));
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ask_for_short_slices();
  keep_freed_memory();
}

/// Before any thread is started: signals are blocked, so that in every thread they wait for the descriptor.
Result<int> open_signal_descriptor() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, signal);
  if (::pthread_sigmask(SIG_BLOCK, &signals, nullptr) != 0) {
    return fail(ErrorCode::internal, "cannot block signals");
  }
  const int descriptor = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor < 0) {
    return fail(ErrorCode::internal, "cannot receive signals: " + std::generic_category().message(errno));
  }
  return descriptor;
}

/// The exit status when the options alone decide it (help, version, mistakes), else nothing.
std::optional<int> parse_options(int argc, char** argv, const DaemonDescription& description,
                                 Options& options) {
  CLI::App parser{std::string(description.summary), std::string(description.name)};
  parser.add_option("--home", options.home, "Directory that holds everything of the suite")->type_name("DIR");
  parser.add_option("--config", options.config, "Configuration file instead of the one in the home")
      ->type_name("FILE");
  parser.add_option("--log-level", options.log_level, "trace, debug, info, warning, error or off")
      ->type_name("LEVEL");
  parser.add_flag("--log-file", options.log_to_file, "Log to a file in the home, not to standard error");
  parser.set_version_flag("--version", std::string(description.name) + " " + std::string(version()));
  if (description.add_options) description.add_options(parser);
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return parser.exit(error);
    std::fprintf(stderr, "%s: %s (see %s --help)\n", std::string(description.name).c_str(), error.what(),
                 std::string(description.name).c_str());
    return 2;
  }
  return std::nullopt;
}

Result<Config> load_configuration(const DaemonContext::State& state) {
  std::filesystem::path file = state.home.config_file();
  bool required = false;
  if (const char* variable = std::getenv("TRADE_CONFIG"); variable != nullptr && variable[0] != '\0') {
    file = variable;
    required = true;
  }
  if (!state.options.config.empty()) {
    file = state.options.config;
    required = true;
  }
  auto config = Config::load(file, required);
  if (!config || state.options.log_level.empty()) return config;
  if (auto set = config->override_value("log.level", state.options.log_level, "--log-level"); !set)
    return pass_on(std::move(set));
  return config;
}

Status set_up_logging(DaemonContext::State& state) {
  state.log.level = state.config.text("log.level");
  state.log.format = state.config.text("log.format");
  state.log.daemon = state.name;
  state.log.file_bytes_max = static_cast<std::size_t>(state.config.integer("log.file_megabytes")) << 20;
  state.log.files_max = static_cast<std::size_t>(state.config.integer("log.files_max"));
  if (state.options.log_to_file) state.log.file = state.home.log() / (state.name + ".log");
  return start_logging(state.log);
}

/// Reads the configuration again, takes over what can be, opens the log anew, and says in it what came of it.
void reload(DaemonContext::State& state) {
  auto wanted = load_configuration(state);
  const std::vector<Config::Change> changes =
      wanted ? state.config.take_over(*wanted, state.name) : std::vector<Config::Change>{};
  if (auto reopened = set_up_logging(state); !reopened) {
    spdlog::warn("the log goes on as it was: {}", reopened.error().message);
  }
  if (!wanted) {
    const Error& error = wanted.error();
    spdlog::error("reload: everything stays as it was: {}{}{}", error.message, error.hint.empty() ? "" : "; ",
                  error.hint);
    return;
  }
  for (const Config::Change& change : changes) {
    if (change.taken_over) {
      log_at_any_level(spdlog::level::info, "reload: " + change.key->full_name() + " is '" + change.wanted +
                                                "' from now on, it was '" + change.before + "'");
    } else {
      log_at_any_level(spdlog::level::warn, "reload: " + change.key->full_name() + " stays '" +
                                                change.before + "': '" + change.wanted +
                                                "' needs a new start of " + state.name);
    }
  }
  if (changes.empty()) spdlog::info("reload: nothing has changed");
}

Status start_and_run(DaemonContext::State& state, const std::function<Status(DaemonContext&)>& body) {
  prepare_process();
  auto home = resolve_home(state.options.home);
  if (!home) return pass_on(std::move(home));
  state.home = *std::move(home);
  if (auto created = create_home(state.home); !created) return created;
  auto config = load_configuration(state);
  if (!config) return pass_on(std::move(config));
  state.config = *std::move(config);
  auto signals = open_signal_descriptor();
  if (!signals) return pass_on(std::move(signals));
  state.signal_descriptor = *signals;
  const auto home_lock = HomeLock::share(state.home);
  if (!home_lock) return std::unexpected(home_lock.error());
  if (Status restored = check_restored(state.home); !restored) return restored;
  // The lock before the log: a second daemon must not touch the file of the first.
  auto lock = DaemonLock::take(state.home, state.name);
  if (!lock) return pass_on(std::move(lock));
  if (auto logging = set_up_logging(state); !logging) return logging;

  DaemonContext context(state);
  spdlog::info("{} {} starts as process {} (home {})", state.name, version(), ::getpid(),
               state.home.root.string());
  Status status = body(context);
  notify_service_manager("STOPPING=1");
  if (status) {
    spdlog::info("{} stopped", state.name);
  } else if (!state.log.file.empty()) {
    spdlog::error("{} stopped: {}{}{}", state.name, status.error().message,
                  status.error().hint.empty() ? "" : "; ", status.error().hint);
  }
  flush_log();
  return status;
}

}  // namespace

std::string_view version() {
  return TRADE_VERSION;
}

std::string_view DaemonContext::name() const {
  return state_.name;
}
const Home& DaemonContext::home() const {
  return state_.home;
}
const Config& DaemonContext::config() const {
  return state_.config;
}
Timestamp DaemonContext::started_at() const {
  return state_.started_at;
}
int DaemonContext::signal_descriptor() const {
  return state_.signal_descriptor;
}

std::optional<DaemonSignal> DaemonContext::next_signal() {
  signalfd_siginfo info{};
  ssize_t size = 0;
  do {
    size = ::read(state_.signal_descriptor, &info, sizeof info);
  } while (size < 0 && errno == EINTR);
  if (size != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  if (info.ssi_signo != SIGHUP) return DaemonSignal::stop;
  reload(state_);
  return DaemonSignal::reload;
}

void DaemonContext::ready() {
  notify_service_manager("READY=1\nSTATUS=running");
}

void DaemonContext::report_status(std::string_view text) {
  notify_service_manager("STATUS=" + std::string(text));
}

int run_daemon(int argc, char** argv, const DaemonDescription& description,
               const std::function<Status(DaemonContext&)>& body) {
  hold_standard_descriptors();
  DaemonContext::State state;
  if (const auto status = parse_options(argc, argv, description, state.options)) return *status;
  state.name = description.name;
  state.started_at = SystemClock().now();
  Status status;
  try {
    status = start_and_run(state, body);
  } catch (const std::exception& exception) {
    status = fail(ErrorCode::internal, std::string("unexpected failure: ") + exception.what());
  }
  if (state.signal_descriptor >= 0) ::close(state.signal_descriptor);
  if (status) return 0;
  const Error& error = status.error();
  std::fprintf(stderr, "%s: %s%s%s%s\n", state.name.c_str(), error.message.c_str(),
               error.hint.empty() ? "" : " (", error.hint.c_str(), error.hint.empty() ? "" : ")");
  return error.code == ErrorCode::usage ? 2 : 1;
}

}  // namespace trade::app
