// Short sales: who may sell what it does not hold, what that takes of its buying power, the shares located
// for it, and the price test while a symbol falls (17 CFR 242.201).
//
// The price test compares with the best bid of our own book, which is the only market there is. Resting
// orders are always above it: they were when they were first shown, so whoever trades with them later may.
// Auctions are not tested: while orders gather there is no best bid.
#include <algorithm>

#include "engine/state.hpp"

namespace trade {

Price Engine::State::short_reserve_price(const SymbolRecord& symbol, Price limit_price,
                                         Price stop_price) const {
  // What a share may be worth when it is sold: a limit order sells at its limit or above.
  const Price worth = std::max({symbol.reference(), limit_price, stop_price});
  return {static_cast<std::int64_t>(
      std::min(risk_.short_claim(worth.units), engine::WideMoney{price_units_max}))};
}

RejectReason Engine::State::decide_short_sale(const PlaceOrder& command, const SymbolRecord& symbol,
                                              Timestamp now, PlaceDecision& decision) const {
  if (accounts_[command.account].type != AccountType::margin) return RejectReason::short_sale_not_permitted;
  const PositionIndex position = accounts_.find_position(command.account, command.symbol);
  if (position != 0 && accounts_.position(position).shares.shares > 0) return RejectReason::long_position;
  const bool waits = wants_stop(command.type) || command.time_in_force == TimeInForce::cls;
  const bool is_exempt = *command.instructions.short_sale == ShortSale::sell_short_exempt;
  if (!waits && !is_exempt && is_short_sale_tested(symbol) &&
      (is_market(command.type) || meets_best_bid(symbol, decision.limit_price))) {
    return RejectReason::short_sale_price_test;
  }
  decision.holds_locate = !symbol.easy_to_borrow;
  if (decision.holds_locate && locates_.free(command.account, command.symbol, now) < command.quantity)
    return RejectReason::no_locate;
  const bool has_worth = symbol.reference() || decision.limit_price || decision.stop_price;
  decision.reserve_price = short_reserve_price(symbol, decision.limit_price, decision.stop_price);
  return has_worth ? RejectReason::none : RejectReason::no_reference_price;
}

bool Engine::State::meets_best_bid(const SymbolRecord& symbol, Price limit_price) {
  const std::optional<BookLevel> bid = symbol.book.best(Side::buy);
  return bid && limit_price <= bid->price;
}

bool Engine::State::fails_price_test(const Order& order) const {
  const SymbolRecord& symbol = symbols_[order.symbol];
  return order.short_sale() == ShortSale::sell_short && is_short_sale_tested(symbol) &&
         (is_market(order.type) || meets_best_bid(symbol, order.limit_price));
}

void Engine::State::end_by_price_test(OrderSlot slot) {
  constexpr CancelReason reason = CancelReason::short_sale_price_test;
  if (orders_[slot].filled_shares == 0) orders_[slot].reject_reason = reason_of_nothing_filled(reason);
  cancel(slot, reason);
}

void Engine::State::claim_short(const Order& order, Quantity more) {
  accounts_.reserve(accounts_[order.account], order.reserve_price() * more);
  if (order.holds_locate()) locates_.hold(order.account, order.symbol, more);
}

void Engine::State::settle_short(const Order& sell, Quantity quantity) {
  accounts_.reserve(accounts_[sell.account], -(sell.reserve_price() * quantity));
  if (sell.holds_locate()) locates_.use(sell.account, sell.symbol, quantity);
  engine::Position& position = accounts_.position(sell.position);
  if (position.shares.shares >= 0) return;
  position.shorted_day = today_;
  position.shorted_since_day_trade = true;
}

void Engine::State::settle_cover(const Order& buy, Quantity quantity) {
  engine::Position& position = accounts_.position(buy.position);
  if (accounts_[buy.account].type == AccountType::margin && position.cover_is_day_trade(today_)) {
    accounts_.count_day_trade(buy.account, today_);
    position.shorted_since_day_trade = false;
  }
  position.shares += quantity;
  if (position.shares.shares <= 0) return;
  // It bought more than it was short of.
  position.bought_day = today_;
  position.bought_since_day_trade = true;
}

// --- the price test ---

void Engine::State::set_short_sale_trigger(SymbolRecord& symbol) const {
  const std::int64_t basis_points = rules_.short_sale_trigger_basis_points;
  const bool over_for_today = symbol.restricted_day == today_;
  symbol.short_sale_trigger = {};
  symbol.short_sale_trigger_due = false;
  if (basis_points == 0 || over_for_today) return;
  symbol.short_sale_trigger = {symbol.previous_close.units * (engine::basis_points - basis_points) /
                               engine::basis_points};
}

void Engine::State::restrict_short_sales(SymbolId id) {
  SymbolRecord& symbol = symbols_[id];
  symbol.restricted_day = today_;
  set_short_sale_trigger(symbol);
  symbol.short_sale_restricted = true;
  log_.emit(ShortSaleRestrictionChanged{.symbol = id, .on = true, .price = symbol.last_price});
}

void Engine::State::lift_short_sale_restriction(SymbolId id) {
  SymbolRecord& symbol = symbols_[id];
  symbol.short_sale_restricted = false;
  symbol.restricted_day = 0;
  log_.emit(ShortSaleRestrictionChanged{.symbol = id, .on = false, .price = {}});
}

void Engine::State::renew_short_sale_tests() {
  const bool is_off = rules_.short_sale_trigger_basis_points == 0;
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    SymbolRecord& symbol = symbols_[id];
    // It is on for the rest of the day on which it was turned on, and the next one.
    if (symbol.short_sale_restricted && (is_off || today_ > symbol.restricted_day + 1))
      lift_short_sale_restriction(id);
    set_short_sale_trigger(symbol);
  }
}

// --- what is located ---

RejectReason Engine::State::refusal(const SetLocate& command) const {
  if (!accounts_.contains(command.account)) return RejectReason::unknown_account;
  if (!symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  if (accounts_[command.account].type != AccountType::margin) return RejectReason::short_sale_not_permitted;
  if (command.quantity.shares < 0 || command.quantity.shares > order_quantity_max)
    return RejectReason::invalid_quantity;
  return command.expires_at != Timestamp{} && !command.quantity ? RejectReason::invalid_expiry
                                                                : RejectReason::none;
}

void Engine::State::perform(const SetLocate& command) {
  locates_.grant(command.account, command.symbol, command.quantity, command.expires_at);
  log_.emit(LocateChanged{.account = command.account,
                          .symbol = command.symbol,
                          .quantity = command.quantity,
                          .expires_at = command.expires_at});
}

RejectReason Engine::State::refusal(const SetEasyToBorrow& command) const {
  return command.symbol && !symbols_.contains(command.symbol) ? RejectReason::unknown_symbol
                                                              : RejectReason::none;
}

void Engine::State::perform(const SetEasyToBorrow& command) {
  const auto set = [&](SymbolId id) {
    symbols_[id].easy_to_borrow = command.on;
    log_.emit(EasyToBorrowChanged{.symbol = id, .on = command.on});
  };
  if (command.symbol) return set(command.symbol);
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    if (symbols_[id].easy_to_borrow != command.on) set(id);
  }
}

}  // namespace trade
