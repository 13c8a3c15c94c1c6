// trade bench soak: a steady load for as long as it is asked for, while clients and subscribers come and go,
// and what the daemons hold of the machine meanwhile.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "bench_feed_probe.hpp"
#include "bench_load.hpp"
#include "bench_suite.hpp"
#include "commands.hpp"

namespace trade::cmd {

namespace {

struct SoakPlan {
  std::uint64_t seconds = 3'600;
  std::uint64_t sample_seconds = 60;
  std::uint64_t rate = 20'000;
  std::uint32_t clients = 2;
  std::uint32_t symbols = 1'000;
  std::uint32_t accounts = 100'000;
  std::uint32_t cancel_percent = 50;
  std::uint32_t subscribers = 20;
  std::uint32_t visitors = 50;
  std::uint64_t seed = 1;
};

class Soak {
 public:
  Soak(Context& context, const SoakPlan& plan, ThrowAwaySuite& suite, Context& bench)
      : context_(context), plan_(plan), suite_(suite), bench_(bench) {}

  Status set_up() {
    market_.accounts = plan_.accounts;
    market_.symbols = plan_.symbols;
    Result<ClientOptions> options = set_up_market(context_, bench_, suite_.home(), market_);
    if (!options) return pass_on(std::move(options));
    options_ = *options;
    return {};
  }

  Status run() {
    BenchLoad load;
    load.clients = plan_.clients;
    load.seed = plan_.seed;
    load.cancel_percent = plan_.cancel_percent;
    load.rate = plan_.rate;
    load.orders = plan_.rate * plan_.seconds;
    const std::uint64_t bytes_before = disk_bytes(suite_.home().root);
    started_nanoseconds_ = monotonic_nanoseconds();
    // The guests' part is done by the thread that is told of progress; the senders do not wait for it.
    const auto measured = run_bench_load(options_, market_, load, [&](std::uint64_t done) {
      // Asked again until all that is under way was answered.
      if (suite_.interrupted() || !problem_) return false;
      problem_ = sample_when_due(done);
      return problem_.has_value();
    });
    if (!problem_) return std::unexpected(problem_.error());
    if (!measured) return std::unexpected(measured.error());
    if (Status taken = sample(measured->orders); !taken) return taken;
    return describe(*measured, disk_bytes(suite_.home().root) - bytes_before);
  }

  [[nodiscard]] const format::Json& json() const { return json_; }

 private:
  [[nodiscard]] std::int64_t elapsed_seconds() const {
    return (monotonic_nanoseconds() - started_nanoseconds_) / nanoseconds_per_second;
  }

  [[nodiscard]] std::string visited_symbol(std::uint64_t visit) const {
    return bench_symbol(market_, static_cast<std::uint32_t>(visit % market_.symbols));
  }

  Status sample_when_due(std::uint64_t done) {
    if (elapsed_seconds() < next_sample_seconds_) return {};
    next_sample_seconds_ = elapsed_seconds() + static_cast<std::int64_t>(plan_.sample_seconds);
    if (Status came = subscribers_come_and_go(); !came) return came;
    if (Status came = visitors_come_and_go(); !came) return came;
    return sample(done);
  }

  /// Those of the last sample leave and as many new ones come: what a daemon keeps of them would add up.
  Status subscribers_come_and_go() {
    if (plan_.subscribers == 0) return {};
    if (probe_) {
      quotes_ += probe_->quotes();
      quotes_missed_ += probe_->missed();
    }
    probe_.reset();
    std::vector<std::string> symbols;
    for (std::uint32_t i = 0; i < plan_.subscribers; ++i)
      symbols.push_back(visited_symbol(visits_ + i));
    auto probe = FeedProbe::start(suite_.home().root, symbols, plan_.subscribers);
    if (!probe) return std::unexpected(probe.error());
    probe_ = *std::move(probe);
    return {};
  }

  /// Clients that connect, ask each daemon something, and are gone.
  Status visitors_come_and_go() {
    for (std::uint32_t i = 0; i < plan_.visitors; ++i, ++visits_) {
      const Status visited = visit();
      if (visited) continue;
      // Where there is too much to do, questions are refused like orders.
      if (visited.error().name != row_of(RejectReason::overloaded).name) return visited;
      ++visits_refused_;
    }
    return {};
  }

  Status visit() const {
    Client visitor(options_);
    const std::string account =
        bench_account(market_, static_cast<std::uint32_t>(visits_ % market_.accounts));
    if (auto session = visitor.session(); !session) return pass_on(std::move(session));
    if (auto portfolio = visitor.portfolio(account); !portfolio) return pass_on(std::move(portfolio));
    if (auto quotes = visitor.quotes({visited_symbol(visits_)}); !quotes) return pass_on(std::move(quotes));
    return {};
  }

