#include "fixd/instructions_bytes.hpp"

#include <optional>

namespace trade::fixd {

namespace {

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

void write_instructions(ByteWriter& writer, const OrderInstructions& instructions) {
  write_optional(writer, instructions.post_only);
  write_optional(writer, instructions.self_trade_prevention);
  writer.write(static_cast<std::uint8_t>(instructions.all_or_none));
  for (const std::int64_t number : {instructions.display_quantity.shares,
                                    instructions.minimum_quantity.shares, instructions.trail_amount.units,
                                    instructions.trail_basis_points, instructions.expires_at.nanoseconds}) {
    writer.write(number);
  }
}

bool read_instructions(ByteReader& reader, OrderInstructions& instructions) {
  const bool good = read_optional(reader, instructions.post_only) &&
                    read_optional(reader, instructions.self_trade_prevention);
  instructions.all_or_none = reader.read<std::uint8_t>() != 0;
  for (std::int64_t* number : {&instructions.display_quantity.shares, &instructions.minimum_quantity.shares,
                               &instructions.trail_amount.units, &instructions.trail_basis_points,
                               &instructions.expires_at.nanoseconds}) {
    *number = reader.read<std::int64_t>();
  }
  return good && reader.ok();
}

void write_short_sale(ByteWriter& writer, const OrderInstructions& instructions) {
  write_optional(writer, instructions.short_sale);
}

bool read_short_sale(ByteReader& reader, OrderInstructions& instructions) {
  return read_optional(reader, instructions.short_sale);
}

}  // namespace trade::fixd
