// What a field of an answer is, and whether it is what was expected.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "format/json.hpp"
#include "scenario/scenario.hpp"

namespace trade::scenario {

/// A field as a scenario writes it: the text of a value, "none" of what is absent, "60@150.10,40@150.15" of
/// levels and trades.
///
/// Paths: a field's name ("status"); in a list "count", a row by its number and its field ("1.price"), and of
/// trades and fills "trades", the oldest first; of a portfolio a symbol ("AAPL", the quantity held) and its
/// fields ("AAPL.average_cost"); "inner.outer" of objects in objects. Nothing when there is no such field.
std::optional<std::string> field_text(const format::Json& answer, std::string_view path);

/// The names that the answer has, for a hint.
std::vector<std::string> field_names(const format::Json& answer);

/// The special values of an expectation.
constexpr std::string_view value_none = "none";    ///< absent
constexpr std::string_view value_any = "any";      ///< present, whatever it is
constexpr std::string_view value_unknown = "?";    ///< not known yet: differs, and --update writes it
constexpr std::string_view tolerance_sign = "+-";  ///< "150.10+-0.05"

/// Whether `actual` is as expected. Numbers are compared by value, times with New York's clock where what is
/// expected is no RFC 3339 time in UTC. An error where the expectation makes no sense ("status<3").
Result<bool> matches(std::string_view actual, Comparison comparison, std::string_view expected);

/// "=", "!=", …
std::string_view sign_of(Comparison comparison);

/// How a difference shows a value: times as New York's clock has them.
std::string shown_value(std::string_view actual);

/// "1h30m", "250ms", "1.5s", "2d" as nanoseconds.
Result<std::int64_t> parse_duration(std::string_view text);
/// "09:30", "09:30:00" or "09:30:00.25" in New York, as nanoseconds of the day.
Result<std::int64_t> parse_time_of_day(std::string_view text);
/// The moment at which New York's clocks show that on a date.
Timestamp moment_of(Date date, std::int64_t time_of_day_nanoseconds);

/// The moment that "TIME" or "DATE", "TIME" name in New York; a time alone is of the day of `now`. "next
/// open" and "next close" are those of the regular session.
Result<Timestamp> parse_moment(const std::vector<std::string>& words, Timestamp now);

/// "2026-03-02 09:30:00.25" in New York.
std::string new_york_text(Timestamp timestamp);

}  // namespace trade::scenario
