// Orders that are placed together and live or die together. All orders of a group come of one PlaceOrder and
// have ids that follow one another, so an order's place in its group says which ids the others have.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"

namespace trade {

/// What a PlaceOrder asks for beside the order itself. A simple order asks for none of it.
struct OrderLegs {
  OrderClass order_class = OrderClass::simple;
  /// Limit price of the take-profit leg; zero: none. That of an oco is the order's own limit price.
  Price take_profit_limit_price;
  Price stop_loss_stop_price;   ///< zero: no stop-loss leg
  Price stop_loss_limit_price;  ///< zero: a triggered stop-loss goes to the market at any price
  // Instead of a stop price, one of the two: the stop-loss is a trailing stop from when it begins to work.
  Price stop_loss_trail_amount = {};              ///< zero: none
  std::int64_t stop_loss_trail_basis_points = 0;  ///< zero: none

  [[nodiscard]] constexpr bool stop_loss_trails() const {
    return stop_loss_trail_amount || stop_loss_trail_basis_points != 0;
  }
  [[nodiscard]] constexpr bool has_stop_loss() const { return stop_loss_stop_price || stop_loss_trails(); }
  bool operator==(const OrderLegs&) const = default;
};

/// The ids of an order's legs: none, one or two, ascending.
struct LegIds {
  std::array<OrderId, 2> ids{};
  std::size_t count = 0;

  [[nodiscard]] const OrderId* begin() const { return ids.data(); }
  [[nodiscard]] const OrderId* end() const { return ids.data() + count; }
  [[nodiscard]] bool empty() const { return count == 0; }
};

/// An order's place in its group.
struct OrderLink {
  OrderClass order_class = OrderClass::simple;
  OrderRole role = OrderRole::entry;

  bool operator==(const OrderLink&) const = default;

  [[nodiscard]] constexpr bool is_linked() const { return order_class != OrderClass::simple; }
  /// It opens a position that its legs are to close.
  [[nodiscard]] constexpr bool is_entry() const { return is_linked() && role == OrderRole::entry; }
  [[nodiscard]] constexpr bool is_exit() const { return role != OrderRole::entry; }
  /// It is one of two exits that stand for the same shares.
  [[nodiscard]] constexpr bool is_paired() const {
    return is_exit() && (order_class == OrderClass::bracket || order_class == OrderClass::oco);
  }
  /// How far its id is above that of the order which the client placed.
  [[nodiscard]] constexpr std::uint64_t place() const {
    switch (order_class) {
      case OrderClass::bracket:
        return static_cast<std::uint64_t>(role) - static_cast<std::uint64_t>(OrderRole::entry);
      case OrderClass::oco:
        return role == OrderRole::stop_loss ? 1 : 0;
      case OrderClass::oto:
        return role == OrderRole::entry ? 0 : 1;
      case OrderClass::simple:
        break;
    }
    return 0;
  }
  /// The order that the client placed, of which this one, `own`, is a leg; zero: it is none.
  [[nodiscard]] constexpr OrderId parent(OrderId own) const {
    return place() == 0 ? OrderId{} : OrderId{own.value - place()};
  }
  /// The entry that this exit follows; zero: none.
  [[nodiscard]] constexpr OrderId entry(OrderId own) const {
    return is_exit() && order_class != OrderClass::oco ? parent(own) : OrderId{};
  }
  /// The other of two exits; zero: none.
  [[nodiscard]] constexpr OrderId counterpart(OrderId own) const {
    if (!is_paired()) return {};
    return {role == OrderRole::take_profit ? own.value + 1 : own.value - 1};
  }
  /// The legs of the order that the client placed; none of a leg.
  [[nodiscard]] constexpr LegIds legs(OrderId own) const {
    LegIds legs;
    if (!is_linked() || place() != 0) return legs;
    legs.count = order_class == OrderClass::bracket ? 2 : 1;
    for (std::size_t at = 0; at < legs.count; ++at)
      legs.ids[at] = {own.value + 1 + at};
    return legs;
  }
};

}  // namespace trade
