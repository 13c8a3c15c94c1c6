#include "model/order_link.hpp"

#include "wire/codec.hpp"

namespace trade::wire {

Offset<schema::OrderLegs> write_legs(Writer& writer, const OrderLegs& legs) {
  if (legs == OrderLegs{}) return {};
  return schema::CreateOrderLegs(writer.builder, to_schema(legs.order_class),
                                 legs.take_profit_limit_price.units, legs.stop_loss_stop_price.units,
                                 legs.stop_loss_limit_price.units, legs.stop_loss_trail_amount.units,
                                 legs.stop_loss_trail_basis_points);
}

OrderLegs read_legs(Checker& check, const schema::OrderLegs* table) {
  if (table == nullptr) return {};
  return {.order_class = check.enumeration<OrderClass>(table->order_class(), "order_class"),
          .take_profit_limit_price = check.price(table->take_profit_limit_price(), "take_profit_limit_price"),
          .stop_loss_stop_price = check.price(table->stop_loss_stop_price(), "stop_loss_stop_price"),
          .stop_loss_limit_price = check.price(table->stop_loss_limit_price(), "stop_loss_limit_price"),
          .stop_loss_trail_amount = check.price(table->stop_loss_trail_amount(), "stop_loss_trail_amount"),
          .stop_loss_trail_basis_points =
              check.rule_value(table->stop_loss_trail_basis_points(), "stop_loss_trail_basis_points")};
}

schema::OrderClass class_to_schema(OrderLink link) {
  return link.order_class == OrderClass::simple ? schema::OrderClass::none : to_schema(link.order_class);
}

schema::OrderRole role_to_schema(OrderLink link) {
  return link.role == OrderRole::entry ? schema::OrderRole::none : to_schema(link.role);
}

OrderLink read_link(Checker& check, schema::OrderClass order_class, schema::OrderRole role) {
  return {.order_class =
              check.optional_enumeration<OrderClass>(order_class, "order_class").value_or(OrderClass::simple),
          .role = check.optional_enumeration<OrderRole>(role, "role").value_or(OrderRole::entry)};
}

}  // namespace trade::wire
