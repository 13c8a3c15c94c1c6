#include "gatewayd/rate_limiter.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace trade::gatewayd {

namespace {

constexpr std::int64_t minute_ns = 60 * nanoseconds_per_second;

std::int64_t seconds_up(std::int64_t nanoseconds) {
  return (nanoseconds + nanoseconds_per_second - 1) / nanoseconds_per_second;
}

}  // namespace

RateLimiter::Verdict RateLimiter::take(std::string_view name, std::uint32_t per_minute, std::int64_t now_ns) {
  Verdict verdict;
  verdict.limit = per_minute;
  if (per_minute == 0) return verdict;
  auto bucket = full_at_ns_.find(name);
  if (bucket == full_at_ns_.end()) {
    if (full_at_ns_.size() >= buckets_max) {
      std::erase_if(full_at_ns_, [&](const auto& entry) { return entry.second <= now_ns; });
    }
    bucket = full_at_ns_.emplace(std::string(name), now_ns).first;
  }
  std::int64_t& full_at_ns = bucket->second;
  full_at_ns = std::max(full_at_ns, now_ns);
  const std::int64_t token_ns = minute_ns / per_minute;
  const std::int64_t capacity_ns = token_ns * per_minute;
  if (full_at_ns - now_ns + token_ns > capacity_ns) {
    verdict.allowed = false;
    verdict.retry_in_seconds = seconds_up(full_at_ns - now_ns + token_ns - capacity_ns);
  } else {
    full_at_ns += token_ns;
  }
  verdict.remaining = static_cast<std::uint32_t>((capacity_ns - (full_at_ns - now_ns)) / token_ns);
  verdict.full_in_seconds = seconds_up(full_at_ns - now_ns);
  return verdict;
}

}  // namespace trade::gatewayd
