// What browsers bring to a request: a cookie instead of a key, and where the page came from that asks.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"
#include "model/key.hpp"

namespace trade::gatewayd {

struct Services;

/// What a `Cookie` header says of one name; empty: nothing.
std::string_view cookie_value(std::string_view header, std::string_view name);

/// The token of the session that the request's cookie names; empty: none.
std::string_view session_token(const http::Request& request);

/// The key of a session that is not over and whose key is still good; `not_permitted`.
Result<KeyView> key_of_session(Services& services, std::string_view token);

/// Whether a page of this gateway asks, and not one of another site that makes use of the cookie. A browser
/// names the origin of every request that changes something, and of every WebSocket (RFC 6455, 10.2).
bool same_origin(const http::Request& request);

/// What the answer's Set-Cookie says.
std::string session_cookie(std::string_view token, bool secure);
std::string no_session_cookie(bool secure);

}  // namespace trade::gatewayd
