// The clock of a suite whose time is simulated.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace trade {

/// How time passes: not at all, or so many times as fast as on the machine.
struct ClockPace {
  bool running = true;
  std::int64_t speed_millionths =
      1'000'000;  ///< from 1 to `clock_speed_millionths_max`; kept while it stands

  bool operator==(const ClockPace&) const = default;
};
constexpr std::int64_t clock_speed_millionths_max = 1'000'000'000'000;

constexpr bool is_valid(const ClockPace& pace) {
  return pace.speed_millionths >= 1 && pace.speed_millionths <= clock_speed_millionths_max;
}

/// The time by which a suite goes.
struct ClockView {
  bool simulated = false;  ///< otherwise it is the machine's, and nothing can be done to it
  Timestamp now;
  ClockPace pace;
};

}  // namespace trade
