// Brackets, one-cancels-other and one-triggers-other: what the orders of a group do to one another.
#include "follower.hpp"
#include "linked_orders_support.hpp"

namespace trade::engine_test {
namespace {

// --- placing ---

TEST_F(LinkedOrdersTest, ABracketIsOneCommandAndThreeOrders) {
  const OrderId entry = placed(bracket_ticket());
  EXPECT_EQ(lines(), (Lines{"accepted 1 submitted", "accepted 2 pending take_profit",
                            "accepted 3 pending stop_loss", "rested 1 buy 100@150.00"}));
  EXPECT_EQ(entry, OrderId{1});
  EXPECT_EQ(order({1}).link, (OrderLink{OrderClass::bracket, OrderRole::entry}));
  EXPECT_EQ(order({2}).parent(), entry);
  EXPECT_EQ(order({3}).parent(), entry);
  ASSERT_EQ(order(entry).legs().count, 2U);
  const OrderView take_profit = order({2});
  EXPECT_EQ(take_profit.side, Side::sell);
  EXPECT_EQ(take_profit.type, OrderType::limit);
  EXPECT_EQ(take_profit.limit_price, price("160.00"));
  EXPECT_EQ(take_profit.quantity, Quantity{100});
  EXPECT_EQ(order({3}).type, OrderType::stop_loss);
  EXPECT_EQ(order({3}).stop_price, price("140.00"));
  // Only the entry holds anything.
  EXPECT_EQ(reserved(alice), money("15000"));
}

TEST_F(LinkedOrdersTest, ARetryGetsTheFirstAnswerAndPlacesNothing) {
  Ticket ticket = bracket_ticket();
  ticket.client_order_id = "mine";
  const OrderId entry = placed(ticket);
  const ApplyResult again = place(ticket);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.order, entry);
  EXPECT_EQ(engine.open_order_count(), 3U);
  // The legs belong to what was asked for.
  ticket.legs.stop_loss_stop_price = price("139.00");
  EXPECT_EQ(refused(ticket), RejectReason::duplicate_client_order_id);
  ticket.legs = {};
  EXPECT_EQ(refused(ticket), RejectReason::duplicate_client_order_id);
}

TEST_F(LinkedOrdersTest, LegsMustGoWithTheOrder) {
  const auto reason = [&](Ticket ticket, const OrderLegs& legs) {
    ticket.legs = legs;
    return refused(ticket);
  };
  const Ticket entry = bracket_ticket();
  const RejectReason wrong = RejectReason::invalid_legs;
  EXPECT_EQ(reason(entry, legs_of(OrderClass::simple, "160.00", "0")), wrong);
  EXPECT_EQ(reason(entry, legs_of(OrderClass::bracket, "160.00", "0")), wrong);
  EXPECT_EQ(reason(entry, legs_of(OrderClass::bracket, "0", "140.00")), wrong);
  EXPECT_EQ(reason(entry, legs_of(OrderClass::oto, "160.00", "140.00")), wrong);
  EXPECT_EQ(reason(entry, legs_of(OrderClass::oto, "160.00", "0", "139.00")), wrong);
  EXPECT_EQ(reason(entry, legs_of(OrderClass::oto, "0", "0")), wrong);
  EXPECT_EQ(reason(entry, legs_of(OrderClass::bracket, "150.00", "140.00")), wrong) << "no profit there";
  EXPECT_EQ(reason(entry, legs_of(OrderClass::bracket, "160.00", "150.00")), wrong) << "no loss there";
  EXPECT_EQ(reason(entry, legs_of(OrderClass::bracket, "160.00", "140.00", "160.00")), wrong);
  EXPECT_EQ(reason(entry, legs_of(OrderClass::bracket, "160.005", "140.00")), RejectReason::price_increment);
  OrderLegs odd = legs_of(OrderClass::bracket, "160.00", "140.00");
  odd.order_class = static_cast<OrderClass>(9);
  EXPECT_EQ(reason(entry, odd), RejectReason::invalid_order);
  odd = legs_of(OrderClass::bracket, "160.00", "140.00");
  odd.take_profit_limit_price = {-1};
  EXPECT_EQ(reason(entry, odd), wrong);

  Ticket moment = entry;
  moment.time_in_force = TimeInForce::ioc;
  EXPECT_EQ(refused(moment), wrong);

  give_shares(alice, symbol, 100);
  Ticket oco = oco_ticket();
  EXPECT_EQ(reason(oco, legs_of(OrderClass::oco, "165.00", "140.00")), wrong)
      << "its limit is the order's own";
  EXPECT_EQ(reason(oco, legs_of(OrderClass::oco, "0", "160.00")), wrong);
  EXPECT_EQ(reason(oco, legs_of(OrderClass::oco, "0", "0")), wrong);
  oco.limit = "0";
  EXPECT_EQ(refused(oco), wrong);
  oco = oco_ticket();
  oco.instructions.display_quantity = {10};
  EXPECT_EQ(refused(oco), wrong);
  EXPECT_EQ(engine.open_order_count(), 0U);
}

TEST_F(LinkedOrdersTest, ARejectedGroupIsOneRejectedOrder) {
  Ticket ticket = bracket_ticket(100'000);
  EXPECT_EQ(refused(ticket), RejectReason::insufficient_buying_power);
  EXPECT_EQ(lines(), (Lines{"rejected 1 insufficient_buying_power"}));
  EXPECT_EQ(order({1}).link.order_class, OrderClass::bracket);
  EXPECT_TRUE(order({1}).legs().empty());
  EXPECT_FALSE(engine.order({2}).has_value());
}

TEST_F(LinkedOrdersTest, SizeLimitsHoldForTheLegsToo) {
  apply(SetAccountLimits{.account = alice, .order_notional_max = money("15500")});
  EXPECT_EQ(refused(bracket_ticket()), RejectReason::order_size);
  EXPECT_EQ(refused({alice, symbol, Side::buy, 100, "150.00"}), RejectReason::none);
}

// --- the entry fills ---

TEST_F(LinkedOrdersTest, AFilledEntryActivatesItsExits) {
  placed(bracket_ticket());
  sell(100, "150.00");
  EXPECT_EQ(lines(),
            (Lines{"accepted 4 submitted", "trade 100@150.00 maker 1:0 taker 4:0",
                   "activated 2 submitted 100", "activated 3 validated 100", "rested 2 sell 100@160.00"}));
  EXPECT_EQ(reserved(alice), Money{});
  EXPECT_EQ(unpromised(), 0) << "the two exits hold the shares once";
}

TEST_F(LinkedOrdersTest, ExitsGrowWithTheFillsOfTheEntryAndLoseTheirPlaceByIt) {
  placed(bracket_ticket());
  sell(40, "150.00");
  EXPECT_EQ(order({2}).quantity, Quantity{40});
  EXPECT_EQ(order({3}).quantity, Quantity{40});
  EXPECT_EQ(unpromised(), 0);
  sell(10, "160.00");  // comes to rest behind the take-profit
  sell(25, "150.00");
  EXPECT_EQ(lines(), (Lines{"accepted 6 submitted", "trade 25@150.00 maker 1:35 taker 6:0",
                            "replaced 2 65:65 limit 160.00 stop 0.00 resting",
                            "replaced 3 65:65 limit 0.00 stop 140.00", "rested 2 sell 65@160.00"}));
  EXPECT_EQ(unpromised(), 0);
  buy(10, "160.00");
  EXPECT_EQ(lines().at(1), "trade 10@160.00 maker 5:0 taker 7:0") << "it went to the back";
}

TEST_F(LinkedOrdersTest, AMarketEntryThatFillsInPartLeavesExitsForThatPart) {
  sell(30, "150.00");
  Ticket ticket = bracket_ticket();
  ticket.limit = "0";
  placed(ticket);
  EXPECT_EQ(lines(),
            (Lines{"accepted 2 submitted", "accepted 3 pending take_profit", "accepted 4 pending stop_loss",
                   "trade 30@150.00 maker 1:0 taker 2:70", "cancelled 2 no_liquidity 70",
                   "activated 3 submitted 30", "activated 4 validated 30", "rested 3 sell 30@160.00"}));
  EXPECT_EQ(unpromised(), 0);
}

TEST_F(LinkedOrdersTest, AnEntryThatEndsWithoutAFillTakesItsExitsAlong) {
  const OrderId entry = placed(bracket_ticket());
  cancel(alice, entry);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 100 resting", "cancelled 2 entry_ended 100",
                            "cancelled 3 entry_ended 100"}));
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, AnEntryCancelledAfterAPartialFillLeavesExitsForWhatItFilled) {
  const OrderId entry = placed(bracket_ticket());
  sell(40, "150.00");
  cancel(alice, entry);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 60 resting"}));
  EXPECT_EQ(order({2}).status, OrderStatus::submitted);
  EXPECT_EQ(order({3}).status, OrderStatus::validated);
  buy(40, "160.00");
  expect_nothing_left();
  EXPECT_EQ(shares(alice, symbol), 0);
}

