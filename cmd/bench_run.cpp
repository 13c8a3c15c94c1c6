#include "bench_run.hpp"

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "bench_feed_probe.hpp"
#include "bench_machine.hpp"
#include "bench_suite.hpp"
#include "suite.hpp"

namespace trade::cmd {

namespace {

using std::chrono::milliseconds;

/// The books are asked so often whether the wanted trades are in.
constexpr std::int64_t count_trades_interval_nanoseconds = 100'000'000;
/// After the last acknowledgement a quote is waited for so long.
constexpr milliseconds last_quote_patience{2'000};

class BenchRun {
 public:
  BenchRun(Context& context, const BenchPlan& plan, ThrowAwaySuite& suite, Context& bench)
      : context_(context), plan_(plan), suite_(suite), bench_(bench) {}

  Status set_up();
  Status flood();
  Status steady();
  Status finish();
  [[nodiscard]] bool interrupted() const { return suite_.interrupted(); }
  [[nodiscard]] const format::Json& json() const { return json_; }

 private:
  [[nodiscard]] BenchLoad load() const;
  Result<std::int64_t> trades_in_books();
  void describe_flood(const BenchMeasurement& measured, std::int64_t trades, double lag_seconds,
                      std::uint64_t bytes);
  void describe_processor_time(const BenchMeasurement& measured, const ProcessorSeconds& before,
                               const ProcessorSeconds& after);

  Context& context_;
  const BenchPlan& plan_;
  ThrowAwaySuite& suite_;
  Context& bench_;
  ClientOptions options_;
  BenchMarket market_;
  MachineProbe machine_;
  format::Json json_;
};

BenchLoad BenchRun::load() const {
  BenchLoad load;
  load.clients = plan_.clients;
  load.seed = plan_.seed;
  load.cancel_percent = plan_.cancel_percent;
  return load;
}

Result<std::int64_t> BenchRun::trades_in_books() {
  const Result<DaemonView> ledger = ask_daemon(bench_, "ledgerd", bench_patience);
  if (!ledger) return std::unexpected(ledger.error());
  return counter(*ledger, "trades");
}

Status BenchRun::set_up() {
  market_.accounts = plan_.accounts;
  market_.symbols = plan_.symbols;
  Result<ClientOptions> options = set_up_market(context_, bench_, suite_.home(), market_);
  if (!options) return pass_on(std::move(options));
  options_ = *options;
  return machine_.measure(suite_.home().root);
}

/// As fast as they go.
Status BenchRun::flood() {
  const Result<std::int64_t> trades_before = trades_in_books();
  if (!trades_before) return std::unexpected(trades_before.error());
  const std::uint64_t bytes_before = disk_bytes(suite_.home().root);
  const Result<ProcessorSeconds> processor_before = processor_seconds(bench_);
  if (!processor_before) return std::unexpected(processor_before.error());
  BenchLoad flood = load();
  flood.orders = plan_.orders;
  flood.orders_per_request = plan_.orders_per_request;
  BenchProgress progress(context_, "as fast as they go", flood.orders);
  std::int64_t counted_at = 0;
  const auto go_on = [&](std::uint64_t done) {
    progress(done);
    if (interrupted()) return false;
    // There cannot be more trades than orders.
    if (plan_.trades == 0 || done < plan_.trades) return true;
    const std::int64_t now = monotonic_nanoseconds();
    if (now - counted_at < count_trades_interval_nanoseconds) return true;
    counted_at = now;
    const Result<std::int64_t> trades = trades_in_books();
    return !trades || static_cast<std::uint64_t>(*trades - *trades_before) < plan_.trades;
  };
  const auto measured = run_bench_load(options_, market_, flood, go_on);
  if (!measured) return std::unexpected(measured.error());
  const Result<double> lag_seconds = await_ledger(bench_, measured->last_sequence);
  if (!lag_seconds) return std::unexpected(lag_seconds.error());
  const Result<ProcessorSeconds> processor_after = processor_seconds(bench_);
  if (!processor_after) return std::unexpected(processor_after.error());
  const Result<std::int64_t> trades_after = trades_in_books();
  if (!trades_after) return std::unexpected(trades_after.error());
  const std::uint64_t bytes_after = disk_bytes(suite_.home().root);
  describe_flood(*measured, *trades_after - *trades_before, *lag_seconds,
                 bytes_after - std::min(bytes_before, bytes_after));
  describe_processor_time(*measured, *processor_before, *processor_after);
  return {};
}

void BenchRun::describe_flood(const BenchMeasurement& measured, std::int64_t trades, double lag_seconds,
                              std::uint64_t bytes) {
  const auto a_second = [&](auto count) {
    return static_cast<std::uint64_t>(static_cast<double>(count) / measured.seconds);
  };
  json_["orders"] = measured.orders;
  json_["trades"] = trades;
  json_["rejected"] = measured.rejected;
  json_["cancels"] = measured.cancels;
  json_["cancels_too_late"] = measured.cancels_too_late;
  json_["seconds"] = measured.seconds;
  json_["orders_per_second"] = a_second(measured.orders);
  json_["commands_per_second"] = a_second(measured.orders + measured.cancels);
  json_["trades_per_second"] = a_second(trades);
  json_["ledger_lag_seconds"] = lag_seconds;
  json_["disk_bytes_per_trade"] = trades == 0 ? 0 : bytes / static_cast<std::uint64_t>(trades);
  json_["flood_latency_us"] = percentiles_us(measured.latency_nanoseconds);
  if (plan_.rate == 0) json_["latency_us"] = json_["flood_latency_us"];
}

/// What an order costs on its way, which says more than seconds where the processors are shared with others.
void BenchRun::describe_processor_time(const BenchMeasurement& measured, const ProcessorSeconds& before,
                                       const ProcessorSeconds& after) {
  format::Json& json = json_["processor_us_per_order"];
  const auto an_order = [&](double seconds) {
    return measured.orders == 0 ? 0.0 : seconds * 1e6 / static_cast<double>(measured.orders);
  };
  double all = 0;
  for (const auto& [process, seconds] : after) {
    const double used = seconds - before.at(process);
    json[process] = an_order(used);
    all += used;
  }
  json["all"] = an_order(all);
}

/// Latency under a load that does not wait for answers: an order that is sent late is late.
Status BenchRun::steady() {
  std::vector<std::string> symbols;
  for (std::uint32_t i = 0; i < market_.symbols; ++i)
    symbols.push_back(bench_symbol(market_, i));
  auto probe = FeedProbe::start(suite_.home().root, symbols, plan_.subscribers);
  if (!probe) return std::unexpected(probe.error());
  BenchLoad steady = load();
  steady.rate = plan_.rate;
  steady.orders = plan_.rate * plan_.rate_seconds;
  steady.orders_per_request = 1;
  steady.seed = plan_.seed + 1;
  steady.record_acknowledgements = true;
  BenchProgress progress(context_, "at " + std::to_string(plan_.rate) + " a second", steady.orders);
  auto measured = run_bench_load(options_, market_, steady, [&](std::uint64_t done) {
    progress(done);
    return !interrupted();
  });
  if (!measured) return std::unexpected(measured.error());
  (*probe)->stop(measured->last_sequence, last_quote_patience);
  json_["latency_rate"] = plan_.rate;
  json_["latency_us"] = percentiles_us(measured->latency_nanoseconds);
  json_["subscribers"] = plan_.subscribers;
  json_["quotes_received"] = (*probe)->quotes();
  json_["quotes_missed"] = (*probe)->missed();
  json_["quotes_per_second"] =
      static_cast<std::uint64_t>(static_cast<double>((*probe)->quotes()) / measured->seconds);
  json_["quote_latency_us"] =
      percentiles_us((*probe)->latency_nanoseconds(std::move(measured->acknowledgements)));
  return {};
}

Status BenchRun::finish() {
  if (Status measured = machine_.measure(suite_.home().root); !measured) return measured;
  machine_.describe(json_);
  return describe_daemons(bench_, json_);
}

}  // namespace

Result<ExitStatus> run_bench(Context& context, const BenchPlan& plan) {
  ThrowAwaySuite suite(context.globals());
  const Result<Context*> started = suite.start();
  if (!started) return std::unexpected(started.error());
  BenchRun run(context, plan, suite, **started);
  Status status = run.set_up();
  if (status && plan.orders != 0 && !run.interrupted()) status = run.flood();
  if (status && plan.rate != 0 && !run.interrupted()) status = run.steady();
  if (status) status = run.finish();
  if (!status) return std::unexpected(status.error());
  context.output().record(run.json());
  return run.interrupted() ? ExitStatus::interrupted : ExitStatus::done;
}

}  // namespace trade::cmd
