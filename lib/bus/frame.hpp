// The bytes of one message, independent of what they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace trade::bus {

/// No frame is larger: a peer that sends one is disconnected, and none is sent.
constexpr std::size_t frame_bytes_max = 16u << 20;

using Bytes = std::span<const std::byte>;

/// Received bytes in 8-byte aligned memory, which is reused from one receive to the next.
class Frame {
 public:
  [[nodiscard]] Bytes bytes() const { return {reinterpret_cast<const std::byte*>(words_.data()), size_}; }
  /// The same as text, for topics and tests.
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(words_.data()), size_};
  }
  /// Copies `size` bytes.
  void assign(const void* bytes, std::size_t size);
  /// Memory that it keeps from one `assign` to the next.
  [[nodiscard]] std::size_t capacity_bytes() const { return words_.capacity() * sizeof(std::uint64_t); }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_ = 0;
};

}  // namespace trade::bus
