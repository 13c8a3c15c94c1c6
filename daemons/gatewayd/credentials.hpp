// Where a request carries its key: APCA-API-KEY-ID and APCA-API-SECRET-KEY, or Authorization: Bearer
// ID:SECRET.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "gatewayd/rate_limiter.hpp"
#include "http/message.hpp"
#include "model/key.hpp"

namespace trade::gatewayd {

struct Services;

struct Credentials {
  std::string_view id;
  std::string_view secret;
};

/// Empty where there is none. The views point into the request.
Credentials credentials_of(const http::Request& request);

/// The key that they are of, for a stream from this address. `unauthorized` where they are of none, and
/// `too_many_requests` where the address has come with too many of those; they count with its requests that
/// have no valid key.
Result<KeyView> key_for_stream(Services& services, const std::string& peer, const Credentials& credentials);

/// Takes one of the requests that the key may make in a minute. A request over HTTP is one, and so is each
/// message of a stream that leads to a question to a daemon.
RateLimiter::Verdict take_request(Services& services, const KeyView& key);

}  // namespace trade::gatewayd
