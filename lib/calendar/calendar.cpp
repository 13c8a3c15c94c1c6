#include "calendar/calendar.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace trade::calendar {

namespace {

using std::chrono::day;
using std::chrono::last;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::int32_t seconds_per_day = 86'400;
constexpr std::int32_t open_second = 9 * 3'600 + 30 * 60;
constexpr std::int32_t close_second = 16 * 3'600;
constexpr std::int32_t half_day_close_second = 13 * 3'600;

year_month_day civil(Date date) {
  return year_month_day{sys_days{std::chrono::days{date.days}}};
}

Date to_date(sys_days days) {
  return Date{static_cast<std::int32_t>(days.time_since_epoch().count())};
}

Date make_date(int year_number, unsigned month_number, unsigned day_number) {
  return to_date(sys_days{year_month_day{year{year_number}, month{month_number}, day{day_number}}});
}

/// The nth (from 1) such weekday of a month.
Date nth_weekday(int year_number, unsigned month_number, unsigned weekday_number, unsigned nth) {
  return to_date(
      sys_days{year{year_number} / month{month_number} / std::chrono::weekday{weekday_number}[nth]});
}

Date last_weekday(int year_number, unsigned month_number, unsigned weekday_number) {
  return to_date(
      sys_days{year{year_number} / month{month_number} / std::chrono::weekday{weekday_number}[last]});
}

/// Easter Sunday of the Gregorian calendar (the "anonymous" algorithm; Meeus, Astronomical Algorithms, ch.
/// 8).
Date easter(int y) {
  const int a = y % 19;
  const int b = y / 100;
  const int c = y % 100;
  const int d = b / 4;
  const int e = b % 4;
  const int f = (b + 8) / 25;
  const int g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4;
  const int k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return make_date(y, static_cast<unsigned>(n / 31), static_cast<unsigned>(n % 31 + 1));
}

/// A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after.
Date observed(Date date) {
  if (weekday(date) == 6) return Date{date.days - 1};
  if (weekday(date) == 0) return Date{date.days + 1};
  return date;
}

/// New Year's Day on a Saturday is not made up for: the Friday before ends a month and a year of accounts.
Date observed_new_year(int y) {
  const Date date = make_date(y, 1, 1);
  return weekday(date) == 6 ? date : observed(date);
}

struct CivilDate {
  int year;
  unsigned month;
  unsigned day;
};

/// Closings that no rule gives: 11 September 2001, days of mourning, hurricane Sandy.
constexpr std::array special_closings{
    CivilDate{2001, 9, 11}, CivilDate{2001, 9, 12}, CivilDate{2001, 9, 13},  CivilDate{2001, 9, 14},
    CivilDate{2004, 6, 11}, CivilDate{2007, 1, 2},  CivilDate{2012, 10, 29}, CivilDate{2012, 10, 30},
    CivilDate{2018, 12, 5}, CivilDate{2025, 1, 9},
};

bool is_holiday(Date date) {
  const year_month_day ymd = civil(date);
  const int y = static_cast<int>(ymd.year());
  for (const CivilDate& closing : special_closings) {
    if (date == make_date(closing.year, closing.month, closing.day)) return true;
  }
  constexpr unsigned monday = 1;
  constexpr unsigned thursday = 4;
  return date == observed_new_year(y) ||
         date == nth_weekday(y, 1, monday, 3) ||                  // Martin Luther King Jr. Day
         date == nth_weekday(y, 2, monday, 3) ||                  // Washington's Birthday
         date == Date{easter(y).days - 2} ||                      // Good Friday
         date == last_weekday(y, 5, monday) ||                    // Memorial Day
         (y >= 2022 && date == observed(make_date(y, 6, 19))) ||  // Juneteenth
         date == observed(make_date(y, 7, 4)) ||                  // Independence Day
         date == nth_weekday(y, 9, monday, 1) ||                  // Labor Day
         date == nth_weekday(y, 11, thursday, 4) ||               // Thanksgiving Day
         date == observed(make_date(y, 12, 25));                  // Christmas Day
}

/// For a trading day: does it end at 13:00?
bool is_half_day(Date date) {
  const year_month_day ymd = civil(date);
  const int y = static_cast<int>(ymd.year());
  // In 2002 the short day followed Independence Day; in 2003 one was added after Christmas.
  if (y == 2002 && date == make_date(2002, 7, 3)) return false;
  if (date == make_date(2002, 7, 5) || date == make_date(2003, 12, 26)) return true;
  const int day_of_week = weekday(date);
  const bool monday_to_thursday = day_of_week >= 1 && day_of_week <= 4;
  return (date == make_date(y, 7, 3) && monday_to_thursday) ||
         date == Date{nth_weekday(y, 11, 4, 4).days + 1} ||
         (date == make_date(y, 12, 24) && monday_to_thursday);
}

/// Seconds that New York is behind UTC on standard time, or one hour less while daylight saving time lasts.
std::int32_t offset_seconds(Date new_york_date, std::int32_t second_of_day) {
  const int y = static_cast<int>(civil(new_york_date).year());
  const Date start = y >= 2007 ? nth_weekday(y, 3, 0, 2) : nth_weekday(y, 4, 0, 1);
  const Date end = y >= 2007 ? nth_weekday(y, 11, 0, 1) : last_weekday(y, 10, 0);
  constexpr std::int32_t change_second = 2 * 3'600;
  const NewYorkTime time{new_york_date, second_of_day};
  const bool daylight = time >= NewYorkTime{start, change_second} && time < NewYorkTime{end, change_second};
  return daylight ? -4 * 3'600 : -5 * 3'600;
}

NewYorkTime shifted(std::int64_t utc_seconds, std::int32_t offset) {
  const std::int64_t local = utc_seconds + offset;
  std::int64_t days = local / seconds_per_day;
  std::int64_t second = local % seconds_per_day;
  if (second < 0) {
    second += seconds_per_day;
    --days;
  }
  return {Date{static_cast<std::int32_t>(days)}, static_cast<std::int32_t>(second)};
}

}  // namespace

