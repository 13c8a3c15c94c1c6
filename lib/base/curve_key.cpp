#include "base/curve_key.hpp"

#include <cstddef>

namespace trade {

namespace {

std::optional<unsigned char> digit_of(char character) {
  if (character >= '0' && character <= '9') return static_cast<unsigned char>(character - '0');
  if (character >= 'a' && character <= 'f') return static_cast<unsigned char>(character - 'a' + 10);
  if (character >= 'A' && character <= 'F') return static_cast<unsigned char>(character - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::string hex_of(const CurveKey& key) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * key.size());
  for (const unsigned char byte : key) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<CurveKey> parse_curve_key(std::string_view text) {
  CurveKey key{};
  if (text.size() != 2 * key.size()) return std::nullopt;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto high = digit_of(text[2 * i]);
    const auto low = digit_of(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    key[i] = static_cast<unsigned char>(*high << 4 | *low);
  }
  return key;
}

}  // namespace trade
