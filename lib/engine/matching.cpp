// An order in the market: trades, resting, and the end of it.
#include <algorithm>

#include "base/assert.hpp"
#include "engine/state.hpp"
#include "engine/tell_trade.hpp"

namespace trade {

Price Engine::State::collar(const SymbolRecord& symbol, AccountId account, Side side, Price reference) const {
  // The house plays a recorded market, which traded where it traded.
  if (!reference || rules_.price_collar_basis_points == 0) return {};
  if (accounts_[account].type == AccountType::house) return {};
  // Rounded to a tick towards the reference, so that the collar is never exceeded.
  const std::int64_t tick = symbol.tick.units;
  if (side == Side::buy) {
    const std::int64_t most = std::min(
        reference.units * (engine::basis_points + rules_.price_collar_basis_points) / engine::basis_points,
        price_units_max);
    return {std::max(most / tick * tick, tick)};
  }
  const std::int64_t share = reference.units * (engine::basis_points - rules_.price_collar_basis_points);
  const std::int64_t least = (share + engine::basis_points - 1) / engine::basis_points;
  return {std::max((least + tick - 1) / tick * tick, tick)};
}

Price Engine::State::reserve_price_of(OrderType type, Price limit_price, Price stop_price) const {
  if (type != OrderType::stop_loss && type != OrderType::trailing_stop) return limit_price;
  const std::int64_t most = (stop_price.units * (engine::basis_points + rules_.price_collar_basis_points) +
                             engine::basis_points - 1) /
                            engine::basis_points;
  return {std::min(most, price_units_max)};
}

void Engine::State::work_limit(OrderSlot slot) {
  const Order& order = orders_[slot];
  const SymbolRecord& symbol = symbols_[order.symbol];
  if (symbol.gathering) [[unlikely]]
    return gather_limit(slot);
  if (order.is_short() && fails_price_test(order)) [[unlikely]]
    return end_by_price_test(slot);
  const Price worst_price = symbol.within_band(order.side, order.limit_price);
  if (!survives_fill_or_kill(slot, worst_price)) return;
  if (order.least() && !finds_its_least(slot, worst_price)) return;
  match(slot, worst_price);
  if (!order.open()) return;
  // Where there are limit states the order comes to rest at its band.
  if (is_stopped_by_band(symbol, order.side, order.limit_price) && symbol.bands.limit_state_seconds == 0)
      [[unlikely]] {
    begin_pause(order.symbol, order.side);
  }
  if (order.time_in_force == TimeInForce::ioc) {
    cancel(slot, CancelReason::immediate_or_cancel);
  } else {
    rest(slot);
  }
}

void Engine::State::work_market(OrderSlot slot, Price worst_price, CancelReason at_worst_price) {
  Order& order = orders_[slot];
  const SymbolRecord& symbol = symbols_[order.symbol];
  if (order.is_short() && fails_price_test(order)) [[unlikely]]
    return end_by_price_test(slot);
  const Price limit = symbol.within_band(order.side, worst_price);
  if (!survives_fill_or_kill(slot, limit)) return;
  if (order.least() && !finds_its_least(slot, limit)) return;
  match(slot, limit);
  if (!order.open()) return;
  // If the other side still has orders, it was the price that ended it.
  const bool liquidity_left = !symbol.book.empty(opposite(order.side));
  CancelReason reason = liquidity_left ? at_worst_price : CancelReason::no_liquidity;
  if (is_stopped_by_band(symbol, order.side, worst_price)) [[unlikely]] {
    reason = CancelReason::price_band;
    if (symbol.bands.limit_state_seconds == 0) begin_pause(order.symbol, order.side);
  }
  if (order.filled_shares == 0) order.reject_reason = reason_of_nothing_filled(reason);
  cancel(slot, reason);
}

bool Engine::State::survives_fill_or_kill(OrderSlot slot, Price worst_price) {
  const Order& order = orders_[slot];
  if (order.time_in_force != TimeInForce::fok) return true;
  const Quantity wanted = order.leaves();
  if (available(order, worst_price, wanted) >= wanted) return true;
  cancel(slot, CancelReason::fill_or_kill);
  return false;
}

void Engine::State::match(OrderSlot slot, Price worst_price) {
  const Order& order = orders_[slot];
  SymbolRecord& symbol = symbols_[order.symbol];
  if (needs_care(symbol, order.side, order.prevents_self_trade())) [[unlikely]]
    return match_carefully(slot, worst_price);
  symbol.book.match(order.side, worst_price, order.leaves(),
                    [&](BookOrderKey maker, Price price, Quantity quantity, Quantity shown_leaves) {
                      fill(slot, maker, price, quantity, shown_leaves);
                    });
  if (order.filled() == order.quantity) end(slot, OrderStatus::filled);
  if (!exit_fills_.empty()) [[unlikely]]
    settle_exit_fills();
}

void Engine::State::fill(OrderSlot taker_slot, OrderSlot maker_slot, Price price, Quantity quantity,
                         Quantity shown_leaves) {
  Order& taker = orders_[taker_slot];
  Order& maker = orders_[maker_slot];
  // The resting order's owner was not foreseeable: ask for all of it at once.
  accounts_.prefetch(maker.account);
  if (shown_leaves) {
    accounts_.prefetch(maker.position);
  } else {
    prefetch_around(maker);
  }
  SymbolRecord& symbol = symbols_[taker.symbol];
  symbol.set_last_price(price);
  if (symbol.follows_trades) [[unlikely]]
    symbol.follow(log_.now(), price);
  if (taker.side == Side::buy) {
    settle(taker, maker, price, quantity);
  } else {
    settle(maker, taker, price, quantity);
  }
  tell_trade(taker, maker, price, quantity, !shown_leaves && maker.leaves());
  if (taker.is_linked() || maker.is_linked()) [[unlikely]] {
    note_linked_fill(taker_slot, quantity);
    note_linked_fill(maker_slot, quantity);
  }
  if (!maker.leaves()) {
    if (maker.needs_care()) --symbols_[maker.symbol].careful_of(maker.side);
    end(maker_slot, OrderStatus::filled);
  }
}

void Engine::State::settle(Order& buy, Order& sell, Price price, Quantity quantity) {
  const Money notional = price * quantity;
  const auto record_fill = [&](Order& order) {
    order.filled_shares += static_cast<std::uint32_t>(quantity.shares);
    order.filled_notional += notional;
    order.updated_at = log_.now();
    order.status = OrderStatus::partially_filled;
    accounts_[order.account].changed_at = log_.next_sequence();
  };
  record_fill(buy);
  record_fill(sell);

  engine::Account& buyer = accounts_[buy.account];
  engine::Position& bought = accounts_.position(buy.position);
  accounts_.pay(buyer, notional, buy.reserve_price() * quantity);
  if (buy.has_claim()) bought.open_buys -= quantity;
  if (bought.shares.shares < 0) [[unlikely]] {
    settle_cover(buy, quantity);
  } else {
    bought.shares += quantity;
    bought.bought_day = today_;
    bought.bought_since_day_trade = true;
  }

  engine::Account& seller = accounts_[sell.account];
  engine::Position& sold = accounts_.position(sell.position);
  accounts_.receive(seller, notional);
  sold.shares -= quantity;
  if (sell.has_claim()) sold.promised -= quantity;
  if (seller.type == AccountType::margin && sold.sale_is_day_trade(today_)) {
    accounts_.count_day_trade(sell.account, today_);
    sold.bought_since_day_trade = false;
  }
  if (sell.is_short()) [[unlikely]]
    settle_short(sell, quantity);
}

void Engine::State::rest(OrderSlot slot) {
  const Order& order = orders_[slot];
  const SymbolRecord& symbol = symbols_[order.symbol];
  Price price = order.limit_price;
  if (symbol.watches_bands && symbol.bands.limit_state_seconds != 0) [[unlikely]]
    price = cap_to_band(order);
  rest_at(slot, price);
}

void Engine::State::rest_at(OrderSlot slot, Price price) {
  Order& order = orders_[slot];
  SymbolRecord& symbol = symbols_[order.symbol];
  const Quantity shown = order.shown();
  if (order.needs_care()) ++symbol.careful_of(order.side);
  order.book_node = symbol.book.add(order.side, price, shown, slot).node;
  order.status = order.filled_shares != 0 ? OrderStatus::partially_filled : OrderStatus::submitted;
  log_.emit<OrderRested>([&] {
    return OrderRested{
        .order = order.id, .symbol = order.symbol, .side = order.side, .price = price, .quantity = shown};
  });
  note_call_change(order.symbol);
}

void Engine::State::cancel(OrderSlot slot, CancelReason reason) {
  Order& order = orders_[slot];
  SymbolRecord& symbol = symbols_[order.symbol];
  if (symbol.is_routed() && withdraw_from_venue(slot, reason)) [[unlikely]]
    return;
  const bool was_resting = order.book_node != 0;
  Quantity hidden;
  Price price = order.limit_price;
  if (was_resting) {
    price = book_price(order);
    hidden = order.leaves() - symbol.book.leaves_of({order.book_node});
    leave_book(order);
  } else if (order.waiting) {
    symbol.stops.erase(order.side, order.stop_price, order.id);
    if (order.trails()) symbol.trailing.erase(order.side, order.id);
  } else if (order.beside_book) {
    symbol.beside_book.erase(order.side, order.limit_price, order.id);
  } else if (order.auction_place == engine::AuctionPlace::market_order) {
    symbol.market_orders.erase(order.id);
  } else if (order.auction_place == engine::AuctionPlace::held) {
    symbol.held_for_close.erase(order.id);
  }
  note_call_change(order.symbol);
  order.cancel_reason = reason;
  order.updated_at = log_.now();
  log_.emit<OrderCancelled>([&] {
    return OrderCancelled{.order = order.id,
                          .account = order.account,
                          .symbol = order.symbol,
                          .side = order.side,
                          .reason = reason,
                          .was_resting = was_resting,
                          .price = price,
                          .quantity = order.leaves(),
                          .hidden = hidden};
  });
  end(slot, ended_status(reason));
  // It may have kept an order of its own account beside the book from what lies behind it, or have stood at a
  // band.
  if (!symbol.beside_book.empty() || symbol.watches_bands) [[unlikely]]
    unsettled_.push_back(order.symbol);
  if (order.is_linked()) [[unlikely]]
    linked_ended(order, reason);
}

void Engine::State::leave_book(Order& order) {
  SymbolRecord& symbol = symbols_[order.symbol];
  symbol.book.remove({order.book_node});
  order.book_node = 0;
  if (order.needs_care()) --symbol.careful_of(order.side);
  if (!capped_.empty()) [[unlikely]]
    capped_.erase(order.id);
}

void Engine::State::claim(const Order& order, Quantity more) {
  if (!order.has_claim()) return;
  engine::Position& position = accounts_.position(order.position);
  if (order.side == Side::buy) {
    position.open_buys += more;
    accounts_.reserve(accounts_[order.account], order.reserve_price() * more);
  } else {
    position.promised += more;
    if (order.is_short()) [[unlikely]]
      claim_short(order, more);
  }
}

void Engine::State::end(OrderSlot slot, OrderStatus status) {
  Order& order = orders_[slot];
  engine::Account& account = accounts_[order.account];
  if (const Quantity leaves = order.leaves()) claim(order, -leaves);
  order.status = status;
  order.book_node = 0;
  order.waiting = false;
  order.beside_book = false;
  order.auction_place = engine::AuctionPlace::none;
  if (order.expires_at != Timestamp{}) expiries_.erase(order.expires_at, order.id);
  if (!sessions_.empty()) [[unlikely]]
    sessions_.erase(order.id);
  if (!capped_.empty()) [[unlikely]]
    capped_.erase(order.id);
  orders_.end_open(slot, account);
  --accounts_.position(order.position).open_orders;
  accounts_.drop_if_empty(order.position);
  order.position = 0;
}

}  // namespace trade
