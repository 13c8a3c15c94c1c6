// Where a request carries its key: APCA-API-KEY-ID and APCA-API-SECRET-KEY, or Authorization: Bearer
// ID:SECRET.
#pragma once

#include <string_view>

#include "http/message.hpp"

namespace trade::gatewayd {

struct Credentials {
  std::string_view id;
  std::string_view secret;
};

/// Empty where there is none. The views point into the request.
Credentials credentials_of(const http::Request& request);

}  // namespace trade::gatewayd
