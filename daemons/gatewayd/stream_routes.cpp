// The paths that become WebSockets.
#include <array>

#include "gatewayd/api_v1.hpp"
#include "gatewayd/browser.hpp"
#include "gatewayd/credentials.hpp"
#include "gatewayd/services.hpp"
#include "gatewayd/stream_v1.hpp"

namespace trade::gatewayd::v1 {

namespace {

/// A key in the headers is checked before the upgrade; without one, the first message must bring it, since
/// browsers cannot set headers here.
Task<http::Response> stream(Call& call) {
  if (!call.request.wants_upgrade) {
    http::Response response =
        response_to(Surface::v1, {426, "upgrade_required", "This address is a WebSocket"});
    response.headers.push_back({"Upgrade", "websocket"});
    co_return response;
  }
  const Credentials credentials = credentials_of(call.request);
  std::optional<KeyView> key;
  std::string token;
  if (!credentials.id.empty()) {
    auto verified = key_for_stream(call.services, call.request.peer, credentials);
    if (!verified) {
      http::Response refused = error(verified.error());
      if (refused.status == 429) refused.headers.push_back({"Retry-After", "1"});
      co_return refused;
    }
    key = std::move(*verified);
  } else if (token = session_token(call.request); !token.empty()) {
    if (!same_origin(call.request)) {
      co_return response_to(Surface::v1, {403, "foreign_origin", "A page of another site asks for this"});
    }
    auto found = key_of_session(call.services, token);
    if (!found) co_return response_to(Surface::v1, {401, "unauthorized", std::string(found.error().message)});
    key = std::move(*found);
  }
  http::Response response;
  response.upgrade =
      std::make_unique<StreamV1>(call.services, call.request.peer, std::move(key), std::move(token));
  co_return response;
}

constexpr std::array routes{
    Route{"GET", "/api/v1/stream", Access::open, stream},
};

}  // namespace

std::span<const Route> stream_routes() {
  return routes;
}

}  // namespace trade::gatewayd::v1