int weekday(Date date) {
  return static_cast<int>(std::chrono::weekday{sys_days{std::chrono::days{date.days}}}.c_encoding());
}

NewYorkTime to_new_york(Timestamp timestamp) {
  std::int64_t seconds = timestamp.nanoseconds / nanoseconds_per_second;
  if (timestamp.nanoseconds % nanoseconds_per_second < 0) --seconds;
  // Seen from standard time, daylight saving ends at 01:00 (02:00 by the clocks then in force).
  const NewYorkTime standard = shifted(seconds, -5 * 3'600);
  const int y = static_cast<int>(civil(standard.date).year());
  const Date start = y >= 2007 ? nth_weekday(y, 3, 0, 2) : nth_weekday(y, 4, 0, 1);
  const Date end = y >= 2007 ? nth_weekday(y, 11, 0, 1) : last_weekday(y, 10, 0);
  const bool daylight = standard >= NewYorkTime{start, 2 * 3'600} && standard < NewYorkTime{end, 1 * 3'600};
  return daylight ? shifted(seconds, -4 * 3'600) : standard;
}

Timestamp from_new_york(NewYorkTime time) {
  const std::int64_t local = static_cast<std::int64_t>(time.date.days) * seconds_per_day + time.second_of_day;
  return Timestamp{(local - offset_seconds(time.date, time.second_of_day)) * nanoseconds_per_second};
}

bool is_trading_day(Date date) {
  const int day_of_week = weekday(date);
  return day_of_week != 0 && day_of_week != 6 && !is_holiday(date);
}

std::optional<TradingHours> trading_hours(Date date) {
  if (!is_trading_day(date)) return std::nullopt;
  const bool half_day = is_half_day(date);
  return TradingHours{from_new_york({date, open_second}),
                      from_new_york({date, half_day ? half_day_close_second : close_second}), half_day};
}

Date next_trading_day(Date date) {
  do {
    ++date.days;
  } while (!is_trading_day(date));
  return date;
}

SessionState session_at(Timestamp now) {
  Date date = to_new_york(now).date;
  if (const auto hours = trading_hours(date); hours && now >= hours->open) {
    if (now < hours->close) return {true, date, hours->close};
    return {false, date, trading_hours(next_trading_day(date))->open};
  }
  Date previous{date.days - 1};
  while (!is_trading_day(previous))
    --previous.days;
  return {false, previous, trading_hours(next_trading_day(previous))->open};
}

}  // namespace trade::calendar
