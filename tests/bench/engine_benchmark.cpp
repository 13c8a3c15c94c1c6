// The engine under a day's mix: 1,000 symbols, 100,000 accounts of which a fifth are margin accounts, orders
// that rest, are cancelled, or trade. Commands are made outside the measured time, a batch at a time, as a
// sequencer would hand them over.
#include <cstdio>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <time.h>

#include "engine/engine.hpp"

namespace trade {
namespace {

constexpr std::uint32_t symbol_count = 1'000;
constexpr std::uint32_t account_count = 100'000;
constexpr std::uint32_t symbols_per_account = 4;
constexpr std::size_t batch_commands = 512;
constexpr std::size_t live_orders_target = 200'000;

/// What share of the commands, in percent, does what; the rest rests in the book.
struct Mix {
  unsigned cancel_percent = 35;
  unsigned trade_percent = 20;
  bool client_ids = false;
  bool prefetch = false;
};

double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

class Day {
 public:
  explicit Day(Mix mix) : mix_(mix) {
    for (std::uint32_t i = 0; i < symbol_count; ++i) {
      apply(AddSymbol{.symbol = *Symbol::make("S" + std::to_string(i)), .previous_close = {100'000}});
    }
    for (std::uint32_t i = 0; i < account_count; ++i) {
      const AccountType type = i % 5 == 0 ? AccountType::margin : AccountType::cash;
      apply(OpenAccount{*AccountName::make("account-" + std::to_string(i)), type});
      const AccountId id{i + 1};
      apply(DepositCash{id, Money{10'000'000 * units_per_dollar}});
      for (std::uint32_t j = 0; j < symbols_per_account; ++j) {
        apply(TransferShares{id, symbol_of(id, j), {10'000'000}, {100'000}});
      }
    }
    texts_.resize(batch_commands);
    while (live_.size() < live_orders_target) {
      make_batch(true);
      run_batch();
    }
    // Fills the memory of ended orders, so that the measured part recycles.
    for (std::size_t i = 0; i < 2'000'000 / batch_commands; ++i) {
      make_batch(false);
      run_batch();
    }
  }

  void make_batch(bool only_rest = false) {
    batch_.clear();
    for (std::size_t i = 0; i < batch_commands; ++i) {
      now_ += 300;
      const auto kind = static_cast<unsigned>(random_() % 100);
      // Resting orders are cancelled or traded away as fast as they come.
      if (!only_rest && kind < mix_.cancel_percent && !live_.empty()) {
        const std::size_t at = random_() % live_.size();
        batch_.push_back(
            {{now_},
             CancelOrder{.account = live_[at].account, .order = live_[at].order, .client_order_id = {}}});
        live_[at] = live_.back();
        live_.pop_back();
      } else {
        const bool crosses = !only_rest && kind < mix_.cancel_percent + mix_.trade_percent;
        batch_.push_back({{now_}, order(crosses, i)});
      }
    }
  }

  void run_batch() { run_measured(); }
  /// The seconds that this thread was at work on the batch, so that others on the machine are not measured.
  double run_measured() {
    events_.clear();
    const double begin = thread_seconds();
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      if (mix_.prefetch) engine_.prefetch(std::span(batch_).subspan(i));
      engine_.apply(batch_[i], events_);
    }
    const double end = thread_seconds();
    for (const Event& event : events_)
      note(event);
    return end - begin;
  }

  std::uint64_t trades = 0;
  std::uint64_t rejected = 0;
  std::uint64_t event_count = 0;
  [[nodiscard]] std::uint64_t open_orders() const { return engine_.open_order_count(); }

 private:
  struct Live {
    OrderId order;
    AccountId account;
  };

  static SymbolId symbol_of(AccountId account, std::uint32_t which) {
    return {1 + (account.value * 7 + which * 251) % symbol_count};
  }

  PlaceOrder order(bool crosses, std::size_t at) {
    PlaceOrder order;
    order.account = {static_cast<std::uint32_t>(1 + random_() % account_count)};
    order.symbol = symbol_of(order.account, static_cast<std::uint32_t>(random_() % symbols_per_account));
    order.side = random_() % 2 == 0 ? Side::buy : Side::sell;
    order.type = OrderType::limit;
    order.time_in_force = crosses ? TimeInForce::ioc : TimeInForce::day;
    order.quantity = {static_cast<std::int64_t>(100 * (1 + random_() % (crosses ? 4 : 3)))};
    // Bids from 9.80 to 9.99, offers from 10.01 to 10.20; what crosses reaches through the other side.
    const auto distance = static_cast<std::int64_t>(100 * (1 + random_() % 20));
    const bool up = (order.side == Side::buy) == crosses;
    order.limit_price = {100'000 + (up ? distance : -distance)};
    if (mix_.client_ids) {
      Text& text = texts_[at];
      const int size = std::snprintf(text.bytes, sizeof text.bytes, "3f2b8c1a-%012llx-client",
                                     static_cast<unsigned long long>(++text_number_));
      order.client_order_id = {text.bytes, static_cast<std::size_t>(size)};
    }
    return order;
  }

  void apply(const CommandBody& body) {
    events_.clear();
    now_ += 300;
    if (engine_.apply({{now_}, body}, events_).reason != RejectReason::none) std::abort();
  }

  void note(const Event& event) {
    ++event_count;
    if (const auto* accepted = std::get_if<OrderAccepted>(&event.body)) {
      if (accepted->time_in_force == TimeInForce::day) live_.push_back({accepted->order, accepted->account});
    } else if (std::holds_alternative<TradeExecuted>(event.body)) {
      ++trades;
    } else if (std::holds_alternative<OrderRejected>(event.body) ||
               std::holds_alternative<CommandRejected>(event.body)) {
      ++rejected;
    }
  }

  struct Text {
    char bytes[40];
  };

  Engine engine_;
  Mix mix_;
  std::mt19937_64 random_{42};
  std::int64_t now_ = 1'700'000'000'000'000'000;
  std::vector<Live> live_;  ///< some of them filled meanwhile
  std::vector<Command> batch_;
  std::vector<Text> texts_;
  std::uint64_t text_number_ = 0;
  std::vector<Event> events_;
};

void mixed_day(benchmark::State& state) {
  Day day({.client_ids = state.range(0) != 0, .prefetch = state.range(1) != 0});
  day.trades = 0;
  day.rejected = 0;
  day.event_count = 0;
  for (auto _ : state) {
    day.make_batch();
    state.SetIterationTime(day.run_measured());
  }
  const auto commands = static_cast<double>(state.iterations()) * static_cast<double>(batch_commands);
  const auto per_command = [&](std::uint64_t count) { return static_cast<double>(count) / commands; };
  state.counters["commands"] = benchmark::Counter(commands, benchmark::Counter::kIsRate);
  state.counters["trades"] = benchmark::Counter(static_cast<double>(day.trades), benchmark::Counter::kIsRate);
  state.counters["events_per_command"] = per_command(day.event_count);
  state.counters["rejected_share"] = per_command(day.rejected);
  state.counters["open_orders"] = static_cast<double>(day.open_orders());
}
BENCHMARK(mixed_day)
    ->ArgNames({"client_ids", "prefetch"})
    ->ArgsProduct({{0, 1}, {0, 1}})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace trade

BENCHMARK_MAIN();
