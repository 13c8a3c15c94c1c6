#include "market/market.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "base/prefetch.hpp"

namespace trade::market {

namespace {

// How many events ahead memory is fetched: of the symbol, and of its parts that are found only there.
constexpr std::size_t prefetch_symbol_distance = 16;
constexpr std::size_t prefetch_parts_distance = 8;

/// Whose book the event changes, of the kinds that are nearly all of a busy market's; zero: none.
SymbolId changed_by(const Event& event) {
  if (const auto* executed = std::get_if<TradeExecuted>(&event.body)) return executed->symbol;
  if (const auto* rested = std::get_if<OrderRested>(&event.body)) return rested->symbol;
  if (const auto* cancelled = std::get_if<OrderCancelled>(&event.body)) return cancelled->symbol;
  return {};
}

}  // namespace

Status Market::apply(std::span<const Event> events) {
  for (std::size_t index = 0; index < events.size(); ++index) {
    if (index + prefetch_symbol_distance < events.size())
      prefetch_symbol(events[index + prefetch_symbol_distance]);
    if (index + prefetch_parts_distance < events.size())
      prefetch_parts(events[index + prefetch_parts_distance]);
    if (Status applied = apply(events[index]); !applied) return applied;
  }
  return {};
}

void Market::prefetch_symbol(const Event& event) const {
  const SymbolMarket* market = find(changed_by(event));
  if (market == nullptr) return;
  for (std::size_t offset = 0; offset < sizeof *market; offset += 64)
    prefetch_line(reinterpret_cast<const std::byte*>(market) + offset);
}

void Market::prefetch_parts(const Event& event) const {
  const SymbolMarket* market = find(changed_by(event));
  if (market == nullptr) return;
  market->tops.prefetch();
  if (const auto* rested = std::get_if<OrderRested>(&event.body)) {
    market->side(rested->side).prefetch();
  } else if (const auto* cancelled = std::get_if<OrderCancelled>(&event.body)) {
    market->side(cancelled->side).prefetch();
  } else {
    market->side(opposite(std::get<TradeExecuted>(event.body).taker_side)).prefetch();
    market->tape.prefetch();
    market->bars.prefetch();
  }
}

Status Market::apply(const Event& event) {
  const bool possible = std::visit([&](const auto& body) { return on(event, body); }, event.body);
  if (possible) [[likely]]
    return {};
  return fail(ErrorCode::corrupt,
              "event " + std::to_string(event.sequence) + " cannot follow from the events before it",
              "the market's stored state does not belong to these events: rebuild it from the journal");
}

SymbolId Market::find(const Symbol& symbol) const {
  const auto found = by_name_.find(symbol);
  return found == by_name_.end() ? SymbolId{} : found->second;
}

bool Market::restore_symbol(std::unique_ptr<SymbolMarket> market) {
  const SymbolId id{symbol_count() + 1};
  if (!by_name_.emplace(market->symbol, id).second) return false;
  symbols_.push_back(std::move(market));
  return true;
}

void Market::note_quote(const Event& event, SymbolId id, SymbolMarket& market, std::uint8_t what) {
  market.quote_timestamp = event.timestamp;
  market.quote_sequence = event.sequence;
  changes_.mark(id, static_cast<std::uint8_t>(what | Changed::quote));
}

bool Market::note(const Event& event, SymbolId id, SymbolMarket& market, DepthChange change) {
  if (change == DepthChange::impossible) return false;
  market.depth_timestamp = event.timestamp;
  market.depth_sequence = event.sequence;
  if (change == DepthChange::at_best) {
    market.note_top(event.timestamp, event.sequence);
    note_quote(event, id, market, Changed::depth);
  } else {
    changes_.mark(id, Changed::depth);
  }
  return true;
}

bool Market::on(const Event& event, const SymbolAdded& added) {
  if (added.id.value != symbol_count() + 1) return false;
  auto market = std::make_unique<SymbolMarket>();
  market->symbol = added.symbol;
  market->previous_close = added.previous_close;
  market->phase = market_phase_;
  market->depth_timestamp = event.timestamp;
  market->depth_sequence = event.sequence;
  SymbolMarket& added_market = *market;
  if (!restore_symbol(std::move(market))) return false;
  note_quote(event, added.id, added_market, Changed::depth);
  return true;
}

bool Market::on(const Event& event, const SessionChanged& changed) {
  trading_date_ = changed.trading_date;
  market_phase_ = changed.market_phase;
  if (changed.moves_symbols) {
    for (std::uint32_t number = 1; number <= symbol_count(); ++number) {
      SymbolMarket& market = *symbols_[number - 1];
      if (market.phase == market_phase_) continue;
      market.phase = market_phase_;
      note_quote(event, SymbolId{number}, market, 0);
    }
  }
  if (!changed.new_trading_day) return true;
  for (std::uint32_t number = 1; number <= symbol_count(); ++number) {
    SymbolMarket& market = *symbols_[number - 1];
    const bool traded_that_day = static_cast<bool>(market.volume);
    const Price close = market.last ? market.last : market.previous_close;
    if (!traded_that_day && close == market.previous_close) continue;
    market.previous_close = close;
    market.volume = {};
    market.open = market.high = market.low = {};
    note_quote(event, SymbolId{number}, market, 0);
  }
  return true;
}

bool Market::on(const Event& event, const OrderRested& rested) {
  SymbolMarket* market = find(rested.symbol);
  if (market == nullptr) return false;
  return note(event, rested.symbol, *market, market->side(rested.side).add(rested.price, rested.quantity));
}

bool Market::on(const Event& event, const TradeExecuted& executed) {
  SymbolMarket* market = find(executed.symbol);
  if (market == nullptr) return false;
  if (executed.in_auction) {
    // Both were in the book, each at a price of its own.
    const AuctionLegs& legs = executed.legs;
    const bool possible = on_auction_leg(event, executed.symbol, *market, opposite(executed.taker_side),
                                         legs.maker_price, legs.maker_shown, executed.maker_leaves) &&
                          on_auction_leg(event, executed.symbol, *market, executed.taker_side,
                                         legs.taker_price, legs.taker_shown, executed.taker_leaves);
    if (!possible) return false;
    trade(event, executed.symbol, *market,
          {executed.trade, executed.price, executed.quantity, event.timestamp, event.sequence, std::nullopt});
    return true;
  }
  // The taker is not in the book; only the maker's level gives shares.
  const bool maker_leaves_book = !executed.maker_leaves || executed.maker_refreshes;
  const DepthChange change = market->side(opposite(executed.taker_side))
                                 .remove(executed.price, executed.quantity, maker_leaves_book);
  if (!note(event, executed.symbol, *market, change)) return false;
  trade(event, executed.symbol, *market,
        {executed.trade, executed.price, executed.quantity, event.timestamp, event.sequence,
         executed.taker_side});
  return true;
}

bool Market::on_auction_leg(const Event& event, SymbolId id, SymbolMarket& market, Side side, Price price,
                            Quantity shown, Quantity leaves) {
  if (!price || !shown) return true;
  return note(event, id, market, market.side(side).remove(price, shown, !leaves));
}

bool Market::on(const Event& event, const SymbolStatusChanged& changed) {
  SymbolMarket* market = find(changed.symbol);
  if (market == nullptr) return false;
  if (market->status == changed.status) return true;
  market->status = changed.status;
  note_quote(event, changed.symbol, *market, 0);
  return true;
}

bool Market::on(const Event& event, const SymbolPhaseChanged& changed) {
  SymbolMarket* market = find(changed.symbol);
  if (market == nullptr) return false;
  market->phase = changed.phase;
  note_quote(event, changed.symbol, *market, 0);
  return true;
}

bool Market::on(const Event& event, const AuctionIndicated& indicated) {
  SymbolMarket* market = find(indicated.symbol);
  if (market == nullptr) return false;
  market->auction = indicated.figures;
  note_quote(event, indicated.symbol, *market, 0);
  return true;
}

bool Market::on(const Event& event, const AuctionUncrossed& uncrossed) {
  SymbolMarket* market = find(uncrossed.symbol);
  if (market == nullptr) return false;
  market->auction = {};
  note_quote(event, uncrossed.symbol, *market, 0);
  return true;
}

bool Market::on(const Event& event, const TradePrinted& printed) {
  SymbolMarket* market = find(printed.symbol);
  if (market == nullptr) return false;
  trade(event, printed.symbol, *market,
        {printed.trade, printed.price, printed.quantity, event.timestamp, event.sequence, std::nullopt});
  return true;
}

bool Market::on(const Event& event, const VenueTradeExecuted& executed) {
  SymbolMarket* market = find(executed.symbol);
  if (market == nullptr) return false;
  // Which side came to the other there is not told, and no book of ours held either.
  trade(event, executed.symbol, *market,
        {executed.trade, executed.price, executed.quantity, event.timestamp, event.sequence, std::nullopt});
  return true;
}

void Market::trade(const Event& event, SymbolId id, SymbolMarket& market, const TapeEntry& entry) {
  const bool first_of_day = !market.volume;
  market.last = entry.price;
  market.last_size = entry.quantity;
  market.volume += entry.quantity;
  if (first_of_day) market.open = entry.price;
  market.high = first_of_day ? entry.price : std::max(market.high, entry.price);
  market.low = first_of_day ? entry.price : std::min(market.low, entry.price);
  market.tape.push(entry);
  market.bars.add(event.timestamp, trading_date_, entry.price, entry.quantity);
  note_quote(event, id, market, Changed::tape);
}

bool Market::on(const Event& event, const OrderCancelled& cancelled) {
  if (!cancelled.was_resting) return true;
  SymbolMarket* market = find(cancelled.symbol);
  if (market == nullptr) return false;
  return note(
      event, cancelled.symbol, *market,
      market->side(cancelled.side).remove(cancelled.price, cancelled.quantity - cancelled.hidden, true));
}

bool Market::on(const Event& event, const OrderReplaced& replaced) {
  if (!replaced.was_resting) return true;
  SymbolMarket* market = find(replaced.symbol);
  if (market == nullptr) return false;
  // With its place kept an order only gets smaller; else it is gone, and an OrderRested tells where it rests
  // anew.
  const Quantity shown = replaced.old_leaves - replaced.old_hidden;
  const Quantity gone = replaced.kept_priority ? shown - std::min(shown, replaced.leaves) : shown;
  if (replaced.kept_priority && !gone) return true;
  const DepthChange change =
      market->side(replaced.side).remove(replaced.old_limit_price, gone, !replaced.kept_priority);
  return note(event, replaced.symbol, *market, change);
}

}  // namespace trade::market
