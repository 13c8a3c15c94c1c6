// Price bands: what they stop, the pause that follows, and where they lie after it.
#include "banded_market_support.hpp"

namespace trade::engine_test {
namespace {

class PriceBandsTest : public BandedMarketTest {
 protected:
  PriceBandsTest() {
    // 9.50 to 10.50.
    apply(SetPriceBands{.symbol = symbol, .basis_points = 500, .pause_seconds = 60});
  }
};

TEST_F(PriceBandsTest, LieAroundAReferencePrice) {
  EXPECT_EQ(lines(), (Lines{"bands 9.50..10.50"}));
  EXPECT_EQ(view().bands.reference, price("10.00"));
  apply(
      SetPriceBands{.symbol = symbol, .basis_points = 333, .pause_seconds = 60, .reference = price("9.99")});
  // 9.657... and 10.322...: rounded towards the reference.
  EXPECT_EQ(lines(), (Lines{"bands 9.66..10.32"}));
  apply(SetPriceBands{.symbol = symbol});
  EXPECT_EQ(lines(), (Lines{"bands 0.00..0.00"}));
}

TEST_F(PriceBandsTest, AnOrderTradesUpToItsBandAndThenTheSymbolPauses) {
  sell(10, "10.50");
  sell(10, "10.51");
  const OrderId order_id = buy(30, "10.60");
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "trade 10@10.50 maker 1:0 taker 3:20",
                            "phase volatility_auction timed limit_up", "rested 3 buy 20@10.60",
                            "indicated 10@10.51 too much buy 10"}));
  EXPECT_EQ(order(order_id).status, OrderStatus::partially_filled);
  EXPECT_EQ(view().phase, MarketPhase::volatility_auction);
  EXPECT_EQ(engine.next_expiry(), Timestamp{now.nanoseconds + 60 * nanoseconds_per_second});
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 5, "10.60", "0", TimeInForce::ioc}),
            RejectReason::market_phase);
}

TEST_F(PriceBandsTest, ThePauseEndsInAnAuctionThatMovesTheBands) {
  sell(10, "10.51");
  buy(30, "10.60");
  wait(59);
  EXPECT_EQ(lines(), Lines{});
  wait(1);
  EXPECT_EQ(lines(),
            (Lines{"uncrossed volatility_auction 10@10.51 too much buy 20",
                   "trade 10@10.51 maker 1:0 taker 2:20 auction", "bands 9.99..11.03", "phase continuous"}));
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
  sell(5, "10.60");
  EXPECT_EQ(lines()[1], "trade 5@10.60 maker 2:15 taker 3:0") << "and trading goes on";
}

TEST_F(PriceBandsTest, TheEndOfAPauseComesBeforeTheNextCommand) {
  sell(10, "10.51");
  buy(30, "10.60");
  now.nanoseconds += 61 * nanoseconds_per_second;
  events.clear();
  engine.apply({now, CancelAllOrders{}}, events);
  EXPECT_EQ(lines().front(), "uncrossed volatility_auction 10@10.51 too much buy 20");
  EXPECT_EQ(lines().back(), "cancelled 2 requested 20 resting");
}

TEST_F(PriceBandsTest, StopSellsToo) {
  buy(10, "9.49");
  sell(10, "9.40");
  EXPECT_EQ(lines()[1], "phase volatility_auction timed limit_down");
}

TEST_F(PriceBandsTest, AMarketOrderEndsAtTheBand) {
  sell(10, "10.50");
  sell(10, "10.51");
  const OrderId market = buy(15, "0");
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "trade 10@10.50 maker 1:0 taker 3:5",
                            "phase volatility_auction timed limit_up", "cancelled 3 price_band 5"}));
  EXPECT_EQ(order(market).status, OrderStatus::cancelled);
}

TEST_F(PriceBandsTest, AMarketOrderThatFindsNothingWithinReadsLikeARejection) {
  sell(10, "10.51");
  EXPECT_EQ(order(buy(15, "0")).reject_reason, RejectReason::price_band);
}

TEST_F(PriceBandsTest, FillOrKillLooksNoFartherThanTheBand) {
  sell(10, "10.50");
  sell(10, "10.51");
  buy(20, "10.60", TimeInForce::fok);
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "cancelled 3 fill_or_kill 20"}));
  EXPECT_EQ(view().phase, MarketPhase::continuous);
}

TEST_F(PriceBandsTest, AnAllOrNoneOrderDoesNotTradeInPart) {
  sell(10, "10.50");
  sell(10, "10.51");
  OrderInstructions whole;
  whole.all_or_none = true;
  const OrderId waits = placed({buyer, symbol, Side::buy, 20, "10.60", "0", TimeInForce::day, {}, whole});
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted"}));
  sell(10, "10.45");
  EXPECT_EQ(order(waits).filled_quantity, Quantity{20}) << "once enough is within the band";
}

