// trade bench fix: orders over FIX at a steady rate that does not wait for answers, and how long each took
// until its first report.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include <poll.h>

#include "access/fix_session_store.hpp"
#include "base/clock.hpp"
#include "bench_fix_session.hpp"
#include "bench_load.hpp"
#include "bench_machine.hpp"
#include "bench_suite.hpp"
#include "commands.hpp"

namespace trade::cmd {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds logon_patience{10'000};
/// After the last order its report is waited for so long.
constexpr std::int64_t report_patience_ns = 30 * nanoseconds_per_second;
constexpr std::uint32_t accounts_of_session_max = access::fix_session_accounts_max;
constexpr std::int64_t middle_price_cents = 10'000;

struct FixPlan {
  std::uint64_t rate = 2'000;
  std::uint64_t rate_seconds = 10;
  std::uint32_t sessions = 1;
  std::uint32_t symbols = 100;
  std::uint32_t accounts = accounts_of_session_max;
  std::uint64_t seed = 1;
};

/// splitmix64, as elsewhere in the benchmarks: the same orders on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t bound) {
    std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15u);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return (mixed ^ (mixed >> 31)) % bound;
  }

 private:
  std::uint64_t state_;
};

/// Sessions in the table of a suite, which are taken out of it again.
class BenchFixTable {
 public:
  ~BenchFixTable() {
    for (const std::string& comp_id : added_)
      static_cast<void>(table_->remove(comp_id));
  }

  /// The password.
  Result<std::string> add(const std::filesystem::path& home, access::FixSession session) {
    if (!table_) {
      auto table = access::FixSessionStore::open(home, true);
      if (!table) return pass_on(std::move(table));
      table_ = std::move(*table);
    }
    // One of a run that was killed.
    if (Status removed = table_->remove(session.comp_id);
        !removed && removed.error().code != ErrorCode::not_found)
      return pass_on(std::move(removed));
    added_.push_back(session.comp_id);
    return table_->add(std::move(session), {});
  }

 private:
  std::unique_ptr<access::FixSessionStore> table_;
  std::vector<std::string> added_;
};

class FixBench {
 public:
  FixBench(Context& context, const FixPlan& plan, ThrowAwaySuite& suite, Context& bench)
      : context_(context), plan_(plan), suite_(suite), bench_(bench), random_(plan.seed) {}

  Status set_up();
  Status run();
  Status describe();
  [[nodiscard]] bool interrupted() const { return suite_.interrupted(); }
  [[nodiscard]] const format::Json& json() const { return json_; }

 private:
  Status add_sessions();
  Status log_on();
  Status send(std::uint64_t order);
  Status receive(timespec wait);
  void take(const BenchFixSession::Report& report);
  [[nodiscard]] std::int64_t due_ns(std::uint64_t order) const {
    return started_ns_ +
           static_cast<std::int64_t>(1e9 * static_cast<double>(order) / static_cast<double>(plan_.rate));
  }

  Context& context_;
  const FixPlan& plan_;
  ThrowAwaySuite& suite_;
  Context& bench_;
  Random random_;
  BenchMarket market_;
  BenchFixTable table_;
  std::vector<BenchFixSession::Identity> identities_;
  std::vector<std::unique_ptr<BenchFixSession>> sessions_;
  std::string run_;             ///< begins every ClOrdID of this run
  std::vector<bool> reported_;  ///< of each order: its first report has come
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t reports_ = 0;
  std::uint64_t rejected_ = 0;
  std::int64_t started_ns_ = 0;
  std::int64_t ended_ns_ = 0;
  Histogram latency_ns_;
  MachineProbe machine_;
  format::Json json_;
};

Status FixBench::set_up() {
  market_.accounts = plan_.accounts * plan_.sessions;
  market_.symbols = plan_.symbols;
  Result<ClientOptions> options = set_up_market(context_, bench_, suite_.home(), market_);
  if (!options) return pass_on(std::move(options));
  if (Status measured = machine_.measure(suite_.home().root); !measured) return measured;
  if (Status added = add_sessions(); !added) return added;
  // Where nobody else has said so, at a port that the system chooses.
  if (!context_.globals().home) ::setenv("TRADE_FIXD_LISTEN", "127.0.0.1:0", 0);
  if (Status runs = suite_.run_also("fixd"); !runs) return runs;
  return log_on();
}

