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
         rules.default_order_notional_max.units >= 0;
}

}  // namespace

RejectReason Engine::State::refusal(const SetFirmRules& command) const {
  return valid_rules(command.rules) ? RejectReason::none : RejectReason::invalid_command;
}

void Engine::State::perform(const SetFirmRules& command) {
  rules_ = command.rules;
  log_.emit(FirmRulesChanged{.rules = rules_});
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
  log_.emit(SymbolAdded{.id = id,
                        .symbol = command.symbol,
                        .previous_close = command.previous_close,
                        .tick = command.tick,
                        .lot = command.lot});
}

RejectReason Engine::State::refusal(const SetSymbolStatus& command) const {
  if (!symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  const bool valid = value_numbered<SymbolStatus>(static_cast<std::uint8_t>(command.status)) &&
                     command.reason.size() <= engine::halt_reason_bytes_max;
  return valid ? RejectReason::none : RejectReason::invalid_command;
}

void Engine::State::perform(const SetSymbolStatus& command) {
  SymbolRecord& symbol = symbols_[command.symbol];
  symbol.status = command.status;
  const bool halted = command.status == SymbolStatus::halted;
  symbol.halt_reason = *decltype(symbol.halt_reason)::make(halted ? command.reason : std::string_view{});
  log_.emit(
      SymbolStatusChanged{.symbol = command.symbol, .status = command.status, .reason = command.reason});
  settle_symbol(command.symbol);
}

RejectReason Engine::State::refusal(const SetSession& command) const {
  const bool valid = value_numbered<SessionPhase>(static_cast<std::uint8_t>(command.phase)) &&
                     command.trading_date >= trading_date_;
  return valid ? RejectReason::none : RejectReason::invalid_command;
}

void Engine::State::perform(const SetSession& command) {
  const bool new_trading_day = command.trading_date > trading_date_;
  // The expiries belong to the day that ends, so they come before the event that begins the next.
  if (new_trading_day || command.phase == SessionPhase::closed) expire_day_orders();
  phase_ = command.phase;
  trading_date_ = command.trading_date;
  if (new_trading_day) {
    ++today_;
    for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
      SymbolRecord& symbol = symbols_[id];
      if (symbol.last_price) symbol.previous_close = symbol.last_price;
    }
  }
  log_.emit(
      SessionChanged{.phase = phase_, .trading_date = trading_date_, .new_trading_day = new_trading_day});
  for (SymbolId id{1}; symbols_.contains(id); ++id.value)
    settle_symbol(id);
}

void Engine::State::expire_orders() {
  while (!expiries_.empty() && expiries_.first().key <= log_.now())
    cancel(expiries_.first().slot, CancelReason::expiry);
}

void Engine::State::expire_day_orders() {
  expiring_.clear();
  orders_.for_each([&](OrderSlot slot) {
    const Order& order = orders_[slot];
    // A stop that waits to become an ioc or fok order does not outlive the day either.
    const bool outlives = order.time_in_force == TimeInForce::gtc || order.time_in_force == TimeInForce::gtd;
    if (order.open() && !outlives) expiring_.push_back(slot);
  });
  for (const OrderSlot slot : expiring_)
    cancel(slot, CancelReason::session_end);
}

RejectReason Engine::State::refusal(const PrintTrade& command) const {
  if (!symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  if (!within(command.price.units, 1, price_units_max)) return RejectReason::invalid_price;
  if (!within(command.quantity.shares, 1, order_quantity_max)) return RejectReason::invalid_quantity;
  return RejectReason::none;
}

void Engine::State::perform(const PrintTrade& command) {
  symbols_[command.symbol].set_last_price(command.price);
  log_.emit(TradePrinted{
      .trade = next_trade_, .symbol = command.symbol, .price = command.price, .quantity = command.quantity});
  ++next_trade_.value;
  settle_symbol(command.symbol);
}

}  // namespace trade
