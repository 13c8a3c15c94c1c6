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
    if (order.trails()) symbol.trailing.insert(order.side, order.id, slot);
  }
}

Price Engine::State::trailing_stop_price(const SymbolRecord& symbol, Side side, Price reference,
                                         std::int64_t trail, bool is_ratio) {
  const std::int64_t tick = symbol.tick.units;
  // A trail is rounded so that it is never shorter than was asked for.
  const std::int64_t distance =
      is_ratio ? (reference.units * trail + engine::basis_points - 1) / engine::basis_points : trail;
  if (side == Side::sell) return {std::max<std::int64_t>((reference.units - distance) / tick * tick, 0)};
  const std::int64_t units = (reference.units + distance + tick - 1) / tick * tick;
  return {units <= price_units_max ? units : 0};
}

void Engine::State::trail_stops(SymbolRecord& symbol, Price low, Price high) {
  trailed_.clear();
  for (const engine::TrailingStops::Entry& entry : symbol.trailing) {
    const Order& order = orders_[entry.slot];
    const std::int64_t reference = order.trail_reference;
    if (order.side == Side::sell ? high.units > reference : low.units < reference)
      trailed_.push_back(entry.slot);
  }
  for (const OrderSlot slot : trailed_) {
    Order& order = orders_[slot];
    const Price reference = order.side == Side::sell ? high : low;
    const Price stop_price =
        trailing_stop_price(symbol, order.side, reference, order.trail, order.trail_is_ratio());
    // A stop price that would leave the range of prices stays.
    if (!stop_price) continue;
    order.trail_reference = static_cast<std::uint32_t>(reference.units);
    symbol.stops.erase(order.side, order.stop_price, order.id);
    order.stop_price = stop_price;
    order.updated_at = log_.now();
    log_.emit(StopTrailed{.order = order.id,
                          .account = order.account,
                          .symbol = order.symbol,
                          .stop_price = stop_price,
                          .reference_price = reference});
    // Between the best price and the last trade there may be more than the trail already.
    if (engine::StopOrders::met(order.side, stop_price, symbol.last_price)) {
      symbol.trailing.erase(order.side, order.id);
      triggered_.push_back({slot, symbol.last_price});
    } else {
      symbol.stops.insert(order.side, stop_price, order.id, slot);
    }
  }
}

void Engine::State::trigger(OrderSlot slot, Price trigger_price) {
  Order& order = orders_[slot];
  order.waiting = false;
  order.status = OrderStatus::submitted;
  order.updated_at = log_.now();
  log_.emit(OrderTriggered{
      .order = order.id, .account = order.account, .symbol = order.symbol, .trigger_price = trigger_price});
  if (order.is_linked()) [[unlikely]]
    cancel_rest_of_entry(order);
  if (order.type == OrderType::stop_limit) return work_limit(slot);
  if (symbols_[order.symbol].gathering) [[unlikely]]
    return gather_triggered(slot, trigger_price);

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
  const Taker taker{order.account, order.symbol, order.side, order.prevents_self_trade()};
  const Money cost = sweep(taker, worst_price, order.leaves()).notional;
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
      const std::size_t first_new = triggered_.size();
      symbol.stops.take_triggered(symbol.range_low, symbol.range_high, triggered_);
      if (!symbol.trailing.empty()) {
        for (std::size_t i = first_new; i < triggered_.size(); ++i) {
          const Order& order = orders_[triggered_[i].order];
          if (order.trails()) symbol.trailing.erase(order.side, order.id);
        }
        trail_stops(symbol, symbol.range_low, symbol.range_high);
      }
    }
    symbol.range_low = {};
    symbol.range_high = {};
    if (symbol.short_sale_trigger_due) [[unlikely]]
      restrict_short_sales(id);
    if (next == triggered_.size()) return;
    // One whose group has ended since it joined the queue has gone with it.
    if (orders_[triggered_[next].order].waiting)
      trigger(triggered_[next].order, triggered_[next].trigger_price);
    if (!entry_fills_.empty()) [[unlikely]]
      grow_exits();
  }
}

}  // namespace trade
