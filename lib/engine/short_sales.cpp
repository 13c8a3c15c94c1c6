// Short sales: who may sell what it does not hold, what that takes of its buying power, the shares located
// for it, what borrowing them costs, and the price test while a symbol falls (17 CFR 242.201).
//
// The price test compares with the best bid of our own book, which is the only market there is. Resting
// orders are always above it: they were when they were first shown, so whoever trades with them later may.
// Auctions are not tested: while orders gather there is no best bid.
#include <algorithm>

#include "engine/state.hpp"
#include "model/borrow_fee.hpp"

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
  if (command.symbol && !symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  const std::int64_t rate = command.rate_basis_points.value_or(0);
  return rate < 0 || rate > borrow_rate_basis_points_max ? RejectReason::invalid_command : RejectReason::none;
}

void Engine::State::perform(const SetEasyToBorrow& command) {
  const auto rate_of = [&](SymbolId id) {
    const std::int64_t rate = symbols_[id].borrow_rate_basis_points;
    return command.rate_basis_points.value_or(rate);
  };
  const auto set = [&](SymbolId id) {
    symbols_[id].easy_to_borrow = command.on;
    set_borrow_rate(symbols_[id], rate_of(id));
    log_.emit(EasyToBorrowChanged{
        .symbol = id, .on = command.on, .rate_basis_points = symbols_[id].borrow_rate_basis_points});
  };
  if (command.symbol) return set(command.symbol);
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    const SymbolRecord& symbol = symbols_[id];
    if (symbol.easy_to_borrow != command.on || symbol.borrow_rate_basis_points != rate_of(id)) set(id);
  }
}

void Engine::State::set_borrow_rate(SymbolRecord& symbol, std::int64_t basis_points) {
  const auto costs = [&symbol] { return symbol.borrow_rate_basis_points != 0 ? 1U : 0U; };
  borrow_rates_ -= costs();
  symbol.borrow_rate_basis_points = static_cast<std::uint32_t>(basis_points);
  borrow_rates_ += costs();
}

// --- what it costs ---

void Engine::State::charge_borrow_fees(std::int64_t days) {
  if (borrow_rates_ == 0) return;
  for (AccountId id{1}; accounts_.contains(id); ++id.value) {
    if (accounts_[id].type != AccountType::margin) continue;
    shorts_.clear();
    accounts_.for_each_position(id, [&](const engine::Position& position) {
      if (position.shares.shares < 0 && symbols_[position.symbol].borrow_rate_basis_points != 0)
        shorts_.push_back({position.symbol, -position.shares});
    });
    // Their list is in no order that a saved state keeps.
    std::ranges::sort(shorts_, {}, &engine::ShortPosition::symbol);
    for (const engine::ShortPosition& position : shorts_)
      charge_borrow_fee(id, position, days);
  }
}

void Engine::State::charge_borrow_fee(AccountId id, const engine::ShortPosition& position,
                                      std::int64_t days) {
  const SymbolRecord& symbol = symbols_[position.symbol];
  const Price close = symbol.reference();
  const Money fee = borrow_fee(position.quantity, close, symbol.borrow_rate_basis_points, days);
  engine::Account& account = accounts_[id];
  // Nobody refuses a new day: what would leave the bounds of money is let go.
  if (!fee || fee.units > engine::deficit_total_units_max || !accounts_.may_owe(account, fee)) return;
  accounts_.move_cash(account, -fee);
  account.changed_at = log_.next_sequence();
  log_.emit(BorrowFeeCharged{.account = id,
                             .symbol = position.symbol,
                             .quantity = position.quantity,
                             .price = close,
                             .rate_basis_points = symbol.borrow_rate_basis_points,
                             .days = days,
                             .amount = fee,
                             .cash_balance = account.cash});
}

}  // namespace trade
