#include "bus/connection_limiter.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/time.hpp"

namespace trade::bus {
namespace {

constexpr std::int64_t start_ns = 1'000 * nanoseconds_per_second;

int admitted(ConnectionLimiter& limiter, const std::string& address, int attempts, std::int64_t now_ns) {
  int count = 0;
  for (int i = 0; i < attempts; ++i)
    count += limiter.admit(address, now_ns) ? 1 : 0;
  return count;
}

TEST(ConnectionLimiterTest, ABurstAndThenASteadyRate) {
  ConnectionLimiter limiter({.burst = 8, .per_second = 4}, {.burst = 100, .per_second = 100});
  EXPECT_EQ(admitted(limiter, "a", 50, start_ns), 8);
  EXPECT_EQ(admitted(limiter, "a", 50, start_ns + nanoseconds_per_second / 4 - 1), 0);
  EXPECT_EQ(admitted(limiter, "a", 50, start_ns + nanoseconds_per_second / 4), 1);
  // Those that were turned away are not counted, and what is not used is kept up to the burst.
  EXPECT_EQ(admitted(limiter, "a", 50, start_ns + nanoseconds_per_second), 3);
  EXPECT_EQ(admitted(limiter, "a", 50, start_ns + 60 * nanoseconds_per_second), 8);
}

TEST(ConnectionLimiterTest, OneAddressTakesNothingFromTheOthers) {
  ConnectionLimiter limiter({.burst = 8, .per_second = 4}, {.burst = 20, .per_second = 10});
  EXPECT_EQ(admitted(limiter, "a", 1'000, start_ns), 8);
  EXPECT_EQ(admitted(limiter, "b", 1'000, start_ns), 8);
  // All together have used up theirs now.
  EXPECT_EQ(admitted(limiter, "c", 1'000, start_ns), 4);
  EXPECT_EQ(admitted(limiter, "d", 1'000, start_ns), 0);
  EXPECT_EQ(admitted(limiter, "d", 1'000, start_ns + nanoseconds_per_second / 10), 1);
}

TEST(ConnectionLimiterTest, MoreAddressesThanAreRememberedAreBoundedTogether) {
  constexpr int attempts = 3 * static_cast<int>(ConnectionLimiter::addresses_max);
  ConnectionLimiter limiter({.burst = 1, .per_second = 1}, {.burst = attempts, .per_second = 1});
  int count = 0;
  for (int i = 0; i < attempts; ++i)
    count += limiter.admit(std::to_string(i), start_ns) ? 1 : 0;
  EXPECT_EQ(count, attempts);
  EXPECT_FALSE(limiter.admit("0", start_ns));
  EXPECT_FALSE(limiter.admit("another", start_ns));
  // Later there is room for others, since those before need not be remembered any more.
  const std::int64_t later_ns = start_ns + 10 * nanoseconds_per_second;
  EXPECT_TRUE(limiter.admit("another", later_ns));
  EXPECT_FALSE(limiter.admit("another", later_ns));
}

}  // namespace
}  // namespace trade::bus
