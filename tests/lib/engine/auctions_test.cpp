// Auctions: who takes part, in what order they trade, and what becomes of the rest.
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

class AuctionsTest : public EngineTest {
 protected:
  AuctionsTest() {
    give_shares(seller, symbol, 10'000);
    move_to(MarketPhase::pre_open);
  }
  RejectReason move_to(MarketPhase phase) { return reason_of(SetSymbolPhase{symbol, phase}); }
  OrderId buy(std::int64_t quantity, std::string_view limit, TimeInForce tif = TimeInForce::day) {
    return placed({buyer, symbol, Side::buy, quantity, limit, "0", tif});
  }
  OrderId sell(std::int64_t quantity, std::string_view limit, TimeInForce tif = TimeInForce::day) {
    return placed({seller, symbol, Side::sell, quantity, limit, "0", tif});
  }
  [[nodiscard]] AuctionFigures shown() const { return engine.symbol(symbol)->auction; }

  const SymbolId symbol = add_symbol("ABC", "10.00");
  const AccountId buyer = open("buyer", AccountType::cash, "1000000");
  const AccountId seller = open("seller", AccountType::cash);
};

TEST_F(AuctionsTest, OrdersGatherAndCross) {
  buy(100, "10.05");
  EXPECT_EQ(lines(), (Lines{"accepted 1 submitted", "rested 1 buy 100@10.05"}));
  sell(60, "10.01");
  EXPECT_EQ(lines(),
            (Lines{"accepted 2 submitted", "rested 2 sell 60@10.01", "indicated 60@10.01 too much buy 40"}));
  EXPECT_EQ(shown().price, price("10.01"));
  EXPECT_EQ(engine.symbol(symbol)->phase, MarketPhase::pre_open);
}

TEST_F(AuctionsTest, ExecuteAtOnePrice) {
  buy(100, "10.05");
  buy(50, "10.02");
  sell(60, "9.98");
  sell(60, "10.02");
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines(), (Lines{"uncrossed pre_open 120@10.02 too much buy 30",
                            "trade 60@10.02 maker 1:40 taker 3:0 auction",
                            "trade 40@10.02 maker 1:0 taker 4:20 auction",
                            "trade 20@10.02 maker 2:30 taker 4:0 auction", "phase continuous"}));
  EXPECT_EQ(cash(buyer), money("998797.60"));
  EXPECT_EQ(cash(seller), money("1202.40"));
  EXPECT_EQ(reserved(buyer), money("300.60"));
  EXPECT_EQ(engine.symbol(symbol)->last_price, price("10.02"));
  EXPECT_EQ(engine.symbol(symbol)->auction, AuctionFigures{});
}

TEST_F(AuctionsTest, TellsWhatItWouldComeToOnceForEachCommand) {
  buy(100, "10.05");
  sell(60, "10.01");
  apply(CancelAllOrders{});
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 100 resting", "cancelled 2 requested 60 resting",
                            "indicated 0@0.00"}));
}

TEST_F(AuctionsTest, MarketOrdersComeFirst) {
  buy(100, "10.05");
  const OrderId market = buy(50, "0");
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "indicated 0@0.00 too much buy 50"}));
  EXPECT_EQ(reserved(buyer), money("1555.00")) << "up to the collar of 10 percent";
  sell(70, "9.90");
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines()[1], "trade 50@10.00 maker 2:0 taker 3:20 auction");
  EXPECT_EQ(lines()[2], "trade 20@10.00 maker 1:80 taker 3:0 auction");
  EXPECT_EQ(order(market).status, OrderStatus::filled);
  EXPECT_EQ(reserved(buyer), money("804.00"));
}

TEST_F(AuctionsTest, MarketOrdersAloneTradeAtTheReference) {
  buy(50, "0");
  sell(30, "0");
  EXPECT_EQ(lines().back(), "indicated 30@10.00 too much buy 20");
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines(), (Lines{"uncrossed pre_open 30@10.00 too much buy 20",
                            "trade 30@10.00 maker 1:20 taker 2:0 auction", "cancelled 1 no_liquidity 20",
                            "phase continuous"}));
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(AuctionsTest, AMarketOrderDoesNotTradeBeyondItsCollar) {
  const OrderId market = buy(50, "0");
  sell(50, "11.01");
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines(), (Lines{"uncrossed pre_open 0@0.00 too much buy 50", "cancelled 1 price_collar 50",
                            "phase continuous"}));
  EXPECT_EQ(order(market).reject_reason, RejectReason::price_collar);
}

