// Limit states of price bands, as under the plan to address extraordinary market volatility (Limit Up-Limit
// Down, section VI): where the best offer stands at the lower band, or the best bid at the upper one, trading
// goes on within the bands; if that has not ended after some seconds, the symbol pauses for an auction.
//
// An order is never shown beyond its band: it rests at the band, and keeps its own limit for the auction and
// for wider bands. The price at which such an order rests is kept beside it.
#include <algorithm>

#include "engine/state.hpp"

namespace trade {

namespace {

/// Whether an order of this side with this price bids or offers more than the band allows.
bool is_beyond(Side side, Price price, Price band) {
  return band && (side == Side::buy ? price > band : price < band);
}

}  // namespace

Price Engine::State::showable_price(const SymbolRecord& symbol, Side side, Price price) {
  const bool may_be_anywhere = symbol.bands.limit_state_seconds == 0 || symbol.gathering;
  return !may_be_anywhere && is_beyond(side, price, symbol.band(side)) ? symbol.band(side) : price;
}

Price Engine::State::cap_to_band(const Order& order) {
  const Price price = showable_price(symbols_[order.symbol], order.side, order.limit_price);
  if (price != order.limit_price) capped_.insert_or_assign(order.id, CappedOrder{order.symbol, price});
  return price;
}

void Engine::State::keep_post_only_at_band(Order& order) {
  if (!order.instructions().post_only) return;
  // Once the bands are wider it would take: so the band is its limit from now on.
  const Price price = showable_price(symbols_[order.symbol], order.side, order.limit_price);
  if (order.side == Side::buy) {
    accounts_.reserve(accounts_[order.account],
                      (price * order.leaves()) - (order.limit_price * order.leaves()));
    order.reserve_units = static_cast<std::uint32_t>(price.units);
  }
  order.limit_price = price;
}

Price Engine::State::book_price(const Order& order) const {
  if (capped_.empty()) [[likely]]
    return order.limit_price;
  const auto found = capped_.find(order.id);
  return found == capped_.end() ? order.limit_price : found->second.price;
}

void Engine::State::take_off_book(OrderSlot slot, Price price) {
  Order& order = orders_[slot];
  const SymbolRecord& symbol = symbols_[order.symbol];
  const Quantity shown = symbol.book.leaves_of({order.book_node});
  leave_book(order);
  order.updated_at = log_.now();
  OrderReplaced event = replaced(order, price, order.leaves());
  event.was_resting = true;
  event.old_hidden = order.leaves() - shown;
  log_.emit(event);
}

void Engine::State::take_off_capped(SymbolId id) {
  off_book_.clear();
  for (const auto& [order, capped] : capped_) {
    if (capped.symbol == id) off_book_.push_back(order);
  }
  for (const OrderId order : off_book_) {
    const OrderSlot slot = orders_.find(order);
    take_off_book(slot, book_price(orders_[slot]));
  }
}

void Engine::State::work_those_off_book() {
  std::ranges::sort(off_book_);
  for (const OrderId order : off_book_) {
    // What one of them does may end another.
    if (const OrderSlot slot = find_open(order); slot != 0) work_limit(slot);
  }
}

void Engine::State::release_capped(SymbolId id) {
  take_off_capped(id);
  work_those_off_book();
}

void Engine::State::keep_within_bands(SymbolId id) {
  SymbolRecord& symbol = symbols_[id];
  symbol.bands_moved = false;
  const bool has_limit_states = symbol.bands.limit_state_seconds != 0;
  symbol.watches_bands = has_limit_states || symbol.limit_state != Side{};
  // All of them leave before the first comes back, so that nothing trades beyond the bands.
  take_off_capped(id);
  for (const Side side : {Side::buy, Side::sell}) {
    for (;;) {
      const std::optional<BookOrder> best = symbol.book.front(side);
      if (!has_limit_states || !best || !is_beyond(side, best->price, symbol.band(side))) break;
      off_book_.push_back(orders_[best->key].id);
      keep_post_only_at_band(orders_[best->key]);
      take_off_book(best->key, best->price);
    }
  }
  work_those_off_book();
}

bool Engine::State::look_for_limit_state(SymbolId id) {
  SymbolRecord& symbol = symbols_[id];
  Side state{};
  if (symbol.bands.limit_state_seconds != 0 && symbol.trades_continuously()) {
    const std::optional<BookLevel> bid = symbol.book.best(Side::buy);
    const std::optional<BookLevel> offer = symbol.book.best(Side::sell);
    if (offer && offer->price <= symbol.bands.lower) state = Side::sell;
    if (bid && symbol.bands.upper && bid->price >= symbol.bands.upper) state = Side::buy;
  }
  if (state == symbol.limit_state) return false;
  symbol.limit_state = state;
  symbol.watches_bands = symbol.bands.limit_state_seconds != 0 || symbol.bands_moved;
  const bool begins = state != Side{};
  const std::int64_t length = symbol.bands.limit_state_seconds * nanoseconds_per_second;
  set_pause_end(id, begins ? Timestamp{log_.now().nanoseconds + length} : Timestamp{});
  // Of a symbol that does not trade its phase or its halt has told already.
  if (!symbol.trades_continuously()) return false;
  SymbolPhaseChanged event{
      .symbol = id, .phase = symbol.phase, .ends_at = symbol.phase_ends_at, .limit_state = {}};
  if (begins) event.limit_state = state;
  log_.emit(event);
  return !begins && symbol.follows_trades && review_reference(id, true);
}

}  // namespace trade
