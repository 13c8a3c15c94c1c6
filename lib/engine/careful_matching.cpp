// Matching order by order, where more is to be looked at than prices: icebergs that show a part of
// themselves, exits of which a fill of one makes the other smaller, orders of one account that must not meet,
// and orders that trade only when enough trades at one time.
#include <algorithm>

#include "engine/state.hpp"

namespace trade {

namespace {

/// Whether a taker whose worst price is this (zero: any) trades at `price`.
bool accepts(Side taker_side, Price worst_price, Price price) {
  if (!worst_price) return true;
  return taker_side == Side::buy ? price <= worst_price : price >= worst_price;
}

}  // namespace

bool Engine::State::needs_care(const SymbolRecord& symbol, Side taker_side, bool prevents_self_trade) {
  return prevents_self_trade || symbol.has_careful(opposite(taker_side));
}

Book::Sweep Engine::State::sweep(const Taker& taker, Price worst_price, Quantity quantity,
                                 OwnOrders own_orders) const {
  const SymbolRecord& symbol = symbols_[taker.symbol];
  if (!needs_care(symbol, taker.side, taker.prevents_self_trade)) [[likely]]
    return symbol.book.sweep(taker.side, worst_price, quantity);
  Book::Sweep sweep;
  symbol.book.for_each_order(opposite(taker.side), [&](BookOrderKey key, Price price, Quantity) -> bool {
    if (!accepts(taker.side, worst_price, price) || sweep.quantity >= quantity) return false;
    const Order& maker = orders_[key];
    if (taker.prevents_self_trade && maker.account == taker.account)
      return own_orders == OwnOrders::passed_over;
    if (maker.is_linked() && gives_way_to_counterpart(maker)) return true;
    // An iceberg counts whole: what it does not show yet is traded after the others at its price, which cost
    // the same.
    const Quantity taken = std::min(maker.leaves(), quantity - sweep.quantity);
    sweep.quantity += taken;
    sweep.notional += price * taken;
    return true;
  });
  return sweep;
}

Quantity Engine::State::available(const Order& order, Price worst_price, Quantity wanted) const {
  const SymbolRecord& symbol = symbols_[order.symbol];
  if (!needs_care(symbol, order.side, order.prevents_self_trade())) [[likely]]
    return symbol.book.available(order.side, worst_price, wanted);
  // Only where its own resting orders give way does it get past them.
  const bool gets_past = order.self_trade_prevention() == SelfTradePrevention::cancel_resting;
  const Taker taker{order.account, order.symbol, order.side, order.prevents_self_trade()};
  return sweep(taker, worst_price, wanted, gets_past ? OwnOrders::passed_over : OwnOrders::end_it).quantity;
}

void Engine::State::match_carefully(OrderSlot slot, Price worst_price) {
  const Order& order = orders_[slot];
  SymbolRecord& symbol = symbols_[order.symbol];
  const Side makers = opposite(order.side);
  while (order.open() && order.leaves()) {
    const std::optional<BookOrder> front = symbol.book.front(makers);
    if (!front || !accepts(order.side, worst_price, front->price)) break;
    if (order.prevents_self_trade() && orders_[front->key].account == order.account) {
      prevent_self_trade(slot, front->key);
      continue;
    }
    bool refreshes = false;
    symbol.book.match(order.side, front->price, std::min(order.leaves(), front->leaves),
                      [&](BookOrderKey maker, Price price, Quantity quantity, Quantity shown_leaves) {
                        fill(slot, maker, price, quantity, shown_leaves);
                        refreshes = !shown_leaves && orders_[maker].open();
                      });
    if (!order.leaves()) end(slot, OrderStatus::filled);
    if (refreshes) refresh(front->key);
    if (!exit_fills_.empty()) [[unlikely]]
      settle_exit_fills();
  }
}

/// Shows the next part of an iceberg whose shown part is gone, at the back of its price level.
void Engine::State::refresh(OrderSlot slot) {
  Order& order = orders_[slot];
  // It counts as an iceberg all the while.
  --symbols_[order.symbol].careful_of(order.side);
  // Whoever looked how much there is at this price has counted it.
  rest_at(slot, book_price(order));
}

void Engine::State::prevent_self_trade(OrderSlot taker, OrderSlot maker) {
  switch (orders_[taker].self_trade_prevention()) {
    case SelfTradePrevention::cancel_resting:
      return cancel(maker, CancelReason::self_trade);
    case SelfTradePrevention::cancel_incoming:
      return cancel(taker, CancelReason::self_trade);
    case SelfTradePrevention::cancel_both:
      cancel(maker, CancelReason::self_trade);
      return cancel(taker, CancelReason::self_trade);
    case SelfTradePrevention::decrement_and_cancel: {
      const Quantity both = std::min(orders_[taker].leaves(), orders_[maker].leaves());
      decrement(maker, both);
      return decrement(taker, both);
    }
  }
}

/// Takes shares off an order that it will not trade: all it has left, which ends it, or fewer.
void Engine::State::decrement(OrderSlot slot, Quantity quantity) {
  const Order& order = orders_[slot];
  if (quantity == order.leaves()) return cancel(slot, CancelReason::self_trade);
  lower(slot, quantity);
  if (order.is_linked()) [[unlikely]]
    linked_lowered(order, quantity);
}

void Engine::State::lower(OrderSlot slot, Quantity quantity) {
  Order& order = orders_[slot];
  SymbolRecord& symbol = symbols_[order.symbol];
  const Quantity old_leaves = order.leaves();
  const Quantity leaves = old_leaves - quantity;
  OrderReplaced event{.order = order.id,
                      .account = order.account,
                      .symbol = order.symbol,
                      .side = order.side,
                      .was_resting = order.book_node != 0,
                      .kept_priority = true,
                      .old_limit_price = book_price(order),
                      .old_leaves = old_leaves,
                      .quantity = order.quantity - quantity,
                      .leaves = leaves,
                      .limit_price = order.limit_price,
                      .stop_price = order.stop_price,
                      .client_order_id = {}};
  if (event.was_resting) {
    const Quantity shown = symbol.book.leaves_of({order.book_node});
    event.old_hidden = old_leaves - shown;
    if (leaves < shown) symbol.book.reduce_to({order.book_node}, leaves);
  }
  claim(order, -quantity);
  order.quantity -= quantity;
  order.updated_at = log_.now();
  log_.emit(event);
}

bool Engine::State::finds_its_least(OrderSlot slot, Price worst_price) {
  Order& order = orders_[slot];
  const Quantity least = order.least();
  if (available(order, worst_price, least) >= least) {
    order.set_minimum_met();
    return true;
  }
  const bool may_wait = !is_market(order.type) && order.time_in_force != TimeInForce::ioc;
  if (!may_wait) {
    cancel(slot, CancelReason::minimum_quantity);
  } else if (!order.beside_book) {
    order.beside_book = true;
    symbols_[order.symbol].beside_book.insert(order.side, order.limit_price, order.id, slot);
  }
  return false;
}

void Engine::State::settle_beside_book(SymbolId id) {
  SymbolRecord& symbol = symbols_[id];
  while (stops_may_trigger(symbol) && run_beside_book(symbol)) {
    if (!entry_fills_.empty()) [[unlikely]]
      grow_exits();
    run_stops(id);
  }
}

bool Engine::State::run_beside_book(SymbolRecord& symbol) {
  for (const Side side : {Side::buy, Side::sell}) {
    const std::optional<BookLevel> best = symbol.book.best(opposite(side));
    if (!best) continue;
    for (const engine::OrdersBesideBook::Entry entry : symbol.beside_book.entries(side)) {
      Order& order = orders_[entry.slot];
      if (!accepts(side, order.limit_price, best->price)) break;
      if (order.is_short() && fails_price_test(order)) continue;
      const Quantity least = order.least();
      if (available(order, symbol.within_band(side, order.limit_price), least) < least) continue;
      symbol.beside_book.erase(side, order.limit_price, order.id);
      order.beside_book = false;
      work_limit(entry.slot);
      // What it traded may have changed what the others find.
      return true;
    }
  }
  return false;
}

}  // namespace trade
