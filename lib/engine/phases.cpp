// The phases of the market: what each takes, and going from one to the next.
#include "engine/state.hpp"

namespace trade {

namespace {

bool gathers_for_opening(MarketPhase phase) {
  return phase == MarketPhase::pre_open || phase == MarketPhase::opening_auction;
}

}  // namespace

RejectReason Engine::State::check_phase(const PlaceOrder& command, const SymbolRecord& symbol) {
  const TimeInForce time_in_force = command.time_in_force;
  const OrderInstructions& wanted = command.instructions;
  const bool taken = [&] {
    if (time_in_force == TimeInForce::opg) return gathers_for_opening(symbol.phase);
    if (time_in_force == TimeInForce::cls) return symbol.phase != MarketPhase::closed;
    if (!symbol.gathering || wants_stop(command.type)) return true;
    // Nothing trades on arrival, so whatever is about the arrival has no meaning.
    const bool at_once = time_in_force == TimeInForce::ioc || time_in_force == TimeInForce::fok;
    const bool asks_for_a_least = wanted.all_or_none || wanted.minimum_quantity;
    return !at_once && !wanted.post_only && !(asks_for_a_least && is_market(command.type));
  }();
  return taken ? RejectReason::none : RejectReason::market_phase;
}

bool Engine::State::stands(const Order& order) const {
  if (order.time_in_force != TimeInForce::opg && order.time_in_force != TimeInForce::cls) [[likely]]
    return false;
  const SymbolRecord& symbol = symbols_[order.symbol];
  if (symbol.is_routed()) return false;
  return order.time_in_force == TimeInForce::opg ? symbol.phase == MarketPhase::opening_auction
                                                 : symbol.phase == MarketPhase::closing_auction;
}

void Engine::State::leave_phase(SymbolId id, MarketPhase next) {
  const SymbolRecord& symbol = symbols_[id];
  if (symbol.gathering && !is_call(next) && symbol.status == SymbolStatus::trading) uncross(id);
}

void Engine::State::enter_phase(SymbolId id, MarketPhase phase, Timestamp ends_at) {
  SymbolRecord& symbol = symbols_[id];
  set_pause_end(id, ends_at);
  symbol.phase = phase;
  symbol.limit_state = {};
  if (!is_call(phase)) {
    symbol.bands_moved = symbol.watches_bands;
    return;
  }
  symbol.gathering = true;
  // In an auction they are at their own limits.
  if (!capped_.empty()) [[unlikely]]
    release_capped(id);
  if (phase == MarketPhase::closing_auction) join_closing_auction(id);
  note_call_change(id);
}

void Engine::State::move_to_phase(SymbolId id, MarketPhase phase) {
  leave_phase(id, phase);
  if (phase == MarketPhase::closed) expire_day_orders(id);
  log_.emit(SymbolPhaseChanged{.symbol = id, .phase = phase, .ends_at = {}, .limit_state = {}});
  enter_phase(id, phase, {});
  settle_symbol(id);
}

void Engine::State::set_pause_end(SymbolId id, Timestamp ends_at) {
  SymbolRecord& symbol = symbols_[id];
  if (symbol.phase_ends_at != Timestamp{}) pauses_.erase({symbol.phase_ends_at, id});
  symbol.phase_ends_at = ends_at;
  if (ends_at != Timestamp{}) pauses_.insert({ends_at, id});
}

void Engine::State::end_pauses() {
  while (!pauses_.empty() && pauses_.begin()->ends_at <= log_.now()) {
    const SymbolId id = pauses_.begin()->symbol;
    if (const Side side = symbols_[id].limit_state; side != Side{}) {
      begin_pause(id, side);
      settle_symbol(id);
    } else {
      move_to_phase(id, MarketPhase::continuous);
    }
  }
}

RejectReason Engine::State::refusal(const SetSymbolPhase& command) const {
  if (!symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  const bool valid = value_numbered<MarketPhase>(static_cast<std::uint8_t>(command.phase)) &&
                     command.phase != MarketPhase::halt;
  if (!valid) return RejectReason::invalid_command;
  // A symbol closes with the market, and opens no earlier.
  if (phase_ == SessionPhase::closed && command.phase != MarketPhase::closed)
    return RejectReason::market_closed;
  return RejectReason::none;
}

void Engine::State::perform(const SetSymbolPhase& command) {
  move_to_phase(command.symbol, command.phase);
}

RejectReason Engine::State::refusal(const SetSession& command) const {
  const bool valid = value_numbered<SessionPhase>(static_cast<std::uint8_t>(command.phase)) &&
                     command.trading_date >= trading_date_ && command.closes_at >= Timestamp{} &&
                     (command.closes_at == Timestamp{} || command.phase == SessionPhase::open);
  if (!valid) return RejectReason::invalid_command;
  if (!command.market_phase) return RejectReason::none;
  const MarketPhase phase = *command.market_phase;
  const bool fits = value_numbered<MarketPhase>(static_cast<std::uint8_t>(phase)) &&
                    phase != MarketPhase::halt &&
                    (phase == MarketPhase::closed) == (command.phase == SessionPhase::closed);
  return fits ? RejectReason::none : RejectReason::invalid_command;
}

void Engine::State::perform(const SetSession& command) {
  const bool new_trading_day = command.trading_date > trading_date_;
  std::optional<MarketPhase> target = command.market_phase;
  if (!target && command.phase != phase_) target = usual_phase(command.phase);
  // Auctions and expiries belong to the day that ends, so they come before the event that begins the next.
  if (target) {
    for (SymbolId id{1}; symbols_.contains(id); ++id.value)
      leave_phase(id, *target);
    market_phase_ = *target;
  }
  if (new_trading_day || command.phase == SessionPhase::closed) expire_day_orders({});
  phase_ = command.phase;
  // How many nights came before the first date that is told nobody knows.
  const std::int64_t nights =
      trading_date_ == Date{} ? 0 : std::int64_t{command.trading_date.days} - trading_date_.days;
  trading_date_ = command.trading_date;
  bool moves_symbols = true;
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    SymbolRecord& symbol = symbols_[id];
    if (new_trading_day && symbol.last_price) symbol.previous_close = symbol.last_price;
    if (!target && symbol.phase != market_phase_) moves_symbols = false;
  }
  if (new_trading_day) {
    ++today_;
    locates_.end_day(log_.now());
    routing_.forget_executions_before(today_ - 1);
  }
  const bool stays_open = !new_trading_day && phase_ == SessionPhase::open;
  const Timestamp closes_at = stays_open && command.closes_at == Timestamp{} ? closes_at_ : command.closes_at;
  log_.emit(SessionChanged{.phase = phase_,
                           .trading_date = trading_date_,
                           .new_trading_day = new_trading_day,
                           .market_phase = market_phase_,
                           .moves_symbols = moves_symbols,
                           .closes_at = closes_at});
  set_close(closes_at);
  if (new_trading_day) {
    charge_borrow_fees(nights);
    renew_short_sale_tests();
  }
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    if (target) enter_phase(id, *target, {});
    if (new_trading_day) set_band_reference(id, symbols_[id].previous_close);
  }
  for (SymbolId id{1}; symbols_.contains(id); ++id.value)
    settle_symbol(id);
}

RejectReason Engine::State::refusal(const SetSymbolStatus& command) const {
  if (!symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  const bool valid = value_numbered<SymbolStatus>(static_cast<std::uint8_t>(command.status)) &&
                     command.reason.size() <= engine::halt_reason_bytes_max &&
                     !(command.auction && command.status == SymbolStatus::halted);
  if (!valid) return RejectReason::invalid_command;
  if (command.auction && symbols_[command.symbol].phase == MarketPhase::closed)
    return RejectReason::market_closed;
  return RejectReason::none;
}

void Engine::State::perform(const SetSymbolStatus& command) {
  const SymbolId id = command.symbol;
  SymbolRecord& symbol = symbols_[id];
  symbol.status = command.status;
  const bool halted = command.status == SymbolStatus::halted;
  symbol.halt_reason = *decltype(symbol.halt_reason)::make(halted ? command.reason : std::string_view{});
  log_.emit(SymbolStatusChanged{.symbol = id, .status = command.status, .reason = command.reason});
  if (command.auction && !is_call(symbol.phase)) return move_to_phase(id, MarketPhase::volatility_auction);
  // Its auction may have ended while it was halted.
  leave_phase(id, symbol.phase);
  settle_symbol(id);
}

}  // namespace trade
