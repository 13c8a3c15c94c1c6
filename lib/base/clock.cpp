#include "base/clock.hpp"

#include <ctime>

namespace trade {

namespace {
std::int64_t read_clock(clockid_t id) {
  timespec value{};
  ::clock_gettime(id, &value);
  return static_cast<std::int64_t>(value.tv_sec) * nanoseconds_per_second + value.tv_nsec;
}
}  // namespace

Timestamp SystemClock::now() const {
  return Timestamp{read_clock(CLOCK_REALTIME)};
}

std::int64_t monotonic_nanoseconds() {
  return read_clock(CLOCK_MONOTONIC);
}

}  // namespace trade
