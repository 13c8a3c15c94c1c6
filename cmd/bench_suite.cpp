#include "bench_suite.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

#include "app/config.hpp"
#include "app/daemon.hpp"
#include "base/clock.hpp"
#include "bench_load.hpp"
#include "process_stat.hpp"
#include "suite.hpp"

namespace trade::cmd {

using std::chrono::milliseconds;

namespace {

/// Those that an order passes through on its way.
constexpr std::array<std::string_view, 3> measured_daemons = {"tradingd", "ledgerd", "feedd"};

/// A memory figure of /proc/PID/status ("VmHWM:") in bytes; zero when it cannot be read.
std::int64_t memory_bytes(std::int64_t pid, std::string_view figure) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string word;
  while (status >> word) {
    std::int64_t kibibytes = 0;
    if (word == figure && status >> kibibytes) return kibibytes * 1'024;
  }
  return 0;
}

/// Of /proc/PID/stat: the times of the process and of its children that it has waited for. Zero when they
/// cannot be read.
double processor_seconds_of(std::int64_t pid) {
  std::istringstream words(process_stat(pid));
  std::string word;
  constexpr int words_before_times = 11;
  for (int i = 0; i < words_before_times; ++i)
    words >> word;
  std::int64_t ticks = 0;
  for (std::int64_t time = 0, count = 0; count < 4 && words >> time; ++count)
    ticks += time;
  return static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

Footprint footprint_of(std::int64_t pid) {
  Footprint footprint;
  footprint.own_bytes = memory_bytes(pid, "RssAnon:");
  footprint.mapped_file_bytes = memory_bytes(pid, "RssFile:");
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc/" + std::to_string(pid) + "/fd", error), end;
       !error && entry != end; entry.increment(error)) {
    ++footprint.open_files;
  }
  return footprint;
}

/// The largest resident size that a process has had.
std::int64_t peak_memory_bytes(std::int64_t pid) {
  return memory_bytes(pid, "VmHWM:");
}

}  // namespace

Result<Context*> ThrowAwaySuite::start() {
  if (!globals_.home) {
    // Not /tmp, which often is memory: a sync there says nothing.
    std::string pattern = "/var/tmp/trade-bench.XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
      return fail(ErrorCode::internal, "cannot create " + pattern + ": " + std::strerror(errno),
                  "name a directory with --home");
    }
    globals_.home = pattern;
    temporary_ = pattern;
  }
  context_ = std::make_unique<Context>(globals_);
  Result<app::Home> home = context_->home();
  if (!home) return pass_on(std::move(home));
  home_ = *home;
  if (Status created = app::create_home(home_); !created) return std::unexpected(created.error());
  if (!temporary_.empty() && !settings_.empty()) {
    if (Status configured = configure(); !configured) return std::unexpected(configured.error());
  }
  for (const std::string_view daemon : measured_daemons) {
    if (Status runs = run_also(daemon); !runs) return pass_on(std::move(runs));
  }
  return context_.get();
}

Status ThrowAwaySuite::configure() {
  const Result<std::filesystem::path> given = context_->config_file();
  if (!given) return std::unexpected(given.error());
  const std::filesystem::path own = home_.config_file();
  if (std::error_code error; *given != own && !std::filesystem::copy_file(*given, own, error)) {
    return fail(ErrorCode::not_found, "cannot copy " + given->string() + ": " + error.message(),
                "is that file there?");
  }
  for (const Setting& setting : settings_) {
    const Result<const app::ConfigKey*> key = app::find_config_key(setting.key);
    if (!key) return std::unexpected(key.error());
    ::unsetenv((*key)->environment_name().c_str());
    if (Status set = app::set_config_value(own, setting.key, setting.value); !set) return set;
  }
  globals_.config = own.string();
  context_ = std::make_unique<Context>(globals_);
  return {};
}

Status ThrowAwaySuite::change(const Setting& setting, std::string_view daemon) {
  if (Status set = app::set_config_value(home_.config_file(), setting.key, setting.value); !set) return set;
  const Result<std::optional<int>> pid = app::daemon_pid(home_, daemon);
  if (!pid) return std::unexpected(pid.error());
  if (!*pid) return fail(ErrorCode::not_running, std::string(daemon) + " has ended");
  ::kill(**pid, SIGHUP);
  return {};
}

Status ThrowAwaySuite::run_also(std::string_view daemon) {
  Result<std::optional<int>> running = app::daemon_pid(home_, daemon);
  if (!running) return pass_on(std::move(running));
  pid_t child = 0;
  if (!*running) {
    Result<pid_t> started = start_daemon(*context_, home_, daemon, DaemonOutput::log_file_bound);
    if (!started) return pass_on(std::move(started));
    child = *started;
    started_.emplace_back(daemon);
  }
  Result<DaemonView> view = await_daemon(*context_, home_, daemon, child, bench_patience);
  if (!view) return pass_on(std::move(view));
  return {};
}

void ThrowAwaySuite::stop() {
  for (auto daemon = started_.rbegin(); daemon != started_.rend(); ++daemon) {
    const Result<std::optional<int>> pid = app::daemon_pid(home_, *daemon);
    if (!pid || !*pid) continue;
    ::kill(**pid, SIGTERM);
    static_cast<void>(await_end(home_, *daemon, bench_patience));
  }
  if (!temporary_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(temporary_, ignored);
  }
}