  Status sample(std::uint64_t done) {
    const auto found = footprints(bench_);
    if (!found) return std::unexpected(found.error());
    format::Json row;
    row["seconds"] = elapsed_seconds();
    row["orders"] = done;
    std::string line = std::to_string(elapsed_seconds()) + " s, " + std::to_string(done) + " orders";
    for (const auto& [daemon, footprint] : *found) {
      row[daemon]["own_bytes"] = footprint.own_bytes;
      row[daemon]["mapped_file_bytes"] = footprint.mapped_file_bytes;
      row[daemon]["open_files"] = footprint.open_files;
      line += "; " + daemon + " " + std::to_string(footprint.own_bytes >> 20) + " MiB, " +
              std::to_string(footprint.open_files) + " files";
    }
    context_.note(line);
    samples_.push_back(std::move(row));
    return {};
  }

  Status describe(const BenchMeasurement& measured, std::uint64_t bytes) {
    json_["rate"] = plan_.rate;
    json_["seconds"] = measured.seconds;
    json_["orders"] = measured.orders;
    json_["rejected"] = measured.rejected;
    json_["cancels"] = measured.cancels;
    json_["orders_per_second"] =
        static_cast<std::uint64_t>(static_cast<double>(measured.orders) / measured.seconds);
    json_["latency_us"] = percentiles_us(measured.latency_nanoseconds);
    json_["visits"] = visits_;
    json_["visits_refused"] = visits_refused_;
    json_["quotes_received"] = quotes_ + (probe_ ? probe_->quotes() : 0);
    json_["quotes_missed"] = quotes_missed_ + (probe_ ? probe_->missed() : 0);
    json_["disk_bytes"] = bytes;
    if (Status described = describe_daemons(bench_, json_); !described) return described;
    // The first quarter fills what is kept at hand; what still grows after it grows without end.
    json_["after_a_quarter"] = samples_[samples_.size() / 4];
    json_["at_the_end"] = samples_.back();
    json_["samples"] = samples_;
    return {};
  }

  Context& context_;
  const SoakPlan& plan_;
  ThrowAwaySuite& suite_;
  Context& bench_;
  ClientOptions options_;
  BenchMarket market_;
  std::int64_t started_nanoseconds_ = 0;
  std::int64_t next_sample_seconds_ = 0;
  std::uint64_t visits_ = 0;
  std::uint64_t visits_refused_ = 0;
  std::uint64_t quotes_ = 0;
  std::uint64_t quotes_missed_ = 0;
  std::unique_ptr<FeedProbe> probe_;
  std::vector<format::Json> samples_;
  Status problem_;
  format::Json json_;
};

Result<ExitStatus> bench_soak(Context& context, const SoakPlan& plan) {
  ThrowAwaySuite suite(context.globals());
  const Result<Context*> started = suite.start();
  if (!started) return std::unexpected(started.error());
  Soak soak(context, plan, suite, **started);
  Status status = soak.set_up();
  if (status && !suite.interrupted()) status = soak.run();
  if (!status) return std::unexpected(status.error());
  context.output().record(soak.json());
  return suite.interrupted() ? ExitStatus::interrupted : ExitStatus::done;
}

}  // namespace

Handler define_bench_soak(CLI::App& app) {
  auto plan = std::make_shared<SoakPlan>();
  add_value(app, "--seconds", plan->seconds, number_between<std::uint64_t>(1, 604'800), "S",
            "How long (" + std::to_string(plan->seconds) + ")");
  add_value(app, "--sample-seconds", plan->sample_seconds, number_between<std::uint64_t>(1, 86'400), "S",
            "How often memory and open files are looked at, and clients and subscribers change (" +
                std::to_string(plan->sample_seconds) + ")");
  add_value(app, "--rate", plan->rate, number_between<std::uint64_t>(1, 10'000'000), "R",
            "Orders a second (" + std::to_string(plan->rate) + ")");
  add_count(app, "--clients", plan->clients, 1U, 64U, "Connections that send");
  add_count(app, "--symbols", plan->symbols, 1U, 20'000U, "How many symbols");
  add_count(app, "--accounts", plan->accounts, 1U, 1'000'000U, "How many accounts");
  add_count(app, "--cancel-percent", plan->cancel_percent, 0U, 100U,
            "Of a hundred resting orders, cancel so many");
  add_count(app, "--subscribers", plan->subscribers, 0U, 4'096U, "Followers of quotes at any time");
  add_count(app, "--visitors", plan->visitors, 0U, 10'000U, "Clients that come, ask and go at each sample");
  add_value(app, "--seed", plan->seed, parse_number, "S", "Of the random orders (1)");
  return [plan](Context& context) { return bench_soak(context, *plan); };
}

}  // namespace trade::cmd
