// Points in time and calendar days, as integers.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace trade {

/// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted. Zero means "not set".
struct Timestamp {
  std::int64_t nanoseconds = 0;

  constexpr auto operator<=>(const Timestamp&) const = default;
  constexpr explicit operator bool() const { return nanoseconds != 0; }
};

constexpr std::int64_t nanoseconds_per_microsecond = 1'000;
constexpr std::int64_t nanoseconds_per_millisecond = 1'000'000;
constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

/// A day of the civil calendar (no time zone): days since 1970-01-01.
struct Date {
  std::int32_t days = 0;

  constexpr auto operator<=>(const Date&) const = default;
};

/// RFC 3339 in UTC with nanoseconds: "2026-01-30T14:30:00.000000001Z".
std::string format_timestamp(Timestamp timestamp);
/// Parses RFC 3339 with an offset or `Z`, zero to nine fractional digits.
Result<Timestamp> parse_timestamp(std::string_view text);

/// "2026-01-30".
std::string format_date(Date date);
Result<Date> parse_date(std::string_view text);

}  // namespace trade
