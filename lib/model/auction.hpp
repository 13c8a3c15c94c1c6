// What auctions and price bands are told in: by events, and by the views of a symbol and its quote.
#pragma once

#include <cstdint>
#include <optional>

#include "model/enums.hpp"
#include "model/numbers.hpp"

namespace trade {

/// What an auction would come to if it ended now, or what it came to.
struct AuctionFigures {
  Price price;      ///< at which everything would trade; zero: no two orders meet
  Quantity volume;  ///< that would trade
  Quantity
      imbalance;  ///< that would want to trade at this price and could not; without a price, market orders
  std::optional<Side> imbalance_side;  ///< the side that has too much; nothing: neither

  bool operator==(const AuctionFigures&) const = default;
};

/// How far from a reference price a symbol may trade before it pauses.
struct PriceBands {
  std::int64_t basis_points = 0;   ///< of the reference price, from 1 to 9999; zero: no bands
  std::int64_t pause_seconds = 0;  ///< how long the auction lasts that a trade beyond a band would begin
  /// The last auction's price, else the previous close; of a tier, the mean of the trades since. Zero: none
  /// yet.
  Price reference;
  Price lower;  ///< no trade below it (limit down); zero: any
  Price upper;  ///< no trade above it (limit up); zero: any
  /// How long the best price may stand at a band before that auction begins; zero: it begins as soon as an
  /// order would trade beyond the band.
  std::int64_t limit_state_seconds = 0;
  /// Whose percentages these are, and whose reference follows the trades; nothing: they were set as they are.
  std::optional<BandTier> tier = {};
  bool doubled = false;  ///< of a tier, near the close: the bands are twice as wide as `basis_points` says
  /// Of a leveraged fund in tier 2: by which `basis_points` are multiplied beside that. Zero: it is none.
  std::int64_t leverage_basis_points = 0;

  bool operator==(const PriceBands&) const = default;
};

/// The widest band, and the longest pause that a band can begin: one day.
constexpr std::int64_t band_basis_points_max = 9'999;
constexpr std::int64_t pause_seconds_max = 86'400;
/// The most that a fund is leveraged: ten times.
constexpr std::int64_t band_leverage_basis_points_max = 100'000;

}  // namespace trade
