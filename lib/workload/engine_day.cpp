#include "workload/engine_day.hpp"

#include <cstdio>
#include <variant>

#include "base/assert.hpp"

namespace trade::workload {

namespace {

constexpr std::uint32_t symbols_per_account = 4;
constexpr std::size_t live_orders_target = 200'000;
constexpr std::int64_t nanoseconds_between_commands = 300;
constexpr Price middle_price{100'000};  // 10.00

}  // namespace

EngineDay::EngineDay(const EngineMix& mix) : mix_(mix), random_(mix.seed) {
  for (std::uint32_t i = 0; i < mix_.symbols; ++i) {
    AddSymbol symbol;
    symbol.symbol = *Symbol::make("S" + std::to_string(i));
    symbol.previous_close = middle_price;
    apply(symbol);
  }
  for (std::uint32_t i = 0; i < mix_.accounts; ++i) {
    const AccountType type = i % 5 == 0 ? AccountType::margin : AccountType::cash;
    apply(OpenAccount{*AccountName::make("account-" + std::to_string(i)), type});
    const AccountId id{i + 1};
    apply(DepositCash{id, Money{10'000'000 * units_per_dollar}});
    for (std::uint32_t j = 0; j < symbols_per_account; ++j) {
      apply(TransferShares{id, symbol_of(id, j), {10'000'000}, middle_price});
    }
  }
  texts_.resize(batch_commands);
  while (live_.size() < live_orders_target) {
    make_batch(true);
    apply_batch();
  }
  for (std::uint64_t done = 0; done < mix_.warm_up_commands; done += batch_commands) {
    make_batch(false);
    apply_batch();
  }
  counts_ = {};
}

std::span<const Command> EngineDay::next_batch() {
  make_batch(false);
  return batch_;
}

void EngineDay::note_events() {
  for (const Event& event : events_) {
    ++counts_.events;
    if (const auto* accepted = std::get_if<OrderAccepted>(&event.body)) {
      if (accepted->time_in_force == TimeInForce::day) live_.push_back({accepted->order, accepted->account});
    } else if (std::holds_alternative<TradeExecuted>(event.body)) {
      ++counts_.trades;
    } else if (std::holds_alternative<OrderRejected>(event.body) ||
               std::holds_alternative<CommandRejected>(event.body)) {
      ++counts_.rejected;
    }
  }
}

SymbolId EngineDay::symbol_of(AccountId account, std::uint32_t which) const {
  return {1 + (account.value * 7 + which * 251) % mix_.symbols};
}

void EngineDay::make_batch(bool only_rest) {
  batch_.clear();
  events_.clear();
  for (std::size_t i = 0; i < batch_commands; ++i) {
    now_ += nanoseconds_between_commands;
    const auto kind = static_cast<unsigned>(random_() % 100);
    // Resting orders are cancelled or traded away as fast as they come.
    if (!only_rest && kind < mix_.cancel_percent && !live_.empty()) {
      const std::size_t at = random_() % live_.size();
      CancelOrder cancel;
      cancel.account = live_[at].account;
      cancel.order = live_[at].order;
      batch_.push_back({{now_}, cancel});
      live_[at] = live_.back();
      live_.pop_back();
    } else {
      const bool crosses = !only_rest && kind < mix_.cancel_percent + mix_.trade_percent;
      batch_.push_back({{now_}, make_order(crosses, i)});
    }
  }
}

PlaceOrder EngineDay::make_order(bool crosses, std::size_t at) {
  PlaceOrder order;
  order.account = {static_cast<std::uint32_t>(1 + random_() % mix_.accounts)};
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

void EngineDay::apply(const CommandBody& body) {
  events_.clear();
  now_ += nanoseconds_between_commands;
  const ApplyResult result = engine_.apply({{now_}, body}, events_);
  TRADE_ASSERT(result.reason == RejectReason::none, "the market that is set up is within every limit");
}

void EngineDay::apply_batch() {
  for (const Command& command : batch_)
    engine_.apply(command, events_);
  note_events();
}

}  // namespace trade::workload
