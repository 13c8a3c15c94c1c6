// Keys of CURVE, which protects the suite's TCP sockets: 32 bytes each, written as 64 hexadecimal digits.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace trade {

/// A public or a secret key of Curve25519.
using CurveKey = std::array<unsigned char, 32>;

struct CurveKeyPair {
  CurveKey public_key{};
  CurveKey secret_key{};
};

/// 64 lower-case hexadecimal digits.
std::string hex_of(const CurveKey& key);
/// From 64 hexadecimal digits of either case; nothing for any other text.
std::optional<CurveKey> parse_curve_key(std::string_view text);

}  // namespace trade
