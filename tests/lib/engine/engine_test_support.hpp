// A market to test the engine in: verbs for the commands, and events as short lines of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine.hpp"

namespace trade::engine_test {

/// "10.25" as a price, or any price for zero.
inline Price price(std::string_view text) {
  if (text == "0") return {};
  const Result<Price> parsed = parse_price(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Price{});
}
inline Money money(std::string_view text) {
  const Result<Money> parsed = parse_money(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Money{});
}

/// One event as a line: what a person would want to see of it.
struct Describe {
  static std::string id(auto value) { return std::to_string(value.value); }
  static std::string quantity(Quantity value) { return std::to_string(value.shares); }
  static std::string name(auto value) { return std::string(name_of(value)); }

  std::string operator()(const CommandRejected& e) const {
    return "command_rejected " + std::string(row_of(e.reason).name);
  }
  std::string operator()(const AccountOpened& e) const { return "account_opened " + e.name.string(); }
  std::string operator()(const CashMoved& e) const {
    return "cash_moved " + format_money(e.amount) + " -> " + format_money(e.cash_balance);
  }
  std::string operator()(const SharesTransferred& e) const {
    return "shares_transferred " + quantity(e.quantity) + "@" + format_price(e.cost_price);
  }
  std::string operator()(const AccountStatusChanged& e) const { return "account_status " + name(e.status); }
  std::string operator()(const AccountLimitsChanged& e) const {
    return "account_limits " + quantity(e.position_max) + " " + quantity(e.order_quantity_max) + " " +
           format_money(e.order_notional_max);
  }
  std::string operator()(const FirmRulesChanged&) const { return "firm_rules"; }
  std::string operator()(const SymbolAdded& e) const { return "symbol_added " + e.symbol.string(); }
  std::string operator()(const SymbolStatusChanged& e) const {
    return "symbol_status " + name(e.status) + (e.reason.empty() ? "" : " " + std::string(e.reason));
  }
  std::string operator()(const SessionChanged& e) const {
    return "session " + name(e.phase) + (e.new_trading_day ? " new_day" : "") +
           (e.market_phase != usual_phase(e.phase) ? " " + name(e.market_phase) : "") +
           (e.moves_symbols ? "" : " moves_no_symbol");
  }
  std::string operator()(const OrderAccepted& e) const {
    return "accepted " + id(e.order) + " " + name(e.status) +
           (e.link.is_exit() ? " " + name(e.link.role) : "");
  }
  std::string operator()(const ExitActivated& e) const {
    return "activated " + id(e.order) + " " + name(e.status) + " " + quantity(e.quantity) +
           (e.stop_price ? " stop " + format_price(e.stop_price) : "") +
           (e.reason == RejectReason::none ? "" : " " + std::string(row_of(e.reason).name));
  }
  std::string operator()(const OrderRejected& e) const {
    return "rejected " + id(e.order) + " " + std::string(row_of(e.reason).name);
  }
  std::string operator()(const OrderRested& e) const {
    return "rested " + id(e.order) + " " + name(e.side) + " " + quantity(e.quantity) + "@" +
           format_price(e.price);
  }
  std::string operator()(const OrderTriggered& e) const {
    return "triggered " + id(e.order) + " @" + format_price(e.trigger_price);
  }
  std::string operator()(const StopTrailed& e) const {
    return "trailed " + id(e.order) + " stop " + format_price(e.stop_price) + " behind " +
           format_price(e.reference_price);
  }
  std::string operator()(const TradeExecuted& e) const {
    return "trade " + quantity(e.quantity) + "@" + format_price(e.price) + " maker " + id(e.maker_order) +
           ":" + quantity(e.maker_leaves) + " taker " + id(e.taker_order) + ":" + quantity(e.taker_leaves) +
           (e.maker_refreshes ? " refreshes" : "") + (e.in_auction ? " auction" : "");
  }
  static std::string figures(const AuctionFigures& f) {
    return quantity(f.volume) + "@" + format_price(f.price) +
           (f.imbalance_side ? " too much " + name(*f.imbalance_side) + " " + quantity(f.imbalance) : "");
  }
  std::string operator()(const SymbolPhaseChanged& e) const {
    return "phase " + name(e.phase) + (e.ends_at != Timestamp{} ? " timed" : "") +
           (e.limit_state ? (*e.limit_state == Side::buy ? " limit_up" : " limit_down") : "");
  }
  std::string operator()(const AuctionIndicated& e) const { return "indicated " + figures(e.figures); }
  std::string operator()(const AuctionUncrossed& e) const {
    return "uncrossed " + name(e.phase) + " " + figures(e.figures);
  }
  std::string operator()(const KillSwitchChanged& e) const {
    return std::string("kill_switch ") + (e.on ? "on" : "off");
  }
  std::string operator()(const PriceBandsChanged& e) const {
    return "bands " + format_price(e.bands.lower) + ".." + format_price(e.bands.upper);
  }
  std::string operator()(const LocateChanged& e) const { return "locate " + quantity(e.quantity); }
  std::string operator()(const EasyToBorrowChanged& e) const {
    return std::string("easy_to_borrow ") + (e.on ? "on" : "off") +
           (e.rate_basis_points != 0 ? " at " + std::to_string(e.rate_basis_points) : "");
  }
  std::string operator()(const BorrowFeeCharged& e) const {
    return "borrow_fee " + id(e.account) + " " + format_money(e.amount) + " for " + quantity(e.quantity) +
           "@" + format_price(e.price) + " at " + std::to_string(e.rate_basis_points) + " over " +
           std::to_string(e.days) + " -> " + format_money(e.cash_balance);
  }
  std::string operator()(const ShortSaleRestrictionChanged& e) const {
    return std::string("short_sale_restriction ") + (e.on ? "on " + format_price(e.price) : "off");
  }
  std::string operator()(const VenueAdded& e) const { return "venue " + e.name.string(); }
  std::string operator()(const VenueRemoved& e) const {
    return "venue_removed " + std::to_string(e.venue.value);
  }
  std::string operator()(const RouteChanged& e) const { return "route " + std::to_string(e.venue.value); }
  std::string operator()(const VenueSessionChanged& e) const {
    return std::string("venue_session ") + (e.up ? "up" : "down");
  }
  std::string operator()(const VenueRequestMade& e) const {
    return "request " + id(e.order) + "-" + std::to_string(e.number) + " " + name(e.kind) + " " +
           quantity(e.quantity) + " limit " + format_price(e.limit_price) + " stop " +
           format_price(e.stop_price);
  }
  std::string operator()(const VenueStateChanged& e) const {
    return "at_venue " + id(e.order) + " " + name(e.state) + " " + name(e.status) +
           (e.venue_order_id.empty() ? "" : " as " + std::string(e.venue_order_id)) +
           (e.text.empty() ? "" : ": " + std::string(e.text));
  }
  std::string operator()(const VenueTradeExecuted& e) const {
    return "venue_trade " + id(e.order) + " " + name(e.side) + " " + quantity(e.quantity) + "@" +
           format_price(e.price) + ":" + quantity(e.leaves) + " " + std::string(e.execution_id);
  }
  std::string operator()(const VenueTradeBusted& e) const {
    return "venue_bust " + id(e.order) + " " + name(e.side) + " " + quantity(e.quantity) + "@" +
           format_price(e.price) + ":" + quantity(e.leaves) + " " + std::string(e.execution_id) + " " +
           name(e.status) + (e.corrected ? " corrected" : "");
  }
  std::string operator()(const ClockChanged& e) const {
    return "clock " + std::to_string(e.pace.speed_millionths) + (e.pace.running ? "" : " paused");
  }
  std::string operator()(const TradePrinted& e) const {
    return "printed " + quantity(e.quantity) + "@" + format_price(e.price);
  }
  std::string operator()(const OrderCancelled& e) const {
    return "cancelled " + id(e.order) + " " + name(e.reason) + " " + quantity(e.quantity) +
           (e.was_resting ? " resting" : "") + (e.hidden ? " hidden " + quantity(e.hidden) : "");
  }
  std::string operator()(const OrderReplaced& e) const {
    return "replaced " + id(e.order) + " " + quantity(e.quantity) + ":" + quantity(e.leaves) + " limit " +
           format_price(e.limit_price) + " stop " + format_price(e.stop_price) +
           (e.kept_priority ? " kept" : "") + (e.was_resting ? " resting" : "");
  }
};
inline std::string describe(const Event& event) {
  return std::visit(Describe{}, event.body);
}

/// What an order says, in the order in which the tests like to give it. Prices as text, "0" for none.
struct Ticket {
  AccountId account;
  SymbolId symbol;
  Side side = Side::buy;
  std::int64_t quantity = 0;
  std::string_view limit = "0";
  std::string_view stop = "0";
  TimeInForce time_in_force = TimeInForce::day;
  std::string_view client_order_id{};
  OrderInstructions instructions{};
  OrderLegs legs{};
  ClientSessionId session{};
};

inline PlaceOrder order_of(const Ticket& ticket) {
  const Price limit = price(ticket.limit);
  const Price stop = price(ticket.stop);
  const bool trails = ticket.instructions.trail_amount || ticket.instructions.trail_basis_points != 0;
  const OrderType type = trails  ? OrderType::trailing_stop
                         : limit ? (stop ? OrderType::stop_limit : OrderType::limit)
                                 : (stop ? OrderType::stop_loss : OrderType::market);
  return {.account = ticket.account,
          .symbol = ticket.symbol,
          .side = ticket.side,
          .type = type,
          .time_in_force = ticket.time_in_force,
          .quantity = {ticket.quantity},
          .limit_price = limit,
          .stop_price = stop,
          .client_order_id = ticket.client_order_id,
          .instructions = ticket.instructions,
          .legs = ticket.legs,
          .session = ticket.session};
}

/// The legs of an order; prices as text, "0" for none.
inline OrderLegs legs_of(OrderClass order_class, std::string_view take_profit, std::string_view stop_loss,
                         std::string_view stop_loss_limit = "0") {
  return {order_class, price(take_profit), price(stop_loss), price(stop_loss_limit)};
}

class EngineTest : public ::testing::Test {
 protected:
  explicit EngineTest(const EngineCapacity& capacity = {}) : engine(capacity) {}

