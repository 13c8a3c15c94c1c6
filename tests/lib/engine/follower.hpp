// A follower of the events that keeps books, orders and holdings of its own, written as plainly as can be,
// and notices when the engine's events contradict one another: a trade that breaks price or time priority, a
// crossed book, a fill of an order that is gone.
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine.hpp"

namespace trade::engine_test {

class Follower {
 public:
  struct OpenOrder {
    AccountId account;
    SymbolId symbol;
    Side side = Side::buy;
    OrderType type = OrderType::market;
    std::int64_t leaves = 0;
    std::int64_t filled = 0;
    std::int64_t filled_notional = 0;
    Price limit_price;
    Price stop_price;
    std::int64_t reserve_units = 0;  ///< a share
    std::int64_t shown = 0;          ///< in the book
    bool waiting = false;
    bool resting = false;
    OrderInstructions instructions;
    OrderLink link;
    bool held = false;

    /// Of two exits for the same shares one counts.
    [[nodiscard]] bool has_claim() const {
      return !held && !(link.is_paired() && link.role == OrderRole::take_profit);
    }
    [[nodiscard]] std::int64_t to_show() const {
      const std::int64_t display = instructions.display_quantity.shares;
      return display == 0 ? leaves : std::min(display, leaves);
    }
  };
  using Key = std::pair<std::uint32_t, std::uint32_t>;  ///< account, symbol
  /// What the orders of a group have filled.
  struct Group {
    OrderClass order_class = OrderClass::simple;
    std::int64_t quantity = 0;  ///< of an oco: the shares that its exits are for
    std::int64_t entered = 0;
    std::int64_t exited = 0;
  };

  void follow(const Event& event) { std::visit(*this, event.body); }

