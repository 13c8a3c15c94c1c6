// Times and durations as scenarios write them. Times are New York's, as the market's are.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>

#include "calendar/calendar.hpp"
#include "scenario/value.hpp"

namespace trade::scenario {

namespace {

constexpr std::int64_t seconds_per_day = 86'400;

/// "09:30", "09:30:00", "09:30:00.25" as nanoseconds of the day.
std::optional<std::int64_t> time_of_day_of(std::string_view text) {
  const auto two_digits = [&](std::size_t at, int max) -> std::optional<int> {
    if (at + 2 > text.size()) return std::nullopt;
    int number = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, number);
    if (error != std::errc{} || end != text.data() + at + 2 || number < 0 || number > max)
      return std::nullopt;
    return number;
  };
  const auto hour = two_digits(0, 23);
  const auto minute = two_digits(3, 59);
  if (!hour || !minute || text[2] != ':') return std::nullopt;
  std::int64_t nanoseconds = (*hour * 3'600 + *minute * 60) * nanoseconds_per_second;
  if (text.size() == 5) return nanoseconds;
  const auto second = two_digits(6, 59);
  if (!second || text[5] != ':') return std::nullopt;
  nanoseconds += *second * nanoseconds_per_second;
  if (text.size() == 8) return nanoseconds;
  if (text[8] != '.' || text.size() == 9 || text.size() > 18) return std::nullopt;
  std::int64_t unit = nanoseconds_per_second;
  for (const char digit : text.substr(9)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    unit /= 10;
    nanoseconds += (digit - '0') * unit;
  }
  return nanoseconds;
}

Result<Timestamp> parse_next(std::string_view what, Timestamp now) {
  // A holiday weekend is four days at most; two weeks are more than enough.
  constexpr int days_looked_at = 14;
  Date date = calendar::to_new_york(now).date;
  for (int i = 0; i < days_looked_at; ++i, ++date.days) {
    const auto hours = calendar::trading_hours(date);
    if (!hours) continue;
    const Timestamp moment = what == "open" ? hours->open : hours->close;
    if (moment > now) return moment;
  }
  return fail(ErrorCode::usage, "no session within two weeks");
}

}  // namespace

Result<std::int64_t> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
  };
  static constexpr std::array<Unit, 7> units{{{"ns", 1},
                                              {"us", nanoseconds_per_microsecond},
                                              {"ms", nanoseconds_per_millisecond},
                                              {"s", nanoseconds_per_second},
                                              {"m", 60 * nanoseconds_per_second},
                                              {"h", 3'600 * nanoseconds_per_second},
                                              {"d", seconds_per_day * nanoseconds_per_second}}};
  constexpr double nanoseconds_max = 3.2e18;  // a hundred years
  const auto wrong = [&] {
    return fail(ErrorCode::usage, "not a duration: '" + std::string(text.substr(0, 40)) + "'",
                "such as 250ms, 1.5s, 1h30m or 2d");
  };
  double nanoseconds = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(number) || number < 0) return wrong();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const std::string_view name = rest.substr(0, rest.find_first_of("0123456789."));
    const Unit* unit = nullptr;
    for (const Unit& candidate : units) {
      if (candidate.name == name) unit = &candidate;
    }
    if (unit == nullptr) return wrong();
    rest.remove_prefix(name.size());
    nanoseconds += number * static_cast<double>(unit->nanoseconds);
    if (nanoseconds > nanoseconds_max) return wrong();
  }
  if (text.empty()) return wrong();
  return std::llround(nanoseconds);
}

Result<Timestamp> parse_moment(const std::vector<std::string>& words, Timestamp now) {
  if (words.size() == 2 && words[0] == "next" && (words[1] == "open" || words[1] == "close"))
    return parse_next(words[1], now);
  if (words.empty() || words.size() > 2) {
    return fail(ErrorCode::usage, "not a time: " + std::to_string(words.size()) + " words",
                "a time such as 09:30:00, a date and a time, or 'next open'");
  }
  Date date = calendar::to_new_york(now).date;
  if (words.size() == 2) {
    Result<Date> given = parse_date(words[0]);
    if (!given) return pass_on(std::move(given));
    date = *given;
  }
  const Result<std::int64_t> time = parse_time_of_day(words.back());
  if (!time) return std::unexpected(time.error());
  return moment_of(date, *time);
}

Result<std::int64_t> parse_time_of_day(std::string_view text) {
  if (const auto time = time_of_day_of(text)) return *time;
  return fail(ErrorCode::usage, "not a time of day: '" + std::string(text.substr(0, 40)) + "'",
              "New York's, such as 09:30:00, after a date if need be: 2026-03-02 09:30:00");
}

Timestamp moment_of(Date date, std::int64_t time_of_day_nanoseconds) {
  Timestamp moment = calendar::from_new_york(
      {date, static_cast<std::int32_t>(time_of_day_nanoseconds / nanoseconds_per_second)});
  moment.nanoseconds += time_of_day_nanoseconds % nanoseconds_per_second;
  return moment;
}

std::string new_york_text(Timestamp timestamp) {
  const calendar::NewYorkTime time = calendar::to_new_york(timestamp);
  std::array<char, 32> clock{};
  const std::int64_t fraction = timestamp.nanoseconds % nanoseconds_per_second;
  std::snprintf(clock.data(), clock.size(), "%02d:%02d:%02d.%09d", time.second_of_day / 3'600,
                time.second_of_day / 60 % 60, time.second_of_day % 60, static_cast<int>(fraction));
  std::string text = format_date(time.date) + " " + clock.data();
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace trade::scenario
