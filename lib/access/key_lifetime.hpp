// How long a key opens anything: until it is revoked, or until it expires, if it does.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace trade::access {

/// Of a key that is to be made: `usage` for an expiry that is past.
Status check_expiry(Timestamp expires_at, Timestamp now);

/// `not_permitted` when the key, called `name` ("API key"), is revoked or has expired; `hint` says how to get
/// another. Of the times, those that are not set never come.
Status check_lifetime(std::string_view name, std::string_view hint, Timestamp revoked_at,
                      Timestamp expires_at, Timestamp now);

}  // namespace trade::access
