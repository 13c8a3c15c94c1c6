#include "gatewayd/browser.hpp"

#include <string>

#include "gatewayd/services.hpp"

namespace trade::gatewayd {

namespace {

constexpr std::string_view cookie_name = "trade_session";

std::string cookie(std::string_view value, std::int64_t seconds, bool secure) {
  return std::string(cookie_name) + "=" + std::string(value) +
         "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(seconds) +
         (secure ? "; Secure" : "");
}

}  // namespace

std::string_view cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = header.find(';');
    std::string_view pair = header.substr(0, end);
    header = end == std::string_view::npos ? std::string_view{} : header.substr(end + 1);
    while (pair.starts_with(' '))
      pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

std::string_view session_token(const http::Request& request) {
  return cookie_value(request.header("cookie"), cookie_name);
}

Result<KeyView> key_of_session(Services& services, std::string_view token) {
  auto key = services.sessions.use(token, services.clock.now());
  if (!key) return fail(ErrorCode::not_permitted, "the session is over: sign in again");
  if (Status good = services.keys.check(key->id, services.clock.now()); !good) {
    services.sessions.end(token);
    return pass_on(std::move(good));
  }
  return std::move(*key);
}

bool same_origin(const http::Request& request) {
  const std::string_view host = request.header("host");
  const std::string_view origin = request.header("origin");
  if (host.empty() || origin.empty()) return false;
  return origin == std::string(request.secure ? "https://" : "http://") + std::string(host);
}

std::string session_cookie(std::string_view token, bool secure) {
  return cookie(token, access::BrowserSessions::seconds_max, secure);
}

std::string no_session_cookie(bool secure) {
  return cookie("", 0, secure);
}

}  // namespace trade::gatewayd
