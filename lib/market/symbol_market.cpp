#include "market/symbol_market.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace trade::market {

namespace {

std::vector<DepthLevelView> best_levels(const DepthSide& side, std::size_t limit) {
  const auto levels = side.levels();
  std::vector<DepthLevelView> views;
  views.reserve(std::min(limit, levels.size()));
  for (auto level = levels.rbegin(); level != levels.rend() && views.size() < limit; ++level) {
    views.push_back({side.price_of(*level), Quantity{level->size}, level->orders});
  }
  return views;
}

void write_side(ByteWriter& writer, const DepthSide& side) {
  writer.write(static_cast<std::uint32_t>(side.levels().size()));
  for (const DepthSide::Level& level : side.levels()) {
    writer.write(level.rank);
    writer.write(level.size);
    writer.write(level.orders);
  }
}

bool read_side(ByteReader& reader, DepthSide& side) {
  constexpr std::size_t level_bytes = 3 * sizeof(std::int64_t);
  const auto count = reader.read<std::uint32_t>();
  if (reader.remaining() / level_bytes < count) return false;
  std::vector<DepthSide::Level> levels(count);
  for (DepthSide::Level& level : levels) {
    level.rank = reader.read<std::int64_t>();
    level.size = reader.read<std::int64_t>();
    level.orders = reader.read<std::int64_t>();
  }
  return side.restore(std::move(levels));
}

std::unexpected<Error> corrupt(const char* what) {
  return fail(ErrorCode::corrupt, std::string("a stored ") + what + " is not well formed");
}

}  // namespace

void SymbolMarket::note_top(Timestamp timestamp, Sequence sequence) {
  const TopOfBookView top{bids.best_price(), bids.best_size(), asks.best_price(),
                          asks.best_size(),  timestamp,        sequence};
  if (tops.empty()) {
    tops.push(top);
    return;
  }
  TopOfBookView& newest = tops.newest();
  const bool same = newest.bid == top.bid && newest.bid_size == top.bid_size && newest.ask == top.ask &&
                    newest.ask_size == top.ask_size;
  if (same) return;
  if (newest.timestamp == timestamp) {
    newest = top;
  } else {
    tops.push(top);
  }
}

QuoteView SymbolMarket::quote() const {
  QuoteView view;
  view.symbol = symbol.string();
  view.bid = bids.best_price();
  view.bid_size = bids.best_size();
  view.ask = asks.best_price();
  view.ask_size = asks.best_size();
  view.last = last;
  view.last_size = last_size;
  view.volume = volume;
  view.open = open;
  view.high = high;
  view.low = low;
  view.previous_close = previous_close;
  view.timestamp = quote_timestamp;
  view.sequence = quote_sequence;
  view.phase = status == SymbolStatus::halted ? MarketPhase::halt : phase;
  view.auction = auction;
  return view;
}

DepthView SymbolMarket::depth(std::size_t levels) const {
  return {symbol.string(), best_levels(bids, levels), best_levels(asks, levels), depth_timestamp,
          depth_sequence};
}

TapeEntryView SymbolMarket::tape_entry(std::uint64_t number) const {
  const TapeEntry& entry = tape.numbered(number);
  return {entry.trade,      symbol.string(),   entry.price,    entry.quantity,
          entry.taker_side, entry.executed_at, entry.sequence, number};
}

RingCounts ring_counts(const SymbolMarket& market) {
  return {market.tape.count(),           market.tops.count(),         market.bars.seconds().count(),
          market.bars.minutes().count(), market.bars.hours().count(), market.bars.days().count()};
}

void write_symbol(ByteWriter& writer, const SymbolMarket& market) {
  writer.write_text(market.symbol.view());
  for (const Price price : {market.last, market.open, market.high, market.low, market.previous_close}) {
    writer.write(price.units);
  }
  writer.write(market.last_size.shares);
  writer.write(market.volume.shares);
  writer.write(market.quote_timestamp.nanoseconds);
  writer.write(market.quote_sequence);
  writer.write(market.depth_timestamp.nanoseconds);
  writer.write(market.depth_sequence);
  writer.write(market.status);
  writer.write(market.phase);
  writer.write(market.auction.price.units);
  writer.write(market.auction.volume.shares);
  writer.write(market.auction.imbalance.shares);
  writer.write(market.auction.imbalance_side.value_or(Side{}));
  write_side(writer, market.bids);
  write_side(writer, market.asks);
  const RingCounts counts = ring_counts(market);
  for (const std::uint64_t count :
       {counts.tape, counts.tops, counts.seconds, counts.minutes, counts.hours, counts.days}) {
    writer.write(count);
  }
}

