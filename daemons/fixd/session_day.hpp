// When the numbers of a session begin at 1 again, once a day.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace trade::fixd {

/// Whether numbers that began at `began_seconds` are of another day by now; `second_of_day` (UTC) is when a
/// day begins, and never where it is below zero.
inline bool begins_another_day(std::int64_t began_seconds, std::int32_t second_of_day, Timestamp now) {
  constexpr std::int64_t seconds_per_day = 86'400;
  if (second_of_day < 0) return false;
  const std::int64_t now_seconds = now.nanoseconds / nanoseconds_per_second;
  const std::int64_t since = now_seconds - second_of_day;
  const std::int64_t last_beginning =
      since - ((since % seconds_per_day) + seconds_per_day) % seconds_per_day + second_of_day;
  return began_seconds < last_beginning;
}

}  // namespace trade::fixd
