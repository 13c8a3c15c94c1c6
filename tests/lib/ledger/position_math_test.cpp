#include "ledger/position_math.hpp"

#include <cstdint>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "event_feed.hpp"

namespace trade::ledger {
namespace {

using test::cents;
using test::price_cents;

TEST(PositionMath, BuyingAddsToTheCost) {
  const auto first = apply_fill({}, Side::buy, Quantity{10}, price_cents(15'000));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->after, (Holding{Quantity{10}, cents(150'000)}));
  EXPECT_EQ(first->gain, Money{});
  const auto second = apply_fill(first->after, Side::buy, Quantity{5}, price_cents(16'000));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->after, (Holding{Quantity{15}, cents(230'000)}));
  EXPECT_EQ(second->gain, Money{});
}

TEST(PositionMath, SellingAllAtAProfitAndAtALoss) {
  const Holding held{Quantity{10}, cents(150'000)};
  const auto profit = apply_fill(held, Side::sell, Quantity{10}, price_cents(15'500));
  ASSERT_TRUE(profit);
  EXPECT_EQ(profit->after, Holding{});
  EXPECT_EQ(profit->gain, cents(5'000));
  const auto loss = apply_fill(held, Side::sell, Quantity{10}, price_cents(14'950));
  ASSERT_TRUE(loss);
  EXPECT_EQ(loss->after, Holding{});
  EXPECT_EQ(loss->gain, cents(-500));
}

TEST(PositionMath, APartTakesItsShareOfTheCostRoundedDown) {
  // Three shares for 0.0010 in all: one of them cost 3.33 units, so 3 go and 7 stay.
  const auto outcome = apply_fill({Quantity{3}, Money{10}}, Side::sell, Quantity{1}, Price{5});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->after, (Holding{Quantity{2}, Money{7}}));
  EXPECT_EQ(outcome->gain, Money{2});
  const auto rest = apply_fill(outcome->after, Side::sell, Quantity{2}, Price{5});
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->after, Holding{});
  EXPECT_EQ(rest->gain, Money{3});
}

TEST(PositionMath, ShortPositionsHaveNegativeCost) {
  const auto sold = apply_fill({}, Side::sell, Quantity{10}, price_cents(2'000));
  ASSERT_TRUE(sold);
  EXPECT_EQ(sold->after, (Holding{Quantity{-10}, cents(-20'000)}));
  EXPECT_EQ(sold->gain, Money{});
  // Bought back cheaper: a profit of 3.00 each.
  const auto covered = apply_fill(sold->after, Side::buy, Quantity{4}, price_cents(1'700));
  ASSERT_TRUE(covered);
  EXPECT_EQ(covered->after, (Holding{Quantity{-6}, cents(-12'000)}));
  EXPECT_EQ(covered->gain, cents(1'200));
  const auto dearer = apply_fill(covered->after, Side::buy, Quantity{6}, price_cents(2'100));
  ASSERT_TRUE(dearer);
  EXPECT_EQ(dearer->after, Holding{});
  EXPECT_EQ(dearer->gain, cents(-600));
}

TEST(PositionMath, CrossingZeroClosesFirstAndOpensTheRest) {
  const auto down = apply_fill({Quantity{5}, cents(5'000)}, Side::sell, Quantity{8}, price_cents(1'200));
  ASSERT_TRUE(down);
  EXPECT_EQ(down->after, (Holding{Quantity{-3}, cents(-3'600)}));
  EXPECT_EQ(down->gain, cents(1'000));
  const auto up = apply_fill(down->after, Side::buy, Quantity{10}, price_cents(1'100));
  ASSERT_TRUE(up);
  EXPECT_EQ(up->after, (Holding{Quantity{7}, cents(7'700)}));
  EXPECT_EQ(up->gain, cents(300));
}

TEST(UndoFill, WhatWasBoughtLeavesAtItsPrice) {
  // 10 at 4 and 10 at 6; the second never was.
  const auto undone = undo_fill({Quantity{20}, cents(10'000)}, Side::buy, Quantity{10}, price_cents(600), {});
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->after, (Holding{Quantity{10}, cents(4'000)}));
  EXPECT_EQ(undone->gain, Money{});
  const auto both = undo_fill(undone->after, Side::buy, Quantity{10}, price_cents(400), {});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->after, Holding{});
  EXPECT_EQ(both->gain, Money{});
}

TEST(UndoFill, WhatWasSoldComesBackAtWhatItCostAndItsGainGoes) {
  const Holding before{Quantity{20}, cents(8'000)};
  const auto sold = apply_fill(before, Side::sell, Quantity{5}, price_cents(600));
  ASSERT_TRUE(sold);
  const auto undone = undo_fill(sold->after, Side::sell, Quantity{5}, price_cents(600), {});
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->after, before);
  EXPECT_EQ(undone->gain, -sold->gain);
}

TEST(UndoFill, SoDoesTheLastOfThem) {
  const Holding before{Quantity{10}, cents(4'000)};
  const auto sold = apply_fill(before, Side::sell, Quantity{10}, price_cents(600));
  ASSERT_TRUE(sold);
  const auto undone =
      undo_fill(sold->after, Side::sell, Quantity{10}, price_cents(600), closing_cost(before));
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->after, before);
  EXPECT_EQ(undone->gain, -sold->gain);
}

TEST(UndoFill, AShortPositionLikewise) {
  const Holding before{Quantity{-10}, cents(-4'000)};
  const auto covered = apply_fill(before, Side::buy, Quantity{10}, price_cents(300));
  ASSERT_TRUE(covered);
  const auto undone =
      undo_fill(covered->after, Side::buy, Quantity{10}, price_cents(300), closing_cost(before));
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->after, before);
  EXPECT_EQ(undone->gain, -covered->gain);
  const auto opening = undo_fill(before, Side::sell, Quantity{10}, price_cents(400), {});
  ASSERT_TRUE(opening);
  EXPECT_EQ(opening->after, Holding{});
}

TEST(UndoFill, WhatIsNotThereAnyMoreIsOwed) {
  // Bought 10 at 5 and sold since; the purchase never was.
  const auto undone =
      undo_fill({}, Side::buy, Quantity{10}, price_cents(500), closing_cost({Quantity{10}, cents(5'000)}));
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->after, (Holding{Quantity{-10}, cents(-5'000)}));
  EXPECT_EQ(undone->gain, Money{});
}

TEST(UndoFill, TheTrialBalanceHoldsWhateverCameBetween) {
  std::mt19937_64 random(5);
  const auto below = [&random](std::int64_t bound) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound));
  };
  Holding holding;
  ClosingCost closed;
  for (int step = 0; step < 20'000; ++step) {
    const Side side = below(2) == 0 ? Side::buy : Side::sell;
    const Quantity quantity{1 + below(20)};
    const Price price{1 + below(100'000)};
    const bool undo = below(3) == 0;
    const auto outcome =
        undo ? undo_fill(holding, side, quantity, price, closed) : apply_fill(holding, side, quantity, price);
    ASSERT_TRUE(outcome) << "seed 5, step " << step;
    const bool cash_leaves = (side == Side::buy) != undo;
    const Money cash = cash_leaves ? -(price * quantity) : price * quantity;
    EXPECT_EQ(outcome->after.cost - holding.cost, outcome->gain - cash) << "seed 5, step " << step;
    const std::int64_t shares = cash_leaves ? quantity.shares : -quantity.shares;
    EXPECT_EQ(outcome->after.quantity, holding.quantity + Quantity{shares});
    if (!outcome->after.quantity) {
      EXPECT_EQ(outcome->after.cost, Money{}) << "seed 5, step " << step;
      closed = closing_cost(holding);
    }
    holding = outcome->after;
  }
}

TEST(PositionMath, WhatLeaves64BitsIsNothing) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(apply_fill({Quantity{most}, Money{1}}, Side::buy, Quantity{1}, Price{1}));
  EXPECT_FALSE(apply_fill({Quantity{1}, Money{most}}, Side::buy, Quantity{1}, Price{1}));
  EXPECT_FALSE(market_value(Price{price_units_max}, Quantity{most}));
  EXPECT_EQ(market_value(Price{price_units_max}, Quantity{-2}), Money{-2 * price_units_max});
  EXPECT_FALSE(sum(Money{most}, Money{1}));
}

TEST(PositionMath, CostCashAndGainReconcileWhateverHappens) {
  std::mt19937_64 random(20'260'130);
  const auto below = [&random](std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random);
  };
  Holding holding;
  Money cash;
  Money realized;
  for (int step = 0; step < 100'000; ++step) {
    const Side side = below(2) == 0 ? Side::buy : Side::sell;
    const Quantity quantity{1 + below(1'000)};
    const Price price{below(1'000'000)};
    const auto outcome = apply_fill(holding, side, quantity, price);
    ASSERT_TRUE(outcome);
    cash += side == Side::buy ? -(price * quantity) : price * quantity;
    realized += outcome->gain;
    ASSERT_EQ(outcome->after.quantity,
              side == Side::buy ? holding.quantity + quantity : holding.quantity - quantity);
    holding = outcome->after;
    ASSERT_EQ(cash + holding.cost, realized) << "step " << step;
    // The cost has the sign of the shares, and none is left without shares.
    ASSERT_TRUE(holding.quantity.shares == 0 ? !holding.cost
                                             : holding.cost.units * holding.quantity.shares >= 0)
        << "step " << step;
  }
}

}  // namespace
}  // namespace trade::ledger
