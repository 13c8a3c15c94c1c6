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
  // What was set aside when it was placed may not do for today's prices. If the account can pay what the
  // order will cost now, it is a market order like any other, which needs no reservation; else the
  // reservation is the bound.
  if (order.side == Side::buy && (!worst_price || order.reserve_price() < worst_price)) {
    if (can_pay_without_reservation(order, worst_price)) {
      accounts_.reserve(accounts_[order.account], -(order.reserve_price() * order.leaves()));
      order.reserve_units = 0;
    } else {
      worst_price = order.reserve_price();
      at_worst_price = CancelReason::insufficient_buying_power;
    }
  }
  work_market(slot, worst_price, at_worst_price);
}

bool Engine::State::can_pay_without_reservation(const Order& order, Price worst_price) const {
  const engine::Account& account = accounts_[order.account];
  const Money cost = symbols_[order.symbol].book.sweep(order.side, worst_price, order.leaves()).notional;
  const Money more = cost - order.reserve_price() * order.leaves();
  if (more.units <= 0 || account.type == AccountType::house) return accounts_.may_owe(account, more);
  if (more.units > risk_.buying_power(order.account)) return false;
  return account.type == AccountType::cash || accounts_.may_owe(account, more);
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
