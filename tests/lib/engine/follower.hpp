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
#include "model/borrow_fee.hpp"

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
    Price book_price;                ///< at which it rests there
    bool refreshes = false;          ///< its next part comes to rest where the one before did
    bool holds_locate = false;
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

  void follow(const Event& event) {
    now = event.timestamp;
    std::visit(*this, event.body);
  }

  void operator()(const AccountOpened& e) { types[e.account.value] = e.type; }
  void operator()(const CashMoved& e) { cash[e.account.value] += e.amount.units; }
  void operator()(const BorrowFeeCharged& e) {
    cash[e.account.value] -= e.amount.units;
    EXPECT_EQ(e.cash_balance.units, cash[e.account.value]);
    EXPECT_EQ(shares_of(e.account, e.symbol), -e.quantity.shares);
    EXPECT_EQ(rates[e.symbol.value], e.rate_basis_points);
    EXPECT_EQ(e.price, references[e.symbol.value]);
    ASSERT_FALSE(fees_due.empty());
    EXPECT_EQ(fees_due.begin()->first, (Key{e.account.value, e.symbol.value})) << "in ascending order";
    EXPECT_EQ(fees_due.begin()->second, e.amount);
    fees_due.erase(fees_due.begin());
    fees += e.amount.units;
  }
  void operator()(const SharesTransferred& e) {
    shares[{e.account.value, e.symbol.value}] += e.quantity.shares;
  }
  void operator()(const SessionChanged& e) {
    if (e.new_trading_day) {
      for (auto& [key, locate] : locates) {
        if (locate.expires_at <= now) locate = {};
      }
      if (trading_date != Date{}) expect_fees(e.trading_date.days - trading_date.days);
    }
    trading_date = e.trading_date;
    if (!e.moves_symbols) return;
    for (auto& [symbol, gathers] : gathering)
      gathers = gathers || is_call(e.market_phase);
    for (auto& [symbol, phase] : phases)
      phase = e.market_phase;
    market_phase = e.market_phase;
  }
  void operator()(const SymbolAdded& e) {
    gathering[e.id.value] = false;
    references[e.id.value] = e.previous_close;
    phases[e.id.value] = market_phase;
  }
  void operator()(const TradePrinted& e) { references[e.symbol.value] = e.price; }
  void operator()(const PriceBandsChanged& e) { bands[e.symbol.value] = e.bands; }
  void operator()(const LocateChanged& e) {
    locates[{e.account.value, e.symbol.value}] = {e.quantity.shares, 0, e.expires_at};
  }
  void operator()(const EasyToBorrowChanged& e) {
    easy_to_borrow[e.symbol.value] = e.on;
    rates[e.symbol.value] = e.rate_basis_points;
  }
  void operator()(const ShortSaleRestrictionChanged& e) { restricted[e.symbol.value] = e.on; }
  void operator()(const SymbolPhaseChanged& e) {
    if (is_call(e.phase)) gathering[e.symbol.value] = true;
    phases[e.symbol.value] = e.phase;
  }
  void operator()(const AuctionUncrossed& e) {
    gathering[e.symbol.value] = false;
    auction_price = e.figures.price;
    auction_left = e.figures.volume.shares;
  }
  void operator()(const FirmRulesChanged& e) { rules = e.rules; }
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
    order.instructions = e.instructions;
    order.reserve_units = reserve_of(order);
    if (e.instructions.short_sale) expect_locate(order);
    EXPECT_TRUE(open.emplace(e.order.value, order).second);
  }
  void operator()(const OrderRested& e) {
    OpenOrder& order = at(e.order);
    EXPECT_FALSE(order.waiting);
    EXPECT_EQ(order.to_show(), e.quantity.shares);
    EXPECT_EQ(e.price, order.refreshes ? order.book_price : resting_price(order));
    order.refreshes = false;
    if (e.price != order.limit_price) ++rested_at_bands;
    order.book_price = e.price;
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
    order.waiting = wants_stop(order.type);
    if (e.stop_price) order.stop_price = e.stop_price;
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
    EXPECT_EQ(order.book_price, book_price);
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
    references[e.symbol.value] = e.price;
    if (e.in_auction) return trade_in_auction(e);
    // In a closed market the house trades as it did where it was recorded.
    const bool is_open = phases[e.symbol.value] == MarketPhase::continuous;
    if (const PriceBands& around = bands[e.symbol.value]; is_open && around.limit_state_seconds != 0) {
      EXPECT_TRUE(!around.lower || e.price >= around.lower) << "below the bands";
      EXPECT_TRUE(!around.upper || e.price <= around.upper) << "above the bands";
    }
    const Side maker_side = opposite(e.taker_side);
    auto& levels = books[{e.symbol.value, maker_side}];
    ASSERT_FALSE(levels.empty());
    const auto best = maker_side == Side::buy ? std::prev(levels.end()) : levels.begin();
    EXPECT_EQ(best->first, e.price.units) << "the best price first, and at the maker's price";
    EXPECT_EQ(best->second.front(), e.maker_order.value) << "the oldest order first";
    const OpenOrder taker = at(e.taker_order);
    EXPECT_TRUE(within_limit(taker, e.price));
    EXPECT_FALSE(taker.instructions.post_only) << "it never takes";
    EXPECT_FALSE(restricted[e.symbol.value] && taker.instructions.short_sale == ShortSale::sell_short)
        << "a short sale at the best bid while the price test is on";
    EXPECT_TRUE(!taker.instructions.self_trade_prevention || e.maker_account != e.taker_account);
    OpenOrder& maker = at(e.maker_order);
    maker.shown -= e.quantity.shares;
    EXPECT_GE(maker.shown, 0);
    EXPECT_EQ(e.maker_refreshes, maker.shown == 0 && e.maker_leaves);
    if (e.maker_refreshes) maker.resting = false;
    maker.refreshes = e.maker_refreshes;
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
    EXPECT_EQ(order.resting ? order.book_price : order.limit_price, e.old_limit_price);
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
      if (order.account == account && order.has_claim()) sum += order.reserve_units * order.leaves;
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
  /// Of what is located, what open orders hold.
  [[nodiscard]] std::int64_t held(AccountId account, SymbolId symbol) const {
    std::int64_t sum = 0;
    for (const auto& [id, order] : open) {
      if (order.account == account && order.symbol == symbol && order.holds_locate) sum += order.leaves;
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
  FirmRules rules;
  Timestamp now;
  std::map<std::uint32_t, Price> references;  ///< by symbol: the last price, else the previous close
  std::map<std::uint32_t, PriceBands> bands;
  MarketPhase market_phase = MarketPhase::continuous;
  std::map<std::uint32_t, MarketPhase> phases;
  std::map<std::uint32_t, bool> easy_to_borrow;
  std::map<std::uint32_t, std::int64_t> rates;  ///< by symbol: of borrowing it
  std::map<std::uint32_t, AccountType> types;
  Date trading_date;
  std::map<Key, Money> fees_due;             ///< that are charged next
  std::int64_t fees = 0;                     ///< that all accounts paid
  std::map<std::uint32_t, bool> restricted;  ///< by symbol: the price test for short sales is on
  struct Granted {
    std::int64_t shares = 0;
    std::int64_t used = 0;
    Timestamp expires_at;
  };
  std::map<Key, Granted> locates;
  std::uint64_t short_fills = 0;
  std::uint64_t rested_at_bands = 0;
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
    auto& orders = levels[order.book_price.units];
    EXPECT_EQ(std::erase(orders, id.value), 1U);
    if (orders.empty()) levels.erase(order.book_price.units);
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
    if (order.instructions.short_sale) return short_reserve_of(order);
    if (order.side == Side::sell) return 0;
    if (order.limit_price) return order.limit_price.units;
    return (order.stop_price.units * (10'000 + rules.price_collar_basis_points) + 9'999) / 10'000;
  }
  /// What the shares may be worth, times what they need of buying power.
  [[nodiscard]] std::int64_t short_reserve_of(const OpenOrder& order) const {
    const Price worth = std::max({references.at(order.symbol.value), order.limit_price, order.stop_price});
    const bool intraday = rules.day_trading_rule == DayTradingRule::intraday_margin;
    const std::int64_t part =
        intraday ? rules.short_maintenance_basis_points
                 : (rules.short_margin_basis_points - 10'000) * rules.margin_multiplier_basis_points;
    const std::int64_t whole = intraday ? rules.intraday_maintenance_basis_points : 100'000'000;
    return (worth.units * part + whole - 1) / whole;
  }
  /// A new short sale takes of what is located, unless the symbol is easy to borrow.
  void expect_locate(OpenOrder& order) {
    EXPECT_EQ(order.side, Side::sell);
    EXPECT_LE(shares_of(order.account, order.symbol), 0) << "it holds shares to sell";
    order.holds_locate = !easy_to_borrow[order.symbol.value];
    if (!order.holds_locate) return;
    const Granted& granted = locates[{order.account.value, order.symbol.value}];
    EXPECT_LE(held(order.account, order.symbol) + granted.used + order.leaves, granted.shares);
    EXPECT_TRUE(granted.expires_at == Timestamp{} || granted.expires_at > now);
  }
  void expect_fees(std::int64_t days) {
    EXPECT_TRUE(fees_due.empty());
    for (const auto& [key, held] : shares) {
      if (held >= 0 || types[key.first] != AccountType::margin) continue;
      const Money fee = borrow_fee({-held}, references[key.second], rates[key.second], days);
      if (fee) fees_due[key] = fee;
    }
  }
  [[nodiscard]] std::int64_t shares_of(AccountId account, SymbolId symbol) const {
    const auto found = shares.find({account.value, symbol.value});
    return found == shares.end() ? 0 : found->second;
  }
  /// Its limit, or the band that it may not be shown beyond.
  [[nodiscard]] Price resting_price(const OpenOrder& order) const {
    const auto found = bands.find(order.symbol.value);
    if (found == bands.end() || found->second.limit_state_seconds == 0 || gathering.at(order.symbol.value))
      return order.limit_price;
    const PriceBands& around = found->second;
    if (order.side == Side::buy)
      return around.upper ? std::min(order.limit_price, around.upper) : order.limit_price;
    return std::max(order.limit_price, around.lower);
  }
  void fill(OrderId id, Price price, Quantity quantity, Quantity leaves) {
    OpenOrder& order = at(id);
    order.leaves -= quantity.shares;
    order.filled += quantity.shares;
    order.filled_notional += price.units * quantity.shares;
    EXPECT_EQ(order.leaves, leaves.shares);
    const std::int64_t sign = order.side == Side::buy ? 1 : -1;
    if (order.instructions.short_sale) ++short_fills;
    if (order.holds_locate) locates[{order.account.value, order.symbol.value}].used += quantity.shares;
    cash[order.account.value] -= sign * price.units * quantity.shares;
    shares[{order.account.value, order.symbol.value}] += sign * quantity.shares;
  }
};

}  // namespace trade::engine_test