  /// Applies a command; its events replace those in `events`. Holds `check` to what `apply` answers, and the
  /// sequence numbers to be dense.
  ApplyResult apply(const CommandBody& body) {
    now.nanoseconds += 1'000;
    const Command command{now, body};
    const ApplyResult foreseen = engine.check(command);
    const Sequence before = engine.last_sequence();
    events.clear();
    const ApplyResult result = engine.apply(command, events);
    EXPECT_EQ(foreseen.reason, result.reason);
    EXPECT_EQ(foreseen.order, result.order);
    EXPECT_EQ(foreseen.duplicate, result.duplicate);
    EXPECT_EQ(foreseen.affected, result.affected);
    for (std::size_t at = 0; at < events.size(); ++at) {
      EXPECT_EQ(events[at].sequence, before + at + 1);
      EXPECT_EQ(events[at].timestamp, now);
    }
    EXPECT_EQ(engine.last_sequence(), before + events.size());
    return result;
  }
  RejectReason reason_of(const CommandBody& body) { return apply(body).reason; }

  AccountId open(std::string_view name, AccountType type = AccountType::cash,
                 std::string_view deposit = "0") {
    EXPECT_EQ(reason_of(OpenAccount{*AccountName::make(name), type}), RejectReason::none);
    const AccountId id = engine.find_account(name);
    EXPECT_TRUE(id);
    if (deposit != "0") {
      EXPECT_EQ(reason_of(DepositCash{id, money(deposit)}), RejectReason::none);
    }
    return id;
  }
  SymbolId add_symbol(std::string_view name, std::string_view previous_close = "0", std::int64_t lot = 1) {
    AddSymbol command{.symbol = *Symbol::make(name), .previous_close = price(previous_close)};
    command.lot = {lot};
    EXPECT_EQ(reason_of(command), RejectReason::none);
    return engine.find_symbol(name);
  }
  void give_shares(AccountId account, SymbolId symbol, std::int64_t quantity,
                   std::string_view cost = "1.00") {
    EXPECT_EQ(reason_of(TransferShares{account, symbol, {quantity}, price(cost)}), RejectReason::none);
  }
  /// Changes some of the firm's rules.
  template <class Change>
  void change_rules(Change&& change) {
    FirmRules rules = engine.session().rules;
    change(rules);
    EXPECT_EQ(reason_of(SetFirmRules{rules}), RejectReason::none);
  }

