#include "market/bars.hpp"

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
            std::int64_t close, std::int64_t volume, std::int64_t trades) {
  return {at_second(start_second), dollars(open),    dollars(high), dollars(low),
          dollars(close),          Quantity{volume}, trades};
}

TEST(Bars, TradesOfOneSpanMakeOneBarAndSpansWithoutTradesNone) {
  BarHistory bars;
  bars.add(at_second(0), friday, dollars(10), Quantity{1});
  bars.add(at_second(20), friday, dollars(12), Quantity{2});
  bars.add(at_second(40), friday, dollars(9), Quantity{3});
  bars.add(at_second(59), friday, dollars(11), Quantity{4});
  bars.add(at_second(180), friday, dollars(13), Quantity{5});
  EXPECT_THAT(bars.last(BarInterval::one_minute, 10),
              testing::ElementsAre(bar(0, 10, 12, 9, 11, 10, 4), bar(180, 13, 13, 13, 13, 5, 1)));
  EXPECT_THAT(bars.last(BarInterval::one_minute, 1), testing::ElementsAre(bar(180, 13, 13, 13, 13, 5, 1)));
  EXPECT_THAT(bars.last(BarInterval::one_minute, 0), testing::IsEmpty());
}

TEST(Bars, CoarserSpansArePutTogetherFromMinutes) {
  BarHistory bars;
  // Starts at 14:30, so the first five minutes end at second 300 and the first hour at second 1800.
  bars.add(at_second(0), friday, dollars(10), Quantity{1});
  bars.add(at_second(299), friday, dollars(20), Quantity{1});
  bars.add(at_second(300), friday, dollars(5), Quantity{1});
  bars.add(at_second(1'799), friday, dollars(6), Quantity{1});
  bars.add(at_second(1'800), friday, dollars(7), Quantity{1});
  EXPECT_THAT(bars.last(BarInterval::five_minutes, 10),
              testing::ElementsAre(bar(0, 10, 20, 10, 20, 2, 2), bar(300, 5, 5, 5, 5, 1, 1),
                                   bar(1'500, 6, 6, 6, 6, 1, 1), bar(1'800, 7, 7, 7, 7, 1, 1)));
  EXPECT_THAT(bars.last(BarInterval::one_hour, 10),
              testing::ElementsAre(bar(-1'800, 10, 20, 5, 6, 4, 4), bar(1'800, 7, 7, 7, 7, 1, 1)));
}

TEST(Bars, ADayIsATradingDayWhateverTheClockSays) {
  BarHistory bars;
  bars.add(at_second(0), friday, dollars(10), Quantity{1});
  bars.add(at_second(12 * 3'600), friday, dollars(11), Quantity{1});
  bars.add(at_second(24 * 3'600), Date{20'486}, dollars(12), Quantity{1});
  const auto days = bars.last(BarInterval::one_day, 10);
  ASSERT_EQ(days.size(), 2u);
  EXPECT_EQ(format_timestamp(days[0].start), "2026-01-30T00:00:00.000000000Z");
  EXPECT_EQ(days[0].close, dollars(11));
  EXPECT_EQ(days[0].volume, Quantity{2});
  EXPECT_EQ(format_timestamp(days[1].start), "2026-02-02T00:00:00.000000000Z");
}

TEST(Bars, WithoutASessionTheDayIsTheUtcDate) {
  BarHistory bars;
  bars.add(at_second(0), Date{}, dollars(10), Quantity{1});
  EXPECT_EQ(format_timestamp(bars.last(BarInterval::one_day, 1).at(0).start),
            "2026-01-30T00:00:00.000000000Z");
}

TEST(Bars, OldBarsAreForgotten) {
  BarHistory bars;
  for (std::int64_t minute = 0; minute < std::int64_t{minute_bars_max} + 20; ++minute) {
    bars.add(at_second(minute * 60), friday, dollars(1 + minute), Quantity{1});
  }
  const auto minutes = bars.last(BarInterval::one_minute, 10'000);
  ASSERT_EQ(minutes.size(), minute_bars_max);
  EXPECT_EQ(minutes.front().open, dollars(21));
  EXPECT_EQ(minutes.back().start, at_second((std::int64_t{minute_bars_max} + 19) * 60));
}

TEST(Bars, TheHighestPriceFits) {
  BarHistory bars;
  bars.add(at_second(0), friday, Price{price_units_max}, Quantity{order_quantity_max});
  EXPECT_EQ(bars.last(BarInterval::one_day, 1).at(0).high, Price{price_units_max});
}

}  // namespace
}  // namespace trade::market
