#include "base/time.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace trade {

namespace {

/// Days that a Timestamp can tell every moment of: 1678-01-01 to 2261-12-31.
constexpr std::int32_t first_day = -106650;
constexpr std::int32_t last_day = 106650;

/// Parses exactly `count` decimal digits at the start of `text` and removes them.
bool take_digits(std::string_view& text, std::size_t count, std::int64_t& value) {
  if (text.size() < count) return false;
  value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take_char(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text, Date& date) {
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
  if (!take_digits(text, 4, year) || !take_char(text, '-') || !take_digits(text, 2, month) ||
      !take_char(text, '-') || !take_digits(text, 2, day)) {
    return false;
  }
  const std::chrono::year_month_day ymd{std::chrono::year{static_cast<int>(year)},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return false;
  date.days = static_cast<std::int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count());
  return true;
}

}  // namespace

std::string format_date(Date date) {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{date.days}}};
  char buffer[32];
  const int length = std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(ymd.year()),
                                   static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
  return std::string(buffer, static_cast<std::size_t>(length));
}

Result<Date> parse_date(std::string_view text) {
  std::string_view rest = text;
  Date date;
  if (!take_date(rest, date) || !rest.empty()) {
    return fail(ErrorCode::usage, "not a date: '" + std::string(text) + "'", "write it as YYYY-MM-DD");
  }
  if (date.days < first_day || date.days > last_day) {
    return fail(ErrorCode::usage, "a date out of range: '" + std::string(text) + "'",
                "dates are from 1678-01-01 to 2261-12-31");
  }
  return date;
}

std::string format_timestamp(Timestamp timestamp) {
  std::int64_t seconds = timestamp.nanoseconds / nanoseconds_per_second;
  std::int64_t fraction = timestamp.nanoseconds % nanoseconds_per_second;
  if (fraction < 0) {
    fraction += nanoseconds_per_second;
    --seconds;
  }
  std::int64_t day = seconds / 86'400;
  std::int64_t second_of_day = seconds % 86'400;
  if (second_of_day < 0) {
    second_of_day += 86'400;
    --day;
  }
  char buffer[48];
  const int length =
      std::snprintf(buffer, sizeof buffer, "T%02d:%02d:%02d.%09dZ", static_cast<int>(second_of_day / 3'600),
                    static_cast<int>(second_of_day / 60 % 60), static_cast<int>(second_of_day % 60),
                    static_cast<int>(fraction));
  return format_date(Date{static_cast<std::int32_t>(day)}) +
         std::string(buffer, static_cast<std::size_t>(length));
}

Result<Timestamp> parse_timestamp(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorCode::usage, "not a time: '" + std::string(text) + "'",
                "write it as 2026-01-30T14:30:00Z (RFC 3339)");
  };
  std::string_view rest = text;
  Date date;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t fraction = 0;
  if (!take_date(rest, date)) return bad();
  if (!take_char(rest, 'T') && !take_char(rest, 't') && !take_char(rest, ' ')) return bad();
  if (!take_digits(rest, 2, hour) || !take_char(rest, ':') || !take_digits(rest, 2, minute) ||
      !take_char(rest, ':') || !take_digits(rest, 2, second) || hour > 23 || minute > 59 || second > 59) {
    return bad();
  }
  if (take_char(rest, '.')) {
    std::int64_t scale = nanoseconds_per_second;
    std::size_t digits = 0;
    while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
      if (++digits > 9) return bad();
      scale /= 10;
      fraction += (rest.front() - '0') * scale;
      rest.remove_prefix(1);
    }
    if (digits == 0) return bad();
  }
  std::int64_t offset_minutes = 0;
  if (!take_char(rest, 'Z') && !take_char(rest, 'z')) {
    const bool west = !rest.empty() && rest.front() == '-';
    std::int64_t offset_hour = 0;
    std::int64_t offset_minute = 0;
    if (!take_char(rest, '+') && !take_char(rest, '-')) return bad();
    if (!take_digits(rest, 2, offset_hour) || !take_char(rest, ':') || !take_digits(rest, 2, offset_minute) ||
        offset_hour > 23 || offset_minute > 59) {
      return bad();
    }
    offset_minutes = (offset_hour * 60 + offset_minute) * (west ? -1 : 1);
  }
  if (!rest.empty()) return bad();
  // The representable years end with 2262; earlier than 1678 and later than 2261 are refused.
  if (date.days < -106'000 || date.days > 106'000) return bad();
  const std::int64_t seconds = static_cast<std::int64_t>(date.days) * 86'400 + hour * 3'600 + minute * 60 +
                               second - offset_minutes * 60;
  return Timestamp{seconds * nanoseconds_per_second + fraction};
}

}  // namespace trade