TEST_F(LinkedOrdersTest, AStopEntryWorks) {
  Ticket ticket = bracket_ticket();
  ticket.limit = "0";
  ticket.stop = "155.00";
  placed(ticket);
  EXPECT_EQ(order({1}).status, OrderStatus::validated);
  sell(100, "155.00");
  print("155.00");
  EXPECT_EQ(order({1}).status, OrderStatus::filled);
  EXPECT_EQ(order({2}).status, OrderStatus::submitted);
  EXPECT_EQ(order({3}).status, OrderStatus::validated);
}

TEST_F(LinkedOrdersTest, ExitsThatRiskRefusesAreRejectedWithItsReason) {
  const AccountId bob = open("bob", AccountType::margin, "20000");
  change_rules([](FirmRules& rules) { rules.day_trades_max = 1; });
  Ticket ticket = bracket_ticket(20);
  ticket.account = bob;
  placed(ticket);
  // Another day trade uses up what is allowed before the entry fills.
  const SymbolId other = add_symbol("XYZ", "10.00");
  give_shares(market, other, 1'000);
  placed({market, other, Side::sell, 10, "10.00"});
  placed({bob, other, Side::buy, 10, "10.00"});
  placed({market, other, Side::buy, 10, "10.00"});
  placed({bob, other, Side::sell, 10, "10.00"});
  sell(5, "150.00");
  EXPECT_EQ(lines(),
            (Lines{"accepted 8 submitted", "trade 5@150.00 maker 1:15 taker 8:0",
                   "activated 2 rejected 20 pattern_day_trader", "activated 3 rejected 20 pattern_day_trader",
                   "cancelled 1 one_cancels_other 15 resting"}));
  EXPECT_EQ(order({2}).status, OrderStatus::rejected);
  EXPECT_EQ(order({2}).reject_reason, RejectReason::pattern_day_trader);
  EXPECT_EQ(reserved(bob), Money{});
}

// --- the exits ---

TEST_F(LinkedOrdersTest, TakingProfitShrinksAndThenCancelsTheStop) {
  placed(bracket_ticket());
  sell(100, "150.00");
  buy(30, "160.00");
  EXPECT_EQ(lines(), (Lines{"accepted 5 submitted", "trade 30@160.00 maker 2:70 taker 5:0",
                            "replaced 3 70:70 limit 0.00 stop 140.00 kept"}));
  buy(70, "160.00");
  EXPECT_EQ(lines(), (Lines{"accepted 6 submitted", "trade 70@160.00 maker 2:0 taker 6:0",
                            "cancelled 3 one_cancels_other 70"}));
  EXPECT_EQ(order({2}).status, OrderStatus::filled);
  EXPECT_EQ(order({3}).cancel_reason, CancelReason::one_cancels_other);
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, StoppingTheLossShrinksAndThenCancelsTheTakeProfit) {
  placed(bracket_ticket());
  sell(100, "150.00");
  buy(60, "139.50");
  print("140.00");
  EXPECT_EQ(lines(), (Lines{"printed 1@140.00", "triggered 3 @140.00", "trade 60@139.50 maker 5:0 taker 3:40",
                            "replaced 2 40:40 limit 160.00 stop 0.00 kept resting",
                            "cancelled 3 no_liquidity 40", "cancelled 2 one_cancels_other 40 resting"}));
  expect_nothing_left();
  EXPECT_EQ(shares(alice, symbol), 40);
}

TEST_F(LinkedOrdersTest, ATriggeredStopEndsWhatIsLeftOfTheEntry) {
  placed(bracket_ticket());
  sell(40, "150.00");
  buy(500, "139.90");
  // The stop would sell to the account's own entry at 150.
  print("140.00");
  EXPECT_EQ(lines(),
            (Lines{"printed 1@140.00", "triggered 3 @140.00", "cancelled 1 one_cancels_other 60 resting",
                   "trade 40@139.90 maker 5:460 taker 3:0", "cancelled 2 one_cancels_other 40 resting"}));
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, TakingAllProfitEndsWhatIsLeftOfTheEntry) {
  placed(bracket_ticket());
  sell(40, "150.00");
  buy(40, "160.00");
  EXPECT_EQ(lines(), (Lines{"accepted 5 submitted", "trade 40@160.00 maker 2:0 taker 5:0",
                            "cancelled 3 one_cancels_other 40", "cancelled 1 one_cancels_other 60 resting"}));
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, CancellingAnExitEndsTheRestOfTheGroup) {
  placed(bracket_ticket());
  cancel(alice, {3});
  EXPECT_EQ(lines(), (Lines{"cancelled 3 requested 100", "cancelled 2 one_cancels_other 100",
                            "cancelled 1 one_cancels_other 100 resting"}));
  expect_nothing_left();

  placed(bracket_ticket());
  sell(40, "150.00");
  cancel(alice, {5});
  EXPECT_EQ(lines(), (Lines{"cancelled 5 requested 40 resting", "cancelled 6 one_cancels_other 40",
                            "cancelled 4 one_cancels_other 60 resting"}));
  expect_nothing_left();
}

// The sharpest corner: both exits rest in the book, and one order takes both prices.
TEST_F(LinkedOrdersTest, ASweepThroughBothExitsFillsTheSharesOnce) {
  Ticket ticket = bracket_ticket();
  ticket.legs = legs_of(OrderClass::bracket, "160.00", "140.00", "145.00");
  placed(ticket);
  sell(100, "150.00");
  print("140.00");  // the stop-limit rests at 145
  EXPECT_EQ(lines(), (Lines{"printed 1@140.00", "triggered 3 @140.00", "rested 3 sell 100@145.00"}));
  sell(500, "170.00");
  buy(250, "170.00");
  EXPECT_EQ(lines(),
            (Lines{"accepted 6 submitted", "trade 100@145.00 maker 3:0 taker 6:150",
                   "cancelled 2 one_cancels_other 100 resting", "trade 150@170.00 maker 5:350 taker 6:0"}));
  EXPECT_EQ(shares(alice, symbol), 0);
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, WhatBothExitsOfferCountsOnceToAnOrderThatMustFillWhole) {
  give_shares(alice, symbol, 100);
  placed(oco_ticket(100, "145.00"));
  print("140.00");
  const OrderId whole = placed({market, symbol, Side::buy, 101, "170.00", "0", TimeInForce::fok});
  EXPECT_EQ(order(whole).status, OrderStatus::cancelled);
  EXPECT_EQ(order(whole).filled_quantity, Quantity{});
  const OrderId enough = placed({market, symbol, Side::buy, 100, "170.00", "0", TimeInForce::fok});
  EXPECT_EQ(order(enough).status, OrderStatus::filled);
  expect_nothing_left();
}

// A stop that a trade has triggered waits its turn while another triggered order fills its take-profit.
TEST_F(LinkedOrdersTest, AStopInTheQueueGoesWithItsGroup) {
  placed(bracket_ticket());
  sell(100, "150.00");
  placed({market, symbol, Side::buy, 100, "160.00", "155.00"});
  buy(1, "155.00");
  buy(1'000, "139.00");
  // One order trades at both stop prices, and of what it triggers the buy comes first.
  sell(2);
  EXPECT_EQ(lines(), (Lines{"accepted 8 submitted", "trade 1@155.00 maker 6:0 taker 8:1",
                            "trade 1@139.00 maker 7:999 taker 8:0", "triggered 5 @155.00",
                            "trade 100@160.00 maker 2:0 taker 5:0", "cancelled 3 one_cancels_other 100"}));
  EXPECT_EQ(shares(alice, symbol), 0);
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, AStopThatIsMetAlreadyWhenTheEntryFillsTriggersAtOnce) {
  Ticket ticket = bracket_ticket();
  ticket.limit = "0";
  sell(100, "150.00");
  buy(100, "135.00");
  ticket.legs = legs_of(OrderClass::bracket, "170.00", "155.00");
  placed(ticket);
  EXPECT_EQ(order({5}).status, OrderStatus::filled);
  EXPECT_EQ(order({4}).cancel_reason, CancelReason::one_cancels_other);
  EXPECT_EQ(shares(alice, symbol), 0);
  expect_nothing_left();
}

// --- one cancels other ---

TEST_F(LinkedOrdersTest, AnOcoHoldsTheSharesOnce) {
  give_shares(alice, symbol, 150);
  const OrderId take_profit = placed(oco_ticket());
  EXPECT_EQ(lines(), (Lines{"accepted 1 submitted take_profit", "accepted 2 validated stop_loss",
                            "rested 1 sell 100@160.00"}));
  EXPECT_EQ(unpromised(), 50);
  EXPECT_EQ(order({2}).parent(), take_profit);
  EXPECT_EQ(order(take_profit).legs().count, 1U);
  buy(40, "160.00");
  EXPECT_EQ(unpromised(), 50);
  cancel(alice, take_profit);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 60 resting", "cancelled 2 one_cancels_other 60"}));
  EXPECT_EQ(unpromised(), 110);
}

TEST_F(LinkedOrdersTest, AnOcoNeedsTheSharesThatItSells) {
  give_shares(alice, symbol, 99);
  EXPECT_EQ(refused(oco_ticket()), RejectReason::insufficient_shares);
}

TEST_F(LinkedOrdersTest, AnOcoWhoseProfitIsThereTakesIt) {
  give_shares(alice, symbol, 100);
  buy(100, "161.00");
  placed(oco_ticket());
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted take_profit", "accepted 3 validated stop_loss",
                            "trade 100@161.00 maker 1:0 taker 2:0", "cancelled 3 one_cancels_other 100"}));
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, AnOcoThatBuysReservesForTheWorseOfBoth) {
  const Ticket ticket{.account = alice,
                      .symbol = symbol,
                      .side = Side::buy,
                      .quantity = 10,
                      .limit = "140.00",
                      .legs = legs_of(OrderClass::oco, "0", "160.00", "165.00")};
  placed(ticket);
  EXPECT_EQ(reserved(alice), money("1650"));
  sell(4, "140.00");
  EXPECT_EQ(reserved(alice), money("990"));
  sell(100, "164.00");
  print("160.00");
  EXPECT_EQ(order({2}).status, OrderStatus::filled);
  EXPECT_EQ(shares(alice, symbol), 10);
  expect_nothing_left();
}

