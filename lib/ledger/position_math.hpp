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

/// What the shares of a position cost on average, rounded, when the last of them was sold or bought back.
/// That is kept so that what closed it can be undone. Zero: not known.
struct ClosingCost {
  Price average;
  bool short_position = false;

  bool operator==(const ClosingCost&) const = default;
};

/// Of a holding of shares.
ClosingCost closing_cost(Holding holding);

/// The holding after a trade was undone that had bought or sold `quantity` at `price`. Where it had opened
/// what is held, the shares leave at that price, with no gain; where it had closed some, they come back at
/// what the others cost on average (or cost when they were closed), and the gain is taken back. What fits
/// neither, since other trades came between, is the opposite trade. `change of cost = gain - change of cash`
/// holds exactly.
std::optional<FillOutcome> undo_fill(Holding before, Side side, Quantity quantity, Price price,
                                     ClosingCost closed);

/// `price * quantity` of a position of any size; nothing when it leaves 64 bits.
std::optional<Money> market_value(Price price, Quantity quantity);

/// `left + right`; nothing when it leaves 64 bits.
inline std::optional<Money> sum(Money left, Money right) {
  Money result;
  if (__builtin_add_overflow(left.units, right.units, &result.units)) return std::nullopt;
  return result;
}

}  // namespace trade::ledger
