// Exits of linked orders: stop-losses that trail, and two exits in one auction.
#include "linked_orders_support.hpp"

namespace trade::engine_test {
namespace {

// --- a stop-loss that trails ---

OrderLegs trailing_legs(OrderClass order_class, std::string_view take_profit, std::string_view amount,
                        std::int64_t basis_points = 0) {
  OrderLegs legs = legs_of(order_class, take_profit, "0");
  legs.stop_loss_trail_amount = price(amount);
  legs.stop_loss_trail_basis_points = basis_points;
  return legs;
}

TEST_F(LinkedOrdersTest, ATrailingStopLossBeginsWhenItsEntryFills) {
  Ticket ticket = bracket_ticket();
  ticket.legs = trailing_legs(OrderClass::bracket, "160.00", "2.00");
  placed(ticket);
  EXPECT_EQ(order({3}).type, OrderType::trailing_stop);
  EXPECT_EQ(order({3}).stop_price, Price{}) << "not before";
  EXPECT_EQ(order({3}).instructions.trail_amount, price("2.00"));
  sell(60, "150.00");
  EXPECT_EQ(lines(),
            (Lines{"accepted 4 submitted", "trade 60@150.00 maker 1:40 taker 4:0", "activated 2 submitted 60",
                   "activated 3 validated 60 stop 148.00", "rested 2 sell 60@160.00"}));
  EXPECT_EQ(order({3}).reference_price, price("150.00"));
  print("155.00");
  EXPECT_EQ(lines(), (Lines{"printed 1@155.00", "trailed 3 stop 153.00 behind 155.00"}));
  // More of the entry makes it larger and leaves it where it has come to: 150 is below that.
  buy(100, "149.00");
  sell(40, "150.00");
  EXPECT_EQ(order({3}).status, OrderStatus::filled);
  EXPECT_EQ(order({3}).filled_quantity, Quantity{100});
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, ATrailingStopLossGrowsWithItsEntryAndCancelsItsCounterpart) {
  Ticket ticket = bracket_ticket();
  ticket.legs = trailing_legs(OrderClass::bracket, "160.00", "0", 200);
  placed(ticket);
  sell(60, "150.00");
  EXPECT_EQ(order({3}).stop_price, price("147.00"));
  sell(40, "150.00");
  EXPECT_EQ(order({3}).quantity, Quantity{100});
  EXPECT_EQ(order({3}).stop_price, price("147.00"));
  buy(100, "147.00");
  print("147.00");
  EXPECT_EQ(order({3}).status, OrderStatus::filled);
  EXPECT_EQ(order({2}).cancel_reason, CancelReason::one_cancels_other);
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, ATrailingStopLossOfAnOcoBeginsAtOnce) {
  give_shares(alice, symbol, 100);
  Ticket ticket = oco_ticket();
  ticket.legs = trailing_legs(OrderClass::oco, "0", "5.00");
  placed(ticket);
  EXPECT_EQ(lines(), (Lines{"accepted 1 submitted take_profit", "accepted 2 validated stop_loss",
                            "rested 1 sell 100@160.00"}));
  EXPECT_EQ(order({2}).stop_price, price("145.00"));
  EXPECT_EQ(order({2}).reference_price, price("150.00"));
  print("158.00");
  EXPECT_EQ(order({2}).stop_price, price("153.00"));
  buy(100, "153.00");
  print("153.00");
  EXPECT_EQ(order({2}).status, OrderStatus::filled);
  EXPECT_EQ(order({1}).status, OrderStatus::cancelled);
}

TEST_F(LinkedOrdersTest, ABuyingTrailingStopLossReservesWhatItMayCost) {
  Ticket ticket{.account = alice, .symbol = symbol, .side = Side::buy, .quantity = 100, .limit = "140.00"};
  ticket.legs = trailing_legs(OrderClass::oco, "0", "10.00");
  placed(ticket);
  // 160, and as far beyond as the price collar lets it go.
  EXPECT_EQ(reserved(alice), money("17600"));
  cancel(alice, {2});
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, ATrailMustMakeSense) {
  const auto reason = [&](OrderLegs legs, const auto& change) {
    Ticket ticket = bracket_ticket();
    change(legs);
    ticket.legs = legs;
    return refused(ticket);
  };
  const OrderLegs right = trailing_legs(OrderClass::bracket, "160.00", "2.00");
  const RejectReason wrong = RejectReason::invalid_legs;
  EXPECT_EQ(reason(right, [](OrderLegs& legs) { legs.stop_loss_trail_basis_points = 1; }), wrong);
  EXPECT_EQ(reason(right, [](OrderLegs& legs) { legs.stop_loss_stop_price = price("140.00"); }), wrong);
  EXPECT_EQ(reason(right, [](OrderLegs& legs) { legs.stop_loss_limit_price = price("140.00"); }), wrong);
  EXPECT_EQ(reason(right, [](OrderLegs& legs) { legs.stop_loss_trail_amount = {-1}; }), wrong);
  EXPECT_EQ(reason(right,
                   [](OrderLegs& legs) {
                     legs.stop_loss_trail_amount = {};
                     legs.stop_loss_trail_basis_points = 10'000;
                   }),
            wrong);
  EXPECT_EQ(reason(right, [](OrderLegs&) {}), RejectReason::none);
  Ticket oco = oco_ticket();
  give_shares(alice, symbol, 100);
  oco.legs = trailing_legs(OrderClass::oco, "0", "150.00");
  EXPECT_EQ(refused(oco), RejectReason::invalid_price) << "it would begin at nothing";
  oco.limit = "140.00";
  oco.legs = trailing_legs(OrderClass::oco, "0", "5.00");
  EXPECT_EQ(refused(oco), RejectReason::invalid_legs) << "it would begin above the take-profit";
}

TEST_F(LinkedOrdersTest, ATrailThatLeavesNoPriceEndsTheGroup) {
  Ticket ticket = bracket_ticket();
  ticket.legs = trailing_legs(OrderClass::bracket, "160.00", "150.00");
  placed(ticket);
  sell(60, "150.00");
  EXPECT_EQ(order({2}).reject_reason, RejectReason::invalid_price);
  EXPECT_EQ(order({3}).reject_reason, RejectReason::invalid_price);
  EXPECT_EQ(order({3}).reference_price, Price{}) << "it never began";
  EXPECT_EQ(order({1}).cancel_reason, CancelReason::one_cancels_other);
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, ASavedStateKeepsATrailThatHasNotBegun) {
  Ticket ticket = bracket_ticket();
  ticket.legs = trailing_legs(OrderClass::bracket, "160.00", "2.00");
  placed(ticket);
  Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
}

// --- two exits in one auction ---

TEST_F(LinkedOrdersTest, TwoExitsInOneAuctionSellTheirSharesOnce) {
  // The stop-loss has triggered into a limit order, so both exits are in the book when orders gather.
  Ticket ticket = bracket_ticket();
  ticket.legs = legs_of(OrderClass::bracket, "160.00", "140.00", "139.00");
  placed(ticket);
  sell(100, "150.00");
  print("140.00");
  ASSERT_EQ(order({3}).status, OrderStatus::submitted);
  ASSERT_EQ(order({2}).status, OrderStatus::submitted);
  apply(SetSymbolPhase{symbol, MarketPhase::volatility_auction});
  // Enough is wanted at 165 for both, if they were two.
  buy(200, "165.00");
  EXPECT_EQ(lines().back().substr(0, 13), "indicated 100") << lines().back();
  apply(SetSymbolPhase{symbol, MarketPhase::continuous});
  EXPECT_EQ(order({3}).filled_quantity, Quantity{100})
      << "the stop-loss, whose price is the better one to buy";
  EXPECT_EQ(order({2}).filled_quantity, Quantity{0});
  EXPECT_EQ(order({2}).cancel_reason, CancelReason::one_cancels_other);
  EXPECT_EQ(shares(alice, symbol), 0);
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, AnAuctionThatFillsOneExitInPartLeavesBothAsMuch) {
  Ticket ticket = bracket_ticket();
  ticket.legs = legs_of(OrderClass::bracket, "160.00", "140.00", "139.00");
  placed(ticket);
  sell(100, "150.00");
  print("140.00");
  apply(SetSymbolPhase{symbol, MarketPhase::volatility_auction});
  buy(30, "165.00");
  apply(SetSymbolPhase{symbol, MarketPhase::continuous});
  EXPECT_EQ(order({3}).filled_quantity, Quantity{30});
  EXPECT_EQ(order({2}).filled_quantity, Quantity{0});
  EXPECT_EQ(order({2}).quantity, Quantity{70});
  EXPECT_EQ(shares(alice, symbol), 70);
  EXPECT_EQ(unpromised(), 0);
}

}  // namespace
}  // namespace trade::engine_test