  void operator()(const CashMoved& e) { cash[e.account.value] += e.amount.units; }
  void operator()(const SharesTransferred& e) {
    shares[{e.account.value, e.symbol.value}] += e.quantity.shares;
  }
  void operator()(const SessionChanged& e) {
    if (!e.moves_symbols) return;
    for (auto& [symbol, gathers] : gathering)
      gathers = gathers || is_call(e.market_phase);
  }
  void operator()(const SymbolAdded& e) { gathering[e.id.value] = false; }
  void operator()(const SymbolPhaseChanged& e) {
    if (is_call(e.phase)) gathering[e.symbol.value] = true;
  }
  void operator()(const AuctionUncrossed& e) {
    gathering[e.symbol.value] = false;
    auction_price = e.figures.price;
    auction_left = e.figures.volume.shares;
  }
  void operator()(const FirmRulesChanged& e) { collar_basis_points = e.rules.price_collar_basis_points; }
  void operator()(const OrderAccepted& e) {
    OpenOrder order{.account = e.account, .symbol = e.symbol, .side = e.side, .type = e.type};
    order.leaves = e.quantity.shares;
    order.limit_price = e.limit_price;
    order.stop_price = e.stop_price;
    order.link = e.link;
    order.held = e.status == OrderStatus::pending;
    order.waiting = e.stop_price.units != 0 && !order.held;
    if (e.link.is_linked() && e.link.place() == 0)
      groups[e.order.value] = {.order_class = e.link.order_class, .quantity = e.quantity.shares};
    order.reserve_units = reserve_of(order);
    order.instructions = e.instructions;
    EXPECT_TRUE(open.emplace(e.order.value, order).second);
  }
  void operator()(const OrderRested& e) {
    OpenOrder& order = at(e.order);
    EXPECT_FALSE(order.waiting);
    EXPECT_EQ(order.to_show(), e.quantity.shares);
    EXPECT_EQ(order.limit_price, e.price);
    EXPECT_FALSE(order.instructions.all_or_none) << "it trades whole or waits unseen";
    EXPECT_GE(order.filled,
              std::min(order.instructions.minimum_quantity.shares, order.filled + order.leaves));
    order.shown = e.quantity.shares;
    order.resting = true;
    queue(e.symbol, e.side, e.price).push_back(e.order.value);
    expect_uncrossed(e.symbol);
  }
  void operator()(const OrderTriggered& e) {
    OpenOrder& order = at(e.order);
    EXPECT_TRUE(order.waiting);
    EXPECT_TRUE(order.side == Side::buy ? e.trigger_price >= order.stop_price
                                        : e.trigger_price <= order.stop_price);
    order.waiting = false;
  }
  void operator()(const ExitActivated& e) {
    OpenOrder& order = at(e.order);
    EXPECT_TRUE(order.held);
    if (e.status == OrderStatus::rejected) {
      EXPECT_NE(e.reason, RejectReason::none);
      open.erase(e.order.value);
      return;
    }
    order.held = false;
    order.waiting = order.stop_price.units != 0;
    order.leaves = e.quantity.shares;
    order.reserve_units = reserve_of(order);
  }
  void operator()(const StopTrailed& e) {
    OpenOrder& order = at(e.order);
    EXPECT_TRUE(order.waiting);
    EXPECT_TRUE(order.side == Side::sell ? e.stop_price >= order.stop_price
                                         : e.stop_price <= order.stop_price)
        << "a trailing stop never moves back";
    order.stop_price = e.stop_price;
  }
  /// A leg of a trade in an auction: the first of its side to trade there.
  void leave_by_auction(OrderId id, Price book_price, Quantity shown) {
    OpenOrder& order = at(id);
    EXPECT_TRUE(within_limit(order, auction_price));
    EXPECT_EQ(order.resting, book_price.units != 0);
    if (!order.resting) return;
    EXPECT_EQ(order.limit_price, book_price);
    auto& levels = books[{order.symbol.value, order.side}];
    ASSERT_FALSE(levels.empty());
    const auto best = order.side == Side::buy ? std::prev(levels.end()) : levels.begin();
    EXPECT_EQ(best->first, book_price.units) << "the best price first";
    EXPECT_EQ(best->second.front(), id.value) << "the oldest order first";
    order.shown -= shown.shares;
    EXPECT_GE(order.shown, 0);
    if (order.shown == 0) {
      best->second.erase(best->second.begin());
      if (best->second.empty()) levels.erase(best);
    }
  }
  void trade_in_auction(const TradeExecuted& e) {
    EXPECT_EQ(e.price, auction_price);
    EXPECT_FALSE(gathering[e.symbol.value]);
    auction_left -= e.quantity.shares;
    EXPECT_GE(auction_left, 0);
    leave_by_auction(e.maker_order, e.legs.maker_price, e.legs.maker_shown);
    leave_by_auction(e.taker_order, e.legs.taker_price, e.legs.taker_shown);
    note_group_fill(e.maker_order, at(e.maker_order).link, e.quantity);
    note_group_fill(e.taker_order, at(e.taker_order).link, e.quantity);
    fill(e.maker_order, e.price, e.quantity, e.maker_leaves);
    fill(e.taker_order, e.price, e.quantity, e.taker_leaves);
    if (!e.maker_leaves) open.erase(e.maker_order.value);
    if (!e.taker_leaves) open.erase(e.taker_order.value);
    ++trades;
    ++auction_trades;
  }
  void operator()(const TradeExecuted& e) {
    EXPECT_FALSE(gathering[e.symbol.value]);
    if (e.in_auction) return trade_in_auction(e);
    const Side maker_side = opposite(e.taker_side);
    auto& levels = books[{e.symbol.value, maker_side}];
    ASSERT_FALSE(levels.empty());
    const auto best = maker_side == Side::buy ? std::prev(levels.end()) : levels.begin();
    EXPECT_EQ(best->first, e.price.units) << "the best price first, and at the maker's price";
    EXPECT_EQ(best->second.front(), e.maker_order.value) << "the oldest order first";
    const OpenOrder taker = at(e.taker_order);
    EXPECT_TRUE(within_limit(taker, e.price));
    EXPECT_FALSE(taker.instructions.post_only) << "it never takes";
    EXPECT_TRUE(!taker.instructions.self_trade_prevention || e.maker_account != e.taker_account);
    OpenOrder& maker = at(e.maker_order);
    maker.shown -= e.quantity.shares;
    EXPECT_GE(maker.shown, 0);
    EXPECT_EQ(e.maker_refreshes, maker.shown == 0 && e.maker_leaves);
    if (e.maker_refreshes) maker.resting = false;
    EXPECT_FALSE(maker.held || taker.held);
    note_group_fill(e.maker_order, maker.link, e.quantity);
    note_group_fill(e.taker_order, taker.link, e.quantity);
    fill(e.maker_order, e.price, e.quantity, e.maker_leaves);
    fill(e.taker_order, e.price, e.quantity, e.taker_leaves);
    if (!e.maker_leaves || e.maker_refreshes) {
      best->second.erase(best->second.begin());
      if (best->second.empty()) levels.erase(best);
    }
    if (!e.maker_leaves) open.erase(e.maker_order.value);
    if (!e.taker_leaves) open.erase(e.taker_order.value);
    ++trades;
  }
  void operator()(const OrderCancelled& e) {
    const OpenOrder& order = at(e.order);
    EXPECT_EQ(order.leaves, e.quantity.shares);
    EXPECT_EQ(e.was_resting, order.resting);
    if (e.was_resting) {
      EXPECT_EQ(order.leaves - order.shown, e.hidden.shares);
      unqueue(e.order, order);
    }
    open.erase(e.order.value);
  }
  void operator()(const OrderReplaced& e) {
    OpenOrder& order = at(e.order);
    EXPECT_EQ(order.limit_price, e.old_limit_price);
    EXPECT_EQ(order.leaves, e.old_leaves.shares);
    EXPECT_EQ(e.quantity.shares, order.filled + e.leaves.shares);
    EXPECT_EQ(e.was_resting, order.resting);
    if (e.was_resting) {
      EXPECT_EQ(order.leaves - order.shown, e.old_hidden.shares);
    }
    if (e.was_resting && !e.kept_priority) {
      unqueue(e.order, order);
      order.resting = false;
    }
    const bool moved = e.limit_price != order.limit_price || e.stop_price != order.stop_price;
    order.leaves = e.leaves.shares;
    order.shown = std::min(order.shown, order.leaves);
    order.limit_price = e.limit_price;
    order.stop_price = e.stop_price;
    if (moved) order.reserve_units = reserve_of(order);
  }
  void operator()(const auto&) {}

