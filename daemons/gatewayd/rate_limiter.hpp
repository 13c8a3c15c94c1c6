// Token buckets by name: a key may ask so often a minute, in bursts of a minute's worth.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace trade::gatewayd {

class RateLimiter {
 public:
  /// Buckets kept at most; of more, those that are full again are forgotten.
  static constexpr std::size_t buckets_max = 100'000;

  struct Verdict {
    bool allowed = true;
    std::uint32_t limit = 0;            ///< requests a minute; zero: no limit
    std::uint32_t remaining = 0;        ///< that may be made at once
    std::int64_t full_in_seconds = 0;   ///< until the bucket is full again, rounded up
    std::int64_t retry_in_seconds = 0;  ///< until the next may be made, rounded up
  };

  /// Takes one token from the bucket, if it has one. `per_minute` zero: no limit.
  Verdict take(std::string_view name, std::uint32_t per_minute, std::int64_t now_ns);

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  /// When the bucket is full again: that one number says how empty it is.
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> full_at_ns_;
};

}  // namespace trade::gatewayd
