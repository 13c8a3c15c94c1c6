// Bars: the trades of each span of time as open, high, low, close and volume, and how the spans are named.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "model/enums.hpp"
#include "model/numbers.hpp"

namespace trade {

enum class BarUnit : std::uint8_t {
  second = 1,
  minute = 2,
  hour = 3,
  day = 4,    ///< a trading day, as the session says, whatever the clock does meanwhile
  week = 5,   ///< its trading days, from Monday on
  month = 6,  ///< its trading days
};

constexpr EnumNames<BarUnit, 6> enum_names(BarUnit) {
  return {{{BarUnit::second, "second"},
           {BarUnit::minute, "minute"},
           {BarUnit::hour, "hour"},
           {BarUnit::day, "day"},
           {BarUnit::week, "week"},
           {BarUnit::month, "month"}}};
}

/// How long each bar of a series is. Spans of more than one unit are aligned: seconds, minutes and hours to
/// the Unix epoch (so in UTC to the minute, the hour and the day where they divide it), months to the year.
struct BarSpan {
  BarUnit unit = BarUnit::minute;
  std::uint32_t count = 1;  ///< 1 to bar_count_max(unit)

  bool operator==(const BarSpan&) const = default;
};

/// The most of a unit that one bar may span.
constexpr std::uint32_t bar_count_max(BarUnit unit) {
  switch (unit) {
    case BarUnit::second:
    case BarUnit::minute:
      return 59;
    case BarUnit::hour:
      return 23;
    case BarUnit::day:
    case BarUnit::week:
      return 1;
    case BarUnit::month:
      return 12;
  }
  return 0;
}

/// "1s", "5m", "1h", "1d", "1w", "3mo".
Result<BarSpan> parse_bar_span(std::string_view text);
std::string format_bar_span(BarSpan span);

struct BarView {
  Timestamp start;  ///< of the span, UTC; for days and more, the first date's midnight
  Price open;
  Price high;
  Price low;
  Price close;
  Price average;  ///< weighted by volume, rounded
  Quantity volume;
  std::int64_t trades = 0;

  bool operator==(const BarView&) const = default;
};

}  // namespace trade
