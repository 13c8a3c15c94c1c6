#include "screen.hpp"

#include <gtest/gtest.h>

#include "candles.hpp"

namespace trade::cmd {
namespace {

TEST(Screen, TextIsCutAtItsEdgesAndControlCharactersMoveNothing) {
  Screen screen(8, 2);
  screen.write(0, 5, "abcdef");
  screen.write_right(1, 4, "123456", Ink::plain, 3);
  screen.write(7, 0, "nowhere");
  screen.write(1, 5, "\x1b[J");
  EXPECT_EQ(screen.text(), "     abc\n 456 ?[J\n");
}

TEST(Screen, ACodePointTakesOneCellAndWhatIsNoUtf8IsReplaced) {
  Screen screen(6, 1);
  EXPECT_EQ(screen.write(0, 0, "▁█é"), 3u);
  screen.write(0, 3, "\xff\xe2\x82");
  EXPECT_EQ(screen.row_text(0), "▁█é\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Screen, WhatIsDrawnHasAnAsciiForm) {
  Screen screen(8, 1);
  screen.write(0, 0, "│┃▁█▶↑é x");
  screen.make_ascii();
  EXPECT_EQ(screen.row_text(0), "|###>^?");
}

TEST(Screen, ColoursStandAroundWhatHasThem) {
  Screen screen(6, 1);
  screen.write(0, 0, "a");
  screen.write(0, 1, "b", Ink::gain);
  screen.write(0, 2, "c");
  EXPECT_EQ(screen.colored_text(), "a\x1b[32mb\x1b[0mc\n");
}

BarView bar(std::int64_t minute, std::int64_t open, std::int64_t high, std::int64_t low, std::int64_t close,
            std::int64_t volume) {
  const auto price = [](std::int64_t dollars) { return Price{dollars * units_per_dollar}; };
  return {{minute * 60 * nanoseconds_per_second},
          price(open),
          price(high),
          price(low),
          price(close),
          price(open),
          Quantity{volume},
          1};
}

TEST(Candles, BodiesWicksPricesVolumeAndTimesAreWhereTheyBelong) {
  const std::vector<BarView> bars{bar(870, 12, 16, 10, 14, 8), bar(871, 14, 14, 12, 12, 4),
                                  bar(872, 13, 17, 13, 17, 1)};
  Screen screen(24, 6);
  draw_candles(screen, {0, 0, 24, 6}, bars, {BarUnit::minute, 1}, true);
  EXPECT_EQ(screen.text(),
            "╷ ┃                17.00\n"
            "╽╻┃\n"
            "┃┃╹\n"
            "│                  10.00\n"
            "█▅▂                vol 8\n"
            "14:30\n");
  EXPECT_EQ(screen.cell(1, 0).ink, Ink::gain);
  EXPECT_EQ(screen.cell(1, 1).ink, Ink::loss);
}

TEST(Candles, WithoutColourAFallingBarIsDrawnDouble) {
  const std::vector<BarView> bars{bar(870, 10, 14, 10, 14, 1), bar(871, 14, 14, 10, 10, 1)};
  Screen screen(24, 6);
  draw_candles(screen, {0, 0, 24, 6}, bars, {BarUnit::minute, 1}, false);
  EXPECT_EQ(screen.row_text(1), "┃║");
}

TEST(Candles, TheNewestThatFitAreShownAndATooSmallAreaStaysEmpty) {
  std::vector<BarView> bars;
  for (std::int64_t i = 0; i < 100; ++i)
    bars.push_back(bar(i, 10, 10, 10, 10, 1));
  Screen screen(30, 6);
  draw_candles(screen, {0, 0, 30, 6}, bars, {BarUnit::minute, 1}, true);
  EXPECT_EQ(screen.row_text(5), "01:22   01:30");
  Screen small(10, 3);
  draw_candles(small, {0, 0, 10, 3}, bars, {BarUnit::minute, 1}, true);
  EXPECT_EQ(small.text(), "\n\n\n");
}

TEST(Sparkline, GoesFromLowToHigh) {
  EXPECT_EQ(sparkline({}), "");
  const std::vector<Price> prices{{100}, {107}, {103}};
  EXPECT_EQ(sparkline(prices), "▁█▄");
  const std::vector<Price> flat{{5}, {5}};
  EXPECT_EQ(sparkline(flat), "▅▅");
}

}  // namespace
}  // namespace trade::cmd
