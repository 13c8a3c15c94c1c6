#include "bus/connection_limiter.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace trade::bus {

ConnectionLimiter::Bound ConnectionLimiter::bound_of(ConnectionRate rate) {
  const std::int64_t interval_ns = nanoseconds_per_second / rate.per_second;
  return {interval_ns, interval_ns * (rate.burst - 1)};
}

ConnectionLimiter::SettledAt ConnectionLimiter::Bound::after_one_more(SettledAt settled_at,
                                                                      std::int64_t now_ns) const {
  return std::max(settled_at, now_ns) + interval_ns;
}

ConnectionLimiter::ConnectionLimiter(ConnectionRate each, ConnectionRate all)
    : each_(bound_of(each)), all_(bound_of(all)) {}

bool ConnectionLimiter::admit(std::string_view address, std::int64_t now_ns) {
  const std::string key(address);
  if (addresses_.size() >= addresses_max && !addresses_.contains(key)) forget_settled(now_ns);
  const bool remembered = addresses_.size() < addresses_max || addresses_.contains(key);
  SettledAt unremembered = now_ns;
  SettledAt& settled_at = remembered ? addresses_.try_emplace(key, now_ns).first->second : unremembered;
  if (!each_.has_room(settled_at, now_ns) || !all_.has_room(all_settled_at_, now_ns)) return false;
  settled_at = each_.after_one_more(settled_at, now_ns);
  all_settled_at_ = all_.after_one_more(all_settled_at_, now_ns);
  return true;
}

void ConnectionLimiter::forget_settled(std::int64_t now_ns) {
  // Looking through all of them takes longer than any connection that is turned away.
  if (now_ns - forgot_at_ns_ < each_.interval_ns) return;
  forgot_at_ns_ = now_ns;
  std::erase_if(addresses_, [now_ns](const auto& entry) { return entry.second <= now_ns; });
}

}  // namespace trade::bus
