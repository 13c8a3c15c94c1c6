#include "bench_load.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include <poll.h>

#include "base/clock.hpp"

namespace trade::cmd {

namespace {

using std::chrono::milliseconds;

constexpr Price middle_price{1'000'000};  // 100.00
constexpr Money bench_deposit{100'000'000 * units_per_dollar};
/// Shares that are brought in, over all accounts and symbols: what they cost must stay within Money.
constexpr std::int64_t shares_in_all = 400'000'000'000;
constexpr std::int64_t shares_per_position_max = 100'000'000;
constexpr std::int64_t price_steps = 4;  // on either side, a cent each
/// Cancels that wait for a place in a request, of each client; at the bound orders are left alone.
constexpr std::size_t cancels_waiting_max = 65'536;

/// splitmix64 (Steele, Lea, Flood 2014): small, fast, and the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15u);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
  }
  /// From 0 to `bound` - 1.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

/// The n-th symbol that an account trades.
SymbolId symbol_of(const BenchMarket& market, std::uint32_t account, std::uint32_t nth) {
  return SymbolId{market.first_symbol.value + bench_symbol_of(market, account, nth)};
}

PlaceOrder make_order(const BenchMarket& market, Random& random) {
  PlaceOrder order;
  const auto account = static_cast<std::uint32_t>(random.below(market.accounts));
  const std::uint64_t bits = random.next();
  order.account = AccountId{market.first_account.value + account};
  order.symbol =
      symbol_of(market, account, static_cast<std::uint32_t>(bits % BenchMarket::symbols_per_account));
  order.side = (bits >> 8) % 2 == 0 ? Side::buy : Side::sell;
  order.type = OrderType::limit;
  order.time_in_force = TimeInForce::day;
  order.quantity = Quantity{static_cast<std::int64_t>(1 + (bits >> 16) % 100)};
  const std::int64_t step = static_cast<std::int64_t>((bits >> 32) % (2 * price_steps + 1)) - price_steps;
  order.limit_price = Price{middle_price.units + step * 100};
  return order;
}

/// Sends requests one after the other, a few at a time, and fails on the first rejection.
class SetUp {
 public:
  explicit SetUp(const ClientOptions& options) : client_(options) {}

  Result<CommandResult> add(CommandBody body) {
    request_.commands.push_back({std::move(body), {}, {}});
    return request_.commands.size() < requests_max ? CommandResult{} : send();
  }
  /// The result of the last command.
  Result<CommandResult> send() {
    if (request_.commands.empty()) return CommandResult{};
    auto reply = client_.submit(request_);
    request_.commands.clear();
    if (!reply) return std::unexpected(reply.error());
    for (const CommandResult& result : reply->results) {
      if (result.reason != RejectReason::none) {
        return fail(ErrorCode::internal,
                    "setting up the benchmark: " + std::string(row_of(result.reason).text));
      }
    }
    return reply->results.back();
  }
  Client& client() { return client_; }

