#include "base/clock.hpp"

#include <algorithm>
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

Timestamp SimulatedClock::now() const {
  __extension__ using Wide = __int128;
  constexpr int millionths_per_unit = 1'000'000;
  const Wide passed =
      static_cast<Wide>(machine_nanoseconds_() - shown_at_) * pace_millionths_ / millionths_per_unit;
  const Wide left = latest.nanoseconds - shown_.nanoseconds;
  return {shown_.nanoseconds + static_cast<std::int64_t>(std::min(passed, left))};
}

void SimulatedClock::set(Timestamp time) {
  shown_ = std::min(time, latest);
  shown_at_ = machine_nanoseconds_();
}

void SimulatedClock::set_pace(std::int64_t millionths) {
  set(now());
  pace_millionths_ = millionths;
}

std::int64_t monotonic_nanoseconds() {
  return read_clock(CLOCK_MONOTONIC);
}

std::int64_t thread_processor_nanoseconds() {
  return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

}  // namespace trade