Result<ClientOptions> set_up_market(Context& context, Context& bench, const app::Home& home,
                                    BenchMarket& market) {
  Result<ClientOptions> options = bench.client_options();
  if (!options) return options;
  options->timeout = bench_patience;
  context.note("setting up " + std::to_string(market.accounts) + " accounts and " +
               std::to_string(market.symbols) + " symbols in " + home.root.string());
  if (Status made = make_bench_market(*options, market); !made) return pass_on(std::move(made));
  return options;
}

Result<double> await_ledger(Context& context, Sequence sequence) {
  const std::int64_t start = monotonic_nanoseconds();
  while (true) {
    const Result<DaemonView> ledger = ask_daemon(context, "ledgerd", bench_patience);
    if (!ledger) return std::unexpected(ledger.error());
    const double seconds = static_cast<double>(monotonic_nanoseconds() - start) / 1e9;
    if (ledger->sequence >= sequence) return seconds;
    if (seconds > std::chrono::duration<double>(bench_patience).count()) {
      return fail(ErrorCode::timed_out, "ledgerd has not caught up after " + std::to_string(seconds) + " s");
    }
    std::this_thread::sleep_for(milliseconds(2));
  }
}

std::int64_t counter(const DaemonView& view, const char* name) {
  const auto found = view.counters.find(name);
  return found == view.counters.end() ? 0 : found->second;
}

format::Json percentiles_us(const Histogram& nanoseconds) {
  const auto microseconds = [&](double percent) {
    return static_cast<double>(nanoseconds.percentile(percent)) / 1'000;
  };
  format::Json json;
  json["p50"] = microseconds(50);
  json["p90"] = microseconds(90);
  json["p99"] = microseconds(99);
  json["p999"] = microseconds(99.9);
  json["max"] = static_cast<double>(nanoseconds.max()) / 1'000;
  return json;
}

Status describe_daemons(Context& context, format::Json& json, std::initializer_list<std::string_view> more) {
  std::int64_t memory = 0;
  std::vector<std::string_view> daemons(measured_daemons.begin(), measured_daemons.end());
  daemons.insert(daemons.end(), more);
  for (const std::string_view daemon : daemons) {
    const Result<DaemonView> view = ask_daemon(context, daemon, bench_patience);
    if (!view) return std::unexpected(view.error());
    const std::int64_t bytes = peak_memory_bytes(view->pid);
    json["peak_memory_bytes_by_daemon"][std::string(daemon)] = bytes;
    memory += bytes;
    const Footprint footprint = footprint_of(view->pid);
    format::Json& now = json["memory_bytes_by_daemon"][std::string(daemon)];
    now["own"] = footprint.own_bytes;
    now["mapped_files"] = footprint.mapped_file_bytes;
    if (daemon != "tradingd") continue;
    json["commit_us"]["p50"] = counter(*view, "commit_p50_us");
    json["commit_us"]["p99"] = counter(*view, "commit_p99_us");
    json["commit_us"]["max"] = counter(*view, "commit_max_us");
    json["checkpoint_pause_max_us"] = counter(*view, "checkpoint_pause_max_us");
    json["checkpoint_copy_max_us"] = counter(*view, "checkpoint_copy_max_us");
    json["checkpoint_fork_processor_max_us"] = counter(*view, "checkpoint_fork_processor_max_us");
    const std::int64_t commits = counter(*view, "commits");
    json["orders_per_commit"] = commits == 0 ? 0 : counter(*view, "commands") / commits;
  }
  json["peak_memory_bytes"] = memory;
  return {};
}

Result<ProcessorSeconds> processor_seconds(Context& context) {
  ProcessorSeconds seconds;
  for (const std::string_view daemon : measured_daemons) {
    const Result<DaemonView> view = ask_daemon(context, daemon, bench_patience);
    if (!view) return std::unexpected(view.error());
    seconds[std::string(daemon)] = processor_seconds_of(view->pid);
  }
  seconds["client"] = processor_seconds_of(::getpid());
  return seconds;
}

Result<std::map<std::string, Footprint>> footprints(Context& context) {
  std::map<std::string, Footprint> found;
  for (const std::string_view daemon : measured_daemons) {
    const Result<DaemonView> view = ask_daemon(context, daemon, bench_patience);
    if (!view) return std::unexpected(view.error());
    found[std::string(daemon)] = footprint_of(view->pid);
  }
  return found;
}

std::int64_t own_peak_memory_bytes() {
  return peak_memory_bytes(::getpid());
}

std::uint64_t disk_bytes(const std::filesystem::path& directory) {
  constexpr std::uint64_t block_bytes = 512;  // the unit of st_blocks, whatever the file system's own is
  std::uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    struct stat status{};
    if (::lstat(entry->path().c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      bytes += static_cast<std::uint64_t>(status.st_blocks) * block_bytes;
    }
  }
  return bytes;
}

void BenchProgress::operator()(std::uint64_t done) {
  const std::int64_t now = monotonic_nanoseconds();
  if (now - last_ < nanoseconds_per_second && done < total_) return;
  last_ = now;
  context_.note(what_ + ": " + std::to_string(done) + " of " + std::to_string(total_) + " " + unit_);
}

}  // namespace trade::cmd
