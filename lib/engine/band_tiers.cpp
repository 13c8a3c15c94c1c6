// Bands of a tier, as in the plan to address extraordinary market volatility (Limit Up-Limit Down, a national
// market system plan under 17 CFR 242.608): percentages by tier and price (Appendix A), around a reference
// price that follows the mean of the trades of five minutes (section V).
//
// What is five minutes old leaves the mean by itself, so the reference may have to move when nothing trades:
// such a moment is due like the end of a pause, and comes as a command.
#include <algorithm>

#include "engine/state.hpp"

namespace trade {

namespace {

// Appendix A, section I (tier 1) and section II (tier 2), by the close of the trading day before.
constexpr std::int64_t high_price_units = 3 * units_per_dollar;
constexpr std::int64_t low_price_units = units_per_dollar * 3 / 4;
constexpr std::int64_t tier_1_basis_points = 500;
constexpr std::int64_t tier_2_basis_points = 1'000;
constexpr std::int64_t middle_price_basis_points = 2'000;
constexpr std::int64_t low_price_basis_points = 7'500;
/// What is priced low has no wider bands than that, in 1/10000 of a dollar.
constexpr std::int64_t low_price_distance_max_units = units_per_dollar * 15 / 100;

/// Bands are doubled so long before the close: all of tier 1, and of tier 2 what is not priced high.
constexpr std::int64_t doubled_seconds = std::int64_t{25} * 60;
/// A pause that there still is so long before the close lasts until then (section VII(C)).
constexpr std::int64_t last_pauses_seconds = std::int64_t{10} * 60;

// Section V(A)(2): the reference moves when the mean is so far from it, and then stays for a while.
constexpr std::int64_t moves_by_basis_points = 100;
constexpr std::int64_t stays_seconds = 30;

std::int64_t tier_basis_points(BandTier tier, Price close) {
  if (close.units < low_price_units) return low_price_basis_points;
  if (close.units <= high_price_units) return middle_price_basis_points;
  return tier == BandTier::tier_1 ? tier_1_basis_points : tier_2_basis_points;
}

bool has_moved(Price reference, Price mean) {
  const std::int64_t by = mean > reference ? mean.units - reference.units : reference.units - mean.units;
  return !reference || by * engine::basis_points >= reference.units * moves_by_basis_points;
}

std::int64_t nearest_tick(std::int64_t units, std::int64_t tick) {
  return (units + tick / 2) / tick * tick;
}

}  // namespace

PriceBands Engine::State::tier_bands(const SymbolRecord& symbol, Price reference,
                                     const PriceBands& like) const {
  PriceBands bands = like;
  bands.reference = reference;
  bands.lower = {};
  bands.upper = {};
  // The close of the day before says which percentage holds for the day; a new symbol has none.
  const Price close = symbol.previous_close ? symbol.previous_close : reference;
  bands.basis_points = tier_basis_points(*bands.tier, close);
  bands.doubled = is_near_close_ && (*bands.tier == BandTier::tier_1 || close.units <= high_price_units);
  if (!reference) return bands;
  std::int64_t distance = reference.units * bands.basis_points / engine::basis_points;
  if (close.units < low_price_units) distance = std::min(distance, low_price_distance_max_units);
  if (bands.leverage_basis_points != 0)
    distance = distance * bands.leverage_basis_points / engine::basis_points;
  if (bands.doubled) distance *= 2;
  const std::int64_t tick = symbol.tick.units;
  const std::int64_t highest = price_units_max / tick * tick;
  bands.lower = {std::max(nearest_tick(std::max<std::int64_t>(reference.units - distance, 0), tick), tick)};
  bands.upper = {std::clamp(nearest_tick(reference.units + distance, tick), bands.lower.units, highest)};
  return bands;
}

void Engine::State::follow_trades(SymbolId id, bool on) {
  SymbolRecord& symbol = symbols_[id];
  if (on != symbol.follows_trades) tiers_ += on ? 1U : -1U;
  symbol.follows_trades = on;
  if (symbol.followed) set_review(id, {});
  if (!on) return symbol.followed.reset();
  if (!symbol.followed) symbol.followed = std::make_unique<engine::FollowedPrice>();
  symbol.followed->trades.clear();
  symbol.followed->since = log_.now();
}

bool Engine::State::review_reference(SymbolId id, bool after_limit_state) {
  const SymbolRecord& symbol = symbols_[id];
  engine::FollowedPrice& followed = *symbol.followed;
  engine::PriceWindow& trades = followed.trades;
  const Timestamp now = log_.now();
  trades.advance(now);
  // In a limit state it stays (section VI(B)(2)).
  if (!symbol.trades_continuously() || trades.empty() || symbol.limit_state != Side{}) {
    set_review(id, {});
    return false;
  }
  const Price reference = symbol.bands.reference;
  const Price mean = trades.mean();
  const Timestamp may_move_at{followed.since.nanoseconds + stays_seconds * nanoseconds_per_second};
  const bool moves = after_limit_state ? mean != reference
                                       : has_moved(reference, mean) && (!reference || now >= may_move_at);
  if (moves) {
    followed.since = now;
    set_review(id, next_review(symbol, mean));
    set_bands(id, tier_bands(symbol, mean, symbol.bands));
    return true;
  }
  set_review(id, next_review(symbol, reference));
  return false;
}

Timestamp Engine::State::next_review(const SymbolRecord& symbol, Price reference) {
  const engine::PriceWindow& trades = symbol.followed->trades;
  // Where none of the trades is far away no mean of any of them is.
  if (!has_moved(reference, trades.low()) && !has_moved(reference, trades.high())) return {};
  const Timestamp leaves_at = trades.oldest_leaves_at();
  if (!has_moved(reference, trades.mean())) return leaves_at;
  const Timestamp may_move_at{symbol.followed->since.nanoseconds + stays_seconds * nanoseconds_per_second};
  return std::min(leaves_at, may_move_at);
}

void Engine::State::set_review(SymbolId id, Timestamp at) {
  Timestamp& due = symbols_[id].followed->review_at;
  if (due == at) return;
  if (due != Timestamp{}) reviews_.erase({due, id});
  due = at;
  if (at != Timestamp{}) reviews_.insert({at, id});
}

void Engine::State::review_references() {
  while (!reviews_.empty() && reviews_.begin()->first <= log_.now()) {
    const SymbolId id = reviews_.begin()->second;
    set_review(id, {});
    settle_symbol(id);
  }
}

Timestamp Engine::State::doubles_at() const {
  if (closes_at_ == Timestamp{} || is_near_close_) return {};
  return {std::max<std::int64_t>(closes_at_.nanoseconds - doubled_seconds * nanoseconds_per_second, 1)};
}

void Engine::State::set_close(Timestamp closes_at) {
  closes_at_ = closes_at;
  const bool was_near = is_near_close_;
  is_near_close_ = false;
  const Timestamp doubles = doubles_at();
  is_near_close_ = doubles != Timestamp{} && doubles <= log_.now();
  if (is_near_close_ != was_near) renew_tier_bands();
}

void Engine::State::renew_tier_bands() {
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    const SymbolRecord& symbol = symbols_[id];
    if (!symbol.bands.tier) continue;
    const PriceBands bands = tier_bands(symbol, symbol.bands.reference, symbol.bands);
    if (bands != symbol.bands) set_bands(id, bands);
  }
}

void Engine::State::double_bands() {
  const Timestamp doubles = doubles_at();
  if (doubles == Timestamp{} || doubles > log_.now()) return;
  set_close(closes_at_);
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    if (symbols_[id].bands.tier) settle_symbol(id);
  }
}

bool Engine::State::lasts_until_close(const SymbolRecord& symbol) const {
  if (!symbol.bands.tier || closes_at_ == Timestamp{} || log_.now() >= closes_at_) return false;
  const std::int64_t would_end = log_.now().nanoseconds + symbol.bands.pause_seconds * nanoseconds_per_second;
  return would_end > closes_at_.nanoseconds - last_pauses_seconds * nanoseconds_per_second;
}

}  // namespace trade
