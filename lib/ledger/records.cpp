#include "ledger/records.hpp"

#include <algorithm>

namespace trade::ledger {

namespace {

/// What a rejected order asked for may be out of range: it is shown as far as it fits.
std::uint32_t narrowed(std::int64_t value) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, UINT32_MAX));
}

/// Of PositionRecord::closing_bits.
constexpr std::uint32_t short_bit = 0x8000'0000;
static_assert(price_units_max < short_bit);

template <class E>
std::uint8_t number_of(std::optional<E> value) {
  return static_cast<std::uint8_t>(value.value_or(E{}));
}

}  // namespace

void PositionRecord::set(ClosingCost closed) {
  closing_bits = static_cast<std::uint32_t>(closed.average.units) | (closed.short_position ? short_bit : 0);
}

ClosingCost PositionRecord::closing_cost() const {
  return {Price{closing_bits & ~short_bit}, (closing_bits & short_bit) != 0};
}

void OrderRecord::set(const OrderInstructions& instructions) {
  post_only = number_of(instructions.post_only);
  all_or_none = instructions.all_or_none ? 1 : 0;
  self_trade_prevention = number_of(instructions.self_trade_prevention);
  display_shares = narrowed(instructions.display_quantity.shares);
  minimum_shares = narrowed(instructions.minimum_quantity.shares);
  trail_units = narrowed(instructions.trail_amount.units);
  trail_basis_points = narrowed(instructions.trail_basis_points);
  expires_at = instructions.expires_at;
  short_sale = number_of(instructions.short_sale);
}

OrderInstructions OrderRecord::instructions() const {
  OrderInstructions instructions;
  instructions.post_only = value_numbered<PostOnly>(post_only);
  instructions.all_or_none = all_or_none != 0;
  instructions.self_trade_prevention = value_numbered<SelfTradePrevention>(self_trade_prevention);
  instructions.display_quantity = {display_shares};
  instructions.minimum_quantity = {minimum_shares};
  instructions.trail_amount = {trail_units};
  instructions.trail_basis_points = venue != 0 ? 0 : trail_basis_points;
  instructions.expires_at = expires_at;
  instructions.short_sale = value_numbered<ShortSale>(short_sale);
  return instructions;
}

void OrderRecord::set(OrderLink link) {
  link_bits = link.is_linked() ? static_cast<std::uint8_t>(static_cast<unsigned>(link.order_class) |
                                                           static_cast<unsigned>(link.role) << 4U)
                               : std::uint8_t{0};
}

OrderLink OrderRecord::link() const {
  return {.order_class = value_numbered<OrderClass>(link_bits & 15U).value_or(OrderClass::simple),
          .role = value_numbered<OrderRole>(link_bits >> 4U).value_or(OrderRole::entry)};
}

}  // namespace trade::ledger
