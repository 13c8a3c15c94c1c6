// The market that follows from the engine's own events, against what its open orders add up to.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "market/market.hpp"

namespace trade::market {
namespace {

constexpr std::int64_t symbols = 4;
constexpr std::int64_t accounts = 3;

class EngineMarket : public testing::TestWithParam<std::uint32_t> {
 protected:
  std::int64_t pick(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  ApplyResult run(CommandBody body) {
    now_.nanoseconds += nanoseconds_per_second;
    events_.clear();
    const ApplyResult result = engine_.apply(Command{now_, std::move(body)}, events_);
    all_events_.insert(all_events_.end(), events_.begin(), events_.end());
    for (const Event& event : events_) {
      const Status applied = market_.apply(event);
      EXPECT_TRUE(applied) << applied.error().message;
      if (const auto* trade = std::get_if<TradeExecuted>(&event.body)) {
        ++trades_;
        if (trade->in_auction) ++auction_trades_;
      }
      if (const auto* replaced = std::get_if<OrderReplaced>(&event.body)) {
        (replaced->kept_priority ? kept_ : moved_) += replaced->was_resting ? 1 : 0;
      }
    }
    return result;
  }
  void place() {
    PlaceOrder order;
    order.account = AccountId{static_cast<std::uint32_t>(pick(1, accounts))};
    order.symbol = SymbolId{static_cast<std::uint32_t>(pick(1, symbols))};
    order.side = pick(0, 1) == 0 ? Side::buy : Side::sell;
    order.quantity = Quantity{pick(1, 400)};
    const std::int64_t kind = pick(0, 19);
    order.type = kind == 0   ? OrderType::market
                 : kind == 1 ? OrderType::stop_loss
                 : kind == 2 ? OrderType::stop_limit
                             : OrderType::limit;
    const bool stop = order.type == OrderType::stop_loss || order.type == OrderType::stop_limit;
    if (order.type == OrderType::limit || order.type == OrderType::stop_limit) {
      const std::int64_t distance = pick(0, 3) == 0 ? pick(-20, 0) : pick(1, 60);
      order.limit_price = price(order.side == Side::buy ? -distance : distance);
    }
    if (stop) order.stop_price = price(pick(-30, 30));
    const std::int64_t force = pick(0, 9);
    if (!stop && order.type == OrderType::limit && force < 3) {
      order.time_in_force =
          std::array{TimeInForce::ioc, TimeInForce::fok, TimeInForce::gtc}[static_cast<std::size_t>(force)];
    }
    if (const ApplyResult placed = run(order); placed.order) last_order_ = placed.order.value;
  }
  void change_something() {
    const OrderId order{static_cast<std::uint64_t>(pick(std::max<std::int64_t>(1, last() - 300), last()))};
    const auto view = engine_.order(order);
    if (!view) return;
    const AccountId account = engine_.find_account(view->account);
    if (pick(0, 2) == 0) {
      run(CancelOrder{account, order, {}});
      return;
    }
    ReplaceOrder replace;
    replace.account = account;
    replace.order = order;
    if (pick(0, 3) != 0)
      replace.quantity = Quantity{std::max<std::int64_t>(1, view->quantity.shares + pick(-150, 40))};
    if (pick(0, 2) == 0) replace.limit_price = price(pick(-40, 40));
    if (view->stop_price && pick(0, 1) == 0) replace.stop_price = price(pick(-40, 40));
    run(replace);
  }
  static Price price(std::int64_t ticks) { return {500'000 + ticks * 100}; }
  [[nodiscard]] std::int64_t last() const { return static_cast<std::int64_t>(last_order_); }

  void expect_equal_books() {
    struct TwoSides {
      std::map<std::int64_t, DepthLevelView> bids;
      std::map<std::int64_t, DepthLevelView> asks;
    };
    std::map<std::string, TwoSides> books;
    std::size_t orders = 0;
    for (std::uint64_t id = 1; id <= last_order_; ++id) {
      const auto order = engine_.order(OrderId{id});
      if (!order || is_terminal(order->status) || order->status == OrderStatus::validated) continue;
      // A market order that waits for an auction is in no book.
      if (!order->limit_price) continue;
      ++orders;
      TwoSides& book = books[order->symbol];
      auto& levels = order->side == Side::buy ? book.bids : book.asks;
      DepthLevelView& level =
          levels[order->side == Side::buy ? -order->limit_price.units : order->limit_price.units];
      level.price = order->limit_price;
      level.size += order->quantity - order->filled_quantity;
      ++level.orders;
    }
    deepest_ = std::max(deepest_, orders);
    for (std::uint32_t id = 1; id <= market_.symbol_count(); ++id) {
      const DepthView depth = market_.symbol(SymbolId{id}).depth(10'000);
      const auto flat = [](const auto& levels) {
        std::vector<DepthLevelView> result;
        for (const auto& [rank, level] : levels)
          result.push_back(level);
        return result;
      };
      ASSERT_EQ(depth.bids, flat(books[depth.symbol].bids)) << depth.symbol;
      ASSERT_EQ(depth.asks, flat(books[depth.symbol].asks)) << depth.symbol;
      const auto symbol = engine_.symbol(SymbolId{id});
      ASSERT_EQ(market_.symbol(SymbolId{id}).last, symbol->last_price) << depth.symbol;
      ASSERT_EQ(market_.symbol(SymbolId{id}).previous_close, symbol->previous_close) << depth.symbol;
    }
  }

  /// All events at once, and not one by one, give the same market.
  void expect_equal_in_one_go() {
    Market market;
    const Status applied = market.apply(all_events_);
    ASSERT_TRUE(applied) << applied.error().message;
    ASSERT_EQ(market.symbol_count(), market_.symbol_count());
    for (std::uint32_t id = 1; id <= market.symbol_count(); ++id) {
      const SymbolMarket& symbol = market.symbol(SymbolId{id});
      const SymbolMarket& expected = market_.symbol(SymbolId{id});
      EXPECT_EQ(symbol.depth(10'000).bids, expected.depth(10'000).bids);
      EXPECT_EQ(symbol.depth(10'000).asks, expected.depth(10'000).asks);
      EXPECT_EQ(symbol.last, expected.last);
      EXPECT_EQ(symbol.volume, expected.volume);
      EXPECT_EQ(symbol.tape.count(), expected.tape.count());
      EXPECT_EQ(symbol.quote_sequence, expected.quote_sequence);
    }
  }

  std::mt19937_64 random_{GetParam()};
  Engine engine_;
  Market market_;
  std::vector<Event> events_;
  std::vector<Event> all_events_;  ///< their texts are gone
  Timestamp now_{1'769'783'400'000'000'000};
  std::uint64_t last_order_ = 0;
  std::size_t deepest_ = 0;
  int trades_ = 0;
  int auction_trades_ = 0;
  int kept_ = 0;
  int moved_ = 0;
};

TEST_P(EngineMarket, DepthIsWhatTheOpenOrdersAddUpTo) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  for (std::int64_t i = 1; i <= symbols; ++i) {
    AddSymbol symbol;
    symbol.symbol = *Symbol::make("S" + std::to_string(i));
    symbol.previous_close = price(0);
    run(symbol);
  }
  for (std::int64_t i = 1; i <= accounts; ++i) {
    run(OpenAccount{*AccountName::make("account" + std::to_string(i)), AccountType::house});
  }
  std::int32_t day = 20'483;
  run(SetSession{SessionPhase::open, Date{day}});
  for (int step = 0; step < 4'000; ++step) {
    const std::int64_t action = pick(0, 999);
    if (action < 600) {
      place();
    } else if (action < 980 && last_order_ > 0) {
      change_something();
    } else if (action < 986) {
      run(PrintTrade{SymbolId{static_cast<std::uint32_t>(pick(1, symbols))}, price(pick(-30, 30)),
                     Quantity{50}});
    } else if (action < 992) {
      const MarketPhase phase = pick(0, 1) == 0 ? MarketPhase::volatility_auction : MarketPhase::continuous;
      run(SetSymbolPhase{SymbolId{static_cast<std::uint32_t>(pick(1, symbols))}, phase});
    } else if (action < 994) {
      run(CancelAllOrders{AccountId{static_cast<std::uint32_t>(pick(1, accounts))}, SymbolId{}});
    } else if (action == 999) {
      run(SetSession{SessionPhase::closed, Date{day}});
      ASSERT_NO_FATAL_FAILURE(expect_equal_books());
      run(SetSession{SessionPhase::open, Date{day += static_cast<std::int32_t>(pick(0, 1))}});
    }
    if (step % 20 == 0) {
      ASSERT_NO_FATAL_FAILURE(expect_equal_books()) << "after step " << step;
    }
  }
  ASSERT_NO_FATAL_FAILURE(expect_equal_books());
  ASSERT_NO_FATAL_FAILURE(expect_equal_in_one_go());
  // What the test is about has happened.
  EXPECT_GT(trades_, 200);
  EXPECT_GT(auction_trades_, 20);
  EXPECT_GT(kept_, 20);
  EXPECT_GT(moved_, 20);
  EXPECT_GT(deepest_, 60u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, EngineMarket, testing::Range(1u, 5u));

}  // namespace
}  // namespace trade::market
