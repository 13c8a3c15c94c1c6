// What an order may ask for beyond its type, prices and time in force. A plain order asks for none of it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "model/enums.hpp"
#include "model/numbers.hpp"

namespace trade {

struct OrderInstructions {
  /// Never trade on arrival; how, is the value's matter. Limit orders that may rest.
  std::optional<PostOnly> post_only;
  /// Trade whole or not at all; until then the order waits beside the book, unseen.
  bool all_or_none = false;
  /// What happens where the order would trade with another of its own account; nothing: they trade.
  std::optional<SelfTradePrevention> self_trade_prevention;
  /// Sells shares that the account does not hold; nothing: those that it holds.
  std::optional<ShortSale> short_sale = {};
  /// Of an iceberg: shares shown in the book at a time; zero: all of them.
  Quantity display_quantity;
  /// Shares that the first trades must bring together at one time; until then the order waits beside the
  /// book, unseen. Zero: any.
  Quantity minimum_quantity;
  // Of a trailing stop, one of the two: how far the stop price stays behind the best price since.
  Price trail_amount;                   ///< zero: none
  std::int64_t trail_basis_points = 0;  ///< a share of that price, from 1 to 9999; zero: none
  /// Of a `gtd` order: when it ends. Zero: none.
  Timestamp expires_at;

  bool operator==(const OrderInstructions&) const = default;
};

/// The trail of a trailing stop is less than the whole price.
constexpr std::int64_t trail_basis_points_max = 9'999;

}  // namespace trade
