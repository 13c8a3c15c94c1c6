// The market that follows from random events, against a naive market that keeps every order.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "lib/market/market_events.hpp"

namespace trade::market {
namespace {

/// Every resting order in a plain list, matched by looking through all of them. Tells what happens as events.
class NaiveMarket {
 public:
  struct Order {
    std::uint64_t id = 0;
    Side side = Side::buy;
    Price price;
    std::int64_t leaves = 0;
  };

  NaiveMarket(MarketFeed& feed, SymbolId symbol) : feed_(feed), symbol_(symbol) {}

  void place(Side side, Price price, std::int64_t shares) {
    const std::int64_t leaves = match(side, price, shares);
    if (leaves > 0) rest(side, price, leaves);
  }
  void cancel(std::size_t index) {
    const Order order = orders_[index];
    orders_.erase(std::next(orders_.begin(), static_cast<std::ptrdiff_t>(index)));
    feed_.expect(MarketFeed::cancellation(symbol_, order.side, order.price, order.leaves));
  }
  void shrink(std::size_t index, std::int64_t leaves) {
    Order& order = orders_[index];
    feed_.expect(MarketFeed::replacement(symbol_, order.side, true, true, order.price, order.leaves, leaves));
    order.leaves = leaves;
  }
  void move(std::size_t index, Price price, std::int64_t shares) {
    const Order order = orders_[index];
    orders_.erase(std::next(orders_.begin(), static_cast<std::ptrdiff_t>(index)));
    feed_.expect(
        MarketFeed::replacement(symbol_, order.side, true, false, order.price, order.leaves, shares));
    place(order.side, price, shares);
  }
  void print(Price price, std::int64_t shares) {
    feed_.print(symbol_, price, shares);
    note_trade(price, shares);
  }

  [[nodiscard]] const std::vector<Order>& orders() const { return orders_; }

  /// All levels of a side, best first.
  [[nodiscard]] std::vector<DepthLevelView> levels(Side side) const {
    std::map<std::int64_t, DepthLevelView> by_rank;
    for (const Order& order : orders_) {
      if (order.side != side) continue;
      DepthLevelView& level = by_rank[side == Side::buy ? -order.price.units : order.price.units];
      level.price = order.price;
      level.size += Quantity{order.leaves};
      ++level.orders;
    }
    std::vector<DepthLevelView> levels;
    for (const auto& [rank, level] : by_rank)
      levels.push_back(level);
    return levels;
  }
  void expect_equal() const {
    const DepthView depth = feed_.depth(symbol_, 1'000);
    ASSERT_EQ(depth.bids, levels(Side::buy));
    ASSERT_EQ(depth.asks, levels(Side::sell));
    const QuoteView quote = feed_.quote(symbol_);
    ASSERT_EQ(quote.bid, depth.bids.empty() ? Price{} : depth.bids[0].price);
    ASSERT_EQ(quote.bid_size, depth.bids.empty() ? Quantity{} : depth.bids[0].size);
    ASSERT_EQ(quote.ask, depth.asks.empty() ? Price{} : depth.asks[0].price);
    ASSERT_EQ(quote.ask_size, depth.asks.empty() ? Quantity{} : depth.asks[0].size);
    ASSERT_EQ(quote.last, trades_.empty() ? Price{} : trades_.back().first);
    std::int64_t volume = 0;
    Price high;
    Price low = trades_.empty() ? Price{} : trades_[0].first;
    for (const auto& [price, shares] : trades_) {
      volume += shares;
      high = std::max(high, price);
      low = std::min(low, price);
    }
    ASSERT_EQ(quote.volume, Quantity{volume});
    ASSERT_EQ(quote.high, high);
    ASSERT_EQ(quote.low, low);
  }

 private:
  [[nodiscard]] std::size_t best_against(Side taker, Price limit) const {
    std::size_t best = orders_.size();
    for (std::size_t i = 0; i < orders_.size(); ++i) {
      const Order& order = orders_[i];
      if (order.side == taker) continue;
      if (taker == Side::buy ? order.price > limit : order.price < limit) continue;
      const bool better = best == orders_.size() || (taker == Side::buy ? order.price < orders_[best].price
                                                                        : order.price > orders_[best].price);
      if (better) best = i;
    }
    return best;
  }
  std::int64_t match(Side taker, Price limit, std::int64_t shares) {
    while (shares > 0) {
      const std::size_t index = best_against(taker, limit);
      if (index == orders_.size()) break;
      Order& maker = orders_[index];
      const std::int64_t filled = std::min(shares, maker.leaves);
      maker.leaves -= filled;
      shares -= filled;
      const Price price = maker.price;
      feed_.execute(symbol_, taker, price, filled, maker.leaves);
      note_trade(price, filled);
      if (maker.leaves == 0) orders_.erase(std::next(orders_.begin(), static_cast<std::ptrdiff_t>(index)));
    }
    return shares;
  }
  void rest(Side side, Price price, std::int64_t leaves) {
    orders_.push_back({++last_id_, side, price, leaves});
    feed_.rest(symbol_, side, price, leaves);
  }
  void note_trade(Price price, std::int64_t shares) { trades_.emplace_back(price, shares); }

  MarketFeed& feed_;
  SymbolId symbol_;
  std::vector<Order> orders_;
  std::vector<std::pair<Price, std::int64_t>> trades_;
  std::uint64_t last_id_ = 0;
};

class RandomMarket : public testing::TestWithParam<std::uint32_t> {};

TEST_P(RandomMarket, EqualsANaiveOne) {
  const std::uint32_t seed = GetParam();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  MarketFeed feed;
  std::vector<NaiveMarket> markets;
  for (const auto* name : {"ONE", "TWO", "THREE"})
    markets.emplace_back(feed, feed.add_symbol(name));
  // The wider the prices, the more levels, and the farther behind the best they change.
  const std::int64_t spread = pick(2, 200);
  std::ptrdiff_t deepest = 0;
  for (int step = 0; step < 3'000; ++step) {
    NaiveMarket& market = markets[static_cast<std::size_t>(pick(0, 2))];
    const Side side = pick(0, 1) == 0 ? Side::buy : Side::sell;
    // Mostly on its own side of the middle, so that books grow deep; the others trade.
    const std::int64_t distance = pick(0, 5) == 0 ? pick(-spread, 0) : pick(1, spread);
    const Price price{1'000'000 + (side == Side::buy ? -distance : distance) * 100};
    const auto index =
        static_cast<std::size_t>(pick(0, std::max<std::int64_t>(std::ssize(market.orders()) - 1, 0)));
    const std::int64_t action = market.orders().empty() ? 0 : pick(0, 9);
    if (action <= 5) {
      market.place(side, price, pick(1, 500));
    } else if (action == 6) {
      market.cancel(index);
    } else if (action == 7 && market.orders()[index].leaves > 1) {
      market.shrink(index, pick(1, market.orders()[index].leaves - 1));
    } else if (action == 8) {
      market.move(index, price, pick(1, 500));
    } else {
      market.print(price, pick(1, 100));
    }
    ASSERT_NO_FATAL_FAILURE(market.expect_equal()) << "after step " << step;
    deepest = std::max(deepest, std::ssize(market.levels(side)));
  }
  // Beyond what is searched level by level.
  EXPECT_GT(deepest, std::min<std::ptrdiff_t>(spread / 2, 20));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomMarket, testing::Range(1u, 9u));

}  // namespace
}  // namespace trade::market
