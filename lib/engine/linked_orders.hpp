// The form of orders that are placed together. What they do to one another: share/doc/linked-orders.md.
#pragma once

#include "engine/digest.hpp"
#include "model/command.hpp"
#include "model/reject_reason.hpp"

namespace trade::engine {

/// The prices of a group, as far as they are there; zero: none.
struct GroupPrices {
  Side exit_side = Side::sell;
  Price entry;  ///< the worst that the entry may trade at, as far as it says: of its limit, else of its stop
  Price take_profit_limit;
  Price stop_loss_stop;
  Price stop_loss_limit;
};

/// Whether profit lies beyond the entry and loss before it, and both apart. So no two orders of a group meet,
/// and of two exits the stop-loss has the worse price.
[[nodiscard]] bool in_order(const GroupPrices& prices);

/// Why the legs that an order comes with do not go with it.
[[nodiscard]] RejectReason check_given_legs(const PlaceOrder& order);
/// The same of any order; `none` for a simple one without legs.
[[nodiscard]] inline RejectReason check_legs(const PlaceOrder& order) {
  return are_none(order.legs) ? RejectReason::none : check_given_legs(order);
}

/// The type of the stop-loss leg, where there is one.
[[nodiscard]] OrderType stop_loss_type(const OrderLegs& legs);

/// The place that the order itself takes in its group.
[[nodiscard]] OrderLink link_of_linked(const PlaceOrder& order);
[[nodiscard]] inline OrderLink link_of(const PlaceOrder& order) {
  return order.legs.order_class == OrderClass::simple ? OrderLink{} : link_of_linked(order);
}

}  // namespace trade::engine
