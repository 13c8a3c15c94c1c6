// Messages of TotalView-ITCH 5.0 as bytes and back: big-endian integers, space-padded letters.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "itch/messages.hpp"

namespace trade::itch {

/// The length that messages of this type have, or zero for a letter that is no type.
std::size_t message_bytes(char type);

/// Decodes one message, without its framing. Checked: the type, the length that belongs to it, that letters
/// are printable, sides and yes-or-no are one of two, times lie within a day and prices of orders and trades
/// are at most 200,000.0000. `offset` is where the message begins in its stream, for the error's words.
Result<Message> decode(std::span<const std::byte> bytes, std::uint64_t offset = 0);

/// An encoded message.
struct Encoded {
  std::array<std::byte, message_bytes_max> bytes{};
  std::size_t size = 0;

  [[nodiscard]] std::span<const std::byte> span() const { return {bytes.data(), size}; }
};

/// Encodes one message, without framing. Fails with `usage` when a value does not fit its field.
Result<Encoded> encode(const Message& message);

}  // namespace trade::itch
