// Short sales: who may sell what it does not hold, what that reserves, the shares located for it, covering,
// and the price test while a symbol falls.
#include "short_sales_support.hpp"

namespace trade::engine_test {
namespace {

// --- who may ---

TEST_F(ShortSalesTest, OnlyAMarginAccountMay) {
  const AccountId cash_account = open("cash", AccountType::cash, "1000");
  for (const AccountId account : {cash_account, market}) {
    Ticket ticket = short_ticket(1, "10.00");
    ticket.account = account;
    EXPECT_EQ(refused(ticket), RejectReason::short_sale_not_permitted);
  }
  EXPECT_EQ(placed(short_ticket(1, "10.00")), OrderId{3});
}

TEST_F(ShortSalesTest, APlainSaleBeyondWhatIsHeldStaysRefused) {
  EXPECT_EQ(refused({alice, symbol, Side::sell, 1, "10.00"}), RejectReason::insufficient_shares);
  bid(10, "10.00");
  sell_short(10);
  EXPECT_EQ(refused({alice, symbol, Side::sell, 1, "10.00"}), RejectReason::insufficient_shares);
}

TEST_F(ShortSalesTest, SharesThatAreHeldAreSoldNotShort) {
  give_shares(alice, symbol, 5);
  EXPECT_EQ(refused(short_ticket(1, "10.00")), RejectReason::long_position);
  placed({market, symbol, Side::buy, 5, "10.00"});
  placed({alice, symbol, Side::sell, 5, "10.00"});
  EXPECT_EQ(place(short_ticket(1, "10.00")).reason, RejectReason::none);
}

TEST_F(ShortSalesTest, ABuyCannotBeMarkedShort) {
  Ticket ticket = short_ticket(1, "10.00");
  ticket.side = Side::buy;
  EXPECT_EQ(refused(ticket), RejectReason::invalid_order);
  ticket = short_ticket(1, "10.00", static_cast<ShortSale>(9));
  EXPECT_EQ(refused(ticket), RejectReason::invalid_order);
}

TEST_F(ShortSalesTest, TheMarkBelongsToWhatARetryMustRepeat) {
  Ticket ticket = short_ticket(1, "10.00");
  ticket.client_order_id = "mine";
  const OrderId id = placed(ticket);
  EXPECT_TRUE(place(ticket).duplicate);
  ticket.instructions.short_sale = ShortSale::sell_short_exempt;
  EXPECT_EQ(refused(ticket), RejectReason::duplicate_client_order_id);
  EXPECT_EQ(order(id).instructions.short_sale, ShortSale::sell_short);
}

// --- what is located ---

TEST_F(ShortSalesTest, AnOrderHoldsWhatItSellsAndGivesBackWhatItDoesNot) {
  grant(100);
  EXPECT_EQ(lines(), (Lines{"locate 100"}));
  const OrderId id = sell_short(60, "10.00");
  EXPECT_EQ(locate(), (LocateView{"ABC", {100}, {60}, {0}, {}}));
  EXPECT_EQ(refused(short_ticket(41, "10.00")), RejectReason::no_locate);
  bid(25, "10.00");
  EXPECT_EQ(locate(), (LocateView{"ABC", {100}, {35}, {25}, {}}));
  cancel(alice, id);
  EXPECT_EQ(locate(), (LocateView{"ABC", {100}, {0}, {25}, {}}));
  EXPECT_EQ(refused(short_ticket(76, "10.00")), RejectReason::no_locate);
  EXPECT_EQ(placed(short_ticket(75, "10.00")), OrderId{5});
}

TEST_F(ShortSalesTest, CoveringGivesNothingBackWithoutANewGrant) {
  grant(10);
  bid(10, "10.00");
  sell_short(10);
  offer(10, "10.00");
  cover(10);
  EXPECT_EQ(refused(short_ticket(1, "10.00")), RejectReason::no_locate);
  grant(10);
  EXPECT_EQ(place(short_ticket(10, "10.00")).reason, RejectReason::none);
}

TEST_F(ShortSalesTest, AReplacementHoldsMoreOrLess) {
  grant(100);
  const OrderId id = sell_short(60, "10.00");
  const auto to = [&](std::int64_t quantity) {
    return reason_of(ReplaceOrder{.account = alice,
                                  .order = id,
                                  .client_order_id = {},
                                  .quantity = Quantity{quantity},
                                  .limit_price = {},
                                  .stop_price = {},
                                  .new_client_order_id = {}});
  };
  EXPECT_EQ(to(101), RejectReason::no_locate);
  EXPECT_EQ(to(100), RejectReason::none);
  EXPECT_EQ(locate().held, Quantity{100});
  EXPECT_EQ(reserved(alice), money("1000"));
  EXPECT_EQ(to(30), RejectReason::none);
  EXPECT_EQ(locate().held, Quantity{30});
  EXPECT_EQ(reserved(alice), money("300"));
}

TEST_F(ShortSalesTest, ARevokedLocateLeavesOpenOrdersAlone) {
  const OrderId id = sell_short(10, "10.00");
  grant(0);
  EXPECT_EQ(locate(), (LocateView{"ABC", {0}, {10}, {0}, {}}));
  EXPECT_EQ(refused(short_ticket(1, "10.00")), RejectReason::no_locate);
  cancel(alice, id);
  EXPECT_TRUE(account(alice).locates.empty());
}

TEST_F(ShortSalesTest, ALocateEndsWithItsTimeOrItsDay) {
  const Timestamp until{now.nanoseconds + 10 * nanoseconds_per_second};
  grant(10, until);
  EXPECT_EQ(place(short_ticket(1, "10.00")).reason, RejectReason::none);
  now = until;
  EXPECT_EQ(refused(short_ticket(1, "10.00")), RejectReason::no_locate);
  grant(10);
  next_day();
  EXPECT_EQ(refused(short_ticket(1, "10.00")), RejectReason::no_locate);
  grant(10, {now.nanoseconds + nanoseconds_per_second * 48 * 3'600});
  next_day();
  EXPECT_EQ(place(short_ticket(1, "10.00")).reason, RejectReason::none);
}

TEST_F(ShortSalesTest, WhatIsEasyToBorrowNeedsNone) {
  grant(0);
  apply(SetEasyToBorrow{symbol, true});
  EXPECT_EQ(lines(), (Lines{"easy_to_borrow on"}));
  EXPECT_TRUE(view().easy_to_borrow);
  const OrderId id = sell_short(10, "10.00");
  EXPECT_TRUE(account(alice).locates.empty());
  // Off the list again: the order stays as it was taken.
  apply(SetEasyToBorrow{{}, false});
  EXPECT_EQ(refused(short_ticket(1, "10.00")), RejectReason::no_locate);
  bid(4, "10.00");
  cancel(alice, id);
  EXPECT_TRUE(account(alice).locates.empty());
  EXPECT_EQ(shares(alice, symbol), -4);
}

TEST_F(ShortSalesTest, LocatesThatMakeNoSenseAreRefused) {
  EXPECT_EQ(reason_of(SetLocate{{99}, symbol, {1}}), RejectReason::unknown_account);
  EXPECT_EQ(reason_of(SetLocate{alice, {99}, {1}}), RejectReason::unknown_symbol);
  EXPECT_EQ(reason_of(SetLocate{market, symbol, {1}}), RejectReason::short_sale_not_permitted);
  EXPECT_EQ(reason_of(SetLocate{alice, symbol, {-1}}), RejectReason::invalid_quantity);
  EXPECT_EQ(reason_of(SetLocate{alice, symbol, {order_quantity_max + 1}}), RejectReason::invalid_quantity);
  EXPECT_EQ(reason_of(SetLocate{alice, symbol, {0}, now}), RejectReason::invalid_expiry);
  EXPECT_EQ(reason_of(SetEasyToBorrow{{99}, true}), RejectReason::unknown_symbol);
}

// --- what it takes, and brings ---

TEST_F(ShortSalesTest, ItReservesAsMuchBuyingPowerAsAPurchaseUnderTheUsualRules) {
  EXPECT_EQ(account(alice).buying_power, money("200000"));
  // 150 percent of the value, of which 100 are its own proceeds; buying power is twice the equity.
  sell_short(100, "12.00");
  EXPECT_EQ(reserved(alice), money("1200"));
  EXPECT_EQ(account(alice).buying_power, money("198800"));
}

TEST_F(ShortSalesTest, ASaleBelowTheLastPriceReservesThatPrice) {
  sell_short(100, "9.00");
  EXPECT_EQ(reserved(alice), money("1000"));
}

TEST_F(ShortSalesTest, RulesSayHowMuch) {
  change_rules([](FirmRules& rules) { rules.short_margin_basis_points = 20'000; });
  sell_short(100, "10.00");
  EXPECT_EQ(reserved(alice), money("2000"));
  bid(100, "10.00");
  EXPECT_EQ(reserved(alice), Money{});
  EXPECT_EQ(account(alice).equity, money("100000"));
  EXPECT_EQ(account(alice).buying_power, money("198000"));
}

TEST_F(ShortSalesTest, TheIntradayRuleAsksForItsOwnShare) {
  change_rules([](FirmRules& rules) { rules.day_trading_rule = DayTradingRule::intraday_margin; });
  // 30 percent of 1,000 is what 1,200 of long positions need at 25 percent.
  sell_short(100, "10.00");
  EXPECT_EQ(reserved(alice), money("1200"));
  EXPECT_EQ(account(alice).buying_power, money("398800"));
}

TEST_F(ShortSalesTest, BuyingPowerBoundsIt) {
  grant(order_quantity_max);
  EXPECT_EQ(refused(short_ticket(20'001, "10.00")), RejectReason::insufficient_buying_power);
  EXPECT_EQ(place(short_ticket(20'000, "10.00")).reason, RejectReason::none);
}

TEST_F(ShortSalesTest, APositionLimitBoundsItToo) {
  apply(SetAccountLimits{.account = alice, .position_max = Quantity{50}});
  EXPECT_EQ(refused(short_ticket(51, "10.00")), RejectReason::position_limit);
  sell_short(30, "10.00");
  EXPECT_EQ(refused(short_ticket(21, "10.00")), RejectReason::position_limit);
  EXPECT_EQ(place(short_ticket(20, "10.00")).reason, RejectReason::none);
}

TEST_F(ShortSalesTest, AShortPositionIsMarkedToTheMarket) {
  bid(100, "10.00");
  sell_short(100);
  EXPECT_EQ(shares(alice, symbol), -100);
  EXPECT_EQ(cash(alice), money("101000"));
  EXPECT_EQ(account(alice).equity, money("100000"));
  EXPECT_EQ(account(alice).buying_power, money("199000"));
  apply(PrintTrade{symbol, price("15.00"), {1}});
  EXPECT_EQ(account(alice).equity, money("99500"));
  EXPECT_EQ(account(alice).buying_power, money("197500"));
  // What stands for the short position stays.
  EXPECT_EQ(reason_of(WithdrawCash{alice, money("98750.01")}), RejectReason::insufficient_funds);
  EXPECT_EQ(reason_of(WithdrawCash{alice, money("98750")}), RejectReason::none);
  EXPECT_EQ(account(alice).buying_power, Money{});
}

TEST_F(ShortSalesTest, CoveringNeedsNoBuyingPower) {
  grant(20'000);
  bid(20'000, "10.00");
  sell_short(20'000);
  apply(PrintTrade{symbol, price("13.00"), {1}});
  EXPECT_EQ(account(alice).buying_power, Money{});
  offer(30'000, "13.00");
  EXPECT_EQ(refused({alice, symbol, Side::buy, 20'001, "13.00"}), RejectReason::insufficient_buying_power)
      << "one share more than it is short of";
  const OrderId first = cover(15'000, "12.00");
  EXPECT_EQ(refused({alice, symbol, Side::buy, 5'001, "13.00"}), RejectReason::insufficient_buying_power)
      << "the first one covers the others";
  cancel(alice, first);
  cover(20'000, "13.00");
  EXPECT_EQ(shares(alice, symbol), 0);
  EXPECT_EQ(cash(alice), money("40000"));
  EXPECT_EQ(reserved(alice), Money{});
}

TEST_F(ShortSalesTest, ABuyMayGoThroughToALongPosition) {
  bid(10, "10.00");
  sell_short(10);
  offer(15, "10.00");
  cover(15, "10.00");
  EXPECT_EQ(shares(alice, symbol), 5);
  EXPECT_EQ(placed({alice, symbol, Side::sell, 5, "11.00"}), OrderId{5});
}

TEST_F(ShortSalesTest, SellingShortAndCoveringOnOneDayIsADayTrade) {
  bid(100, "10.00");
  offer(100, "10.01");
  sell_short(10);
  EXPECT_EQ(account(alice).day_trades, 0);
  cover(4);
  cover(6);
  EXPECT_EQ(account(alice).day_trades, 1);
  // Shares that were bought to cover are none to day-trade with.
  sell_short(10);
  EXPECT_EQ(account(alice).day_trades, 1);
  next_day();
  cover(10);
  EXPECT_EQ(account(alice).day_trades, 1) << "held short overnight";
}

TEST_F(ShortSalesTest, APatternDayTraderMayCoverWhatItHeldOvernight) {
  apply(WithdrawCash{alice, money("90000")});
  bid(100, "10.00");
  offer(100, "10.01");
  sell_short(10);
  next_day();
  grant(100);
  for (int trade = 0; trade < 3; ++trade) {
    sell_short(1);
    cover(1);
  }
  EXPECT_EQ(account(alice).day_trades, 3);
  EXPECT_EQ(refused(short_ticket(1, "10.01")), RejectReason::pattern_day_trader);
  change_rules([](FirmRules& rules) { rules.day_trades_max = 4; });
  sell_short(1);
  change_rules([](FirmRules& rules) { rules.day_trades_max = 3; });
  EXPECT_EQ(refused({alice, symbol, Side::buy, 1, "10.01"}), RejectReason::pattern_day_trader);
  next_day();
  EXPECT_EQ(place({alice, symbol, Side::buy, 11, "10.01"}).reason, RejectReason::none);
}

TEST_F(ShortSalesTest, AShortBracketCoversAtAProfitOrALoss) {
  Ticket ticket = short_ticket(100, "10.00");
  ticket.legs = legs_of(OrderClass::bracket, "9.00", "11.00");
  placed(ticket);
  bid(40, "10.00");
  EXPECT_EQ(order({2}).status, OrderStatus::submitted);
  EXPECT_EQ(order({2}).side, Side::buy);
  EXPECT_EQ(order({2}).quantity, Quantity{40});
  EXPECT_FALSE(order({2}).instructions.short_sale);
  offer(40, "9.00");
  EXPECT_EQ(shares(alice, symbol), 0);
  EXPECT_EQ(reserved(alice), Money{});
  EXPECT_EQ(engine.open_order_count(), 0U);
  ticket.legs.order_class = OrderClass::oco;
  EXPECT_EQ(refused(ticket), RejectReason::invalid_legs) << "an oco closes what is there";
}

TEST_F(ShortSalesTest, WithoutAnyPriceAMarketOrderCannotBeMeasured) {
  const SymbolId fresh = add_symbol("NEW");
  apply(SetEasyToBorrow{fresh, true});
  Ticket ticket = short_ticket(1);
  ticket.symbol = fresh;
  EXPECT_EQ(refused(ticket), RejectReason::no_reference_price);
  ticket.limit = "3.00";
  EXPECT_EQ(place(ticket).reason, RejectReason::none);
  EXPECT_EQ(reserved(alice), money("3"));
}

// --- the price test ---

class ShortSalePriceTest : public ShortSalesTest {
 protected:
  ShortSalePriceTest() {
    change_rules([](FirmRules& rules) { rules.short_sale_trigger_basis_points = 1'000; });
  }
  void fall() { apply(PrintTrade{symbol, price("9.00"), {1}}); }
};

TEST_F(ShortSalePriceTest, ATradeTenPercentBelowThePreviousCloseTurnsItOn) {
  apply(PrintTrade{symbol, price("9.0001"), {1}});
  EXPECT_FALSE(view().short_sale_restricted);
  fall();
  EXPECT_EQ(lines(), (Lines{"printed 1@9.00", "short_sale_restriction on 9.00"}));
  EXPECT_TRUE(view().short_sale_restricted);
  apply(PrintTrade{symbol, price("8.00"), {1}});
  EXPECT_EQ(lines(), (Lines{"printed 1@8.00"})) << "once a day";
}

TEST_F(ShortSalePriceTest, ItLastsForTheRestOfTheDayAndTheNextOne) {
  fall();
  next_day();
  EXPECT_TRUE(view().short_sale_restricted);
  next_day();
  EXPECT_EQ(lines(), (Lines{"session open new_day", "short_sale_restriction off"}));
  EXPECT_FALSE(view().short_sale_restricted);
}

TEST_F(ShortSalePriceTest, AnotherFallMakesItLonger) {
  fall();
  next_day();
  apply(PrintTrade{symbol, price("8.10"), {1}});
  EXPECT_EQ(lines(), (Lines{"printed 1@8.10", "short_sale_restriction on 8.10"}));
  next_day();
  EXPECT_TRUE(view().short_sale_restricted);
  next_day();
  EXPECT_FALSE(view().short_sale_restricted);
}

TEST_F(ShortSalePriceTest, ShortSalesMustBeAboveTheBestBid) {
  fall();
  bid(100, "9.00");
  EXPECT_EQ(refused(short_ticket(10, "9.00")), RejectReason::short_sale_price_test);
  EXPECT_EQ(refused(short_ticket(10)), RejectReason::short_sale_price_test);
  EXPECT_EQ(place(short_ticket(10, "9.01")).reason, RejectReason::none);
  // Who holds shares, and who is exempt, is not bound.
  offer(10, "9.00");
  EXPECT_EQ(lines()[1], "trade 10@9.00 maker 1:90 taker 5:0");
  EXPECT_EQ(place(short_ticket(10, "9.00", ShortSale::sell_short_exempt)).reason, RejectReason::none);
  EXPECT_EQ(shares(alice, symbol), -10);
}

TEST_F(ShortSalePriceTest, WhatWasShownAboveTheBestBidMayBeTakenThere) {
  fall();
  const OrderId shown = sell_short(10, "9.01");
  bid(10, "9.01");
  EXPECT_EQ(order(shown).status, OrderStatus::filled);
}

TEST_F(ShortSalePriceTest, AReplacementMustBeAboveTheBestBidToo) {
  fall();
  bid(100, "9.00");
  const OrderId shown = sell_short(10, "9.05");
  const auto to = [&](std::string_view limit) {
    return reason_of(ReplaceOrder{.account = alice,
                                  .order = shown,
                                  .client_order_id = {},
                                  .quantity = {},
                                  .limit_price = price(limit),
                                  .stop_price = {},
                                  .new_client_order_id = {}});
  };
  EXPECT_EQ(to("9.00"), RejectReason::short_sale_price_test);
  EXPECT_EQ(to("9.01"), RejectReason::none);
}

TEST_F(ShortSalePriceTest, AStopThatTriggersIntoItEnds) {
  Ticket ticket = short_ticket(10, "0");
  ticket.stop = "9.00";
  const OrderId market_stop = placed(ticket);
  ticket.limit = "8.50";
  const OrderId limit_stop = placed(ticket);
  ticket.limit = "9.50";
  const OrderId patient_stop = placed(ticket);
  bid(100, "8.90");
  fall();
  EXPECT_EQ(lines(),
            (Lines{"printed 1@9.00", "short_sale_restriction on 9.00", "triggered 1 @9.00",
                   "cancelled 1 short_sale_price_test 10", "triggered 2 @9.00",
                   "cancelled 2 short_sale_price_test 10", "triggered 3 @9.00", "rested 3 sell 10@9.50"}));
  EXPECT_EQ(order(market_stop).reject_reason, RejectReason::short_sale_price_test);
  EXPECT_EQ(order(limit_stop).reject_reason, RejectReason::short_sale_price_test);
  EXPECT_EQ(order(limit_stop).cancel_reason, CancelReason::short_sale_price_test);
  EXPECT_EQ(order(patient_stop).status, OrderStatus::submitted);
  EXPECT_EQ(locate().held, Quantity{10});
}

TEST_F(ShortSalePriceTest, AnOrderBesideTheBookWaitsForItsEnd) {
  Ticket ticket = short_ticket(50, "9.00");
  ticket.time_in_force = TimeInForce::gtc;
  ticket.instructions.all_or_none = true;
  const OrderId whole = placed(ticket);
  fall();
  bid(50, "9.10");
  EXPECT_EQ(order(whole).filled_quantity, Quantity{0});
  next_day();
  next_day();
  EXPECT_EQ(order(whole).filled_quantity, Quantity{50});
}

TEST_F(ShortSalePriceTest, AuctionsAreNotTested) {
  fall();
  apply(SetSymbolPhase{symbol, MarketPhase::volatility_auction});
  bid(10, "9.00");
  const OrderId id = sell_short(10, "8.50");
  apply(SetSymbolPhase{symbol, MarketPhase::continuous});
  EXPECT_EQ(order(id).status, OrderStatus::filled);
}

TEST_F(ShortSalePriceTest, WithoutTheRuleThereIsNone) {
  fall();
  change_rules([](FirmRules& rules) { rules.short_sale_trigger_basis_points = 0; });
  EXPECT_EQ(lines(), (Lines{"firm_rules", "short_sale_restriction off"}));
  apply(PrintTrade{symbol, price("5.00"), {1}});
  EXPECT_FALSE(view().short_sale_restricted);
}

TEST_F(ShortSalePriceTest, ATradeOfOrdersTurnsItOnBeforeTheNextStop) {
  bid(10, "8.90");
  Ticket ticket = short_ticket(10, "8.00");
  ticket.stop = "9.50";
  placed(ticket);
  offer(5, "8.90");
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "trade 5@8.90 maker 1:5 taker 3:0",
                            "short_sale_restriction on 8.90", "triggered 2 @8.90",
                            "cancelled 2 short_sale_price_test 10"}));
}

TEST_F(ShortSalePriceTest, ASavedStateKeepsAllOfIt) {
  sell_short(10, "10.00");
  bid(4, "10.00");
  apply(SetEasyToBorrow{symbol, true});
  sell_short(7, "10.50");
  grant(77, {now.nanoseconds + 60 * nanoseconds_per_second});
  fall();
  Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
  EXPECT_EQ(loaded->account(alice)->locates, account(alice).locates);
  EXPECT_EQ(loaded->account(alice)->reserved, reserved(alice));
  EXPECT_TRUE(loaded->symbol(symbol)->short_sale_restricted);
  EXPECT_TRUE(loaded->symbol(symbol)->easy_to_borrow);
  EXPECT_EQ(loaded->order({1}), order({1}));
}

TEST_F(ShortSalePriceTest, RulesOutOfRangeAreRefused) {
  const auto reason = [&](auto change) {
    FirmRules rules = engine.session().rules;
    change(rules);
    return reason_of(SetFirmRules{rules});
  };
  EXPECT_EQ(reason([](FirmRules& rules) { rules.short_margin_basis_points = 9'999; }),
            RejectReason::invalid_command);
  EXPECT_EQ(reason([](FirmRules& rules) { rules.short_maintenance_basis_points = 0; }),
            RejectReason::invalid_command);
  EXPECT_EQ(reason([](FirmRules& rules) { rules.short_sale_trigger_basis_points = 10'000; }),
            RejectReason::invalid_command);
}

}  // namespace
}  // namespace trade::engine_test
