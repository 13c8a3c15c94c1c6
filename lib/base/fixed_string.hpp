// A short string of bounded length held in place: copied, compared and hashed without allocation.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace trade {

/// At most `Capacity` bytes. Unused bytes are zero, so equal strings are equal bytes.
template <std::size_t Capacity>
class FixedString {
  static_assert(Capacity >= 1 && Capacity <= 255);

 public:
  static constexpr std::size_t capacity = Capacity;

  constexpr FixedString() = default;

  /// Empty when `text` is longer than the capacity.
  static constexpr std::optional<FixedString> make(std::string_view text) {
    if (text.size() > Capacity) return std::nullopt;
    FixedString result;
    std::copy(text.begin(), text.end(), result.bytes_);
    result.size_ = static_cast<std::uint8_t>(text.size());
    return result;
  }

  [[nodiscard]] constexpr std::string_view view() const { return {bytes_, size_}; }
  [[nodiscard]] std::string string() const { return std::string(view()); }
  [[nodiscard]] constexpr std::size_t size() const { return size_; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }

  constexpr bool operator==(const FixedString&) const = default;
  constexpr auto operator<=>(const FixedString& other) const { return view() <=> other.view(); }

 private:
  char bytes_[Capacity] = {};
  std::uint8_t size_ = 0;
};

}  // namespace trade

template <std::size_t Capacity>
struct std::hash<trade::FixedString<Capacity>> {
  std::size_t operator()(const trade::FixedString<Capacity>& text) const noexcept {
    return std::hash<std::string_view>{}(text.view());
  }
};