  ApplyResult place(const Ticket& ticket) { return apply(order_of(ticket)); }
  /// Places an order that must be accepted.
  OrderId placed(const Ticket& ticket) {
    const ApplyResult result = place(ticket);
    EXPECT_EQ(result.reason, RejectReason::none) << row_of(result.reason).name;
    return result.order;
  }
  RejectReason refused(const Ticket& ticket) { return place(ticket).reason; }
  ApplyResult cancel(AccountId account, OrderId order) {
    return apply(CancelOrder{.account = account, .order = order, .client_order_id = {}});
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> result;
    for (const Event& event : events)
      result.push_back(describe(event));
    return result;
  }
  [[nodiscard]] OrderView order(OrderId id) const {
    const std::optional<OrderView> view = engine.order(id);
    EXPECT_TRUE(view.has_value()) << "order " << id.value;
    return view.value_or(OrderView{});
  }
  [[nodiscard]] AccountView account(AccountId id) const { return engine.account(id).value_or(AccountView{}); }
  [[nodiscard]] Money reserved(AccountId id) const { return account(id).reserved; }
  [[nodiscard]] Money cash(AccountId id) const { return account(id).cash_balance; }
  [[nodiscard]] std::int64_t shares(AccountId id, SymbolId symbol) const {
    const HoldingsRow row = engine.holdings(id).value_or(HoldingsRow{});
    for (const HoldingsRow::Holding& holding : row.holdings) {
      if (holding.symbol == symbol) return holding.quantity.shares;
    }
    return 0;
  }

  /// The engine as it is once it was saved and loaded.
  [[nodiscard]] Result<Engine> saved_and_loaded() const {
    ByteWriter writer;
    engine.save(writer);
    ByteReader reader(writer.bytes());
    return Engine::load(reader);
  }

  Engine engine;
  std::vector<Event> events;
  Timestamp now{1'700'000'000'000'000'000};
};

using Lines = std::vector<std::string>;

}  // namespace trade::engine_test
