// Price bands: how far a symbol may trade from a reference price. An order that would trade farther trades up
// to its band, and then the symbol pauses for an auction, in which the order's rest takes part.
#include <algorithm>

#include "engine/state.hpp"

namespace trade {

namespace {

/// Rounded to ticks towards the reference, so that a trade is never farther away than was asked for.
PriceBands fixed_bands(Price reference, PriceBands bands, std::int64_t tick) {
  const std::int64_t basis_points = bands.basis_points;
  bands.reference = reference;
  bands.lower = {};
  bands.upper = {};
  if (!reference || basis_points == 0) return bands;
  const std::int64_t most = std::min(
      reference.units * (engine::basis_points + basis_points) / engine::basis_points, price_units_max);
  const std::int64_t share = reference.units * (engine::basis_points - basis_points);
  const std::int64_t least = (share + engine::basis_points - 1) / engine::basis_points;
  bands.upper = {std::max(most / tick * tick, tick)};
  bands.lower = {std::max((least + tick - 1) / tick * tick, tick)};
  return bands;
}

}  // namespace

RejectReason Engine::State::refusal(const SetPriceBands& command) const {
  if (command.symbol && !symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  const bool off = command.basis_points == 0 && !command.tier;
  if (off) {
    const bool bare = command.pause_seconds == 0 && !command.reference && command.limit_state_seconds == 0 &&
                      command.leverage_basis_points == 0;
    return bare ? RejectReason::none : RejectReason::invalid_command;
  }
  if (command.tier &&
      (command.basis_points != 0 || !value_numbered<BandTier>(static_cast<std::uint8_t>(*command.tier))))
    return RejectReason::invalid_command;
  // There are no leveraged funds in tier 1.
  if (command.leverage_basis_points != 0 &&
      (command.tier != BandTier::tier_2 || command.leverage_basis_points < engine::basis_points ||
       command.leverage_basis_points > band_leverage_basis_points_max))
    return RejectReason::invalid_command;
  if (command.basis_points < 0 || command.basis_points > band_basis_points_max || command.pause_seconds < 1 ||
      command.pause_seconds > pause_seconds_max || command.limit_state_seconds < 0 ||
      command.limit_state_seconds > pause_seconds_max) {
    return RejectReason::invalid_command;
  }
  if (command.reference.units < 0 || command.reference.units > price_units_max)
    return RejectReason::invalid_price;
  return RejectReason::none;
}

void Engine::State::perform(const SetPriceBands& command) {
  // Without tiers nobody saw to it that the close is near.
  if (command.tier) set_close(closes_at_);
  const auto set = [&](SymbolId id) {
    const SymbolRecord& symbol = symbols_[id];
    PriceBands bands;
    follow_trades(id, command.tier.has_value());
    if (command.basis_points != 0 || command.tier) {
      const Price reference = command.reference ? command.reference : symbol.reference();
      bands.basis_points = command.basis_points;
      bands.pause_seconds = command.pause_seconds;
      bands.limit_state_seconds = command.limit_state_seconds;
      bands.tier = command.tier;
      bands.leverage_basis_points = command.leverage_basis_points;
      bands = bands_around(symbol, reference, bands);
    }
    set_bands(id, bands);
    // An order beside the book may find enough in wider bands.
    settle_symbol(id);
  };
  if (command.symbol) return set(command.symbol);
  for (SymbolId id{1}; symbols_.contains(id); ++id.value)
    set(id);
}

void Engine::State::set_bands(SymbolId id, const PriceBands& bands) {
  SymbolRecord& symbol = symbols_[id];
  symbol.bands = bands;
  // Until its orders rest where these bands say, also where there are no limit states any more.
  if (bands.limit_state_seconds != 0) symbol.watches_bands = true;
  symbol.bands_moved = symbol.watches_bands;
  log_.emit(PriceBandsChanged{.symbol = id, .bands = bands});
}

PriceBands Engine::State::bands_around(const SymbolRecord& symbol, Price reference,
                                       const PriceBands& like) const {
  return like.tier ? tier_bands(symbol, reference, like) : fixed_bands(reference, like, symbol.tick.units);
}

void Engine::State::set_band_reference(SymbolId id, Price reference) {
  const SymbolRecord& symbol = symbols_[id];
  const PriceBands& old = symbol.bands;
  if (old.basis_points == 0 || !reference) return;
  if (symbol.follows_trades) [[unlikely]]
    follow_trades(id, true);
  const PriceBands bands = bands_around(symbol, reference, old);
  if (bands != old) set_bands(id, bands);
}

bool Engine::State::is_stopped_by_band(const SymbolRecord& symbol, Side side, Price worst_price) {
  const Price band = symbol.band(side);
  if (!band) [[likely]]
    return false;
  const std::optional<BookLevel> best = symbol.book.best(opposite(side));
  if (!best) return false;
  return side == Side::buy ? best->price > band && (!worst_price || best->price <= worst_price)
                           : best->price < band && best->price >= worst_price;
}

void Engine::State::begin_pause(SymbolId id, Side side) {
  Timestamp ends_at{log_.now().nanoseconds + symbols_[id].bands.pause_seconds * nanoseconds_per_second};
  if (lasts_until_close(symbols_[id])) ends_at = {};
  log_.emit(SymbolPhaseChanged{
      .symbol = id, .phase = MarketPhase::volatility_auction, .ends_at = ends_at, .limit_state = side});
  enter_phase(id, MarketPhase::volatility_auction, ends_at);
}

}  // namespace trade
