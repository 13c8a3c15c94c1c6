// Limit states of price bands: where orders beyond a band rest, when a state begins, and how it ends.
#include "banded_market_support.hpp"

namespace trade::engine_test {
namespace {

class LimitStatesTest : public BandedMarketTest {
 protected:
  LimitStatesTest() {
    set_bands(500);  // 9.50 to 10.50
  }
  void set_bands(std::int64_t basis_points, std::string_view reference = "10.00") {
    EXPECT_EQ(reason_of(SetPriceBands{.symbol = symbol,
                                      .basis_points = basis_points,
                                      .pause_seconds = 300,
                                      .reference = price(reference),
                                      .limit_state_seconds = 15}),
              RejectReason::none);
  }
};

TEST_F(LimitStatesTest, AnOrderBeyondItsBandRestsThereAndTheStateBegins) {
  sell(10, "10.50");
  sell(10, "10.60");
  const OrderId id = buy(30, "10.70");
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "trade 10@10.50 maker 1:0 taker 3:20",
                            "rested 3 buy 20@10.50", "phase continuous timed limit_up"}));
  EXPECT_EQ(order(id).limit_price, price("10.70")) << "its own limit stays";
  EXPECT_EQ(view().limit_state, Side::buy);
  EXPECT_EQ(view().phase_ends_at, Timestamp{now.nanoseconds + 15 * nanoseconds_per_second});
  EXPECT_EQ(engine.next_expiry(), view().phase_ends_at);
}

TEST_F(LimitStatesTest, AnOrderAtTheBandBeginsItToo) {
  buy(10, "9.40");
  sell(10, "9.50");
  EXPECT_EQ(lines(),
            (Lines{"accepted 2 submitted", "rested 2 sell 10@9.50", "phase continuous timed limit_down"}));
}

TEST_F(LimitStatesTest, TradingGoesOnWithinTheBands) {
  sell(10, "9.30");
  EXPECT_EQ(view().limit_state, Side::sell);
  buy(4, "9.50");
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "trade 4@9.50 maker 1:6 taker 2:0"}));
  EXPECT_EQ(view().limit_state, Side::sell);
}

TEST_F(LimitStatesTest, ItIsOverOnceTheLastOfThoseOrdersHasTraded) {
  sell(10, "9.30");
  buy(10, "9.60");
  EXPECT_EQ(lines(),
            (Lines{"accepted 2 submitted", "trade 10@9.50 maker 1:0 taker 2:0", "phase continuous"}));
  EXPECT_EQ(view().limit_state, std::nullopt);
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
  wait(20);
  EXPECT_EQ(view().phase, MarketPhase::continuous);
}

TEST_F(LimitStatesTest, ItIsOverOnceTheLastOfThemIsCancelledOrMovesAway) {
  const OrderId first = sell(10, "9.30");
  cancel(seller, first);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 10 resting", "phase continuous"}));
  const OrderId second = sell(10, "9.30");
  apply(ReplaceOrder{.account = seller,
                     .order = second,
                     .client_order_id = {},
                     .quantity = {},
                     .limit_price = price("9.80"),
                     .stop_price = {},
                     .new_client_order_id = {}});
  EXPECT_EQ(lines(), (Lines{"replaced 2 10:10 limit 9.80 stop 0.00 resting", "rested 2 sell 10@9.80",
                            "phase continuous"}));
}

TEST_F(LimitStatesTest, AfterItsTimeTheSymbolPausesAndOrdersComeInWithTheirOwnLimits) {
  buy(10, "9.35");
  sell(10, "9.30");
  wait(14);
  EXPECT_EQ(lines(), Lines{});
  wait(1);
  EXPECT_EQ(lines(), (Lines{"phase volatility_auction timed limit_down",
                            "replaced 2 10:10 limit 9.30 stop 0.00 resting", "rested 2 sell 10@9.30",
                            "indicated 10@9.35"}));
  EXPECT_EQ(view().limit_state, std::nullopt);
  EXPECT_EQ(view().phase_ends_at, Timestamp{now.nanoseconds + 300 * nanoseconds_per_second});
  wait(300);
  EXPECT_EQ(lines(),
            (Lines{"uncrossed volatility_auction 10@9.35", "trade 10@9.35 maker 1:0 taker 2:0 auction",
                   "bands 8.89..9.81", "phase continuous"}));
}

TEST_F(LimitStatesTest, WhatAnAuctionLeavesBeyondTheBandsComesBackToThem) {
  sell(10, "9.30");
  wait(15);
  EXPECT_EQ(view().phase, MarketPhase::volatility_auction);
  wait(300);
  // Nothing traded, so the bands are where they were.
  EXPECT_EQ(lines(), (Lines{"uncrossed volatility_auction 0@0.00", "phase continuous",
                            "replaced 1 10:10 limit 9.30 stop 0.00 resting", "rested 1 sell 10@9.50",
                            "phase continuous timed limit_down"}));
}

TEST_F(LimitStatesTest, NoMarketOrderBeginsIt) {
  sell(10, "10.50");
  sell(10, "10.60");
  const OrderId market = buy(15, "0");
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "trade 10@10.50 maker 1:0 taker 3:5",
                            "cancelled 3 price_band 5"}));
  EXPECT_EQ(order(market).status, OrderStatus::cancelled);
  EXPECT_EQ(view().limit_state, std::nullopt);
  EXPECT_EQ(view().phase, MarketPhase::continuous);
}

