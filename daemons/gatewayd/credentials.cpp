#include "gatewayd/credentials.hpp"

#include "gatewayd/services.hpp"

namespace trade::gatewayd {

Credentials credentials_of(const http::Request& request) {
  const std::string_view id = request.header("apca-api-key-id");
  if (!id.empty()) return {id, request.header("apca-api-secret-key")};
  constexpr std::string_view scheme = "bearer ";
  std::string_view authorization = request.header("authorization");
  if (authorization.size() < scheme.size()) return {};
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i]) return {};
  }
  authorization.remove_prefix(scheme.size());
  const std::size_t colon = authorization.find(':');
  if (colon == std::string_view::npos) return {authorization, {}};
  return {authorization.substr(0, colon), authorization.substr(colon + 1)};
}

Result<KeyView> key_for_stream(Services& services, const std::string& peer, const Credentials& credentials) {
  auto key = services.keys.verify(credentials.id, credentials.secret, services.clock.now());
  if (key) return key;
  services.metrics.count_unauthorized();
  const auto verdict =
      services.stranger_limiter.take(peer, Services::stranger_requests_per_minute, monotonic_nanoseconds());
  if (verdict.allowed) return key;
  return fail_named(ErrorCode::not_permitted, "too_many_requests", "Too many requests");
}

RateLimiter::Verdict take_request(Services& services, const KeyView& key) {
  const std::uint32_t own = key.requests_per_minute;
  const auto verdict =
      services.limiter.take(key.id, own == 0 ? services.requests_per_minute : own, monotonic_nanoseconds());
  if (!verdict.allowed) services.metrics.count_limited();
  return verdict;
}

}  // namespace trade::gatewayd
