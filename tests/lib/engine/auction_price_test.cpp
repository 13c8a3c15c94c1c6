// The price of an auction, rule by rule.
#include "engine/auction_price.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace trade::engine {
namespace {

constexpr std::int64_t cent = 100;

/// Prices in cents.
AuctionInterest buy(std::int64_t price, std::int64_t shares) {
  return {{price * cent}, shares, 0, true};
}
AuctionInterest sell(std::int64_t price, std::int64_t shares) {
  return {{price * cent}, 0, shares, true};
}
AuctionFigures figures(std::vector<AuctionInterest> interest, std::int64_t reference) {
  return auction_price(interest, Price{cent}, Price{reference * cent});
}
AuctionFigures expected(std::int64_t price, std::int64_t volume, std::int64_t buy_surplus = 0) {
  AuctionFigures result{.price = {price * cent}, .volume = {volume}};
  result.imbalance = {buy_surplus < 0 ? -buy_surplus : buy_surplus};
  if (buy_surplus != 0) result.imbalance_side = buy_surplus > 0 ? Side::buy : Side::sell;
  return result;
}

TEST(AuctionPrice, OrdersThatDoNotMeetHaveNone) {
  EXPECT_EQ(figures({}, 1'000), AuctionFigures{});
  EXPECT_EQ(figures({buy(1'000, 50)}, 1'000), AuctionFigures{});
  EXPECT_EQ(figures({buy(999, 50), sell(1'001, 50)}, 1'000), AuctionFigures{});
}

TEST(AuctionPrice, TheLargestVolumeCountsFirst) {
  // At 10.02: 100 shares trade; at 10.00 only 60, though nothing is left over there.
  EXPECT_EQ(figures({buy(1'002, 110), sell(1'000, 60), sell(1'002, 40)}, 1'000), expected(1'002, 100, 10));
  // As for sells.
  EXPECT_EQ(figures({buy(1'000, 60), buy(998, 40), sell(998, 110)}, 1'000), expected(998, 100, -10));
}

TEST(AuctionPrice, ThenTheSmallestImbalance) {
  // 100 shares trade from 10.00 to 10.05: at 10.02 there are 150 to buy, at 10.05 only 120.
  EXPECT_EQ(figures({buy(1'002, 30), buy(1'005, 120), sell(1'000, 100)}, 1'000), expected(1'005, 100, 20));
  EXPECT_EQ(figures({sell(1'003, 30), sell(1'000, 120), buy(1'005, 100)}, 1'005), expected(1'000, 100, -20));
}

TEST(AuctionPrice, ThenTheNearestToTheReference) {
  // Every price from 10.00 to 10.10 is as good as the others.
  const std::vector<AuctionInterest> wide{buy(1'010, 100), sell(1'000, 100)};
  EXPECT_EQ(figures(wide, 1'004), expected(1'004, 100));
  EXPECT_EQ(figures(wide, 990), expected(1'000, 100)) << "below all of them";
  EXPECT_EQ(figures(wide, 1'020), expected(1'010, 100)) << "above all of them";
}

TEST(AuctionPrice, AnImbalanceOfEitherSideIsTheSame) {
  // One share too many to buy at 10.00, one too many to sell at 10.01: the reference decides.
  const std::vector<AuctionInterest> both{buy(1'000, 1), buy(1'001, 10), sell(1'000, 10), sell(1'001, 1)};
  EXPECT_EQ(figures(both, 1'005), expected(1'001, 10, -1));
  EXPECT_EQ(figures(both, 1'000), expected(1'000, 10, 1));
}

TEST(AuctionPrice, TwoThatAreEquallyNearGoToTheLower) {
  // At 10.00 one share too many is wanted, at 10.02 one is offered; the reference, where more is left, lies
  // half way.
  EXPECT_EQ(figures({buy(1'000, 1), buy(1'002, 10), sell(1'000, 10), sell(1'002, 1)}, 1'001),
            expected(1'001, 10));
  const std::vector<AuctionInterest> even{buy(1'000, 1), buy(1'001, 10), sell(1'000, 10), sell(1'001, 1)};
  std::vector<AuctionInterest> half_way = even;
  EXPECT_EQ(auction_price(half_way, Price{2 * cent}, Price{1'000 * cent + cent / 2}), expected(1'000, 10, 1));
}

TEST(AuctionPrice, TheReferenceIsRoundedDownToATick) {
  std::vector<AuctionInterest> interest{buy(1'010, 100), sell(1'000, 100)};
  EXPECT_EQ(auction_price(interest, Price{5 * cent}, Price{1'007 * cent}), expected(1'005, 100));
}

TEST(AuctionPrice, HowFarAMarketOrderGoesIsNoPriceOfIts) {
  // At the farthest that the market order goes the imbalance would be smaller.
  std::vector<AuctionInterest> interest{buy(1'000, 47), sell(1'000, 25)};
  interest.push_back({{1'100 * cent}, 33, 0, false});
  EXPECT_EQ(auction_price(interest, Price{cent}, Price{1'000 * cent}), expected(1'000, 25, 55));
}

TEST(AuctionPrice, MarketOrdersAloneTradeAtTheReference) {
  std::vector<AuctionInterest> interest{{{1'100 * cent}, 33, 0, false}, {{900 * cent}, 0, 20, false}};
  std::vector<AuctionInterest> again = interest;
  EXPECT_EQ(auction_price(interest, Price{cent}, Price{1'000 * cent}), expected(1'000, 20, 13));
  EXPECT_EQ(auction_price(again, Price{cent}, Price{1'200 * cent}), expected(1'100, 20, 13))
      << "or as near to it as both go";
}

TEST(AuctionPrice, WithoutAReferenceItIsTheMiddle) {
  EXPECT_EQ(figures({buy(1'010, 100), sell(1'000, 100)}, 0), expected(1'005, 100));
  EXPECT_EQ(figures({buy(1'000, 100), sell(1'000, 100)}, 0), expected(1'000, 100));
}

TEST(AuctionPrice, PricesOffTheTickAreThoseOfTheirOrdersOnly) {
  std::vector<AuctionInterest> interest{{{100'050}, 100, 0, true}, {{100'050}, 0, 70, true}};
  const AuctionFigures off_tick = auction_price(interest, Price{cent}, Price{90'000});
  EXPECT_EQ(off_tick.price, Price{100'050});
  EXPECT_EQ(off_tick.volume, Quantity{70});
  EXPECT_EQ(off_tick.imbalance, Quantity{30});
}

TEST(AuctionPrice, APriceNamedManyTimesCountsOnce) {
  EXPECT_EQ(figures({buy(1'000, 10), sell(1'000, 5), buy(1'000, 20), sell(1'000, 25)}, 1'000),
            expected(1'000, 30));
}

}  // namespace
}  // namespace trade::engine
