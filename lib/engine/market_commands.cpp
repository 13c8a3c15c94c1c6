// The market: the firm's rules, symbols, the session, and trades of others.
#include "engine/state.hpp"

namespace trade {

namespace {

bool within(std::int64_t value, std::int64_t least, std::int64_t most) {
  return value >= least && value <= most;
}

bool valid_rules(const FirmRules& rules) {
  return within(rules.margin_multiplier_basis_points, engine::margin_multiplier_basis_points_min,
                engine::margin_multiplier_basis_points_max) &&
         within(rules.price_collar_basis_points, 0, engine::price_collar_basis_points_max) &&
         value_numbered<DayTradingRule>(static_cast<std::uint8_t>(rules.day_trading_rule)) &&
         within(rules.pattern_day_trader_equity_min.units, 0, engine::cash_total_units_max) &&
         within(rules.day_trades_max, 0, engine::day_trades_limit_max) &&
         within(rules.intraday_maintenance_basis_points, 1, engine::basis_points) &&
         rules.default_position_max.shares >= 0 && rules.default_order_quantity_max.shares >= 0 &&
         rules.default_order_notional_max.units >= 0 &&
         within(rules.short_margin_basis_points, engine::basis_points,
                engine::short_ratio_basis_points_max) &&
         within(rules.short_maintenance_basis_points, 1, engine::short_ratio_basis_points_max) &&
         within(rules.short_sale_trigger_basis_points, 0, engine::basis_points - 1);
}

}  // namespace

RejectReason Engine::State::refusal(const SetFirmRules& command) const {
  return valid_rules(command.rules) ? RejectReason::none : RejectReason::invalid_command;
}

void Engine::State::perform(const SetFirmRules& command) {
  rules_ = command.rules;
  log_.emit(FirmRulesChanged{.rules = rules_});
  renew_short_sale_tests();
}

RejectReason Engine::State::refusal(const SetClock& command) {
  return is_valid(command.pace) ? RejectReason::none : RejectReason::invalid_command;
}

void Engine::State::perform(const SetClock& command) {
  clock_pace_ = command.pace;
  log_.emit(ClockChanged{.pace = clock_pace_});
}

RejectReason Engine::State::refusal(const AddSymbol& command) const {
  const Result<Symbol> name = parse_symbol(command.symbol.view());
  if (!name || *name != command.symbol) return RejectReason::invalid_command;
  if (!within(command.previous_close.units, 0, price_units_max) ||
      !within(command.tick.units, 1, price_units_max)) {
    return RejectReason::invalid_price;
  }
  if (!within(command.lot.shares, 1, order_quantity_max)) return RejectReason::invalid_quantity;
  if (symbols_.find(command.symbol.view())) return RejectReason::symbol_exists;
  if (symbols_.count() >= capacity_.symbols_max) return RejectReason::capacity_reached;
  return RejectReason::none;
}

void Engine::State::perform(const AddSymbol& command) {
  const SymbolId id = symbols_.add(command.symbol);
  SymbolRecord& symbol = symbols_[id];
  symbol.previous_close = command.previous_close;
  symbol.tick = command.tick;
  symbol.lot = command.lot;
  symbol.phase = market_phase_;
  symbol.gathering = is_call(market_phase_);
  set_short_sale_trigger(symbol);
  log_.emit(SymbolAdded{.id = id,
                        .symbol = command.symbol,
                        .previous_close = command.previous_close,
                        .tick = command.tick,
                        .lot = command.lot});
}

void Engine::State::expire_orders() {
  while (!expiries_.empty() && expiries_.first().key <= log_.now())
    cancel(expiries_.first().slot, CancelReason::expiry);
}

void Engine::State::expire_day_orders(SymbolId symbol) {
  ending_.clear();
  orders_.for_each([&](OrderSlot slot) {
    const Order& order = orders_[slot];
    // A stop that waits to become an ioc or fok order does not outlive the day either.
    const bool outlives = order.time_in_force == TimeInForce::gtc || order.time_in_force == TimeInForce::gtd;
    if (order.open() && !outlives && (!symbol || order.symbol == symbol) && !is_at_venue(order))
      ending_.push_back(slot);
  });
  for (const OrderSlot slot : ending_) {
    if (orders_[slot].open()) cancel(slot, CancelReason::session_end);
  }
}

RejectReason Engine::State::refusal(const PrintTrade& command) const {
  if (!symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  if (!within(command.price.units, 1, price_units_max)) return RejectReason::invalid_price;
  if (!within(command.quantity.shares, 1, order_quantity_max)) return RejectReason::invalid_quantity;
  return RejectReason::none;
}

void Engine::State::perform(const PrintTrade& command) {
  SymbolRecord& symbol = symbols_[command.symbol];
  symbol.set_last_price(command.price);
  if (symbol.follows_trades) symbol.follow(log_.now(), command.price);
  log_.emit(TradePrinted{
      .trade = next_trade_, .symbol = command.symbol, .price = command.price, .quantity = command.quantity});
  ++next_trade_.value;
  note_call_change(command.symbol);
  settle_symbol(command.symbol);
}

}  // namespace trade