Result<RingCounts> read_symbol(ByteReader& reader, SymbolMarket& market) {
  const auto symbol = Symbol::make(reader.read_text());
  if (!symbol || symbol->empty()) return corrupt("symbol");
  market.symbol = *symbol;
  for (Price* price : {&market.last, &market.open, &market.high, &market.low, &market.previous_close}) {
    price->units = reader.read<std::int64_t>();
    if (price->units < 0 || price->units > price_units_max) return corrupt("symbol");
  }
  market.last_size.shares = reader.read<std::int64_t>();
  market.volume.shares = reader.read<std::int64_t>();
  market.quote_timestamp.nanoseconds = reader.read<std::int64_t>();
  market.quote_sequence = reader.read<Sequence>();
  market.depth_timestamp.nanoseconds = reader.read<std::int64_t>();
  market.depth_sequence = reader.read<Sequence>();
  const auto status = value_numbered<SymbolStatus>(reader.read<std::uint8_t>());
  const auto phase = value_numbered<MarketPhase>(reader.read<std::uint8_t>());
  market.auction.price.units = reader.read<std::int64_t>();
  market.auction.volume.shares = reader.read<std::int64_t>();
  market.auction.imbalance.shares = reader.read<std::int64_t>();
  market.auction.imbalance_side = value_numbered<Side>(reader.read<std::uint8_t>());
  if (!status || !phase || market.auction.price.units < 0 || market.auction.price.units > price_units_max)
    return corrupt("symbol");
  market.status = *status;
  market.phase = *phase;
  if (!read_side(reader, market.bids) || !read_side(reader, market.asks)) return corrupt("symbol");
  RingCounts counts;
  for (std::uint64_t* count :
       {&counts.tape, &counts.tops, &counts.seconds, &counts.minutes, &counts.hours, &counts.days}) {
    *count = reader.read<std::uint64_t>();
  }
  if (!reader.ok() || !reader.at_end()) return corrupt("symbol");
  return counts;
}

void write_tape_entry(ByteWriter& writer, const TapeEntry& entry) {
  writer.write(entry.trade.value);
  writer.write(entry.price.units);
  writer.write(entry.quantity.shares);
  writer.write(entry.executed_at.nanoseconds);
  writer.write(entry.sequence);
  writer.write(entry.taker_side ? static_cast<std::uint8_t>(*entry.taker_side) : std::uint8_t{0});
}

Result<TapeEntry> read_tape_entry(ByteReader& reader) {
  TapeEntry entry;
  entry.trade.value = reader.read<std::uint64_t>();
  entry.price.units = reader.read<std::int64_t>();
  entry.quantity.shares = reader.read<std::int64_t>();
  entry.executed_at.nanoseconds = reader.read<std::int64_t>();
  entry.sequence = reader.read<Sequence>();
  const auto side = reader.read<std::uint8_t>();
  if (side != 0) {
    entry.taker_side = value_numbered<Side>(side);
    if (!entry.taker_side) return corrupt("trade");
  }
  if (!reader.ok() || !reader.at_end()) return corrupt("trade");
  return entry;
}

void write_top(ByteWriter& writer, const TopOfBookView& top) {
  writer.write(top.bid.units);
  writer.write(top.bid_size.shares);
  writer.write(top.ask.units);
  writer.write(top.ask_size.shares);
  writer.write(top.timestamp.nanoseconds);
  writer.write(top.sequence);
}

Result<TopOfBookView> read_top(ByteReader& reader) {
  TopOfBookView top;
  top.bid.units = reader.read<std::int64_t>();
  top.bid_size.shares = reader.read<std::int64_t>();
  top.ask.units = reader.read<std::int64_t>();
  top.ask_size.shares = reader.read<std::int64_t>();
  top.timestamp.nanoseconds = reader.read<std::int64_t>();
  top.sequence = reader.read<Sequence>();
  for (const Price price : {top.bid, top.ask}) {
    if (price.units < 0 || price.units > price_units_max) return corrupt("quote");
  }
  if (!reader.ok() || !reader.at_end()) return corrupt("quote");
  return top;
}

void write_bar(ByteWriter& writer, const Bar& bar) {
  for (const std::uint32_t value : {bar.start, bar.trades, bar.open, bar.high, bar.low, bar.close}) {
    writer.write(value);
  }
  writer.write(bar.volume);
  writer.write(bar.notional_low);
  writer.write(bar.notional_high);
}

Result<Bar> read_bar(ByteReader& reader) {
  Bar bar;
  for (std::uint32_t* value : {&bar.start, &bar.trades, &bar.open, &bar.high, &bar.low, &bar.close}) {
    *value = reader.read<std::uint32_t>();
  }
  bar.volume = reader.read<std::int64_t>();
  bar.notional_low = reader.read<std::uint64_t>();
  bar.notional_high = reader.read<std::uint64_t>();
  if (bar.volume <= 0) return corrupt("bar");  // its average divides by it
  if (!reader.ok() || !reader.at_end()) return corrupt("bar");
  return bar;
}

}  // namespace trade::market
