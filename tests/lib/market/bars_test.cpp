#include "market/bars.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/market/market_events.hpp"

namespace trade::market {
namespace {

constexpr Date friday{20'483};  // 2026-01-30

Timestamp at_second(std::int64_t second) {
  return {test_start_ns + second * nanoseconds_per_second};
}

BarView bar(std::int64_t start_second, std::int64_t open, std::int64_t high, std::int64_t low,
            std::int64_t close, Price average, std::int64_t volume, std::int64_t trades) {
  return {at_second(start_second), dollars(open), dollars(high),    dollars(low),
          dollars(close),          average,       Quantity{volume}, trades};
}

constexpr BarSpan seconds{BarUnit::second, 1};
constexpr BarSpan minutes{BarUnit::minute, 1};
constexpr BarSpan five_minutes{BarUnit::minute, 5};
constexpr BarSpan hours{BarUnit::hour, 1};
constexpr BarSpan days{BarUnit::day, 1};

/// The last `limit`, oldest first.
std::vector<BarView> last(const BarHistory& bars, BarSpan span, std::size_t limit) {
  auto found = bars.find({.span = span, .limit = limit});
  std::ranges::reverse(found);
  return found;
}

std::vector<std::int64_t> starts(const std::vector<BarView>& bars) {
  std::vector<std::int64_t> seconds_after;
  for (const BarView& view : bars)
    seconds_after.push_back((view.start.nanoseconds - test_start_ns) / nanoseconds_per_second);
  return seconds_after;
}

TEST(Bars, TradesOfOneSpanMakeOneBarAndSpansWithoutTradesNone) {
  BarHistory bars;
  bars.add(at_second(0), friday, dollars(10), Quantity{1});
  bars.add(at_second(20), friday, dollars(12), Quantity{2});
  bars.add(at_second(40), friday, dollars(9), Quantity{3});
  bars.add(at_second(59), friday, dollars(11), Quantity{4});
  bars.add(at_second(180), friday, dollars(13), Quantity{5});
  // (10 + 24 + 27 + 44) / 10
  const BarView first = bar(0, 10, 12, 9, 11, Price{105'000}, 10, 4);
  const BarView second = bar(180, 13, 13, 13, 13, dollars(13), 5, 1);
  EXPECT_THAT(last(bars, minutes, 10), testing::ElementsAre(first, second));
  EXPECT_THAT(last(bars, minutes, 1), testing::ElementsAre(second));
  EXPECT_THAT(last(bars, minutes, 0), testing::IsEmpty());
  EXPECT_THAT(starts(last(bars, seconds, 10)), testing::ElementsAre(0, 20, 40, 59, 180));
}

TEST(Bars, CoarserSpansArePutTogether) {
  BarHistory bars;
  // Starts at 14:30, so the first five minutes end at second 300 and the first hour at second 1800.
  bars.add(at_second(0), friday, dollars(10), Quantity{1});
  bars.add(at_second(299), friday, dollars(20), Quantity{1});
  bars.add(at_second(300), friday, dollars(5), Quantity{1});
  bars.add(at_second(1'799), friday, dollars(6), Quantity{1});
  bars.add(at_second(1'800), friday, dollars(7), Quantity{1});
  const auto fives = testing::ElementsAre(
      bar(0, 10, 20, 10, 20, dollars(15), 2, 2), bar(300, 5, 5, 5, 5, dollars(5), 1, 1),
      bar(1'500, 6, 6, 6, 6, dollars(6), 1, 1), bar(1'800, 7, 7, 7, 7, dollars(7), 1, 1));
  EXPECT_THAT(last(bars, five_minutes, 10), fives);
  EXPECT_THAT(bars.find({.span = five_minutes, .limit = 10, .oldest_first = true}), fives);
  EXPECT_THAT(last(bars, hours, 10), testing::ElementsAre(bar(-1'800, 10, 20, 5, 6, Price{102'500}, 4, 4),
                                                          bar(1'800, 7, 7, 7, 7, dollars(7), 1, 1)));
  EXPECT_THAT(starts(last(bars, {BarUnit::hour, 4}, 10)), testing::ElementsAre(-9'000));
}

TEST(Bars, ARangeHoldsTheBarsThatStartInIt) {
  BarHistory bars;
  for (std::int64_t minute = 0; minute < 10; ++minute)
    bars.add(at_second(minute * 60 + 30), friday, dollars(10), Quantity{1});
  BarsWanted wanted{
      .span = minutes, .limit = 3, .from = at_second(120), .to = at_second(420), .oldest_first = true};
  EXPECT_THAT(starts(bars.find(wanted)), testing::ElementsAre(120, 180, 240));
  wanted.oldest_first = false;
  EXPECT_THAT(starts(bars.find(wanted)), testing::ElementsAre(420, 360, 300));
  wanted.from = at_second(121);
  wanted.limit = 100;
  EXPECT_THAT(starts(bars.find(wanted)), testing::ElementsAre(420, 360, 300, 240, 180));
  // Bars of five minutes count by their own start.
  wanted.span = five_minutes;
  EXPECT_THAT(starts(bars.find(wanted)), testing::ElementsAre(300));
}

TEST(Bars, ADayIsATradingDayWhateverTheClockSays) {
  BarHistory bars;
  bars.add(at_second(0), friday, dollars(10), Quantity{1});
  bars.add(at_second(12 * 3'600), friday, dollars(11), Quantity{1});
  bars.add(at_second(24 * 3'600), Date{20'486}, dollars(12), Quantity{1});
  const auto found = last(bars, days, 10);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(format_timestamp(found[0].start), "2026-01-30T00:00:00.000000000Z");
  EXPECT_EQ(found[0].close, dollars(11));
  EXPECT_EQ(found[0].volume, Quantity{2});
  EXPECT_EQ(format_timestamp(found[1].start), "2026-02-02T00:00:00.000000000Z");
}

TEST(Bars, WeeksBeginOnMondayAndMonthsAreAlignedToTheYear) {
  BarHistory bars;
  for (const char* date : {"2025-12-29", "2026-01-02", "2026-01-05", "2026-03-31", "2026-04-01"})
    bars.add(at_second(0), *parse_date(date), dollars(10), Quantity{1});
  const auto dates = [&](BarSpan span) {
    std::vector<std::string> texts;
    for (const BarView& view : last(bars, span, 10))
      texts.push_back(format_timestamp(view.start).substr(0, 10) + " " + std::to_string(view.trades));
    return texts;
  };
  EXPECT_THAT(dates({BarUnit::week, 1}),
              testing::ElementsAre("2025-12-29 2", "2026-01-05 1", "2026-03-30 2"));
  EXPECT_THAT(dates({BarUnit::month, 1}),
              testing::ElementsAre("2025-12-01 1", "2026-01-01 2", "2026-03-01 1", "2026-04-01 1"));
  EXPECT_THAT(dates({BarUnit::month, 3}),
              testing::ElementsAre("2025-10-01 1", "2026-01-01 3", "2026-04-01 1"));
  EXPECT_THAT(dates({BarUnit::month, 12}), testing::ElementsAre("2025-01-01 1", "2026-01-01 4"));
}

TEST(Bars, WithoutASessionTheDayIsTheUtcDate) {
  BarHistory bars;
  bars.add(at_second(0), Date{}, dollars(10), Quantity{1});
  EXPECT_EQ(format_timestamp(last(bars, days, 1).at(0).start), "2026-01-30T00:00:00.000000000Z");
}

TEST(Bars, OldBarsAreForgottenAndWhatWouldBeAPartOfOneIsNotShown) {
  BarHistory bars;
  for (std::int64_t minute = 0; minute < std::int64_t{minute_bars_max} + 22; ++minute) {
    bars.add(at_second(minute * 60), friday, dollars(1 + minute), Quantity{1});
  }
  const auto found = last(bars, minutes, 10'000);
  ASSERT_EQ(found.size(), minute_bars_max);
  EXPECT_EQ(found.front().open, dollars(23));
  EXPECT_EQ(found.back().start, at_second((std::int64_t{minute_bars_max} + 21) * 60));
  // Of the five minutes from 20 on, two are gone.
  EXPECT_EQ(last(bars, five_minutes, 10'000).front(), bar(25 * 60, 26, 30, 26, 30, dollars(28), 5, 5));
}

TEST(Bars, TheHighestPriceFits) {
  BarHistory bars;
  for (int i = 0; i < 10; ++i)
    bars.add(at_second(0), friday, Price{price_units_max}, Quantity{order_quantity_max});
  EXPECT_EQ(last(bars, days, 1).at(0).high, Price{price_units_max});
  EXPECT_EQ(last(bars, days, 1).at(0).average, Price{price_units_max});
}

}  // namespace
}  // namespace trade::market