TEST_F(LimitStatesTest, ImmediateOrdersRestNowhere) {
  sell(10, "10.60");
  buy(10, "10.70", TimeInForce::ioc);
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "cancelled 2 immediate_or_cancel 10"}));
  EXPECT_EQ(view().limit_state, std::nullopt);
}

TEST_F(LimitStatesTest, WiderBandsLetOrdersGoOn) {
  buy(10, "9.35");
  sell(15, "9.30");
  set_bands(1'000);
  EXPECT_EQ(lines(),
            (Lines{"bands 9.00..11.00", "replaced 2 15:15 limit 9.30 stop 0.00 resting",
                   "trade 10@9.35 maker 1:0 taker 2:5", "rested 2 sell 5@9.30", "phase continuous"}));
}

TEST_F(LimitStatesTest, NarrowerBandsMoveRestingOrders) {
  set_bands(1'000);
  buy(10, "10.80");
  sell(10, "11.00");
  set_bands(500);
  EXPECT_EQ(lines(), (Lines{"bands 9.50..10.50", "replaced 1 10:10 limit 10.80 stop 0.00 resting",
                            "rested 1 buy 10@10.50", "phase continuous timed limit_up"}));
}

TEST_F(LimitStatesTest, BandsThatAreTakenAwayLetOrdersGoWhereTheyWant) {
  sell(10, "9.30");
  apply(SetPriceBands{.symbol = symbol});
  EXPECT_EQ(lines(), (Lines{"bands 0.00..0.00", "replaced 1 10:10 limit 9.30 stop 0.00 resting",
                            "rested 1 sell 10@9.30", "phase continuous"}));
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
  sell(10, "9.20");
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "rested 2 sell 10@9.20"}));
}

TEST_F(LimitStatesTest, AHaltEndsItAndResumingBeginsItAnew) {
  sell(10, "9.30");
  apply(SetSymbolStatus{symbol, SymbolStatus::halted, "news"});
  EXPECT_EQ(lines(), (Lines{"symbol_status halted news"}));
  EXPECT_EQ(view().limit_state, std::nullopt);
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
  wait(100);
  apply(SetSymbolStatus{symbol, SymbolStatus::trading, {}});
  EXPECT_EQ(lines(), (Lines{"symbol_status trading", "phase continuous timed limit_down"}));
}

TEST_F(LimitStatesTest, ACallEndsItAtOnce) {
  sell(10, "9.30");
  apply(SetSession{SessionPhase::open, Date{}, MarketPhase::closing_auction});
  EXPECT_EQ(view().limit_state, std::nullopt);
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
  EXPECT_EQ(lines(), (Lines{"session open closing_auction", "replaced 1 10:10 limit 9.30 stop 0.00 resting",
                            "rested 1 sell 10@9.30"}));
}

TEST_F(LimitStatesTest, ANewDaysBandsMoveOrdersThatOutlivedTheOld) {
  apply(PrintTrade{symbol, price("9.60"), {1}});
  sell(10, "9.30", TimeInForce::gtc);
  apply(SetSession{SessionPhase::closed, Date{}});
  apply(SetSession{SessionPhase::open, Date{1}});
  // Around 9.60: 9.12 to 10.08.
  EXPECT_EQ(lines(), (Lines{"session open new_day", "bands 9.12..10.08",
                            "replaced 1 10:10 limit 9.30 stop 0.00 resting", "rested 1 sell 10@9.30"}));
}

TEST_F(LimitStatesTest, AnIcebergShowsEachPartAtItsBand) {
  OrderInstructions iceberg;
  iceberg.display_quantity = {5};
  const OrderId id = placed({seller, symbol, Side::sell, 12, "9.30", "0", TimeInForce::day, {}, iceberg});
  buy(5, "9.50");
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "trade 5@9.50 maker 1:7 taker 2:0 refreshes",
                            "rested 1 sell 5@9.50"}));
  cancel(seller, id);
  EXPECT_EQ(lines().front(), "cancelled 1 requested 7 resting hidden 2");
}

TEST_F(LimitStatesTest, ASavedStateKeepsIt) {
  sell(10, "9.30");
  Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->next_expiry(), engine.next_expiry());
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
  EXPECT_EQ(loaded->symbol(symbol)->limit_state, Side::sell);
  const Command later{{now.nanoseconds + 15 * nanoseconds_per_second}, ExpireOrders{}};
  std::vector<Event> told;
  loaded->apply(later, told);
  events.clear();
  engine.apply(later, events);
  EXPECT_EQ(told.size(), events.size());
  EXPECT_EQ(loaded->state_hash(), engine.state_hash());
}

TEST_F(LimitStatesTest, WhatMakesNoSenseIsRefused) {
  for (const std::int64_t seconds : {-1, 86'401}) {
    EXPECT_EQ(reason_of(SetPriceBands{.symbol = symbol,
                                      .basis_points = 1,
                                      .pause_seconds = 1,
                                      .reference = {},
                                      .limit_state_seconds = seconds}),
              RejectReason::invalid_command);
  }
  EXPECT_EQ(reason_of(SetPriceBands{.symbol = symbol,
                                    .basis_points = 0,
                                    .pause_seconds = 0,
                                    .reference = {},
                                    .limit_state_seconds = 15}),
            RejectReason::invalid_command);
}

}  // namespace
}  // namespace trade::engine_test
