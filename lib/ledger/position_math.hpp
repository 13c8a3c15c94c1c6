// How a purchase or a sale changes a position: average cost, exact to the unit.
#pragma once

#include <optional>

#include "model/enums.hpp"
#include "model/numbers.hpp"

namespace trade::ledger {

/// Shares held and what they cost in all. Both are negative for a short position, whose cost is what its
/// sale brought in.
struct Holding {
  Quantity quantity;
  Money cost;

  bool operator==(const Holding&) const = default;
};

struct FillOutcome {
  Holding after;
  Money gain;  ///< realised by the part that closed; negative: a loss
};

/// The holding after `quantity` shares (above zero) were bought or sold at `price`, whatever the other side
/// of the bargain was. The part that closes shares takes its portion of the cost along, rounded towards minus
/// infinity to a unit; the rest stays, so `change of cost = gain - change of cash` holds exactly.
/// Nothing when an amount would leave 64 bits.
std::optional<FillOutcome> apply_fill(Holding before, Side side, Quantity quantity, Price price);

/// `price * quantity` of a position of any size; nothing when it leaves 64 bits.
std::optional<Money> market_value(Price price, Quantity quantity);

/// `left + right`; nothing when it leaves 64 bits.
inline std::optional<Money> sum(Money left, Money right) {
  Money result;
  if (__builtin_add_overflow(left.units, right.units, &result.units)) return std::nullopt;
  return result;
}

}  // namespace trade::ledger