TEST_F(AuctionsTest, AMarketBuyNeedsAPriceToGoBy) {
  const SymbolId unpriced = add_symbol("NEW");
  apply(SetSymbolPhase{unpriced, MarketPhase::pre_open});
  EXPECT_EQ(refused({buyer, unpriced, Side::buy, 10}), RejectReason::no_reference_price);
  EXPECT_EQ(refused({buyer, unpriced, Side::buy, 10, "5.00"}), RejectReason::none);
}

TEST_F(AuctionsTest, WhatAMarketOrderLeavesBehindTradesAtOnce) {
  // The market order goes down to 9.00 and comes first; so the limit order at 8.00 meets no one at 10.00, but
  // someone at 8.50.
  sell(10, "8.00");
  sell(10, "0");
  buy(10, "8.50");
  buy(10, "10.00");
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines(), (Lines{"uncrossed pre_open 10@10.00 too much sell 10",
                            "trade 10@10.00 maker 2:0 taker 4:0 auction", "uncrossed pre_open 10@8.50",
                            "trade 10@8.50 maker 1:0 taker 3:0 auction", "phase continuous"}));
}

TEST_F(AuctionsTest, PriceThenTimeDecidesWhoTrades) {
  const OrderId late = buy(10, "10.00");
  const OrderId later = buy(10, "10.00");
  const OrderId better = buy(10, "10.01");
  sell(20, "10.00");
  move_to(MarketPhase::continuous);
  EXPECT_EQ(order(better).status, OrderStatus::filled);
  EXPECT_EQ(order(late).status, OrderStatus::filled);
  EXPECT_EQ(order(later).status, OrderStatus::submitted);
}

TEST_F(AuctionsTest, IcebergsTakePartWhole) {
  OrderInstructions iceberg;
  iceberg.display_quantity = {10};
  const OrderId hidden = placed({buyer, symbol, Side::buy, 100, "10.00", "0", TimeInForce::day, {}, iceberg});
  sell(70, "10.00");
  EXPECT_EQ(lines().back(), "indicated 70@10.00 too much buy 30");
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines()[1], "trade 70@10.00 maker 1:30 taker 2:0 auction");
  EXPECT_EQ(order(hidden).filled_quantity, Quantity{70});
  // What it shows stays where it was: hidden shares trade first.
  sell(10, "10.00");
  EXPECT_EQ(lines()[1], "trade 10@10.00 maker 1:20 taker 3:0 refreshes");
}

TEST_F(AuctionsTest, WhatIsAboutTheArrivalIsRefused) {
  const auto refusal_of = [&](TimeInForce tif, const OrderInstructions& wanted, std::string_view limit) {
    return refused({buyer, symbol, Side::buy, 10, limit, "0", tif, {}, wanted});
  };
  EXPECT_EQ(refusal_of(TimeInForce::ioc, {}, "10.00"), RejectReason::market_phase);
  EXPECT_EQ(refusal_of(TimeInForce::fok, {}, "10.00"), RejectReason::market_phase);
  OrderInstructions post_only;
  post_only.post_only = PostOnly::reject;
  EXPECT_EQ(refusal_of(TimeInForce::day, post_only, "10.00"), RejectReason::market_phase);
  OrderInstructions whole;
  whole.all_or_none = true;
  EXPECT_EQ(refusal_of(TimeInForce::day, whole, "0"), RejectReason::market_phase);
  EXPECT_EQ(refusal_of(TimeInForce::day, whole, "10.00"), RejectReason::none) << "it waits beside the book";
}

TEST_F(AuctionsTest, AllOrNoneTakesNoPartAndTradesAfterwards) {
  OrderInstructions whole;
  whole.all_or_none = true;
  const OrderId waits = placed({buyer, symbol, Side::buy, 50, "10.10", "0", TimeInForce::day, {}, whole});
  sell(60, "10.00");
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "rested 2 sell 60@10.00"}));
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines(),
            (Lines{"uncrossed pre_open 0@0.00", "phase continuous", "trade 50@10.00 maker 2:10 taker 1:0"}));
  EXPECT_EQ(order(waits).status, OrderStatus::filled);
}

