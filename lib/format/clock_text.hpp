// A suite's clock in words: what is typed and what is shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "format/json.hpp"
#include "model/clock.hpp"

namespace trade::format {

/// "5", "5x" or "0.25": how many times as fast as on the machine, with at most six decimals; in millionths.
Result<std::int64_t> parse_clock_speed(std::string_view text);
/// "5", "0.25".
std::string format_clock_speed(std::int64_t millionths);

Json json_of(const ClockPace& pace);
Json json_of(const ClockView& clock);

}  // namespace trade::format