// --- one triggers other ---

TEST_F(LinkedOrdersTest, AnOtoTriggersOneExit) {
  Ticket ticket = bracket_ticket();
  ticket.legs = legs_of(OrderClass::oto, "0", "140.00", "139.50");
  placed(ticket);
  EXPECT_EQ(lines(),
            (Lines{"accepted 1 submitted", "accepted 2 pending stop_loss", "rested 1 buy 100@150.00"}));
  sell(60, "150.00");
  EXPECT_EQ(order({2}).type, OrderType::stop_limit);
  EXPECT_EQ(order({2}).status, OrderStatus::validated);
  EXPECT_EQ(order({2}).quantity, Quantity{60});
  EXPECT_EQ(unpromised(), 0);
  cancel(alice, {1});
  EXPECT_EQ(order({2}).status, OrderStatus::validated);
}

// --- changing ---

TEST_F(LinkedOrdersTest, PricesOfAGroupCanBeChangedAsLongAsTheyStayInOrder) {
  placed(bracket_ticket());
  const auto replace = [&](OrderId id, std::string_view limit, std::string_view stop) {
    ReplaceOrder command{.account = alice, .order = id};
    if (limit != "0") command.limit_price = price(limit);
    if (stop != "0") command.stop_price = price(stop);
    return reason_of(command);
  };
  EXPECT_EQ(replace({2}, "158.00", "0"), RejectReason::none);
  EXPECT_EQ(order({2}).status, OrderStatus::pending);
  EXPECT_EQ(replace({3}, "0", "141.00"), RejectReason::none);
  EXPECT_EQ(replace({2}, "149.00", "0"), RejectReason::invalid_legs);
  EXPECT_EQ(replace({3}, "0", "151.00"), RejectReason::invalid_legs);
  EXPECT_EQ(replace({1}, "158.00", "0"), RejectReason::invalid_legs);
  EXPECT_EQ(replace({1}, "151.00", "0"), RejectReason::none);
  sell(100, "151.00");
  EXPECT_EQ(lines().back(), "rested 2 sell 100@158.00");
  EXPECT_EQ(replace({2}, "141.00", "0"), RejectReason::invalid_legs);
  EXPECT_EQ(replace({2}, "149.00", "0"), RejectReason::none) << "the entry is done";
  EXPECT_EQ(replace({3}, "0", "145.00"), RejectReason::none);
  EXPECT_EQ(unpromised(), 0);
  buy(100, "149.00");
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, TheQuantityOfAnExitIsItsEntrysMatter) {
  placed(bracket_ticket());
  const auto replace = [&](OrderId id, std::int64_t quantity) {
    return reason_of(ReplaceOrder{.account = alice, .order = id, .quantity = Quantity{quantity}});
  };
  EXPECT_EQ(replace({2}, 50), RejectReason::invalid_quantity);
  EXPECT_EQ(replace({1}, 80), RejectReason::none);
  EXPECT_EQ(order({2}).quantity, Quantity{80});
  EXPECT_EQ(order({3}).quantity, Quantity{80});
  sell(30, "150.00");
  EXPECT_EQ(replace({3}, 20), RejectReason::invalid_quantity);
  EXPECT_EQ(replace({1}, 30), RejectReason::none);
  EXPECT_EQ(order({1}).status, OrderStatus::cancelled);
  EXPECT_EQ(order({2}).quantity, Quantity{30});
}