TEST_F(AuctionsTest, OrdersOfOneAccountMayMeet) {
  give_shares(buyer, symbol, 100);
  OrderInstructions prevention;
  prevention.self_trade_prevention = SelfTradePrevention::cancel_both;
  placed({buyer, symbol, Side::buy, 10, "10.00", "0", TimeInForce::day, {}, prevention});
  placed({buyer, symbol, Side::sell, 10, "10.00", "0", TimeInForce::day, {}, prevention});
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines()[1], "trade 10@10.00 maker 1:0 taker 2:0 auction");
}

TEST_F(AuctionsTest, StopsTriggerOnItsPrice) {
  const OrderId stop = placed({seller, symbol, Side::sell, 20, "0", "9.95"});
  buy(100, "9.90");
  sell(80, "9.90");
  EXPECT_EQ(order(stop).status, OrderStatus::validated) << "not while orders gather";
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines(),
            (Lines{"uncrossed pre_open 80@9.90 too much buy 20", "trade 80@9.90 maker 2:20 taker 3:0 auction",
                   "phase continuous", "triggered 1 @9.90", "trade 20@9.90 maker 2:0 taker 1:0"}));
}

TEST_F(AuctionsTest, OpgOrdersEndWithTheOpening) {
  const OrderId rest = buy(100, "10.00", TimeInForce::opg);
  const OrderId at_market = buy(50, "0", TimeInForce::opg);
  sell(70, "10.00", TimeInForce::opg);
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines(), (Lines{"uncrossed pre_open 70@10.00 too much buy 80",
                            "trade 50@10.00 maker 2:0 taker 3:20 auction",
                            "trade 20@10.00 maker 1:80 taker 3:0 auction",
                            "cancelled 1 auction_end 80 resting", "phase continuous"}));
  EXPECT_EQ(order(rest).status, OrderStatus::cancelled);
  EXPECT_EQ(order(at_market).status, OrderStatus::filled);
  EXPECT_EQ(reserved(buyer), Money{});
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 10, "10.00", "0", TimeInForce::opg}),
            RejectReason::market_phase)
      << "too late";
}

TEST_F(AuctionsTest, OpgOrdersStandInTheOpeningAuction) {
  const OrderId opg = buy(100, "10.00", TimeInForce::opg);
  const OrderId day = buy(100, "10.00");
  move_to(MarketPhase::opening_auction);
  EXPECT_EQ(cancel(buyer, opg).reason, RejectReason::order_not_cancellable);
  EXPECT_EQ(apply(ReplaceOrder{.account = buyer, .order = opg, .quantity = Quantity{50}}).reason,
            RejectReason::order_not_replaceable);
  EXPECT_EQ(apply(CancelAllOrders{buyer, {}}).affected, 1U);
  EXPECT_EQ(order(day).status, OrderStatus::cancelled);
  EXPECT_EQ(order(opg).status, OrderStatus::submitted);
}

TEST_F(AuctionsTest, ClsOrdersWaitForTheClose) {
  move_to(MarketPhase::continuous);
  const OrderId limit = buy(100, "10.10", TimeInForce::cls);
  const OrderId market = sell(40, "0", TimeInForce::cls);
  sell(30, "10.00");
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "rested 3 sell 30@10.00"})) << "they do not meet yet";
  move_to(MarketPhase::closing_auction);
  EXPECT_EQ(lines(),
            (Lines{"phase closing_auction", "rested 1 buy 100@10.10", "indicated 70@10.00 too much buy 30"}));
  EXPECT_EQ(cancel(buyer, limit).reason, RejectReason::order_not_cancellable);
  buy(5, "10.00", TimeInForce::cls);
  move_to(MarketPhase::closed);
  EXPECT_EQ(
      lines(),
      (Lines{"uncrossed closing_auction 70@10.10 too much buy 30",
             "trade 40@10.10 maker 1:60 taker 2:0 auction", "trade 30@10.10 maker 1:30 taker 3:0 auction",
             "cancelled 1 auction_end 30 resting", "cancelled 4 auction_end 5 resting", "phase closed"}));
  EXPECT_EQ(order(market).status, OrderStatus::filled);
}

