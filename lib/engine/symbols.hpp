// Symbols: their rules of trade, prices, books and waiting stop orders.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fixed_string.hpp"
#include "base/prefetch.hpp"
#include "book/book.hpp"
#include "engine/auction_orders.hpp"
#include "engine/bounds.hpp"
#include "engine/hash_index.hpp"
#include "engine/price_window.hpp"
#include "engine/stop_orders.hpp"
#include "engine/waiting_orders.hpp"
#include "model/auction.hpp"
#include "model/command.hpp"

namespace trade::engine {

/// What a symbol has beside its bands where their reference follows its trades.
struct FollowedPrice {
  PriceWindow trades;
  Timestamp since;      ///< when the reference of now came to be
  Timestamp review_at;  ///< when it may have to move without a trade; zero: never
};

struct alignas(64) SymbolRecord {
  SymbolRecord(BookPool& pool, std::pmr::memory_resource* memory)
      : beside_book(memory),
        book(pool),
        stops(memory),
        trailing(memory),
        market_orders(memory),
        held_for_close(memory) {}

  Timestamp phase_ends_at;  ///< of an auction that ends by itself, or of a limit state; zero: by a command
  std::uint32_t restricted_day = 0;  ///< on which the price test was last turned on; zero: it was lifted
  std::uint32_t borrow_rate_basis_points = 0;  ///< a year, of margin accounts that are short of it

  // From the end of this one to the beginning of `stops` lies what every order looks at, in four cache lines:
  // thousands of symbols share the cache.
  OrdersBesideBook beside_book;  ///< in the market, not in the book

  Book book;
  Price last_price;      ///< of a trade; zero: none yet
  Price previous_close;  ///< zero: none
  Price tick;
  Quantity lot;
  SymbolStatus status = SymbolStatus::trading;
  MarketPhase phase = MarketPhase::continuous;  ///< never `halt`, which `status` tells
  /// Orders gather for an auction and may cross: in a call phase, and after it while the symbol is halted.
  bool gathering = false;
  bool kill_switch = false;
  bool indication_due = false;  ///< what the auction would come to is to be looked at after this command
  bool watches_bands = false;   ///< it has limit states, or orders that rest at bands
  bool bands_moved = false;     ///< orders may rest elsewhere than the bands of now say
  Side limit_state{};           ///< the side whose best price stands at its band; zero: neither
  bool easy_to_borrow = false;
  bool short_sale_restricted = false;      ///< the price test is on
  bool short_sale_trigger_due = false;     ///< a trade was low enough to turn it on
  std::uint8_t venue = 0;                  ///< that its orders are routed to; zero: they are matched here
  bool follows_trades = false;             ///< `followed` is there
  std::array<std::uint32_t, 2> careful{};  ///< resting orders that need care: bids, offers
  Price range_low;                         ///< of the trades since stops were last evaluated; zero: none
  Price range_high;
  Price short_sale_trigger;  ///< a trade at it or below turns the price test on; zero: none does
  PriceBands bands;
  StopOrders stops;

  TrailingStops trailing;        ///< those of the waiting stops whose price follows the market
  AuctionFigures indicated;      ///< what the auction would come to, as last told
  AuctionOrders market_orders;   ///< of the auction that forms
  AuctionOrders held_for_close;  ///< cls orders before the closing auction
  Symbol name;
  FixedString<halt_reason_bytes_max> halt_reason;
  std::unique_ptr<FollowedPrice> followed;  ///< of a symbol of a tier

  /// What a share is taken to be worth: the last price, else the previous close, else zero.
  [[nodiscard]] Price reference() const { return last_price ? last_price : previous_close; }

  [[nodiscard]] bool is_routed() const { return venue != 0; }

  /// Whether a resting order of this side needs care (Order::needs_care).
  [[nodiscard]] bool has_careful(Side side) const { return careful[static_cast<std::size_t>(side) - 1] != 0; }
  [[nodiscard]] std::uint32_t& careful_of(Side side) { return careful[static_cast<std::size_t>(side) - 1]; }

  /// What it is shown to do.
  [[nodiscard]] MarketPhase shown_phase() const {
    return status == SymbolStatus::halted ? MarketPhase::halt : phase;
  }
  [[nodiscard]] bool trades_continuously() const {
    return phase == MarketPhase::continuous && status == SymbolStatus::trading && !gathering;
  }
  /// Whether, outside a limit state, the best bid is below the bands or the best offer above them.
  [[nodiscard]] bool is_straddled() const {
    if (bands.limit_state_seconds == 0 || limit_state != Side{} || !trades_continuously()) return false;
    const std::optional<BookLevel> bid = book.best(Side::buy);
    const std::optional<BookLevel> offer = book.best(Side::sell);
    return (bid && bid->price < bands.lower) || (offer && bands.upper && offer->price > bands.upper);
  }
  /// The worst price at which an order of this side may trade outside an auction; zero: any.
  [[nodiscard]] Price band(Side side) const { return side == Side::buy ? bands.upper : bands.lower; }
  /// `price`, or the band where that is nearer. Zero: any price.
  [[nodiscard]] Price within_band(Side side, Price price) const {
    const Price limit = band(side);
    if (!limit) [[likely]]
      return price;
    if (!price) return limit;
    return side == Side::buy ? std::min(price, limit) : std::max(price, limit);
  }

  /// A trade counts for the reference of a tier's bands, if it is one of regular trading.
  void follow(Timestamp now, Price price) {
    if (trades_continuously()) followed->trades.add(now, price);
  }
  void set_last_price(Price price) {
    last_price = price;
    if (!range_low || price < range_low) range_low = price;
    if (price > range_high) range_high = price;
    if (price <= short_sale_trigger) [[unlikely]]
      short_sale_trigger_due = true;
  }
};

class Symbols {
 public:
  Symbols() = default;
  // The records point into the pool and the memory.
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] bool contains(SymbolId id) const { return id.value - 1 < count_; }
  [[nodiscard]] SymbolId find(std::string_view name) const;
  SymbolId add(const Symbol& name);

  [[nodiscard]] SymbolRecord& operator[](SymbolId id) { return records_[id.value - 1]; }
  [[nodiscard]] const SymbolRecord& operator[](SymbolId id) const { return records_[id.value - 1]; }

  /// Brings what every order looks at nearer.
  void prefetch(SymbolId id) const {
    if (!contains(id)) return;
    prefetch_lines(id, 4);
  }
  /// Brings what removing an order looks at nearer, of a symbol that exists.
  void prefetch_book(SymbolId id) const { prefetch_lines(id, 2); }
  /// Of all books.
  [[nodiscard]] const BookPool& pool() const { return pool_; }

 private:
  void prefetch_lines(SymbolId id, std::size_t lines) const {
    const auto* const first = reinterpret_cast<const char*>(&records_[id.value - 1].book) - 1;
    for (std::size_t line = 0; line < lines; ++line)
      prefetch_line(first + 64 * line);
  }

  BookPool pool_;
  std::pmr::unsynchronized_pool_resource stop_memory_;
  std::vector<SymbolRecord> records_;  ///< by id, from 1
  std::uint32_t count_ = 0;            ///< of them: their size is no power of two, so that asking costs
  HashIndex name_index_;
};

}  // namespace trade::engine
