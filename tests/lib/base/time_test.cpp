#include "base/time.hpp"

#include <gtest/gtest.h>

namespace trade {
namespace {

TEST(FormatTimestamp, WritesNineFractionalDigitsInUtc) {
  EXPECT_EQ(format_timestamp(Timestamp{0}), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(format_timestamp(Timestamp{1'769'999'999'123'456'789}), "2026-02-02T02:39:59.123456789Z");
  EXPECT_EQ(format_timestamp(Timestamp{-1}), "1969-12-31T23:59:59.999999999Z");
}

TEST(ParseTimestamp, ReadsOffsetsAndFractions) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00Z")->nanoseconds, 0);
  EXPECT_EQ(parse_timestamp("2026-02-02T02:39:59.123456789Z")->nanoseconds, 1'769'999'999'123'456'789);
  EXPECT_EQ(parse_timestamp("2026-02-02T02:39:59.5Z")->nanoseconds, 1'769'999'999'500'000'000);
  EXPECT_EQ(parse_timestamp("2026-02-01T21:39:59-05:00")->nanoseconds, 1'769'999'999'000'000'000);
}

TEST(ParseTimestamp, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026-02-30T00:00:00Z", "2026-02-02", "2026-02-02T24:00:00Z", "2026-02-02T00:00:60Z",
        "2026-02-02T00:00:00", "2026-02-02T00:00:00.Z", "2026-02-02T00:00:00.1234567890Z",
        "2026-02-02T00:00:00Zx", "9999-01-01T00:00:00Z", "2026-02-02T00:00:00+24:00"}) {
    const auto parsed = parse_timestamp(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::usage);
    EXPECT_FALSE(parsed.error().hint.empty());
  }
}

TEST(Dates, RoundTripOverLeapYears) {
  for (const char* text : {"1970-01-01", "2000-02-29", "2024-02-29", "2026-12-31", "2100-03-01"}) {
    const auto date = parse_date(text);
    ASSERT_TRUE(date.has_value()) << text;
    EXPECT_EQ(format_date(*date), text);
  }
  EXPECT_FALSE(parse_date("2023-02-29").has_value());
  EXPECT_FALSE(parse_date("2023-2-9").has_value());
}

TEST(Dates, AreThoseThatATimestampCanTell) {
  for (const char* text : {"1678-01-01", "2261-12-31"})
    EXPECT_TRUE(parse_date(text).has_value()) << text;
  for (const char* text : {"0001-01-01", "1677-12-31", "2262-01-01", "9999-12-31"})
    EXPECT_FALSE(parse_date(text).has_value()) << text;
}

}  // namespace
}  // namespace trade
