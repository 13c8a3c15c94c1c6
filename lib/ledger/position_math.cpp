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

ClosingCost closing_cost(Holding holding) {
  if (!holding.quantity) return {};
  const auto average = scale(holding.cost, 1, holding.quantity.shares);
  if (!average || average->units <= 0 || average->units > price_units_max) return {};
  return {Price{average->units}, holding.quantity.shares < 0};
}

std::optional<FillOutcome> undo_fill(Holding before, Side side, Quantity quantity, Price price,
                                     ClosingCost closed) {
  const std::int64_t sign = side == Side::buy ? 1 : -1;
  const std::int64_t held = before.quantity.shares;
  const Wide notional = static_cast<Wide>(price.units) * quantity.shares;
  const Wide shares = static_cast<Wide>(held) - sign * static_cast<Wide>(quantity.shares);
  std::optional<Wide> cost;  // afterwards
  if (held != 0 && (held > 0) == (sign > 0)) {
    const Wide left = before.cost.units - sign * notional;
    // What stays must be a position as any other: shares of one sign at a cost of the same.
    if (shares == 0 ? left == 0 : shares * sign > 0 && left * sign > 0) cost = left;
  } else if (held != 0) {
    // More than one order's shares may be held, but not more than fit: the average is taken of the magnitude.
    const Wide magnitude = held > 0 ? static_cast<Wide>(held) : -static_cast<Wide>(held);
    cost = before.cost.units + static_cast<Wide>(before.cost.units) * quantity.shares / magnitude;
  } else if (closed.average && closed.short_position == (sign > 0)) {
    cost = -sign * static_cast<Wide>(closed.average.units) * quantity.shares;
  }
  if (!cost) return apply_fill(before, opposite(side), quantity, price);
  const auto shares_after = narrowed(shares);
  const auto cost_after = narrowed(*cost);
  const auto gain = narrowed(*cost - before.cost.units + sign * notional);
  if (!shares_after || !cost_after || !gain) return std::nullopt;
  return FillOutcome{{Quantity{*shares_after}, Money{*cost_after}}, Money{*gain}};
}

}  // namespace trade::ledger
