// Instructions and enumerations as they are stored.
#pragma once

#include <cstdint>

#include "base/byte_stream.hpp"
#include "model/enums.hpp"
#include "model/instructions.hpp"

namespace trade::fixd {

/// False, and nothing changed, where the next byte is no value of the enumeration.
template <class E>
bool read_value(ByteReader& reader, E& value) {
  const auto found = value_numbered<E>(reader.read<std::uint8_t>());
  if (found) value = *found;
  return found.has_value();
}

/// How it is sold short is not among them: who needs it writes it besides.
void write_instructions(ByteWriter& writer, const OrderInstructions& instructions);
bool read_instructions(ByteReader& reader, OrderInstructions& instructions);
void write_short_sale(ByteWriter& writer, const OrderInstructions& instructions);
bool read_short_sale(ByteReader& reader, OrderInstructions& instructions);

}  // namespace trade::fixd
