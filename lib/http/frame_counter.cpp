#include "http/frame_counter.hpp"

#include <algorithm>

namespace trade::http {

namespace {

/// A head begins with two bytes: the kind of frame; whether it is masked, and its length or how that is
/// written.
constexpr std::size_t first_bytes = 2;
constexpr std::size_t mask_bytes = 4;
constexpr std::uint8_t masked_bit = 0x80;
constexpr std::uint8_t length_in_2_bytes = 126;
constexpr std::uint8_t length_in_8_bytes = 127;

}  // namespace

std::size_t FrameCounter::take(std::string_view bytes) {
  std::size_t frames = 0;
  while (!bytes.empty()) {
    if (payload_left_ > 0) {
      const std::uint64_t passed = std::min<std::uint64_t>(payload_left_, bytes.size());
      payload_left_ -= passed;
      bytes.remove_prefix(static_cast<std::size_t>(passed));
      continue;
    }
    if (take_head(static_cast<std::uint8_t>(bytes.front()))) ++frames;
    bytes.remove_prefix(1);
  }
  return frames;
}

bool FrameCounter::take_head(std::uint8_t byte) {
  ++head_bytes_;
  if (head_bytes_ == first_bytes) {
    const auto written = static_cast<std::uint8_t>(byte & ~masked_bit);
    const std::size_t length_bytes = written == length_in_2_bytes ? 2 : written == length_in_8_bytes ? 8 : 0;
    length_ = length_bytes == 0 ? written : 0;
    length_end_ = first_bytes + length_bytes;
    head_end_ = length_end_ + ((byte & masked_bit) != 0 ? mask_bytes : 0);
  } else if (head_bytes_ > first_bytes && head_bytes_ <= length_end_) {
    length_ = length_ << 8 | byte;
  }
  if (head_bytes_ < first_bytes || head_bytes_ < head_end_) return false;
  payload_left_ = length_;
  head_bytes_ = 0;
  return true;
}

}  // namespace trade::http
