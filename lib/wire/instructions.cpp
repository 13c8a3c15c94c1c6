#include "model/instructions.hpp"

#include "wire/codec.hpp"

namespace trade::wire {

Offset<schema::OrderInstructions> write_instructions(Writer& writer, const OrderInstructions& instructions) {
  // Most orders are plain, and their frames as small as they were.
  if (instructions == OrderInstructions{}) return {};
  return schema::CreateOrderInstructions(
      writer.builder, instructions.post_only ? to_schema(*instructions.post_only) : schema::PostOnly::none,
      instructions.all_or_none,
      instructions.self_trade_prevention ? to_schema(*instructions.self_trade_prevention)
                                         : schema::SelfTradePrevention::none,
      instructions.display_quantity.shares, instructions.minimum_quantity.shares,
      instructions.trail_amount.units, instructions.trail_basis_points, instructions.expires_at.nanoseconds,
      instructions.short_sale ? to_schema(*instructions.short_sale) : schema::ShortSale::none);
}

OrderInstructions read_instructions(Checker& check, const schema::OrderInstructions* table) {
  if (table == nullptr) return {};
  return {.post_only = check.optional_enumeration<PostOnly>(table->post_only(), "post_only"),
          .all_or_none = table->all_or_none(),
          .self_trade_prevention = check.optional_enumeration<SelfTradePrevention>(
              table->self_trade_prevention(), "self_trade_prevention"),
          .short_sale = check.optional_enumeration<ShortSale>(table->short_sale(), "short_sale"),
          .display_quantity = check.quantity(table->display_quantity(), "display_quantity"),
          .minimum_quantity = check.quantity(table->minimum_quantity(), "minimum_quantity"),
          .trail_amount = check.price(table->trail_amount(), "trail_amount"),
          .trail_basis_points = check.rule_value(table->trail_basis_points(), "trail_basis_points"),
          .expires_at = check.timestamp(table->expires_at(), "expires_at")};
}

}  // namespace trade::wire
