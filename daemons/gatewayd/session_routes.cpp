// Signing in and out with the page.
#include <array>

#include "gatewayd/answer.hpp"
#include "gatewayd/api_v1.hpp"
#include "gatewayd/browser.hpp"
#include "gatewayd/input.hpp"
#include "gatewayd/services.hpp"

namespace trade::gatewayd::v1 {

namespace {

/// Attempts to sign in a minute, of one address.
constexpr std::uint32_t attempts_per_minute = 30;

format::Json json_of_session(const KeyView& key) {
  format::Json json;
  json["key"] = key.id;
  json["account"] = key.account;
  json["role"] = name_of(key.role);
  return json;
}

Task<http::Response> sign_in(Call& call) {
  // Else another site could sign a browser in as somebody of its choice.
  if (!call.request.header("origin").empty() && !same_origin(call.request)) {
    co_return response_to(Surface::v1, {403, "foreign_origin", "A page of another site asks for this"});
  }
  const auto verdict =
      call.services.sign_in_limiter.take(call.request.peer, attempts_per_minute, monotonic_nanoseconds());
  if (!verdict.allowed) {
    http::Response response =
        response_to(Surface::v1, {429, "too_many_requests", "Too many attempts to sign in"});
    response.headers.push_back({"Retry-After", std::to_string(verdict.retry_in_seconds)});
    co_return response;
  }
  const auto message = parse_input(call.request.body);
  if (!message) co_return error(message.error());
  Fields fields(*message);
  const auto id = fields.text("key");
  const auto secret = fields.text("secret");
  fields.refuse_others();
  if (fields.error()) co_return error(*fields.error());
  auto key = call.services.keys.verify(id.value_or(""), secret.value_or(""), call.services.clock.now());
  if (!key) {
    call.services.metrics.count_unauthorized();
    co_return response_to(Surface::v1, {401, "unauthorized", std::string(key.error().message)});
  }
  const std::string token = call.services.sessions.create(*key, call.services.clock.now());
  http::Response response = json_response(201, json_of_session(*key));
  response.headers.push_back({"Set-Cookie", session_cookie(token, call.request.secure)});
  call.key = std::move(*key);
  call.note = "sign in";
  co_return response;
}

Task<http::Response> session(Call& call) {
  co_return json_response(200, json_of_session(*call.key));
}

/// Ends the session that the cookie names. Always granted: who is not signed in stays so.
Task<http::Response> sign_out(Call& call) {
  const std::string_view token = session_token(call.request);
  if (!token.empty() && !same_origin(call.request)) {
    co_return response_to(Surface::v1, {403, "foreign_origin", "A page of another site asks for this"});
  }
  call.services.sessions.end(token);
  http::Response response(204, "");
  response.headers.push_back({"Set-Cookie", no_session_cookie(call.request.secure)});
  co_return response;
}

constexpr std::array routes{
    Route{"POST", "/api/v1/session", Access::open, sign_in},
    Route{"GET", "/api/v1/session", Access::view, session},
    Route{"DELETE", "/api/v1/session", Access::open, sign_out},
};

}  // namespace

std::span<const Route> session_routes() {
  return routes;
}

}  // namespace trade::gatewayd::v1
