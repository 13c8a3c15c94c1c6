// trade bench orders: orders through the sockets of a running suite, durable before they are acknowledged.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "app/daemon.hpp"
#include "arguments.hpp"
#include "base/clock.hpp"
#include "bench_load.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "suite.hpp"

namespace trade::cmd {

namespace {

using std::chrono::milliseconds;

/// A start or a catch-up may take this long.
constexpr milliseconds patience{120'000};
constexpr int disk_sync_samples = 200;

struct Arguments {
  std::uint64_t orders = 1'000'000;
  std::uint64_t rate = 10'000;
  std::uint64_t rate_seconds = 5;
  std::uint64_t clients = 2;
  std::uint64_t symbols = 100;
  std::uint64_t accounts = 1'000;
  std::uint64_t orders_per_request = 64;
  std::uint64_t seed = 1;
};

/// A home that is removed at the end, with a suite in it that is stopped before.
class ThrowAwaySuite {
 public:
  explicit ThrowAwaySuite(const Globals& globals) : globals_(globals) {}
  ~ThrowAwaySuite() { stop(); }
  ThrowAwaySuite(const ThrowAwaySuite&) = delete;
  ThrowAwaySuite& operator=(const ThrowAwaySuite&) = delete;

  /// Starts the suite; in the home that was asked for, if one was, which then stays.
  Result<Context*> start() {
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
    for (const std::string_view daemon : standard_daemons) {
      Result<std::optional<int>> running = app::daemon_pid(home_, daemon);
      if (!running) return pass_on(std::move(running));
      pid_t child = 0;
      if (!*running) {
        Result<pid_t> started = start_daemon(*context_, home_, daemon, DaemonOutput::log_file);
        if (!started) return pass_on(std::move(started));
        child = *started;
        started_.emplace_back(daemon);
      }
      Result<DaemonView> view = await_daemon(*context_, home_, daemon, child, patience);
      if (!view) return pass_on(std::move(view));
    }
    return context_.get();
  }

  [[nodiscard]] const app::Home& home() const { return home_; }

 private:
  void stop() {
    for (auto daemon = started_.rbegin(); daemon != started_.rend(); ++daemon) {
      const Result<std::optional<int>> pid = app::daemon_pid(home_, *daemon);
      if (!pid || !*pid) continue;
      ::kill(**pid, SIGTERM);
      static_cast<void>(await_end(home_, *daemon, patience));
    }
    if (!temporary_.empty()) {
      std::error_code ignored;
      std::filesystem::remove_all(temporary_, ignored);
    }
  }

  Globals globals_;
  std::unique_ptr<Context> context_;
  app::Home home_;
  std::vector<std::string> started_;
  std::filesystem::path temporary_;
};

/// How long this disk takes to make 4 KiB durable, in microseconds.
Status measure_disk_sync(const std::filesystem::path& directory, Histogram& microseconds) {
  const std::filesystem::path path = directory / "disk-sync-probe";
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0)
    return fail(ErrorCode::internal, "cannot write " + path.string() + ": " + std::strerror(errno));
  const std::vector<char> block(4'096, 'x');
  Status status;
  for (int i = 0; i < disk_sync_samples && status; ++i) {
    const std::int64_t start = monotonic_nanoseconds();
    const bool written =
        ::pwrite(file, block.data(), block.size(), i % 16 * 4'096) == 4'096 && ::fdatasync(file) == 0;
    if (!written)
      status = fail(ErrorCode::internal, "cannot sync " + path.string() + ": " + std::strerror(errno));
    microseconds.record(
        static_cast<std::uint64_t>((monotonic_nanoseconds() - start) / nanoseconds_per_microsecond));
  }
  ::close(file);
  ::unlink(path.c_str());
  return status;
}

/// The largest resident size that a process has had, in bytes; zero when it cannot be read.
std::int64_t peak_memory_bytes(std::int64_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string word;
  while (status >> word) {
    std::int64_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1'024;
  }
  return 0;
}

/// How long ledgerd takes until it has applied everything up to `sequence`.
Result<double> await_ledger(Context& context, Sequence sequence) {
  const std::int64_t start = monotonic_nanoseconds();
  while (true) {
    const Result<DaemonView> ledger = ask_daemon(context, "ledgerd", patience);
    if (!ledger) return std::unexpected(ledger.error());
    const double seconds = static_cast<double>(monotonic_nanoseconds() - start) / 1e9;
    if (ledger->sequence >= sequence) return seconds;
    if (seconds > std::chrono::duration<double>(patience).count()) {
      return fail(ErrorCode::timed_out, "ledgerd has not caught up after " + std::to_string(seconds) + " s");
    }
    std::this_thread::sleep_for(milliseconds(2));
  }
}

std::int64_t counter(const DaemonView& view, const char* name) {
  const auto found = view.counters.find(name);
  return found == view.counters.end() ? 0 : found->second;
}

format::Json percentiles(const Histogram& nanoseconds) {
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

/// A line on a terminal that is drawn over again; in a log, one line a second.
class Progress {
 public:
  Progress(Context& context, std::string what, std::uint64_t total)
      : context_(context), what_(std::move(what)), total_(total) {}
  void operator()(std::uint64_t done) {
    const std::int64_t now = monotonic_nanoseconds();
    if (now - last_ < nanoseconds_per_second && done < total_) return;
    last_ = now;
    context_.note(what_ + ": " + std::to_string(done) + " of " + std::to_string(total_) + " orders");
  }

 private:
  Context& context_;
  std::string what_;
  std::uint64_t total_;
  std::int64_t last_ = 0;
};

Result<ExitStatus> bench_orders(Context& context, const Arguments& arguments) {
  const CooperativeInterrupt interrupt;
  ThrowAwaySuite suite(context.globals());
  const Result<Context*> started = suite.start();
  if (!started) return std::unexpected(started.error());
  Context& bench = **started;
  Result<ClientOptions> options = bench.client_options();
  if (!options) return pass_on(std::move(options));
  options->timeout = patience;

  BenchMarket market;
  market.accounts = static_cast<std::uint32_t>(arguments.accounts);
  market.symbols = static_cast<std::uint32_t>(arguments.symbols);
  context.note("setting up " + std::to_string(market.accounts) + " accounts and " +
               std::to_string(market.symbols) + " symbols in " + suite.home().root.string());
  if (Status made = make_bench_market(*options, market); !made) return std::unexpected(made.error());
  Histogram disk_sync_microseconds;
  if (Status measured = measure_disk_sync(suite.home().root, disk_sync_microseconds); !measured) {
    return std::unexpected(measured.error());
  }
  const Result<DaemonView> ledger_before = ask_daemon(bench, "ledgerd", patience);
  if (!ledger_before) return std::unexpected(ledger_before.error());

  BenchLoad load;
  load.orders = arguments.orders;
  load.clients = static_cast<std::uint32_t>(arguments.clients);
  load.orders_per_request = static_cast<std::uint32_t>(arguments.orders_per_request);
  load.seed = arguments.seed;
  Progress flood_progress(context, "as fast as they go", load.orders);
  const auto flood = run_bench_load(*options, market, load, [&](std::uint64_t done) {
    flood_progress(done);
    return !interrupt.requested();
  });
  if (!flood) return std::unexpected(flood.error());
  const Result<double> ledger_lag_seconds = await_ledger(bench, flood->last_sequence);
  if (!ledger_lag_seconds) return std::unexpected(ledger_lag_seconds.error());
  const Result<DaemonView> ledger_after = ask_daemon(bench, "ledgerd", patience);
  if (!ledger_after) return std::unexpected(ledger_after.error());

  // Latency under a load that does not wait for answers: an order that is sent late is late.
  BenchMeasurement steady;
  if (arguments.rate != 0 && !interrupt.requested()) {
    BenchLoad open_loop = load;
    open_loop.rate = arguments.rate;
    open_loop.orders = arguments.rate * arguments.rate_seconds;
    open_loop.orders_per_request = 1;
    open_loop.seed = arguments.seed + 1;
    Progress steady_progress(context, "at " + std::to_string(arguments.rate) + " a second", open_loop.orders);
    auto measured = run_bench_load(*options, market, open_loop, [&](std::uint64_t done) {
      steady_progress(done);
      return !interrupt.requested();
    });
    if (!measured) return std::unexpected(measured.error());
    steady = std::move(*measured);
  }
  if (Status measured = measure_disk_sync(suite.home().root, disk_sync_microseconds); !measured) {
    return std::unexpected(measured.error());
  }

  const std::int64_t trades = counter(*ledger_after, "trades") - counter(*ledger_before, "trades");
  format::Json json;
  json["orders"] = flood->orders;
  json["trades"] = trades;
  json["rejected"] = flood->rejected;
  json["seconds"] = flood->seconds;
  json["orders_per_second"] = static_cast<std::uint64_t>(static_cast<double>(flood->orders) / flood->seconds);
  json["trades_per_second"] = static_cast<std::uint64_t>(static_cast<double>(trades) / flood->seconds);
  json["ledger_lag_seconds"] = *ledger_lag_seconds;
  json["latency_rate"] = arguments.rate;
  json["latency_us"] =
      percentiles(arguments.rate != 0 ? steady.latency_nanoseconds : flood->latency_nanoseconds);
  json["flood_latency_us"] = percentiles(flood->latency_nanoseconds);
  json["disk_sync_us"]["p50"] = disk_sync_microseconds.percentile(50);
  json["disk_sync_us"]["p99"] = disk_sync_microseconds.percentile(99);
  std::int64_t memory = 0;
  for (const std::string_view daemon : standard_daemons) {
    const Result<DaemonView> view = ask_daemon(bench, daemon, patience);
    if (!view) return std::unexpected(view.error());
    const std::int64_t bytes = peak_memory_bytes(view->pid);
    json["peak_memory_bytes_by_daemon"][std::string(daemon)] = bytes;
    memory += bytes;
    if (daemon != "tradingd") continue;
    json["commit_us"]["p50"] = counter(*view, "commit_p50_us");
    json["commit_us"]["p99"] = counter(*view, "commit_p99_us");
    json["orders_per_commit"] =
        counter(*view, "commits") == 0 ? 0 : counter(*view, "commands") / counter(*view, "commits");
  }
  json["peak_memory_bytes"] = memory;
  context.output().record(json);
  return interrupt.requested() ? ExitStatus::interrupted : ExitStatus::done;
}

/// A parser of whole numbers in a range.
auto number_between(std::uint64_t min, std::uint64_t max) {
  return [min, max](std::string_view text) -> Result<std::uint64_t> {
    Result<std::uint64_t> number = parse_number(text);
    if (number && (*number < min || *number > max)) {
      return fail(ErrorCode::usage, "out of range: " + std::string(text),
                  "it must be from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return number;
  };
}

}  // namespace

Handler define_bench_orders(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_value(app, "--orders", arguments->orders, number_between(1, 1'000'000'000), "N",
            "How many orders (1000000)");
  add_value(app, "--rate", arguments->rate, number_between(0, 10'000'000), "R",
            "Orders a second while latency is measured; 0: measure it under full load (10000)");
  add_value(app, "--rate-seconds", arguments->rate_seconds, number_between(1, 86'400), "SECONDS",
            "How long latency is measured (5)");
  add_value(app, "--clients", arguments->clients, number_between(1, 64), "C", "Connections that send (2)");
  add_value(app, "--symbols", arguments->symbols, number_between(1, 20'000), "N", "How many symbols (100)");
  add_value(app, "--accounts", arguments->accounts, number_between(1, 1'000'000), "N",
            "How many accounts (1000)");
  add_value(app, "--orders-per-request", arguments->orders_per_request,
            number_between(1, submit_commands_max), "N", "Orders in one request under full load (64)");
  add_value(app, "--seed", arguments->seed, parse_number, "S", "Of the random orders (1)");
  return [arguments](Context& context) { return bench_orders(context, *arguments); };
}

}  // namespace trade::cmd
