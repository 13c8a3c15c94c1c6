// Writing and reading state as bytes, for checkpoints: little-endian integers of fixed width, no padding.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace trade {

static_assert(std::endian::native == std::endian::little, "stored integers are copied as they are");

/// Appends to a byte vector, or hands what is written on.
class ByteWriter {
 public:
  using Drain = std::function<void(std::span<const std::byte>)>;

  ByteWriter() = default;
  /// Keeps `block_bytes` at most: then they go to `drain`, and at the end what is left, by `drain_rest`.
  ByteWriter(std::size_t block_bytes, Drain drain) : bytes_(block_bytes), drain_(std::move(drain)) {}
  void drain_rest() {
    drain_(bytes());
    used_ = 0;
  }

  template <class Integer>
    requires std::is_integral_v<Integer>
  void write(Integer value) {
    append(&value, sizeof value);
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void write(Enum value) {
    write(static_cast<std::underlying_type_t<Enum>>(value));
  }
  /// A 32-bit length, then the bytes.
  void write_text(std::string_view text) {
    write(static_cast<std::uint32_t>(text.size()));
    append(text.data(), text.size());
  }
  /// The bytes alone, without a length.
  void write_bytes(std::span<const std::byte> bytes) { append(bytes.data(), bytes.size()); }
  /// Makes room for so many bytes in all, so that they are not copied as they grow.
  void reserve(std::size_t bytes) {
    if (!drain_) bytes_.reserve(bytes);
  }
  /// What was written so far. Valid until more is.
  [[nodiscard]] std::span<const std::byte> bytes() const { return {bytes_.data(), used_}; }
  /// Begins anew; the memory stays.
  void clear() { used_ = 0; }
  [[nodiscard]] std::vector<std::byte> take() {
    bytes_.resize(std::exchange(used_, 0));
    return std::exchange(bytes_, {});
  }

 private:
  void append(const void* data, std::size_t size) {
    if (bytes_.size() - used_ < size) [[unlikely]]
      grow(size);
    if (size != 0) std::memcpy(bytes_.data() + used_, data, size);
    used_ += size;
  }
  /// A vector clears what it grows by. A step at a time, so that this is still in the cache when it is
  /// written.
  [[gnu::noinline]] void grow(std::size_t size) {
    if (drain_) {
      drain_rest();
      if (size <= bytes_.size()) return;
    }
    constexpr std::size_t step_bytes = 16u << 10;
    const std::size_t needed = used_ + size;
    if (needed > bytes_.capacity()) bytes_.reserve(std::max(needed, 2 * bytes_.capacity()));
    bytes_.resize(std::clamp(needed + step_bytes, needed, bytes_.capacity()));
  }

  std::vector<std::byte> bytes_;  ///< the first `used_` are written
  std::size_t used_ = 0;
  Drain drain_;
};

/// Reads what ByteWriter wrote. After a read past the end every value is zero and `ok()` is false, so that
/// a whole structure can be read first and checked once.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class Integer>
    requires std::is_integral_v<Integer>
  Integer read() {
    Integer value{};
    if (rest_.size() < sizeof value) {
      ok_ = false;
      rest_ = {};
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return value;
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  Enum read() {
    return static_cast<Enum>(read<std::underlying_type_t<Enum>>());
  }
  /// The view is into the bytes that are read from.
  std::string_view read_text() {
    const auto size = read<std::uint32_t>();
    if (rest_.size() < size) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view text(reinterpret_cast<const char*>(rest_.data()), size);
    rest_ = rest_.subspan(size);
    return text;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }

 private:
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

}  // namespace trade