TEST_F(PriceBandsTest, RestingBeyondABandIsNoMatter) {
  buy(10, "10.60");
  sell(10, "12.00");
  EXPECT_EQ(view().phase, MarketPhase::continuous);
}

TEST_F(PriceBandsTest, TriggeredStopsJoinTheAuction) {
  sell(10, "10.45");
  sell(50, "10.55");
  const OrderId stop = placed({buyer, symbol, Side::buy, 5, "0", "10.45"});
  const OrderId stop_limit = placed({buyer, symbol, Side::buy, 5, "10.70", "10.45"});
  buy(20, "10.60");
  EXPECT_EQ(lines(), (Lines{"accepted 5 submitted", "trade 10@10.45 maker 1:0 taker 5:10",
                            "phase volatility_auction timed limit_up", "rested 5 buy 10@10.60",
                            "indicated 10@10.55 too much sell 40"}));
  wait(60);
  // They are triggered by what traded before the pause and by the auction itself.
  EXPECT_EQ(order(stop).status, OrderStatus::filled);
  EXPECT_EQ(order(stop_limit).status, OrderStatus::filled);
}

TEST_F(PriceBandsTest, AStopThatHitsTheBandPausesTheOthers) {
  sell(10, "10.45");
  sell(50, "10.55");
  const OrderId first = placed({buyer, symbol, Side::buy, 5, "10.70", "10.45"});
  const OrderId second = placed({buyer, symbol, Side::buy, 5, "0", "10.45"});
  buy(10, "10.45");
  EXPECT_EQ(lines(),
            (Lines{"accepted 5 submitted", "trade 10@10.45 maker 1:0 taker 5:0", "triggered 3 @10.45",
                   "phase volatility_auction timed limit_up", "rested 3 buy 5@10.70", "triggered 4 @10.45",
                   "indicated 10@10.55 too much sell 40"}));
  EXPECT_EQ(order(second).status, OrderStatus::submitted) << "as a market order of the auction";
  wait(60);
  EXPECT_EQ(order(first).status, OrderStatus::filled);
  EXPECT_EQ(order(second).status, OrderStatus::filled);
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(PriceBandsTest, ANewDayMovesThem) {
  sell(10, "10.40");
  buy(10, "10.40");
  EXPECT_EQ(view().bands.reference, price("10.00")) << "not with every trade";
  apply(SetSession{SessionPhase::open, Date{1}});
  EXPECT_EQ(lines(), (Lines{"session open new_day", "bands 9.88..10.92"}));
}

TEST_F(PriceBandsTest, ThePauseEndsWithTheMarketsNextPhase) {
  sell(10, "10.51");
  buy(30, "10.60");
  apply(SetSession{SessionPhase::open, Date{}, MarketPhase::closing_auction});
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
  wait(100);
  EXPECT_EQ(view().phase, MarketPhase::closing_auction);
}

TEST_F(PriceBandsTest, AHaltOutlastsThePause) {
  sell(10, "10.51");
  buy(30, "10.60");
  apply(SetSymbolStatus{symbol, SymbolStatus::halted, "news"});
  wait(60);
  EXPECT_EQ(lines(), (Lines{"phase continuous"}));
  apply(SetSymbolStatus{symbol, SymbolStatus::trading, {}});
  EXPECT_EQ(lines()[1], "uncrossed continuous 10@10.51 too much buy 20");
}

TEST_F(PriceBandsTest, ASavedStateKeepsThePause) {
  sell(10, "10.51");
  buy(30, "10.60");
  const Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->next_expiry(), engine.next_expiry());
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
}

TEST_F(PriceBandsTest, WhatMakesNoSenseIsRefused) {
  EXPECT_EQ(reason_of(SetPriceBands{.symbol = {9}, .basis_points = 1, .pause_seconds = 1}),
            RejectReason::unknown_symbol);
  for (const std::int64_t basis_points : {-1, 10'000}) {
    EXPECT_EQ(reason_of(SetPriceBands{.symbol = symbol, .basis_points = basis_points, .pause_seconds = 1}),
              RejectReason::invalid_command);
  }
  for (const std::int64_t seconds : {0, 86'401}) {
    EXPECT_EQ(reason_of(SetPriceBands{.symbol = symbol, .basis_points = 1, .pause_seconds = seconds}),
              RejectReason::invalid_command);
  }
  EXPECT_EQ(reason_of(SetPriceBands{.symbol = symbol, .pause_seconds = 60}), RejectReason::invalid_command);
  EXPECT_EQ(
      reason_of(SetPriceBands{.symbol = symbol, .basis_points = 1, .pause_seconds = 1, .reference = {-1}}),
      RejectReason::invalid_price);
}

}  // namespace
}  // namespace trade::engine_test
