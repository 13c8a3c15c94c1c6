// The price at which an auction executes.
#pragma once

#include <cstdint>
#include <vector>

#include "model/auction.hpp"
#include "model/numbers.hpp"

namespace trade::engine {

/// What is wanted and offered up to one price: shares of buys that pay at most `price`, and of sells that
/// take at least `price`. Sums of many orders.
struct AuctionInterest {
  Price price;
  std::int64_t buys = 0;
  std::int64_t sells = 0;
  bool named = true;  ///< by a limit order; false: the farthest that a market order goes
};

/// The price of an auction by the usual rule: the one at which most shares trade; of those the one that
/// leaves the smallest imbalance; of those the one nearest to `reference`, the lower of two that are equally
/// near. It is a price that a limit order names, or the reference itself: rounded down to `tick`, and where
/// the market lies apart from it, the nearest that both sides accept. A zero reference counts as the middle
/// of the lowest price that is offered and the highest that is bid. Where no shares trade, price and volume
/// are zero. `interest` may name a price many times; it is changed.
AuctionFigures auction_price(std::vector<AuctionInterest>& interest, Price tick, Price reference);

}  // namespace trade::engine
