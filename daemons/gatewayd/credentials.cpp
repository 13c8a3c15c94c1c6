#include "gatewayd/credentials.hpp"

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

}  // namespace trade::gatewayd