Status FixBench::add_sessions() {
  const Result<const app::Config*> config = bench_.config();
  if (!config) return std::unexpected(config.error());
  // Reports that are stamped before it are not the session's.
  const Result<Timestamp> now = bench_.suite_time();
  if (!now) return std::unexpected(now.error());
  for (std::uint32_t number = 0; number < plan_.sessions; ++number) {
    access::FixSession session;
    session.comp_id = "BENCH-" + std::to_string(number + 1);
    session.created_at = *now;
    for (std::uint32_t account = 0; account < plan_.accounts; ++account)
      session.accounts.push_back(bench_account(market_, number * plan_.accounts + account));
    const std::string comp_id = session.comp_id;
    Result<std::string> password = table_.add(suite_.home().root, std::move(session));
    if (!password) return pass_on(std::move(password));
    identities_.push_back({{}, comp_id, (*config)->text("fixd.comp_id"), *password});
  }
  return {};
}

Status FixBench::log_on() {
  std::string address;
  std::ifstream(suite_.home().run() / "fixd.fix") >> address;
  if (address.empty()) {
    return fail(ErrorCode::usage, "fixd accepts no plain FIX sessions in " + suite_.home().root.string(),
                "set fixd.listen");
  }
  for (BenchFixSession::Identity& identity : identities_) {
    identity.address = address;
    sessions_.push_back(std::make_unique<BenchFixSession>(identity));
    if (Status status = sessions_.back()->log_on(logon_patience); !status) return status;
  }
  return {};
}

Status FixBench::send(std::uint64_t number) {
  const auto session = static_cast<std::uint32_t>(number % plan_.sessions);
  const auto account =
      static_cast<std::uint32_t>(std::uint64_t{session} * plan_.accounts + random_.below(plan_.accounts));
  const auto nth = static_cast<std::uint32_t>(random_.below(BenchMarket::symbols_per_account));
  const std::int64_t cents = middle_price_cents + static_cast<std::int64_t>(random_.below(9)) - 4;
  BenchFixSession::Order order;
  order.client_order_id = run_ + std::to_string(number);
  order.account = bench_account(market_, account);
  order.symbol = bench_symbol(market_, bench_symbol_of(market_, account, nth));
  order.side = random_.below(2) == 0 ? Side::buy : Side::sell;
  order.quantity = Quantity{static_cast<std::int64_t>(1 + random_.below(100))};
  order.limit_price = Price{cents * (units_per_dollar / 100)};
  return sessions_[session]->send(order);
}

void FixBench::take(const BenchFixSession::Report& report) {
  ++reports_;
  if (!report.client_order_id.starts_with(run_)) return;
  std::uint64_t number = 0;
  const std::string_view digits = report.client_order_id.substr(run_.size());
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || number >= reported_.size() || reported_[number]) return;
  reported_[number] = true;
  ++answered_;
  constexpr char rejected = '8';
  if (report.status == rejected) ++rejected_;
  latency_ns_.record(
      static_cast<std::uint64_t>(std::max<std::int64_t>(monotonic_nanoseconds() - due_ns(number), 0)));
}

Status FixBench::receive(timespec wait) {
  std::vector<pollfd> descriptors;
  for (const auto& session : sessions_)
    descriptors.push_back({session->descriptor(), POLLIN, 0});
  if (::ppoll(descriptors.data(), descriptors.size(), &wait, nullptr) <= 0) return {};
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    if (descriptors[i].revents == 0) continue;
    Status status = sessions_[i]->receive([this](const BenchFixSession::Report& report) { take(report); });
    if (!status) return status;
  }
  return {};
}

