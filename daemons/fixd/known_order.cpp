#include "fixd/known_order.hpp"

#include <utility>

namespace trade::fixd {

namespace {

/// False, and nothing changed, where the next byte is no value of the enumeration.
template <class E>
bool read_value(ByteReader& reader, E& value) {
  const auto found = value_numbered<E>(reader.read<std::uint8_t>());
  if (found) value = *found;
  return found.has_value();
}

/// Zero stands for nothing.
template <class E>
bool read_optional(ByteReader& reader, std::optional<E>& value) {
  const auto number = reader.read<std::uint8_t>();
  value = value_numbered<E>(number);
  return number == 0 || value.has_value();
}

template <class E>
void write_optional(ByteWriter& writer, const std::optional<E>& value) {
  writer.write(static_cast<std::uint8_t>(value ? static_cast<std::uint8_t>(*value) : 0));
}

}  // namespace

void write_order(ByteWriter& writer, const KnownOrder& order) {
  writer.write(order.id.value);
  for (const std::string* text : {&order.account, &order.symbol, &order.client_order_id, &order.comp_id})
    writer.write_text(*text);
  writer.write(order.side);
  writer.write(order.type);
  writer.write(order.time_in_force);
  writer.write(order.status);
  writer.write(order.reject_reason);
  for (const std::int64_t number : {order.quantity.shares, order.limit_price.units, order.stop_price.units,
                                    order.filled_quantity.shares, order.filled_notional.units}) {
    writer.write(number);
  }
  const OrderInstructions& instructions = order.instructions;
  write_optional(writer, instructions.post_only);
  write_optional(writer, instructions.self_trade_prevention);
  writer.write(static_cast<std::uint8_t>(instructions.all_or_none));
  for (const std::int64_t number : {instructions.display_quantity.shares,
                                    instructions.minimum_quantity.shares, instructions.trail_amount.units,
                                    instructions.trail_basis_points, instructions.expires_at.nanoseconds}) {
    writer.write(number);
  }
  write_optional(writer, instructions.short_sale);
}

bool read_order(ByteReader& reader, KnownOrder& order) {
  order.id.value = reader.read<std::uint64_t>();
  for (std::string* text : {&order.account, &order.symbol, &order.client_order_id, &order.comp_id})
    *text = reader.read_text();
  bool good = read_value(reader, order.side) && read_value(reader, order.type) &&
              read_value(reader, order.time_in_force) && read_value(reader, order.status);
  if (const auto reason = reader.read<std::uint8_t>(); reason != 0) {
    const auto known = reject_reason_numbered(reason);
    good = good && known.has_value();
    order.reject_reason = known.value_or(RejectReason::none);
  }
  for (std::int64_t* number : {&order.quantity.shares, &order.limit_price.units, &order.stop_price.units,
                               &order.filled_quantity.shares, &order.filled_notional.units}) {
    *number = reader.read<std::int64_t>();
  }
  OrderInstructions& instructions = order.instructions;
  good = good && read_optional(reader, instructions.post_only) &&
         read_optional(reader, instructions.self_trade_prevention);
  instructions.all_or_none = reader.read<std::uint8_t>() != 0;
  for (std::int64_t* number : {&instructions.display_quantity.shares, &instructions.minimum_quantity.shares,
                               &instructions.trail_amount.units, &instructions.trail_basis_points,
                               &instructions.expires_at.nanoseconds}) {
    *number = reader.read<std::int64_t>();
  }
  // Orders that were stored before there were short sales end here.
  if (!reader.at_end()) good = read_optional(reader, instructions.short_sale) && good;
  return good && reader.ok() && reader.at_end() && order.id;
}

}  // namespace trade::fixd
