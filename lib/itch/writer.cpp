#include "itch/writer.hpp"

#include <array>
#include <cstring>
#include <ostream>
#include <utility>

#include "itch/codec.hpp"

namespace trade::itch {

namespace {
constexpr std::size_t length_bytes = 2;
}

Status Writer::write(const Message& message) {
  Result<Encoded> encoded = encode(message);
  if (!encoded) return pass_on(std::move(encoded));
  std::array<char, length_bytes + message_bytes_max> framed;
  framed[0] = static_cast<char>(encoded->size >> 8);
  framed[1] = static_cast<char>(encoded->size & 0xFF);
  std::memcpy(framed.data() + length_bytes, encoded->bytes.data(), encoded->size);
  const std::size_t size = length_bytes + encoded->size;
  stream_.write(framed.data(), static_cast<std::streamsize>(size));
  if (!stream_)
    return fail(ErrorCode::internal, "cannot write ITCH messages: the output does not take more bytes");
  bytes_written_ += size;
  return {};
}

}  // namespace trade::itch