  /// What is reserved for the account's open buys, and promised of a symbol by its open sells.
  [[nodiscard]] std::int64_t reserved(AccountId account) const {
    std::int64_t sum = 0;
    for (const auto& [id, order] : open) {
      if (order.account == account && order.side == Side::buy && order.has_claim())
        sum += order.reserve_units * order.leaves;
    }
    return sum;
  }
  /// Whether it has buys that wait for an auction at the market, which hold what the market's price says.
  [[nodiscard]] bool buys_in_auction(AccountId account) const {
    return std::ranges::any_of(open, [&](const auto& entry) {
      const OpenOrder& order = entry.second;
      return order.account == account && order.side == Side::buy && is_market(order.type) && !order.waiting;
    });
  }
  [[nodiscard]] std::int64_t promised(AccountId account, SymbolId symbol) const {
    std::int64_t sum = 0;
    for (const auto& [id, order] : open) {
      if (order.account == account && order.symbol == symbol && order.side == Side::sell && order.has_claim())
        sum += order.leaves;
    }
    return sum;
  }
  /// Between commands two exits for the same shares have as much left, and no exit is for more than is there.
  void expect_groups() const {
    for (const auto& [id, order] : open) {
      if (!order.link.is_exit()) continue;
      const OrderId own{id};
      if (order.link.is_paired()) {
        const auto other = open.find(order.link.counterpart(own).value);
        ASSERT_NE(other, open.end()) << "order " << id << " is without its counterpart";
        EXPECT_EQ(other->second.leaves, order.leaves) << "order " << id;
        EXPECT_EQ(other->second.held, order.held) << "order " << id;
      }
      if (order.link.order_class == OrderClass::oco) continue;
      const Group& group = groups.at(order.link.parent(own).value);
      EXPECT_EQ(order.held, group.entered == 0) << "order " << id;
      if (!order.held) {
        EXPECT_LE(order.leaves, group.entered - group.exited) << "order " << id;
      }
      EXPECT_TRUE(!order.held || open.contains(order.link.entry(own).value)) << "order " << id;
    }
  }

