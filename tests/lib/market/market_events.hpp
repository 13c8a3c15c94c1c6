// Makes events for the tests of lib/market, numbered and stamped one after the other.
#pragma once

#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "market/market.hpp"
#include "model/event.hpp"

namespace trade::market {

constexpr std::int64_t test_start_ns = 1'769'783'400'000'000'000;  // 2026-01-30T14:30:00Z
constexpr Price dollars(std::int64_t whole, std::int64_t ten_thousandths = 0) {
  return {whole * units_per_dollar + ten_thousandths};
}

/// A market and the events that made it.
class MarketFeed {
 public:
  Market market;

  Status apply(EventBody body) { return market.apply(Event{++sequence_, now_, std::move(body)}); }
  void expect(EventBody body) {
    const Status applied = apply(std::move(body));
    ASSERT_TRUE(applied) << applied.error().message;
  }
  void advance_seconds(std::int64_t seconds) { now_.nanoseconds += seconds * nanoseconds_per_second; }

  SymbolId add_symbol(std::string_view name, Price previous_close = {}) {
    const SymbolId id{market.symbol_count() + 1};
    expect(SymbolAdded{id, *Symbol::make(name), previous_close, Price{100}, Quantity{1}});
    return id;
  }
  void rest(SymbolId symbol, Side side, Price price, std::int64_t shares) {
    expect(OrderRested{OrderId{++order_}, symbol, side, price, Quantity{shares}});
  }
  void execute(SymbolId symbol, Side taker_side, Price price, std::int64_t shares,
               std::int64_t maker_leaves) {
    expect(execution(symbol, taker_side, price, shares, maker_leaves));
  }
  TradeExecuted execution(SymbolId symbol, Side taker_side, Price price, std::int64_t shares,
                          std::int64_t maker_leaves) {
    TradeExecuted executed;
    executed.trade = TradeId{++trade_};
    executed.symbol = symbol;
    executed.price = price;
    executed.quantity = Quantity{shares};
    executed.taker_side = taker_side;
    executed.maker_leaves = Quantity{maker_leaves};
    return executed;
  }
  void print(SymbolId symbol, Price price, std::int64_t shares) {
    expect(TradePrinted{TradeId{++trade_}, symbol, price, Quantity{shares}});
  }
  static OrderCancelled cancellation(SymbolId symbol, Side side, Price price, std::int64_t shares,
                                     bool was_resting = true) {
    OrderCancelled cancelled;
    cancelled.symbol = symbol;
    cancelled.side = side;
    cancelled.was_resting = was_resting;
    cancelled.price = price;
    cancelled.quantity = Quantity{shares};
    return cancelled;
  }
  static OrderReplaced replacement(SymbolId symbol, Side side, bool was_resting, bool kept_priority,
                                   Price old_price, std::int64_t old_leaves, std::int64_t leaves) {
    OrderReplaced replaced;
    replaced.symbol = symbol;
    replaced.side = side;
    replaced.was_resting = was_resting;
    replaced.kept_priority = kept_priority;
    replaced.old_limit_price = old_price;
    replaced.old_leaves = Quantity{old_leaves};
    replaced.leaves = Quantity{leaves};
    replaced.limit_price = old_price;
    return replaced;
  }

  [[nodiscard]] QuoteView quote(SymbolId symbol) const { return market.symbol(symbol).quote(); }
  [[nodiscard]] DepthView depth(SymbolId symbol, std::size_t levels = 100) const {
    return market.symbol(symbol).depth(levels);
  }
  [[nodiscard]] Sequence sequence() const { return sequence_; }
  [[nodiscard]] Timestamp now() const { return now_; }

 private:
  Timestamp now_{test_start_ns};
  Sequence sequence_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t trade_ = 0;
};

}  // namespace trade::market
