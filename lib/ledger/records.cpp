#include "ledger/records.hpp"

namespace trade::ledger {

namespace {

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

void OrderExtras::set(const OrderInstructions& instructions) {
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

void StoredOrder::set(Side side, OrderType type, TimeInForce time_in_force) {
  flags = static_cast<std::uint8_t>((flags & ~sell_flag) | (side == Side::sell ? sell_flag : 0));
  type_bits =
      static_cast<std::uint8_t>(static_cast<unsigned>(type) | static_cast<unsigned>(time_in_force) << 4U);
}

OrderParts parts_of(const OrderRecord& record) {
  OrderParts parts;
  StoredOrder& order = parts.order;
  OrderExtras& extras = parts.extras;
  order.account = record.account;
  order.symbol = record.symbol;
  if (!order.set_terms(record.quantity, record.limit_price)) {
    extras.unfit_quantity = record.quantity;
    extras.unfit_limit_price = record.limit_price;
  }
  order.filled_shares = narrowed(record.filled_quantity.shares);
  order.client_id_offset = record.client_id_offset;
  order.client_id_size = record.client_id_size;
  order.filled_notional = record.filled_notional;
  order.created_at = record.created_at;
  order.updated_at = record.updated_at;
  order.set_previous_of_account(record.previous_of_account);
  order.set_last_trade(record.last_trade);
  order.set(record.side, record.type, record.time_in_force);
  order.status = record.status;
  order.reject_reason = record.reject_reason;
  order.cancel_reason = record.cancel_reason;
  if (record.present != 0) order.flags |= StoredOrder::present_flag;
  extras.stop_price = record.stop_price;
  extras.expires_at = record.expires_at;
  extras.display_shares = record.display_shares;
  extras.minimum_shares = record.minimum_shares;
  extras.trail_units = record.trail_units;
  extras.post_only = record.post_only;
  extras.all_or_none = record.all_or_none;
  extras.self_trade_prevention = record.self_trade_prevention;
  extras.short_sale = record.short_sale;
  extras.link_bits = record.link_bits;
  extras.venue = record.venue;
  extras.venue_state = record.venue_state;
  extras.venue_id_offset = record.venue_id_offset();
  extras.venue_id_size = record.venue_id_size();
  if (record.venue == 0) {
    extras.trail_basis_points = record.trail_basis_points;
    extras.reference_units = record.reference_units;
  }
  if (extras != OrderExtras{}) order.flags |= StoredOrder::extras_flag;
  return parts;
}

OrderRecord record_of(const StoredOrder& order, const OrderExtras* extras) {
  OrderRecord record;
  record.account = order.account;
  record.symbol = order.symbol;
  record.quantity = order.quantity();
  record.filled_quantity = order.filled_quantity();
  record.limit_price = {order.limit_units};
  record.client_id_offset = order.client_id_offset;
  record.client_id_size = order.client_id_size;
  record.filled_notional = order.filled_notional;
  record.created_at = order.created_at;
  record.updated_at = order.updated_at;
  record.previous_of_account = order.previous_of_account();
  record.last_trade = order.last_trade();
  record.side = order.side();
  record.type = order.type();
  record.time_in_force = order.time_in_force();
  record.status = order.status;
  record.reject_reason = order.reject_reason;
  record.cancel_reason = order.cancel_reason;
  record.present = order.present() ? 1 : 0;
  if (extras == nullptr) return record;
  if (extras->unfit_quantity || extras->unfit_limit_price) {
    record.quantity = extras->unfit_quantity;
    record.limit_price = extras->unfit_limit_price;
  }
  record.stop_price = extras->stop_price;
  record.expires_at = extras->expires_at;
  record.display_shares = extras->display_shares;
  record.minimum_shares = extras->minimum_shares;
  record.trail_units = extras->trail_units;
  record.trail_basis_points = extras->trail_basis_points;
  record.reference_units = extras->reference_units;
  record.post_only = extras->post_only;
  record.all_or_none = extras->all_or_none;
  record.self_trade_prevention = extras->self_trade_prevention;
  record.short_sale = extras->short_sale;
  record.link_bits = extras->link_bits;
  record.venue = extras->venue;
  record.venue_state = extras->venue_state;
  if (extras->venue != 0) record.set_venue_id(extras->venue_id_offset, extras->venue_id_size);
  return record;
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

void OrderExtras::set(OrderLink link) {
  link_bits = link.is_linked() ? static_cast<std::uint8_t>(static_cast<unsigned>(link.order_class) |
                                                           static_cast<unsigned>(link.role) << 4U)
                               : std::uint8_t{0};
}

OrderLink OrderRecord::link() const {
  return {.order_class = value_numbered<OrderClass>(link_bits & 15U).value_or(OrderClass::simple),
          .role = value_numbered<OrderRole>(link_bits >> 4U).value_or(OrderRole::entry)};
}

}  // namespace trade::ledger