  std::map<std::uint32_t, std::int64_t> cash;
  std::map<Key, std::int64_t> shares;
  std::map<std::uint64_t, OpenOrder> open;
  std::map<std::uint64_t, Group> groups;  ///< by the order that was placed
  std::uint64_t exit_fills = 0;
  std::map<std::pair<std::uint32_t, Side>, std::map<std::int64_t, std::vector<std::uint64_t>>> books;
  std::int64_t collar_basis_points = FirmRules{}.price_collar_basis_points;
  std::map<std::uint32_t, bool> gathering;  ///< by symbol: its orders wait for an auction
  Price auction_price;                      ///< of the last auction
  std::int64_t auction_left = 0;            ///< of its volume
  std::uint64_t trades = 0;
  std::uint64_t auction_trades = 0;

 private:
  void note_group_fill(OrderId id, const OrderLink& link, Quantity quantity) {
    if (!link.is_linked()) return;
    Group& group = groups.at(link.place() == 0 ? id.value : link.parent(id).value);
    if (!link.is_exit()) {
      group.entered += quantity.shares;
      return;
    }
    group.exited += quantity.shares;
    ++exit_fills;
    const std::int64_t most = group.order_class == OrderClass::oco ? group.quantity : group.entered;
    EXPECT_LE(group.exited, most) << "order " << id.value << ": more is closed than was opened";
  }
  OpenOrder& at(OrderId id) {
    static OpenOrder none;
    const auto found = open.find(id.value);
    EXPECT_NE(found, open.end()) << "order " << id.value << " is not open";
    return found == open.end() ? none : found->second;
  }
  std::vector<std::uint64_t>& queue(SymbolId symbol, Side side, Price price) {
    return books[{symbol.value, side}][price.units];
  }
  void unqueue(OrderId id, const OpenOrder& order) {
    auto& levels = books[{order.symbol.value, order.side}];
    auto& orders = levels[order.limit_price.units];
    EXPECT_EQ(std::erase(orders, id.value), 1U);
    if (orders.empty()) levels.erase(order.limit_price.units);
  }
  void expect_uncrossed(SymbolId symbol) {
    if (gathering[symbol.value]) return;
    const auto& bids = books[{symbol.value, Side::buy}];
    const auto& offers = books[{symbol.value, Side::sell}];
    if (!bids.empty() && !offers.empty()) {
      EXPECT_LT(bids.rbegin()->first, offers.begin()->first) << "crossed book";
    }
  }
  static bool within_limit(const OpenOrder& order, Price price) {
    if (!order.limit_price) return true;
    return order.side == Side::buy ? price <= order.limit_price : price >= order.limit_price;
  }
  [[nodiscard]] std::int64_t reserve_of(const OpenOrder& order) const {
    if (order.side == Side::sell) return 0;
    if (order.limit_price) return order.limit_price.units;
    return (order.stop_price.units * (10'000 + collar_basis_points) + 9'999) / 10'000;
  }
  void fill(OrderId id, Price price, Quantity quantity, Quantity leaves) {
    OpenOrder& order = at(id);
    order.leaves -= quantity.shares;
    order.filled += quantity.shares;
    order.filled_notional += price.units * quantity.shares;
    EXPECT_EQ(order.leaves, leaves.shares);
    const std::int64_t sign = order.side == Side::buy ? 1 : -1;
    cash[order.account.value] -= sign * price.units * quantity.shares;
    shares[{order.account.value, order.symbol.value}] += sign * quantity.shares;
  }
};

}  // namespace trade::engine_test
