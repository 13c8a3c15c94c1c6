#include "ledger/position_math.hpp"

#include <algorithm>
#include <limits>

namespace trade::ledger {

namespace {

__extension__ using Wide = __int128;

std::optional<std::int64_t> narrowed(Wide value) {
  if (value > std::numeric_limits<std::int64_t>::max() || value < std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::optional<Money> market_value(Price price, Quantity quantity) {
  const auto units = narrowed(static_cast<Wide>(price.units) * quantity.shares);
  if (!units) return std::nullopt;
  return Money{*units};
}

std::optional<FillOutcome> apply_fill(Holding before, Side side, Quantity quantity, Price price) {
  const std::int64_t sign = side == Side::buy ? 1 : -1;
  const std::int64_t held = before.quantity.shares;
  const bool closes = held != 0 && (held > 0) != (sign > 0);

  Wide closed = 0;
  Wide released = 0;
  if (closes) {
    const Wide magnitude = held > 0 ? static_cast<Wide>(held) : -static_cast<Wide>(held);
    closed = std::min(magnitude, static_cast<Wide>(quantity.shares));
    if (closed == magnitude) {
      released = before.cost.units;
    } else {
      // A part of the shares: fewer than one order's, so it fits.
      const auto part =
          scale(before.cost, static_cast<std::int64_t>(closed), static_cast<std::int64_t>(magnitude));
      if (!part) return std::nullopt;
      released = part->units;
    }
  }
  const Wide opened = quantity.shares - closed;
  const auto shares = narrowed(static_cast<Wide>(held) + sign * static_cast<Wide>(quantity.shares));
  const auto cost = narrowed(before.cost.units - released + sign * opened * price.units);
  // Sold: what came in less what it cost. Bought back: what the short sale brought less what was paid.
  const auto gain = narrowed(-sign * closed * price.units - released);
  if (!shares || !cost || !gain) return std::nullopt;
  return FillOutcome{{Quantity{*shares}, Money{*cost}}, Money{*gain}};
}

}  // namespace trade::ledger
