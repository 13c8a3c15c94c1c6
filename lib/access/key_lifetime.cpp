#include "access/key_lifetime.hpp"

namespace trade::access {

Status check_expiry(Timestamp expires_at, Timestamp now) {
  if (!expires_at || expires_at > now) return {};
  return fail(ErrorCode::usage, "the key would have expired already", "name a time that is to come");
}

Status check_lifetime(std::string_view name, std::string_view hint, Timestamp revoked_at,
                      Timestamp expires_at, Timestamp now) {
  const auto refused = [&](std::string_view why) {
    return fail_named(ErrorCode::not_permitted, "unauthorized", "the " + std::string(name) + std::string(why),
                      std::string(hint));
  };
  if (revoked_at) return refused(" is revoked");
  if (expires_at && expires_at <= now) return refused(" has expired");
  return {};
}

}  // namespace trade::access