Status FixBench::run() {
  const std::uint64_t orders = plan_.rate * plan_.rate_seconds;
  run_ = "b" + std::to_string(SystemClock().now().nanoseconds) + "-";
  reported_.assign(orders, false);
  BenchProgress progress(context_, "at " + std::to_string(plan_.rate) + " a second", orders);
  started_ns_ = monotonic_nanoseconds();
  std::int64_t patience_ends_ns = 0;
  while (answered_ < orders) {
    if (interrupted() && answered_ == sent_) break;
    const std::int64_t now_ns = monotonic_nanoseconds();
    progress(answered_);
    if (sent_ < orders && !interrupted() && due_ns(sent_) <= now_ns) {
      if (Status status = send(sent_); !status) return status;
      if (++sent_ == orders) patience_ends_ns = now_ns + report_patience_ns;
      if (due_ns(sent_) <= now_ns) continue;
    }
    if (patience_ends_ns == 0 && interrupted()) patience_ends_ns = now_ns + report_patience_ns;
    if (patience_ends_ns != 0 && now_ns > patience_ends_ns) {
      return fail(ErrorCode::timed_out, std::to_string(sent_ - answered_) + " of " + std::to_string(sent_) +
                                            " orders got no report");
    }
    const std::int64_t wait_ns =
        sent_ < orders ? std::clamp<std::int64_t>(due_ns(sent_) - now_ns, 0, 10 * nanoseconds_per_millisecond)
                       : 10 * nanoseconds_per_millisecond;
    if (Status status = receive({0, static_cast<long>(wait_ns)}); !status) return status;
  }
  ended_ns_ = monotonic_nanoseconds();
  for (const auto& session : sessions_)
    session->log_out();
  return {};
}

Status FixBench::describe() {
  if (Status measured = machine_.measure(suite_.home().root); !measured) return measured;
  const double seconds = static_cast<double>(ended_ns_ - started_ns_) / 1e9;
  json_["rate"] = plan_.rate;
  json_["sessions"] = plan_.sessions;
  json_["orders"] = answered_;
  json_["rejected"] = rejected_;
  json_["reports"] = reports_;
  json_["seconds"] = seconds;
  json_["orders_per_second"] = static_cast<std::uint64_t>(static_cast<double>(answered_) / seconds);
  json_["latency_us"] = percentiles_us(latency_ns_);
  machine_.describe(json_);
  return describe_daemons(bench_, json_, {"fixd"});
}

Result<ExitStatus> run_fix_bench(Context& context, const FixPlan& plan) {
  ThrowAwaySuite suite(context.globals());
  const Result<Context*> started = suite.start();
  if (!started) return std::unexpected(started.error());
  FixBench bench(context, plan, suite, **started);
  Status status = bench.set_up();
  if (status && !bench.interrupted()) status = bench.run();
  if (status) status = bench.describe();
  if (!status) return std::unexpected(status.error());
  context.output().record(bench.json());
  return bench.interrupted() ? ExitStatus::interrupted : ExitStatus::done;
}

}  // namespace

Handler define_bench_fix(CLI::App& app) {
  auto plan = std::make_shared<FixPlan>();
  add_value(app, "--rate", plan->rate, number_between<std::uint64_t>(1, 1'000'000), "R",
            "Orders a second (2000)");
  add_value(app, "--rate-seconds", plan->rate_seconds, number_between<std::uint64_t>(1, 3'600), "SECONDS",
            "How long (10)");
  add_value(app, "--sessions", plan->sessions, number_between<std::uint32_t>(1, 64), "N",
            "FIX sessions that send (1)");
  add_value(app, "--symbols", plan->symbols, number_between<std::uint32_t>(1, 20'000), "N",
            "How many symbols (100)");
  add_value(app, "--accounts", plan->accounts, number_between<std::uint32_t>(1, accounts_of_session_max), "N",
            "Accounts of each session (64)");
  add_value(app, "--seed", plan->seed, parse_number, "S", "Of the random orders (1)");
  return [plan](Context& context) { return run_fix_bench(context, *plan); };
}

}  // namespace trade::cmd
