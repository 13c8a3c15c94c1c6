// When the New York equity market is open, by rule: time zone, holidays, half days. Valid from 2000 on; the
// exchange's one-off closings up to this release are listed, later ones cannot be known.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace trade::calendar {

/// Wall-clock time in New York.
struct NewYorkTime {
  Date date;
  std::int32_t second_of_day = 0;  ///< 0 to 86,399

  constexpr auto operator<=>(const NewYorkTime&) const = default;
};

/// Daylight saving time by the rules in force since 1987 (first Sunday of April to last of October) and since
/// 2007 (second Sunday of March to first of November; Energy Policy Act of 2005, section 110).
NewYorkTime to_new_york(Timestamp timestamp);
/// The moment at which New York's clocks show this; in the hour that occurs twice, the first of the two.
Timestamp from_new_york(NewYorkTime time);

/// The regular session of one day.
struct TradingHours {
  Timestamp open;   ///< 09:30 in New York
  Timestamp close;  ///< 16:00, or 13:00 on a half day
  bool half_day = false;
};

/// Nothing on weekends and holidays (NYSE Rule 7.2).
std::optional<TradingHours> trading_hours(Date date);
bool is_trading_day(Date date);
/// The first trading day after `date`.
Date next_trading_day(Date date);

/// 0 is Sunday, 6 Saturday.
int weekday(Date date);

/// What the session is at one moment.
struct SessionState {
  bool open = false;
  /// The day that trades now, or traded last: the trading day whose open is the last one not after now.
  Date trading_date;
  /// When `open` changes next.
  Timestamp next_change;
};
SessionState session_at(Timestamp now);

}  // namespace trade::calendar
