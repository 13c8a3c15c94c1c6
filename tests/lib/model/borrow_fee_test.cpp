#include "model/borrow_fee.hpp"

#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "support/seeds.hpp"

namespace trade {
namespace {

constexpr Money cents(std::int64_t amount) {
  return {amount * (units_per_dollar / 100)};
}
constexpr Price dollars(std::int64_t amount) {
  return {amount * units_per_dollar};
}

TEST(BorrowFee, TheCollateralIsRoundedUpToTheDollar) {
  // 59.24 * 1.02 = 60.4248, so 61: 100 * 61 * 12 % / 360 = 2.0333.
  EXPECT_EQ(borrow_fee({100}, {592'400}, 1'200, 1), cents(203));
  // 50 * 1.02 is 51 as it is.
  EXPECT_EQ(borrow_fee({100}, dollars(50), 3'600, 1), cents(510));
  EXPECT_EQ(borrow_fee({100}, {500'001}, 3'600, 1), cents(520));
  // What costs ten cents is lent as if it cost a dollar.
  EXPECT_EQ(borrow_fee({1'000}, {1'000}, 3'600, 1), cents(100));
  EXPECT_EQ(borrow_fee({1}, {price_units_max}, 36'000, 1), cents(204'000));
}

TEST(BorrowFee, DaysAddUpBeforeTheCentIsRounded) {
  // 0.004 a day.
  EXPECT_EQ(borrow_fee({4}, {9'000}, 3'600, 1), Money{});
  EXPECT_EQ(borrow_fee({4}, {9'000}, 3'600, 3), cents(1));
  EXPECT_EQ(borrow_fee({4}, {9'000}, 3'600, 10), cents(4));
  // Half a cent is rounded up.
  EXPECT_EQ(borrow_fee({5}, {9'000}, 3'600, 1), cents(1));
  EXPECT_EQ(borrow_fee({49}, {9'000}, 3'600, 1), cents(5));
}

TEST(BorrowFee, NothingIsCharged) {
  EXPECT_EQ(borrow_fee({0}, dollars(50), 3'600, 1), Money{});
  EXPECT_EQ(borrow_fee({100}, {}, 3'600, 1), Money{});
  EXPECT_EQ(borrow_fee({100}, dollars(50), 0, 1), Money{});
  EXPECT_EQ(borrow_fee({100}, dollars(50), 3'600, 0), Money{});
}

TEST(BorrowFee, WhatIsBeyondMoneyIsTheMostThereIs) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Money fee =
      borrow_fee({1'000'000'000'000}, {price_units_max}, borrow_rate_basis_points_max, 2'147'483'647);
  EXPECT_EQ(fee, Money{most / 100 * 100});
}

TEST(BorrowFee, IsTheNearestCentOfTheExactFee) {
  const std::uint64_t seed = test::seeds(1).front();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  __extension__ using Wide = __int128;
  for (int round = 0; round < 20'000; ++round) {
    const std::int64_t shares = 1 + below(1'000'000);
    const std::int64_t units = 1 + below(5'000'000);
    const std::int64_t rate = 1 + below(borrow_rate_basis_points_max);
    const std::int64_t days = 1 + below(10);
    const std::int64_t fee = borrow_fee({shares}, {units}, rate, days).units;
    ASSERT_EQ(fee % 100, 0);
    std::int64_t collateral = units * 102 / 1'000'000;
    while (collateral * 1'000'000 < units * 102)
      ++collateral;
    // In 1/3,600,000 of a cent: how far the fee is from the exact one.
    const Wide away = Wide{fee / 100} * 3'600'000 - Wide{shares} * collateral * 100 * rate * days;
    ASSERT_TRUE(away > -1'800'000 && away <= 1'800'000)
        << shares << " shares at " << units << ", " << rate << " over " << days;
  }
}

}  // namespace
}  // namespace trade
