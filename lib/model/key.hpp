// API keys: who may do what through the gateway.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "model/enums.hpp"

namespace trade {

/// What the holder of an API key may do.
enum class KeyRole : std::uint8_t {
  viewer = 1,         ///< read what the key's account has, and the market
  trader = 2,         ///< place, change and cancel its orders as well
  desk_operator = 3,  ///< the same for any account
};
constexpr EnumNames<KeyRole, 3> enum_names(KeyRole) {
  return {{{KeyRole::viewer, "viewer"}, {KeyRole::trader, "trader"}, {KeyRole::desk_operator, "operator"}}};
}

/// An API key without its secret, which is shown once and kept by nobody.
struct KeyView {
  std::string id;
  std::string account;
  KeyRole role = KeyRole::viewer;
  Timestamp created_at;
  Timestamp expires_at;                   ///< zero: never
  Timestamp revoked_at;                   ///< zero: not revoked
  std::uint32_t requests_per_minute = 0;  ///< zero: the gateway's default

  bool operator==(const KeyView&) const = default;
};

}  // namespace trade
