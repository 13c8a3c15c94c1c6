// Stop orders: waiting, triggering, and the cascade of trades that trigger others.
#include <algorithm>

#include "engine/state.hpp"

namespace trade {

void Engine::State::start_stop(OrderSlot slot) {
  const Order& order = orders_[slot];
  SymbolRecord& symbol = symbols_[order.symbol];
  const bool met = stops_may_trigger(symbol) && symbol.last_price &&
                   engine::StopOrders::met(order.side, order.stop_price, symbol.last_price);
  if (met) {
    trigger(slot, symbol.last_price);
  } else {
    symbol.stops.insert(order.side, order.stop_price, order.id, slot);
  }
}

void Engine::State::trigger(OrderSlot slot, Price trigger_price) {
  Order& order = orders_[slot];
  order.waiting = false;
  order.status = OrderStatus::submitted;
  order.updated_at = log_.now();
  log_.emit(OrderTriggered{
      .order = order.id, .account = order.account, .symbol = order.symbol, .trigger_price = trigger_price});
  if (order.type == OrderType::stop_limit) return work_limit(slot);

  Price worst_price = collar(symbols_[order.symbol], order.account, order.side, trigger_price);
  CancelReason at_worst_price = CancelReason::price_collar;
  // A buy pays no more than what was set aside for it when it was placed.
  if (order.side == Side::buy && (!worst_price || order.reserve_price() < worst_price)) {
    worst_price = order.reserve_price();
    at_worst_price = CancelReason::insufficient_buying_power;
  }
  work_market(slot, worst_price, at_worst_price);
}

void Engine::State::run_stops(SymbolId id) {
  SymbolRecord& symbol = symbols_[id];
  if (!symbol.range_low || !stops_may_trigger(symbol)) return;
  triggered_.clear();
  for (std::size_t next = 0;; ++next) {
    // Each order is seen through before what its trades trigger joins the queue.
    if (symbol.range_low && !symbol.stops.empty()) {
      symbol.stops.take_triggered(symbol.range_low, symbol.range_high, triggered_);
    }
    symbol.range_low = {};
    symbol.range_high = {};
    if (next == triggered_.size()) return;
    trigger(triggered_[next].order, triggered_[next].trigger_price);
  }
}

}  // namespace trade
