// The stored market: what feedd keeps in `<home>/feed`, so that a restart answers at once and reads only the
// end of the journal. It is a cache; whenever it is not right it can be deleted, and the journal makes it
// anew.
//
// LMDB databases, keys big-endian, values as lib/market writes records:
//   "about"       "format"             -> u32, `store_format`
//                 "position"           -> batch u64, last sequence u64, state hash u64, trading date i32,
//                                       the market's phase u8
//   "symbols"     symbol id u32        -> quote, depth, and how many trades and bars there have been
//   "tape"        symbol id u32, stretch u16 -> the trades in the slots of that stretch, one after the other,
//                 where slot = (a trade's number in the symbol's tape - 1) % as many as are kept, and a
//                 stretch is `stretch_slots` of them; "quotes" the same
//   "second_bars" symbol id u32, slot u16 -> a bar; "minute_bars", "hour_bars" and "day_bars" the same
// A symbol's elements are overwritten in place, so its share of the store is bounded: lib/market says how
// many of each are kept.
// What changed between two positions is written in one transaction with the second.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/byte_stream.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "follower/application.hpp"
#include "market/market.hpp"
#include "model/ids.hpp"
#include "store/environment.hpp"
#include "store/key.hpp"

namespace trade::feedd {

/// Of another format a stored market is made anew from the journal.
constexpr std::uint32_t store_format = 4;

enum class Table : std::uint8_t { symbols, tape, quotes, second_bars, minute_bars, hour_bars, day_bars };
constexpr std::size_t table_count = 7;

/// How many elements of a ring stand in one record. Of those that come by the thousand a second several,
/// since a record costs more than what is in it.
constexpr std::size_t stretch_slots(Table table) {
  return table == Table::tape || table == Table::quotes ? 16 : 1;
}

/// Records to be written together, made by the thread that owns the market and written by another.
class MarketChanges {
 public:
  /// Adds what is new of a symbol since its rings had `saved` elements.
  void add(SymbolId id, const market::SymbolMarket& symbol, const market::RingCounts& saved);
  void set_position(const follower::Position& position, const market::Market& market) {
    position_ = position;
    trading_date_ = market.trading_date();
    market_phase_ = market.market_phase();
  }
  /// Empties it; memory stays for the next ones, unless there is very much of it.
  void clear();

  [[nodiscard]] const follower::Position& position() const { return position_; }
  [[nodiscard]] std::size_t bytes() const { return values_.bytes().size(); }
  [[nodiscard]] const std::vector<SymbolId>& symbols() const { return symbols_; }

 private:
  friend class MarketStore;
  struct Record {
    Table table;
    SymbolId symbol;
    std::uint16_t stretch = 0;  ///< none in the table of symbols
    std::size_t value_begin = 0;
    std::size_t value_end = 0;
  };
  template <class Write>
  void add_record(Table table, SymbolId id, std::size_t stretch, Write&& write);
  template <class Ring, class Write>
  void add_elements(Table table, SymbolId id, const Ring& ring, std::uint64_t from, Write&& write);

  follower::Position position_;
  Date trading_date_;
  MarketPhase market_phase_ = MarketPhase::continuous;
  std::vector<Record> records_;
  std::vector<SymbolId> symbols_;
  ByteWriter values_;
};

class MarketStore {
 public:
  /// Opens or creates it; one that is damaged or of another format is deleted and created anew.
  /// `map_bytes`: of the memory map at first; it grows.
  static Result<MarketStore> open(const std::filesystem::path& directory,
                                  std::size_t map_bytes = std::size_t{64} << 20);

  struct Loaded {
    market::Market market;
    follower::Position position;
    std::vector<market::RingCounts> saved;  ///< by symbol id less one
  };
  /// The market as it was last written, or an empty one. `corrupt` when it is not whole.
  Result<Loaded> load();
  Status write(const MarketChanges& changes);
  /// Empties it.
  Status clear();

 private:
  MarketStore() = default;
  Status open_databases(const std::filesystem::path& directory, std::size_t map_bytes);
  [[nodiscard]] store::Database table(Table which) const { return tables_[static_cast<std::size_t>(which)]; }

  std::shared_ptr<store::Environment> environment_;
  store::Database about_;
  std::array<store::Database, table_count> tables_;
};

}  // namespace trade::feedd
