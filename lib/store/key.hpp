// Keys of several parts, packed so that they sort, byte by byte, as the parts do one after the other.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "store/transaction.hpp"

namespace trade::store {

// Unsigned integers are big-endian of fixed width. Signed ones have their sign bit flipped first. A text is
// its bytes, with each zero byte as 00 ff, and ends in 00 00, so that "A" sorts before "AA" whatever follows
// them.
//
//   Key().number(std::uint32_t{7}).number(std::uint64_t{258})   00 00 00 07  00 00 00 00 00 00 01 02
//   Key().text("AB").number(std::uint8_t{1})                    41 42 00 00  01

/// Builds a key in place. A key that would be too long becomes empty, which every write refuses.
class Key {
 public:
  template <std::unsigned_integral Integer>
  Key& number(Integer value) {
    std::array<std::byte, sizeof value> bytes{};
    for (std::size_t i = 0; i < sizeof value; ++i) {
      bytes[sizeof value - 1 - i] = static_cast<std::byte>(value & 0xff);
      if constexpr (sizeof value > 1) value = static_cast<Integer>(value >> 8);
    }
    return append(bytes);
  }
  template <std::signed_integral Integer>
  Key& number(Integer value) {
    using Unsigned = std::make_unsigned_t<Integer>;
    constexpr auto sign = static_cast<Unsigned>(Unsigned{1} << (8 * sizeof value - 1));
    return number(static_cast<Unsigned>(static_cast<Unsigned>(value) ^ sign));
  }
  Key& text(std::string_view value) {
    constexpr std::array<std::byte, 2> end{};
    constexpr std::array<std::byte, 2> zero{std::byte{0}, std::byte{0xff}};
    for (const char character : value) {
      const auto byte = static_cast<std::byte>(character);
      if (byte == std::byte{0}) {
        append(zero);
      } else {
        append({&byte, 1});
      }
    }
    return append(end);
  }

  [[nodiscard]] Bytes bytes() const { return {bytes_.data(), too_long_ ? 0 : size_}; }
  // NOLINTNEXTLINE(google-explicit-constructor): a key is given wherever its bytes are wanted.
  operator Bytes() const { return bytes(); }

 private:
  Key& append(Bytes part) {
    if (too_long_ || part.size() > bytes_.size() - size_) {
      too_long_ = true;
      return *this;
    }
    for (const std::byte byte : part)
      bytes_[size_++] = byte;
    return *this;
  }

  std::array<std::byte, key_bytes_max> bytes_;
  std::size_t size_ = 0;
  bool too_long_ = false;
};

/// Takes a key apart again. After a part that is not there every value is zero or empty and `ok()` is false.
class KeyReader {
 public:
  explicit KeyReader(Bytes key) : rest_(key) {}

  template <std::unsigned_integral Integer>
  Integer number() {
    if (rest_.size() < sizeof(Integer)) return give_up<Integer>();
    Integer value = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
      if constexpr (sizeof(Integer) > 1) value = static_cast<Integer>(value << 8);
      value = static_cast<Integer>(value | static_cast<Integer>(rest_[i]));
    }
    rest_ = rest_.subspan(sizeof(Integer));
    return value;
  }
  template <std::signed_integral Integer>
  Integer number() {
    using Unsigned = std::make_unsigned_t<Integer>;
    constexpr auto sign = static_cast<Unsigned>(Unsigned{1} << (8 * sizeof(Integer) - 1));
    if (rest_.size() < sizeof(Integer)) return give_up<Integer>();
    return static_cast<Integer>(static_cast<Unsigned>(number<Unsigned>() ^ sign));
  }
  std::string text() {
    std::string value;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] != std::byte{0}) {
        value.push_back(static_cast<char>(rest_[i]));
        continue;
      }
      if (i + 1 == rest_.size()) break;
      const std::byte after = rest_[++i];
      if (after == std::byte{0}) {
        rest_ = rest_.subspan(i + 1);
        return value;
      }
      if (after != std::byte{0xff}) break;
      value.push_back('\0');
    }
    return give_up<std::string>();
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  template <class Value>
  Value give_up() {
    ok_ = false;
    rest_ = {};
    return Value{};
  }

  Bytes rest_;
  bool ok_ = true;
};

}  // namespace trade::store
