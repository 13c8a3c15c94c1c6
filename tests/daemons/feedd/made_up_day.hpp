// Batches of a made-up market: the same ones for the same seed, each possible after those before it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "follower/application.hpp"
#include "market/market.hpp"
#include "model/event.hpp"
#include "wire/wire.hpp"

namespace trade::feedd {

class MadeUpDay {
 public:
  explicit MadeUpDay(std::uint64_t seed) : random_(seed) {}

  /// The next batch, of `events` events or a few more.
  const wire::Batch& next(std::size_t events = 50) {
    batch_.header.batch += 1;
    batch_.header.first_sequence = last_sequence_ + 1;
    batch_.header.state_hash = random_();
    batch_.events.clear();
    now_.nanoseconds += pick(1, 20) * nanoseconds_per_second;
    while (batch_.events.size() < events)
      add_one();
    return batch_;
  }
  [[nodiscard]] follower::Position position() const { return follower::position_after(batch_); }

 private:
  struct Order {
    SymbolId symbol;
    Side side = Side::buy;
    Price price;
    std::int64_t leaves = 0;
  };

  std::int64_t pick(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  void add(EventBody body) { batch_.events.push_back({++last_sequence_, now_, std::move(body)}); }

  void add_one() {
    if (symbols_ == 0 || (symbols_ < 30 && pick(0, 200) == 0)) return add_symbol();
    if (pick(0, 1'500) == 0) return add(SessionChanged{SessionPhase::open, Date{++day_}, true});
    const SymbolId symbol{static_cast<std::uint32_t>(pick(1, symbols_))};
    const std::int64_t action = pick(0, 9);
    if (orders_.empty() || action <= 4) return add_order(symbol);
    if (action == 5) {
      return add(TradePrinted{TradeId{++trade_}, symbol, Price{pick(100, 900) * 100}, Quantity{pick(1, 99)}});
    }
    const auto index = static_cast<std::size_t>(pick(0, std::ssize(orders_) - 1));
    if (action == 6) return cancel(index);
    if (action == 7 && orders_[index].leaves > 1) return shrink(index);
    execute(index);
  }
  void add_symbol() {
    const SymbolId id{static_cast<std::uint32_t>(++symbols_)};
    add(SymbolAdded{id, *Symbol::make("S" + std::to_string(symbols_)), Price{pick(0, 5) * 10'000}, Price{100},
                    Quantity{1}});
  }
  void add_order(SymbolId symbol) {
    const Side side = pick(0, 1) == 0 ? Side::buy : Side::sell;
    const Price price{side == Side::buy ? pick(400, 500) * 100 : pick(501, 600) * 100};
    const std::int64_t shares = pick(1, 300);
    orders_.push_back({symbol, side, price, shares});
    add(OrderRested{OrderId{1}, symbol, side, price, Quantity{shares}});
  }
  void cancel(std::size_t index) {
    const Order order = remove(index);
    OrderCancelled cancelled;
    cancelled.symbol = order.symbol;
    cancelled.side = order.side;
    cancelled.was_resting = true;
    cancelled.price = order.price;
    cancelled.quantity = Quantity{order.leaves};
    add(cancelled);
  }
  void shrink(std::size_t index) {
    Order& order = orders_[index];
    OrderReplaced replaced;
    replaced.symbol = order.symbol;
    replaced.side = order.side;
    replaced.was_resting = replaced.kept_priority = true;
    replaced.old_limit_price = replaced.limit_price = order.price;
    replaced.old_leaves = Quantity{order.leaves};
    order.leaves = pick(1, order.leaves - 1);
    replaced.leaves = replaced.quantity = Quantity{order.leaves};
    add(replaced);
  }
  void execute(std::size_t index) {
    Order& order = orders_[index];
    const std::int64_t shares = pick(1, order.leaves);
    order.leaves -= shares;
    TradeExecuted executed;
    executed.trade = TradeId{++trade_};
    executed.symbol = order.symbol;
    executed.price = order.price;
    executed.quantity = Quantity{shares};
    executed.taker_side = opposite(order.side);
    executed.maker_leaves = Quantity{order.leaves};
    add(executed);
    if (order.leaves == 0) remove(index);
  }
  Order remove(std::size_t index) {
    const Order order = orders_[index];
    orders_[index] = orders_.back();
    orders_.pop_back();
    return order;
  }

  std::mt19937_64 random_;
  wire::Batch batch_;
  std::vector<Order> orders_;
  Timestamp now_{1'769'783'400'000'000'000};
  Sequence last_sequence_ = 0;
  std::int64_t symbols_ = 0;
  std::uint64_t trade_ = 0;
  std::int32_t day_ = 20'483;
};

/// Everything that a market holds, as bytes: equal for equal markets.
inline std::vector<std::byte> contents_of(const market::Market& market) {
  ByteWriter writer;
  writer.write(market.trading_date().days);
  for (std::uint32_t id = 1; id <= market.symbol_count(); ++id) {
    const market::SymbolMarket& symbol = market.symbol(SymbolId{id});
    market::write_symbol(writer, symbol);
    const auto write_all = [&](const auto& ring, auto&& write) {
      for (std::uint64_t n = ring.first_kept(); n <= ring.count(); ++n)
        write(writer, ring.numbered(n));
    };
    write_all(symbol.tape, market::write_tape_entry);
    write_all(symbol.tops, market::write_top);
    write_all(symbol.bars.seconds(), market::write_bar);
    write_all(symbol.bars.minutes(), market::write_bar);
    write_all(symbol.bars.hours(), market::write_bar);
    write_all(symbol.bars.days(), market::write_bar);
  }
  return writer.take();
}

/// The market after so many batches of a day.
inline market::Market market_after(std::uint64_t seed, std::uint64_t batches, std::size_t events = 50) {
  market::Market market;
  MadeUpDay day(seed);
  for (std::uint64_t i = 0; i < batches; ++i) {
    for (const Event& event : day.next(events).events) {
      if (!market.apply(event)) return market;
    }
  }
  return market;
}

}  // namespace trade::feedd