 private:
  static constexpr std::size_t requests_max = 1'024;
  Client client_;
  SubmitRequest request_;
};

std::string market_name(const char* prefix, std::uint32_t number) {
  return prefix + std::to_string(number);
}

/// What one client thread does and measures.
struct Worker {
  BenchMeasurement measurement;
  std::optional<Error> error;
};

struct Shared {
  std::atomic<std::uint64_t> acknowledged = 0;
  std::atomic<bool> stop = false;
  std::int64_t started_nanoseconds = 0;
};

/// Requests under way: their numbers are consecutive, so a ring holds when each was due.
struct Due {
  std::uint64_t request_id = 0;
  std::int64_t due_nanoseconds = 0;
  std::int64_t step_nanoseconds = 0;  ///< between one order of the request and the next
  std::uint32_t orders = 0;           ///< the request's first commands; the others are cancels
  std::vector<AccountId> accounts;    ///< of the orders, where some are to be cancelled
};

/// One client: sends orders, and cancels some of those that rest.
class LoadClient {
 public:
  LoadClient(const ClientOptions& options, const BenchMarket& market, const BenchLoad& load,
             std::uint32_t index, Shared& shared, BenchMeasurement& measurement)
      : pipeline_(options),
        market_(market),
        load_(load),
        shared_(shared),
        measurement_(measurement),
        random_(load.seed * 1'000 + index),
        timeout_(options.timeout),
        orders_(load.orders / load.clients + (index < load.orders % load.clients ? 1 : 0)),
        // With a rate, client i sends order k at (k * clients + i) / rate; a request waits for its last order
        // only as far as its orders are due, which keeps requests small at low rates.
        step_(load.rate == 0 ? 0 : 1e9 * load.clients / static_cast<double>(load.rate)),
        offset_(load.rate == 0 ? 0 : 1e9 * index / static_cast<double>(load.rate)),
        ring_(65'536),
        readable_{pipeline_.file_descriptor(), POLLIN, 0} {
    request_.commands.reserve(load.orders_per_request);
    request_.want_packed_results = true;
  }

  Status run() {
    while (acknowledged_ < orders_ || in_flight_ != 0) {
      const bool stopping = shared_.stop.load(std::memory_order_relaxed);
      if (stopping && in_flight_ == 0) break;
      const std::int64_t now = monotonic_nanoseconds();
      const bool window_open = in_flight_ < (load_.rate == 0 ? load_.requests_in_flight : ring_.size() / 2);
      const bool due = sent_ < orders_ && due_at(sent_) <= now;
      Status status;
      if (!stopping && due && window_open) {
        status = send(now);
      } else if (load_.rate != 0 && sent_ < orders_) {
        // Sleeps in poll until a reply or the next order's time, with the granularity of the kernel's timer.
        timespec wait{0, static_cast<long>(std::clamp<std::int64_t>(due_at(sent_) - now, 0, 10'000'000))};
        ::ppoll(&readable_, 1, &wait, nullptr);
        status = take_replies(milliseconds(0));
      } else {
        status = take_replies(timeout_);
      }
      if (!status) return status;
    }
    measurement_.orders = acknowledged_;
    return {};
  }

 private:
  [[nodiscard]] std::int64_t due_at(std::uint64_t order) const {
    if (load_.rate == 0) return 0;
    return shared_.started_nanoseconds +
           static_cast<std::int64_t>(offset_ + step_ * static_cast<double>(order));
  }

  Status send(std::int64_t now) {
    request_.commands.clear();
    Due due{0, load_.rate == 0 ? now : due_at(sent_), static_cast<std::int64_t>(step_)};
    while (request_.commands.size() < load_.orders_per_request && sent_ < orders_ && due_at(sent_) <= now) {
      request_.commands.push_back({make_order(market_, random_), {}, {}});
      ++sent_;
    }
    due.orders = static_cast<std::uint32_t>(request_.commands.size());
    // At most as many cancels as orders, behind them.
    for (std::uint32_t i = 0; i < due.orders && !cancels_.empty(); ++i) {
      request_.commands.push_back({cancels_.back(), {}, {}});
      cancels_.pop_back();
    }
    const auto id = pipeline_.send(request_);
    if (!id) return std::unexpected(id.error());
    due.request_id = *id;
    due.accounts.clear();
    if (load_.cancel_percent != 0) {
      for (std::uint32_t i = 0; i < due.orders; ++i)
        due.accounts.push_back(std::get<PlaceOrder>(request_.commands[i].body).account);
    }
    ring_[*id % ring_.size()] = std::move(due);
    ++in_flight_;
    // Without a rate as many requests go out as may be under way before replies are looked for: looking for
    // one that is not there takes several system calls.
    return load_.rate == 0 ? Status() : take_replies(milliseconds(0));
  }

  Status take_replies(milliseconds timeout) {
    while (true) {
      auto reply = pipeline_.receive(timeout);
      if (!reply) return std::unexpected(reply.error());
      if (!reply->has_value()) return {};
      timeout = milliseconds(0);
      const auto* submitted = std::get_if<SubmitReply>(&(*reply)->body);
      if (submitted == nullptr) {
        const auto* error = std::get_if<ErrorReply>(&(*reply)->body);
        return error != nullptr
                   ? std::unexpected(error->error)
                   : fail(ErrorCode::internal, "tradingd sent another kind of reply than was asked for");
      }
      const Due& due = ring_[(*reply)->id % ring_.size()];
      if (due.request_id != (*reply)->id || submitted->results.size() < due.orders) {
        return fail(ErrorCode::internal, "a reply to no request under way");
      }
      take(due, submitted->results);
      --in_flight_;
    }
  }

  void take(const Due& due, const std::vector<CommandResult>& results) {
    const std::int64_t now = monotonic_nanoseconds();
    std::int64_t order_due = due.due_nanoseconds;
    for (std::uint32_t i = 0; i < due.orders; ++i) {
      const CommandResult& result = results[i];
      if (result.reason != RejectReason::none) ++measurement_.rejected;
      measurement_.latency_nanoseconds.record(
          static_cast<std::uint64_t>(std::max<std::int64_t>(now - order_due, 0)));
      order_due += due.step_nanoseconds;
      if (!due.accounts.empty() && result.order && !is_terminal(result.status) &&
          cancels_.size() < cancels_waiting_max && random_.below(100) < load_.cancel_percent) {
        cancels_.push_back({.account = due.accounts[i], .order = result.order, .client_order_id = {}});
      }
    }
    for (std::size_t i = due.orders; i < results.size(); ++i) {
      ++measurement_.cancels;
      if (results[i].reason != RejectReason::none) ++measurement_.cancels_too_late;
    }
    measurement_.last_sequence = std::max(measurement_.last_sequence, results.back().sequence);
    if (load_.record_acknowledgements) {
      measurement_.acknowledgements.push_back({results[due.orders - 1].sequence, now});
    }
    acknowledged_ += due.orders;
    shared_.acknowledged.fetch_add(due.orders, std::memory_order_relaxed);
  }

  Pipeline pipeline_;
  const BenchMarket& market_;
  const BenchLoad& load_;
  Shared& shared_;
  BenchMeasurement& measurement_;
  Random random_;
  milliseconds timeout_;
  std::uint64_t orders_;
  double step_;    ///< nanoseconds between two orders of this client
  double offset_;  ///< nanoseconds until its first
  std::vector<Due> ring_;
  pollfd readable_;
  SubmitRequest request_;
  std::vector<CancelOrder> cancels_;  ///< that are to be sent
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t in_flight_ = 0;
};

}  // namespace

std::string bench_symbol(const BenchMarket& market, std::uint32_t number) {
  return market_name("B", market.first_symbol.value + number);
}

std::string bench_account(const BenchMarket& market, std::uint32_t number) {
  return market_name("bench-", market.first_account.value + number);
}

std::uint32_t bench_symbol_of(const BenchMarket& market, std::uint32_t account, std::uint32_t nth) {
  return (account * 7 + nth * 13) % market.symbols;
}

Status make_bench_market(const ClientOptions& options, BenchMarket& market) {
  ClientOptions patient = options;
  patient.timeout = std::chrono::seconds(60);
  SetUp setup(patient);
  std::uint32_t taken = 0;
  if (auto accounts = setup.client().accounts(); accounts) {
    taken = static_cast<std::uint32_t>(accounts->size());
  } else {
    return std::unexpected(accounts.error());
  }
  auto symbols = setup.client().symbols();
  if (!symbols) return std::unexpected(symbols.error());
  market.first_account = AccountId{taken + 1};
  market.first_symbol = SymbolId{static_cast<std::uint32_t>(symbols->size()) + 1};
  for (std::uint32_t i = 0; i < market.symbols; ++i) {
    AddSymbol symbol;
    symbol.symbol = *Symbol::make(bench_symbol(market, i));
    symbol.previous_close = middle_price;
    if (auto added = setup.add(symbol); !added) return std::unexpected(added.error());
  }
  const Quantity shares{
      std::min(shares_per_position_max,
               shares_in_all / (std::int64_t{market.accounts} * BenchMarket::symbols_per_account))};
  for (std::uint32_t i = 0; i < market.accounts; ++i) {
    const AccountId account{market.first_account.value + i};
    OpenAccount open;
    open.name = *AccountName::make(market_name("bench-", account.value));
    if (auto added = setup.add(open); !added) return std::unexpected(added.error());
    if (auto added = setup.add(DepositCash{account, bench_deposit}); !added) {
      return std::unexpected(added.error());
    }
    for (std::uint32_t nth = 0; nth < BenchMarket::symbols_per_account; ++nth) {
      const TransferShares transfer{account, symbol_of(market, i, nth), shares, middle_price};
      if (auto added = setup.add(transfer); !added) return std::unexpected(added.error());
    }
  }
  if (auto sent = setup.send(); !sent) return std::unexpected(sent.error());
  return {};
}

Result<BenchMeasurement> run_bench_load(const ClientOptions& options, const BenchMarket& market,
                                        const BenchLoad& load,
                                        const std::function<bool(std::uint64_t acknowledged)>& progress) {
  std::vector<Worker> workers(load.clients);
  std::vector<std::thread> threads;
  std::atomic<std::uint32_t> running = load.clients;
  Shared shared;
  shared.started_nanoseconds = monotonic_nanoseconds();
  std::atomic<std::int64_t> ended_nanoseconds = 0;
  for (std::uint32_t index = 0; index < load.clients; ++index) {
    threads.emplace_back([&, index] {
      Worker& worker = workers[index];
      if (Status status = LoadClient(options, market, load, index, shared, worker.measurement).run();
          !status) {
        worker.error = status.error();
        shared.stop = true;
      }
      if (--running == 0) ended_nanoseconds = monotonic_nanoseconds();
    });
  }
  while (running != 0) {
    std::this_thread::sleep_for(milliseconds(20));
    if (!progress(shared.acknowledged.load(std::memory_order_relaxed))) shared.stop = true;
  }
  for (std::thread& thread : threads)
    thread.join();
  BenchMeasurement total;
  total.seconds = static_cast<double>(ended_nanoseconds - shared.started_nanoseconds) / 1e9;
  for (Worker& worker : workers) {
    if (worker.error) return std::unexpected(*worker.error);
    total.orders += worker.measurement.orders;
    total.rejected += worker.measurement.rejected;
    total.cancels += worker.measurement.cancels;
    total.cancels_too_late += worker.measurement.cancels_too_late;
    total.acknowledgements.insert(total.acknowledgements.end(), worker.measurement.acknowledgements.begin(),
                                  worker.measurement.acknowledgements.end());
    total.latency_nanoseconds.merge(worker.measurement.latency_nanoseconds);
    total.last_sequence = std::max(total.last_sequence, worker.measurement.last_sequence);
  }
  return total;
}

}  // namespace trade::cmd
