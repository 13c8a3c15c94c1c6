#include "format/clock_text.hpp"

#include <algorithm>
#include <charconv>

namespace trade::format {

namespace {

constexpr std::int64_t millionths_per_unit = 1'000'000;
constexpr std::size_t decimals_max = 6;
constexpr std::size_t digits_max = 7;

}  // namespace

Result<std::int64_t> parse_clock_speed(std::string_view text) {
  const auto wrong = [&] {
    return fail(ErrorCode::usage, "not a speed: '" + std::string(text.substr(0, 40)) + "'",
                "how many times as fast as on the machine, from 0.000001 to 1000000: 5, 0.5");
  };
  std::string_view number = text;
  if (number.ends_with('x')) number.remove_suffix(1);
  const std::size_t point = number.find('.');
  std::string digits(number.substr(0, point));
  std::string decimals(point == std::string_view::npos ? "" : number.substr(point + 1));
  if (digits.empty() || digits.size() > digits_max || decimals.size() > decimals_max) return wrong();
  if (point != std::string_view::npos && decimals.empty()) return wrong();
  decimals.resize(decimals_max, '0');
  digits += decimals;
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return wrong();
  std::int64_t millionths = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), millionths);
  if (millionths < 1 || millionths > clock_speed_millionths_max) return wrong();
  return millionths;
}

std::string format_clock_speed(std::int64_t millionths) {
  std::string decimals = std::to_string(millionths_per_unit + millionths % millionths_per_unit).substr(1);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  const std::string whole = std::to_string(millionths / millionths_per_unit);
  return decimals.empty() ? whole : whole + "." + decimals;
}

Json json_of(const ClockPace& pace) {
  Json json;
  json["state"] = pace.running ? "running" : "paused";
  json["speed"] = format_clock_speed(pace.speed_millionths);
  return json;
}

Json json_of(const ClockView& clock) {
  Json json;
  json["simulated"] = clock.simulated;
  json["now"] = time_or_null(clock.now);
  json.update(json_of(clock.pace));
  return json;
}

}  // namespace trade::format
