// What is known of one symbol's market.
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_stream.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "market/bars.hpp"
#include "market/depth_side.hpp"
#include "market/numbered_ring.hpp"
#include "model/auction.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"
#include "model/views.hpp"

namespace trade::market {

/// A trade on the tape.
struct TapeEntry {
  TradeId trade;
  Price price;
  Quantity quantity;
  Timestamp executed_at;
  Sequence sequence = 0;
  std::optional<Side> taker_side;  ///< nothing: printed, not matched here

  bool operator==(const TapeEntry&) const = default;
};

/// Trades kept of each symbol; older ones are forgotten here, the books of record keep them.
constexpr std::size_t tape_entries_max = 1'000;

using Tape = NumberedRing<TapeEntry, tape_entries_max>;

/// Changes of the best bid and offer kept of each symbol.
constexpr std::size_t tops_max = 1'000;

using Tops = NumberedRing<TopOfBookView, tops_max>;

struct SymbolMarket {
  Symbol symbol;
  DepthSide bids{Side::buy};
  DepthSide asks{Side::sell};
  Price last;  ///< zero: never traded
  Quantity last_size;
  Quantity volume;  ///< of this trading day, as open, high and low
  Price open;
  Price high;
  Price low;
  Price previous_close;
  Timestamp quote_timestamp;
  Sequence quote_sequence = 0;  ///< the last event that changed the quote
  Timestamp depth_timestamp;
  Sequence depth_sequence = 0;  ///< the last event that changed a level of either side
  SymbolStatus status = SymbolStatus::trading;
  MarketPhase phase = MarketPhase::continuous;  ///< never `halt`, which `status` tells
  AuctionFigures auction;                       ///< in a call phase, what it would come to
  Tape tape;
  Tops tops;  ///< the best bid and offer whenever they changed, as each moment left them
  BarHistory bars;

  [[nodiscard]] DepthSide& side(Side which) { return which == Side::buy ? bids : asks; }
  [[nodiscard]] const DepthSide& side(Side which) const { return which == Side::buy ? bids : asks; }

  /// Adds the best bid and offer to `tops` where they are others than the last. What several events of one
  /// moment change is one change.
  void note_top(Timestamp timestamp, Sequence sequence);

  [[nodiscard]] QuoteView quote() const;
  /// At most `levels` of each side.
  [[nodiscard]] DepthView depth(std::size_t levels) const;
  [[nodiscard]] TapeEntryView tape_entry(std::uint64_t number) const;
};

// Stored forms, for a cache of the market: little-endian, of fixed width. The tape and the bars are stored
// apart from the rest, element by element, so that a change writes little; a symbol's record tells how many
// there are.

/// Everything but the elements of the rings.
void write_symbol(ByteWriter& writer, const SymbolMarket& market);
void write_tape_entry(ByteWriter& writer, const TapeEntry& entry);
void write_top(ByteWriter& writer, const TopOfBookView& top);
void write_bar(ByteWriter& writer, const Bar& bar);

/// How many elements each ring of a stored symbol has had.
struct RingCounts {
  std::uint64_t tape = 0;
  std::uint64_t tops = 0;
  std::uint64_t seconds = 0;
  std::uint64_t minutes = 0;
  std::uint64_t hours = 0;
  std::uint64_t days = 0;
};

RingCounts ring_counts(const SymbolMarket& market);

// Each fails as `corrupt` when the bytes are not what was written.
Result<RingCounts> read_symbol(ByteReader& reader, SymbolMarket& market);
Result<TapeEntry> read_tape_entry(ByteReader& reader);
Result<TopOfBookView> read_top(ByteReader& reader);
Result<Bar> read_bar(ByteReader& reader);

}  // namespace trade::market