TEST_F(AuctionsTest, AHeldOrderCanBeChangedAndWithdrawn) {
  move_to(MarketPhase::continuous);
  const OrderId first = buy(100, "10.10", TimeInForce::cls);
  const OrderId second = buy(100, "10.10", TimeInForce::cls);
  apply(
      ReplaceOrder{.account = buyer, .order = first, .quantity = Quantity{50}, .limit_price = price("9.00")});
  EXPECT_EQ(lines(), (Lines{"replaced 1 50:50 limit 9.00 stop 0.00"}));
  cancel(buyer, second);
  EXPECT_EQ(lines(), (Lines{"cancelled 2 requested 100"}));
  EXPECT_EQ(reserved(buyer), money("450.00"));
  move_to(MarketPhase::closing_auction);
  EXPECT_EQ(lines(), (Lines{"phase closing_auction", "rested 1 buy 50@9.00"}));
}

TEST_F(AuctionsTest, AMarketOnCloseBuyReservesWhatThePriceHasBecome) {
  move_to(MarketPhase::continuous);
  const AccountId poor = open("poor", AccountType::cash, "1150");
  buy(10, "0", TimeInForce::cls);
  placed({poor, symbol, Side::buy, 100, "0", "0", TimeInForce::cls});
  EXPECT_EQ(reserved(buyer), money("110.00"));
  EXPECT_EQ(reserved(poor), money("1100.00"));
  apply(PrintTrade{symbol, price("12.00"), {100}});
  move_to(MarketPhase::closing_auction);
  EXPECT_EQ(reserved(buyer), money("132.00"));
  EXPECT_EQ(reserved(poor), money("1100.00")) << "it has no more: 11.00 is the most it pays";
  sell(200, "11.50");
  EXPECT_EQ(shown().volume, Quantity{10});
}

TEST_F(AuctionsTest, AMarketOrderThatWaitsCanBeMadeSmaller) {
  const OrderId market = buy(50, "0");
  apply(ReplaceOrder{.account = buyer, .order = market, .quantity = Quantity{20}});
  EXPECT_EQ(lines(), (Lines{"replaced 1 20:20 limit 0.00 stop 0.00", "indicated 0@0.00 too much buy 20"}));
  EXPECT_EQ(reserved(buyer), money("220.00"));
  EXPECT_EQ(cancel(buyer, market).reason, RejectReason::none);
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(AuctionsTest, OrdersForAnAuctionAreMarketOrLimitOrders) {
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 10, "0", "10.00", TimeInForce::opg}),
            RejectReason::invalid_order);
  OrderInstructions whole;
  whole.all_or_none = true;
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 10, "10.00", "0", TimeInForce::cls, {}, whole}),
            RejectReason::invalid_order);
}

TEST_F(AuctionsTest, AHaltPutsItOff) {
  buy(100, "10.05");
  sell(60, "10.01");
  apply(SetSymbolStatus{symbol, SymbolStatus::halted, "news"});
  move_to(MarketPhase::continuous);
  EXPECT_EQ(lines(), (Lines{"phase continuous"}));
  EXPECT_EQ(engine.symbol(symbol)->phase, MarketPhase::halt);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 10, "10.00"}), RejectReason::symbol_halted);
  apply(SetSymbolStatus{symbol, SymbolStatus::trading, {}});
  EXPECT_EQ(lines(), (Lines{"symbol_status trading", "uncrossed continuous 60@10.01 too much buy 40",
                            "trade 60@10.01 maker 1:40 taker 2:0 auction"}));
}

TEST_F(AuctionsTest, ASavedStateKeepsThem) {
  buy(100, "10.05");
  buy(30, "0");
  sell(60, "10.01", TimeInForce::opg);
  sell(5, "0", TimeInForce::cls);
  Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
  move_to(MarketPhase::closing_auction);
  std::vector<Event> loaded_events;
  loaded->apply({now, SetSymbolPhase{symbol, MarketPhase::closing_auction}}, loaded_events);
  EXPECT_EQ(loaded->state_hash(), engine.state_hash());
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
}

}  // namespace
}  // namespace trade::engine_test
