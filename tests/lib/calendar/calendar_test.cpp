#include "calendar/calendar.hpp"

#include <fstream>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/shared_data.hpp"

namespace trade::calendar {
namespace {

Date date(const char* text) {
  return *parse_date(text);
}

std::string close_of(const char* day) {
  const auto hours = trading_hours(date(day));
  return hours ? format_timestamp(hours->close) : "closed";
}

TEST(NewYork, FollowsDaylightSavingTime) {
  // 2026: from 8 March to 1 November.
  EXPECT_EQ(to_new_york(*parse_timestamp("2026-03-08T06:59:59Z")), (NewYorkTime{date("2026-03-08"), 7'199}));
  EXPECT_EQ(to_new_york(*parse_timestamp("2026-03-08T07:00:00Z")), (NewYorkTime{date("2026-03-08"), 10'800}));
  EXPECT_EQ(to_new_york(*parse_timestamp("2026-11-01T05:59:59Z")), (NewYorkTime{date("2026-11-01"), 7'199}));
  EXPECT_EQ(to_new_york(*parse_timestamp("2026-11-01T06:00:00Z")), (NewYorkTime{date("2026-11-01"), 3'600}));
  EXPECT_EQ(to_new_york(*parse_timestamp("2026-01-01T04:59:59Z")).date, date("2025-12-31"));
}

TEST(NewYork, ConvertsBackAndForth) {
  // Every 30 minutes of two years; the hour that occurs twice is given as the first.
  for (std::int64_t second = 1'767'225'600; second < 1'767'225'600 + 2 * 366 * 86'400; second += 1'800) {
    const Timestamp moment{second * nanoseconds_per_second};
    const Timestamp back = from_new_york(to_new_york(moment));
    if (back != moment) {
      EXPECT_EQ(back.nanoseconds, moment.nanoseconds - 3'600 * nanoseconds_per_second);
      EXPECT_EQ(to_new_york(back), to_new_york(moment));
    }
  }
}

TEST(TradingHours, KnowFullAndHalfDaysAndHolidays) {
  EXPECT_EQ(close_of("2026-01-30"), "2026-01-30T21:00:00.000000000Z");
  EXPECT_EQ(close_of("2026-07-01"), "2026-07-01T20:00:00.000000000Z");
  EXPECT_EQ(close_of("2026-11-27"), "2026-11-27T18:00:00.000000000Z");
  EXPECT_TRUE(trading_hours(date("2026-12-24"))->half_day);
  for (const char* day : {"2026-01-01", "2026-04-03", "2026-06-19", "2026-07-03", "2026-11-26", "2026-12-25",
                          "2026-01-31", "2026-02-01", "2025-01-09", "2012-10-29"}) {
    EXPECT_FALSE(is_trading_day(date(day))) << day;
  }
  EXPECT_TRUE(is_trading_day(date("2021-12-31"))) << "New Year's Day 2022 is a Saturday and not made up for";
}

TEST(SessionAt, TellsTheDayAndTheNextChange) {
  const auto friday_noon = session_at(*parse_timestamp("2026-01-30T17:00:00Z"));
  EXPECT_TRUE(friday_noon.open);
  EXPECT_EQ(friday_noon.trading_date, date("2026-01-30"));
  EXPECT_EQ(format_timestamp(friday_noon.next_change), "2026-01-30T21:00:00.000000000Z");
  const auto saturday = session_at(*parse_timestamp("2026-01-31T17:00:00Z"));
  EXPECT_FALSE(saturday.open);
  EXPECT_EQ(saturday.trading_date, date("2026-01-30"));
  EXPECT_EQ(format_timestamp(saturday.next_change), "2026-02-02T14:30:00.000000000Z");
  const auto before_open = session_at(*parse_timestamp("2026-02-02T14:29:59Z"));
  EXPECT_FALSE(before_open.open);
  EXPECT_EQ(before_open.trading_date, date("2026-01-30"));
  EXPECT_TRUE(session_at(*parse_timestamp("2026-02-02T14:30:00Z")).open);
  EXPECT_FALSE(session_at(*parse_timestamp("2026-02-02T21:00:00Z")).open);
}

TEST(TradingHours, AgreeWithARecordedCalendar) {
  const auto path = test::shared_data("us_equity_calendar_lean.json");
  if (!path) GTEST_SKIP() << "no recorded calendar here";
  const auto recorded = nlohmann::json::parse(std::ifstream(*path));
  const auto holidays = recorded.at("holidays").get<std::set<std::string>>();
  const auto early_closes = recorded.at("earlyCloses").get<std::map<std::string, std::string>>();
  int days = 0;
  for (Date day = date("2001-01-01"); day <= date("2028-12-31"); ++day.days) {
    if (weekday(day) == 0 || weekday(day) == 6) continue;
    const std::string text = format_date(day);
    const auto hours = trading_hours(day);
    EXPECT_EQ(!hours.has_value(), holidays.contains(text)) << text;
    if (hours) {
      EXPECT_EQ(hours->half_day, early_closes.contains(text)) << text;
    }
    ++days;
  }
  EXPECT_EQ(days, 7'305);
}

}  // namespace
}  // namespace trade::calendar