// --- with the rest of the market ---

TEST_F(LinkedOrdersTest, ADaysGroupExpiresTogether) {
  placed(bracket_ticket());
  apply(SetSession{SessionPhase::closed, {}});
  EXPECT_EQ(lines(), (Lines{"cancelled 1 session_end 100 resting", "cancelled 2 session_end 100",
                            "cancelled 3 session_end 100", "session closed"}));
  for (const std::uint64_t id : {1U, 2U, 3U})
    EXPECT_EQ(order({id}).status, OrderStatus::expired);
  apply(SetSession{SessionPhase::open, {}});
  placed(bracket_ticket());
  sell(100, "150.00");
  apply(SetSession{SessionPhase::closed, {}});
  EXPECT_EQ(order({5}).status, OrderStatus::expired);
  EXPECT_EQ(order({6}).status, OrderStatus::expired);
  apply(SetSession{SessionPhase::open, {}});
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, AGroupGoodTillADateExpiresThen) {
  Ticket ticket = bracket_ticket();
  ticket.time_in_force = TimeInForce::gtd;
  ticket.instructions.expires_at = {now.nanoseconds + 10'000};
  placed(ticket);
  sell(40, "150.00");
  now.nanoseconds += 20'000;
  events.clear();
  engine.apply({now, ExpireOrders{}}, events);
  EXPECT_EQ(lines().size(), 3U);
  for (const std::uint64_t id : {1U, 2U, 3U})
    EXPECT_EQ(order({id}).status, OrderStatus::expired) << id;
  expect_nothing_left();
}

TEST_F(LinkedOrdersTest, GoodTillCancelledExitsOutliveTheSession) {
  Ticket ticket = bracket_ticket();
  ticket.time_in_force = TimeInForce::gtc;
  placed(ticket);
  sell(100, "150.00");
  apply(SetSession{SessionPhase::closed, {}});
  print("139.00");
  EXPECT_EQ(order({3}).status, OrderStatus::validated) << "no stop triggers while the market is closed";
  buy(100, "139.00");
  apply(SetSession{SessionPhase::open, {}});
  EXPECT_EQ(order({3}).status, OrderStatus::filled);
  EXPECT_EQ(order({2}).cancel_reason, CancelReason::one_cancels_other);
}

TEST_F(LinkedOrdersTest, AMassCancelEndsAllOfAGroup) {
  placed(bracket_ticket());
  sell(40, "150.00");
  EXPECT_EQ(apply(CancelAllOrders{alice, {}}).affected, 3U);
  EXPECT_EQ(engine.open_order_count(), 0U);
  expect_nothing_left();
  placed(bracket_ticket());
  EXPECT_EQ(apply(CancelAllOrders{.account = alice, .symbol = {}, .side = Side::buy}).affected, 1U);
  EXPECT_EQ(engine.open_order_count(), 0U) << "its exits have nothing to follow";
  placed(bracket_ticket());
  EXPECT_EQ(apply(CancelAllOrders{}).affected, 3U);
}

TEST_F(LinkedOrdersTest, SelfTradePreventionShrinksBothExits) {
  placed(bracket_ticket());
  sell(100, "150.00");
  Ticket own{alice, symbol, Side::buy, 30, "160.00"};
  own.instructions.self_trade_prevention = SelfTradePrevention::decrement_and_cancel;
  placed(own);
  EXPECT_EQ(lines(), (Lines{"accepted 5 submitted", "replaced 2 70:70 limit 160.00 stop 0.00 kept resting",
                            "replaced 3 70:70 limit 0.00 stop 140.00 kept", "cancelled 5 self_trade 30"}));
  EXPECT_EQ(unpromised(), 30);
  own.instructions.self_trade_prevention = SelfTradePrevention::cancel_resting;
  placed(own);
  EXPECT_EQ(order({2}).cancel_reason, CancelReason::self_trade);
  EXPECT_EQ(order({3}).cancel_reason, CancelReason::one_cancels_other);
}

TEST_F(LinkedOrdersTest, LegsAreBoundToTheSessionOfTheOrder) {
  Ticket ticket = bracket_ticket();
  ticket.session = {7};
  placed(ticket);
  sell(40, "150.00");
  placed({alice, symbol, Side::buy, 1, "100.00"});
  placed({.account = alice,
          .symbol = symbol,
          .side = Side::buy,
          .quantity = 1,
          .limit = "100.00",
          .session = {8}});
  EXPECT_EQ(apply(CancelAllOrders{.account = alice, .symbol = {}, .session = {9}}).affected, 0U);
  EXPECT_EQ(apply(CancelAllOrders{.account = alice, .symbol = {}, .session = {7}}).affected, 3U);
  EXPECT_EQ(order({1}).cancel_reason, CancelReason::disconnected);
  EXPECT_EQ(engine.open_order_count(), 2U);
}

TEST_F(LinkedOrdersTest, AnAccountsSelfTradePreventionIsOfOrdersThatDoNotSay) {
  apply(SetAccountLimits{.account = alice, .self_trade_prevention = SelfTradePrevention::cancel_incoming});
  EXPECT_EQ(account(alice).self_trade_prevention, SelfTradePrevention::cancel_incoming);
  give_shares(alice, symbol, 100);
  placed({alice, symbol, Side::sell, 10, "150.00"});
  Ticket incoming{alice, symbol, Side::buy, 10, "150.00", "0", TimeInForce::day, "mine"};
  const OrderId first = placed(incoming);
  EXPECT_EQ(order(first).cancel_reason, CancelReason::self_trade);
  EXPECT_EQ(order(first).instructions.self_trade_prevention, SelfTradePrevention::cancel_incoming);
  // What the order says itself counts more.
  Ticket says{alice, symbol, Side::buy, 4, "150.00"};
  says.instructions.self_trade_prevention = SelfTradePrevention::decrement_and_cancel;
  placed(says);
  EXPECT_EQ(order({1}).quantity, Quantity{6});
  // A retry is one whatever the account asks for by then.
  apply(SetAccountLimits{.account = alice, .self_trade_prevention = SelfTradePrevention{}});
  EXPECT_FALSE(account(alice).self_trade_prevention);
  EXPECT_TRUE(place(incoming).duplicate);
  incoming.client_order_id = {};
  EXPECT_EQ(order(placed(incoming)).filled_quantity, Quantity{6}) << "now they trade";
}

// --- saved and loaded in every state of a group ---

TEST_F(LinkedOrdersTest, ASavedGroupGoesOnAlike) {
  const auto loaded_goes_on_alike = [&](const CommandBody& body) {
    Result<Engine> loaded = saved_and_loaded();
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
    apply(body);
    std::vector<Event> loaded_events;
    loaded->apply({now, body}, loaded_events);
    EXPECT_EQ(loaded->state_hash(), engine.state_hash());
    EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
  };
  const auto sale = [&](std::int64_t quantity) {
    return order_of({market, symbol, Side::sell, quantity, "150.00"});
  };
  Ticket ticket = bracket_ticket();
  ticket.session = {3};
  ticket.legs = legs_of(OrderClass::bracket, "160.00", "140.00", "145.00");
  loaded_goes_on_alike(order_of(ticket));
  loaded_goes_on_alike(sale(40));
  loaded_goes_on_alike(sale(20));
  loaded_goes_on_alike(order_of({market, symbol, Side::buy, 15, "160.00"}));
  loaded_goes_on_alike(PrintTrade{symbol, price("140.00"), {1}});
  loaded_goes_on_alike(order_of({market, symbol, Side::buy, 400, "170.00"}));
  EXPECT_EQ(shares(alice, symbol), 0);
  expect_nothing_left();
}

}  // namespace
}  // namespace trade::engine_test
