#include "model/numbers.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace trade {
namespace {

TEST(FormatMoney, WritesTwoToFourDecimals) {
  EXPECT_EQ(format_money(Money{1'500'000}), "150.00");
  EXPECT_EQ(format_money(Money{1'234}), "0.1234");
  EXPECT_EQ(format_money(Money{1'230}), "0.123");
  EXPECT_EQ(format_money(Money{-125'000}), "-12.50");
  EXPECT_EQ(format_money(Money{0}), "0.00");
  EXPECT_EQ(format_money(Money{std::numeric_limits<std::int64_t>::min()}), "-922337203685477.5808");
}

TEST(ParsePrice, ReadsDecimalDollars) {
  EXPECT_EQ(parse_price("150")->units, 1'500'000);
  EXPECT_EQ(parse_price("150.2")->units, 1'502'000);
  EXPECT_EQ(parse_price("0.0001")->units, 1);
  EXPECT_EQ(parse_price("200000")->units, price_units_max);
}

TEST(ParsePrice, RefusesWhatIsNoPrice) {
  for (const char* text : {"", ".5", "5.", "1e3", "-1", "+1", " 1", "1 ", "0", "0.00001", "200000.0001",
                           "nan", "0x10", "1,000", "999999999999999", "99999999999999999999"}) {
    const auto parsed = parse_price(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::usage);
  }
}

TEST(ParseMoney, ReadsWhatFormatMoneyWrites) {
  for (const std::int64_t units :
       {0LL, 1LL, -1LL, 123'456'789LL, -99'999'999LL, 9'000'000'000'000'000'000LL}) {
    EXPECT_EQ(parse_money(format_money(Money{units}))->units, units);
  }
  for (const char* text : {"900000000000000.0001", "922337203685477.5808", "922337203685478",
                           "999999999999999", "-999999999999999.9999", "9999999999999999"}) {
    EXPECT_FALSE(parse_money(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_money("--1").has_value());
}

TEST(ParseQuantity, TakesWholeSharesOnly) {
  EXPECT_EQ(parse_quantity("1")->shares, 1);
  EXPECT_EQ(parse_quantity("1000000000")->shares, order_quantity_max);
  for (const char* text : {"", "0", "-1", "1.5", "1000000001", "99999999999999999999999", "ten", "1 "}) {
    EXPECT_FALSE(parse_quantity(text).has_value()) << text;
  }
}

TEST(PriceTimesQuantity, FitsForTheLargestOrder) {
  EXPECT_EQ((Price{price_units_max} * Quantity{order_quantity_max}).units, 2'000'000'000'000'000'000);
}

TEST(MoneyDeathTest, AbortsRatherThanOverflow) {
  EXPECT_DEATH(Money{std::numeric_limits<std::int64_t>::max()} + Money{1}, "money \\+ money");
}

TEST(Scale, RoundsTowardsMinusInfinity) {
  EXPECT_EQ(scale(Money{10}, 1, 3)->units, 3);
  EXPECT_EQ(scale(Money{-10}, 1, 3)->units, -4);
  EXPECT_EQ(scale(Money{9'000'000'000'000'000'000}, 10'000, 20'000)->units, 4'500'000'000'000'000'000);
  EXPECT_FALSE(scale(Money{9'000'000'000'000'000'000}, 3, 1).has_value());
  EXPECT_FALSE(scale(Money{1}, 1, 0).has_value());
}

TEST(AveragePrice, RoundsHalfAwayFromZero) {
  EXPECT_EQ(average_price(Money{10}, Quantity{4}).units, 3);
  EXPECT_EQ(average_price(Money{-10}, Quantity{4}).units, -3);
  EXPECT_EQ(average_price(Money{10}, Quantity{3}).units, 3);
  EXPECT_EQ(average_price(Money{10}, Quantity{0}).units, 0);
}

}  // namespace
}  // namespace trade
