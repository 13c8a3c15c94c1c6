// Inside lib/http only: counts the frames of a WebSocket in its bytes, before messages are put together of
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trade::http {

/// Reads no more of a frame than how long it is (RFC 6455, 5.2). What may not be in one is for others to
/// refuse.
class FrameCounter {
 public:
  /// Takes the next bytes that a client sent, cut anywhere. The result is how many frame heads ended in them.
  std::size_t take(std::string_view bytes);

 private:
  /// True once the head is whole: `payload_left_` is how much follows.
  bool take_head(std::uint8_t byte);

  std::size_t head_bytes_ = 0;      ///< of the head that has begun
  std::size_t length_end_ = 0;      ///< where the length ends in it; known from its second byte on, as is
  std::size_t head_end_ = 0;        ///< where it ends itself
  std::uint64_t length_ = 0;        ///< of its payload, as far as it has been read
  std::uint64_t payload_left_ = 0;  ///< of the frame before the next head
};

}  // namespace trade::http
