// Auctions: orders that gather, what they would come to, and their execution at one price.
#include <algorithm>

#include "engine/state.hpp"
#include "engine/tell_trade.hpp"

namespace trade {

namespace {

/// Whether an order with this limit takes part in an auction at `price`.
bool accepts(Side side, Price limit, Price price) {
  return side == Side::buy ? limit >= price : limit <= price;
}

}  // namespace

Price Engine::State::auction_worst_price(const SymbolRecord& symbol, AccountId account, Side side) const {
  const Price reference = symbol.reference();
  if (const Price worst = collar(symbol, account, side, reference)) return worst;
  if (side == Side::sell) return symbol.tick;
  if (accounts_[account].type == AccountType::house) return {price_units_max};
  // Without a collar a buy must still be paid: nobody means to pay more than twice the price.
  return {std::min(2 * reference.units, price_units_max)};
}

void Engine::State::gather_limit(OrderSlot slot) {
  Order& order = orders_[slot];
  // A stop that was triggered as the auction began.
  if (order.time_in_force == TimeInForce::ioc || order.time_in_force == TimeInForce::fok)
    return cancel(slot, CancelReason::immediate_or_cancel);
  if (!order.least()) return rest(slot);
  // What must trade whole takes no part in an auction.
  order.beside_book = true;
  symbols_[order.symbol].beside_book.insert(order.side, order.limit_price, order.id, slot);
}

void Engine::State::gather_market(OrderSlot slot, Price worst_price) {
  Order& order = orders_[slot];
  if (order.time_in_force == TimeInForce::ioc || order.time_in_force == TimeInForce::fok)
    return cancel(slot, CancelReason::immediate_or_cancel);
  if (order.least()) return cancel(slot, CancelReason::minimum_quantity);
  order.auction_place = engine::AuctionPlace::market_order;
  symbols_[order.symbol].market_orders.insert(order.id, slot, worst_price);
  note_call_change(order.symbol);
}

void Engine::State::gather_triggered(OrderSlot slot, Price trigger_price) {
  const Order& order = orders_[slot];
  Price worst_price = collar(symbols_[order.symbol], order.account, order.side, trigger_price);
  if (order.side == Side::sell) {
    if (!worst_price) worst_price = symbols_[order.symbol].tick;
  } else if (!worst_price || worst_price > order.reserve_price()) {
    worst_price = order.reserve_price();
  }
  gather_market(slot, worst_price);
}

void Engine::State::hold_for_close(OrderSlot slot) {
  Order& order = orders_[slot];
  order.auction_place = engine::AuctionPlace::held;
  symbols_[order.symbol].held_for_close.insert(order.id, slot);
}

void Engine::State::join_closing_auction(SymbolId id) {
  SymbolRecord& symbol = symbols_[id];
  while (!symbol.held_for_close.empty()) {
    const OrderSlot slot = symbol.held_for_close.first().slot;
    Order& order = orders_[slot];
    symbol.held_for_close.erase(order.id);
    order.auction_place = engine::AuctionPlace::none;
    if (is_market(order.type)) {
      gather_market(slot, renew_worst_price(order));
    } else {
      order.updated_at = log_.now();
      gather_limit(slot);
    }
  }
}

Price Engine::State::renew_worst_price(Order& order) {
  const Price worst_price = auction_worst_price(symbols_[order.symbol], order.account, order.side);
  if (order.side == Side::sell) return worst_price;
  engine::Account& account = accounts_[order.account];
  const Money more = worst_price * order.leaves() - order.reserve_price() * order.leaves();
  const bool can_pay = more.units <= 0 || account.type == AccountType::house ||
                       more.units <= risk_.buying_power(order.account);
  if (!can_pay || !accounts_.may_owe(account, more)) return order.reserve_price();
  accounts_.reserve(account, more);
  order.reserve_units = static_cast<std::uint32_t>(worst_price.units);
  return worst_price;
}

AuctionFigures Engine::State::auction_figures(const SymbolRecord& symbol) {
  interest_.clear();
  // Market orders are wanted and offered up to their worst prices, as others are up to their limits.
  Price bid;
  Price offer{price_units_max + 1};
  std::int64_t market_surplus = 0;
  for (const engine::AuctionOrders::Entry& entry : symbol.market_orders) {
    const Order& order = orders_[entry.slot];
    const std::int64_t leaves = order.leaves().shares;
    const bool buys = order.side == Side::buy;
    interest_.push_back({entry.worst_price, buys ? leaves : 0, buys ? 0 : leaves, false});
    market_surplus += buys ? leaves : -leaves;
    if (buys) bid = std::max(bid, entry.worst_price);
    if (!buys) offer = std::min(offer, entry.worst_price);
  }
  if (const auto best = symbol.book.best(Side::buy)) bid = std::max(bid, best->price);
  if (const auto best = symbol.book.best(Side::sell)) offer = std::min(offer, best->price);
  AuctionFigures figures;
  if (bid >= offer) {
    const auto add_side = [&](Side side, Price last) {
      const auto add = [&](Price price, std::int64_t shares) {
        interest_.push_back({price, side == Side::buy ? shares : 0, side == Side::buy ? 0 : shares, true});
      };
      if (!symbol.has_careful(side)) {
        return symbol.book.for_each_level(side, [&](const BookLevel& level) {
          if (!accepts(side, level.price, last)) return false;
          add(level.price, level.quantity.shares);
          return true;
        });
      }
      // What an iceberg does not show takes part too, of two exits for the same shares one.
      symbol.book.for_each_order(side, [&](BookOrderKey slot, Price price, Quantity) -> bool {
        if (!accepts(side, price, last)) return false;
        if (gives_way_to_counterpart(orders_[slot])) return true;
        add(price, orders_[slot].leaves().shares);
        return true;
      });
    };
    add_side(Side::buy, offer);
    add_side(Side::sell, bid);
    figures = engine::auction_price(interest_, symbol.tick, symbol.reference());
  }
  if (!figures.price) {
    figures.imbalance = {market_surplus < 0 ? -market_surplus : market_surplus};
    if (market_surplus != 0) figures.imbalance_side = market_surplus > 0 ? Side::buy : Side::sell;
  }
  return figures;
}

void Engine::State::tell_indications() {
  std::ranges::sort(indications_due_);
  for (const SymbolId id : indications_due_) {
    SymbolRecord& symbol = symbols_[id];
    symbol.indication_due = false;
    if (!symbol.gathering) continue;
    const AuctionFigures figures = auction_figures(symbol);
    if (figures == symbol.indicated) continue;
    symbol.indicated = figures;
    log_.emit(AuctionIndicated{.symbol = id, .figures = figures});
  }
  indications_due_.clear();
}

void Engine::State::uncross(SymbolId id) {
  SymbolRecord& symbol = symbols_[id];
  symbol.gathering = false;
  symbol.indicated = {};
  bool traded = false;
  const auto execute = [&] {
    const AuctionFigures figures = auction_figures(symbol);
    log_.emit(AuctionUncrossed{.symbol = id, .phase = symbol.phase, .figures = figures});
    if (!figures.volume) return;
    execute_auction(symbol, figures);
    symbol.set_last_price(figures.price);
    traded = true;
  };
  execute();
  end_auction_orders(id);
  // A market order goes first only as far as its worst price: what it left behind may still meet at another.
  const std::optional<BookLevel> bid = symbol.book.best(Side::buy);
  const std::optional<BookLevel> offer = symbol.book.best(Side::sell);
  if (bid && offer && bid->price >= offer->price) execute();
  if (!traded) return;
  set_band_reference(id, symbol.last_price);
  // The first of those whose mean the reference follows.
  if (symbol.follows_trades) symbol.followed->trades.add(log_.now(), symbol.last_price);
}

void Engine::State::collect_auction_side(const SymbolRecord& symbol, Side side, Price price, Quantity volume,
                                         std::vector<OrderSlot>& orders) const {
  orders.clear();
  Quantity collected;
  for (const engine::AuctionOrders::Entry& entry : symbol.market_orders) {
    const Order& order = orders_[entry.slot];
    if (collected >= volume) return;
    if (order.side != side || !accepts(side, entry.worst_price, price)) continue;
    orders.push_back(entry.slot);
    collected += order.leaves();
  }
  symbol.book.for_each_order(side, [&](BookOrderKey slot, Price limit, Quantity) -> bool {
    if (collected >= volume || !accepts(side, limit, price)) return false;
    if (gives_way_to_counterpart(orders_[slot])) return true;
    orders.push_back(slot);
    collected += orders_[slot].leaves();
    return true;
  });
}

void Engine::State::execute_auction(const SymbolRecord& symbol, const AuctionFigures& figures) {
  collect_auction_side(symbol, Side::buy, figures.price, figures.volume, auction_buys_);
  collect_auction_side(symbol, Side::sell, figures.price, figures.volume, auction_sells_);
  Quantity left = figures.volume;
  auto buy = auction_buys_.begin();
  auto sell = auction_sells_.begin();
  while (left) {
    const Quantity buy_leaves = orders_[*buy].leaves();
    const Quantity sell_leaves = orders_[*sell].leaves();
    const Quantity quantity = std::min({buy_leaves, sell_leaves, left});
    auction_fill(*buy, *sell, figures.price, quantity);
    left -= quantity;
    if (quantity == buy_leaves) ++buy;
    if (quantity == sell_leaves) ++sell;
  }
}

void Engine::State::auction_fill(OrderSlot buy_slot, OrderSlot sell_slot, Price price, Quantity quantity) {
  Order& buy = orders_[buy_slot];
  Order& sell = orders_[sell_slot];
  settle(buy, sell, price, quantity);
  Order& maker = buy.id < sell.id ? buy : sell;
  Order& taker = buy.id < sell.id ? sell : buy;
  const auto price_in_book = [](const Order& order) {
    return order.book_node != 0 ? order.limit_price : Price{};
  };
  AuctionLegs legs{.maker_price = price_in_book(maker), .taker_price = price_in_book(taker)};
  legs.maker_shown = leave_book_by_auction(maker);
  legs.taker_shown = leave_book_by_auction(taker);
  tell_trade(taker, maker, price, quantity, false, legs);
  if (buy.is_linked() || sell.is_linked()) [[unlikely]] {
    note_linked_fill(buy_slot, quantity);
    note_linked_fill(sell_slot, quantity);
  }
  for (const OrderSlot slot : {buy_slot, sell_slot}) {
    const Order& order = orders_[slot];
    if (order.leaves()) continue;
    if (order.auction_place == engine::AuctionPlace::market_order)
      symbols_[order.symbol].market_orders.erase(order.id);
    end(slot, OrderStatus::filled);
  }
  if (!exit_fills_.empty()) [[unlikely]]
    settle_exit_fills();
}

Quantity Engine::State::leave_book_by_auction(Order& order) {
  if (order.book_node == 0) return {};
  Book& book = symbols_[order.symbol].book;
  const Quantity shown = book.leaves_of({order.book_node});
  const Quantity still_shown = std::min(shown, order.leaves());
  if (!still_shown) {
    leave_book(order);
  } else if (still_shown < shown) {
    book.reduce_to({order.book_node}, still_shown);
  }
  return shown - still_shown;
}

void Engine::State::end_auction_orders(SymbolId id) {
  SymbolRecord& symbol = symbols_[id];
  while (!symbol.market_orders.empty()) {
    const OrderSlot slot = symbol.market_orders.first().slot;
    Order& order = orders_[slot];
    const bool its_auction =
        order.time_in_force == TimeInForce::opg || order.time_in_force == TimeInForce::cls;
    const bool liquidity_left = !symbol.book.empty(opposite(order.side));
    const CancelReason reason = its_auction      ? CancelReason::auction_end
                                : liquidity_left ? CancelReason::price_collar
                                                 : CancelReason::no_liquidity;
    if (order.filled_shares == 0) order.reject_reason = reason_of_nothing_filled(reason);
    cancel(slot, reason);
  }
  auction_over_.clear();
  for (const Side side : {Side::buy, Side::sell}) {
    symbol.book.for_each_order(side, [&](BookOrderKey slot, Price, Quantity) {
      const TimeInForce time_in_force = orders_[slot].time_in_force;
      if (time_in_force == TimeInForce::opg || time_in_force == TimeInForce::cls)
        auction_over_.push_back(slot);
    });
  }
  for (const OrderSlot slot : auction_over_) {
    if (orders_[slot].open()) cancel(slot, CancelReason::auction_end);
  }
}

}  // namespace trade
