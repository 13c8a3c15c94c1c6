#include "fixd/known_order.hpp"

#include "fixd/instructions_bytes.hpp"

namespace trade::fixd {

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
  write_instructions(writer, order.instructions);
  write_short_sale(writer, order.instructions);
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
  good = read_instructions(reader, order.instructions) && good;
  // Orders that were stored before there were short sales end here.
  if (!reader.at_end()) good = read_short_sale(reader, order.instructions) && good;
  return good && reader.ok() && reader.at_end() && order.id;
}

}  // namespace trade::fixd
