// What orders may ask for beyond type and prices: each instruction where it is kept, and where it is refused.
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

class InstructionsTest : public EngineTest {
 protected:
  InstructionsTest() {
    symbol = add_symbol("ABC", "10.00");
    buyer = open("buyer", AccountType::cash, "1000000");
    seller = open("seller", AccountType::cash, "1000000");
    give_shares(seller, symbol, 100'000, "9.00");
    give_shares(buyer, symbol, 100'000, "9.00");
  }
  OrderId offer(std::int64_t quantity, std::string_view limit, const OrderInstructions& instructions = {}) {
    return placed(ticket(Side::sell, quantity, limit, instructions));
  }
  OrderId bid(std::int64_t quantity, std::string_view limit, const OrderInstructions& instructions = {}) {
    return placed(ticket(Side::buy, quantity, limit, instructions));
  }
  [[nodiscard]] Ticket ticket(Side side, std::int64_t quantity, std::string_view limit,
                              const OrderInstructions& instructions) const {
    Ticket ticket{side == Side::buy ? buyer : seller, symbol, side, quantity, limit};
    ticket.instructions = instructions;
    if (instructions.expires_at != Timestamp{}) ticket.time_in_force = TimeInForce::gtd;
    return ticket;
  }
  void trade_at(std::string_view at) {
    EXPECT_EQ(reason_of(PrintTrade{symbol, price(at), {1}}), RejectReason::none);
  }
  /// A saved and loaded engine goes on with the same state.
  void expect_saved() const {
    ByteWriter writer;
    engine.save(writer);
    ByteReader reader(writer.bytes());
    const Result<Engine> loaded = Engine::load(reader);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
  }

  SymbolId symbol;
  AccountId buyer;
  AccountId seller;
};

// --- post-only ---

TEST_F(InstructionsTest, APostOnlyOrderThatWouldTradeIsRefused) {
  offer(100, "10.00");
  EXPECT_EQ(refused(ticket(Side::buy, 10, "10.00", {.post_only = PostOnly::reject})),
            RejectReason::post_only);
  EXPECT_EQ(reserved(buyer), Money{});
  bid(10, "9.99", {.post_only = PostOnly::reject});
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "rested 3 buy 10@9.99"}));
}

TEST_F(InstructionsTest, APostOnlyOrderSlidesToTheBestPriceAtWhichItRests) {
  offer(100, "10.00");
  const OrderId slid = bid(10, "10.05", {.post_only = PostOnly::slide});
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "rested 2 buy 10@9.99"}));
  EXPECT_EQ(order(slid).limit_price, price("9.99"));
  EXPECT_EQ(reserved(buyer), money("99.90")) << "what is reserved follows";
  const OrderId offered = offer(10, "9.50", {.post_only = PostOnly::slide});
  EXPECT_EQ(order(offered).limit_price, price("10.00"));
  EXPECT_EQ(order(offered).instructions.post_only, PostOnly::slide);
}

TEST_F(InstructionsTest, AReplacedPostOnlyOrderStaysOne) {
  offer(100, "10.00");
  const OrderId rejecting = bid(10, "9.90", {.post_only = PostOnly::reject});
  ReplaceOrder replace{.account = buyer, .order = rejecting, .limit_price = price("10.00")};
  EXPECT_EQ(reason_of(replace), RejectReason::post_only);
  replace.order = bid(10, "9.90", {.post_only = PostOnly::slide});
  EXPECT_EQ(reason_of(replace), RejectReason::none);
  EXPECT_EQ(order(replace.order).limit_price, price("9.99"));
}

TEST_F(InstructionsTest, PostOnlyGoesWithOrdersThatMayRest) {
  const OrderInstructions post_only{.post_only = PostOnly::reject};
  Ticket order = ticket(Side::buy, 10, "0", post_only);
  EXPECT_EQ(refused(order), RejectReason::invalid_order);
  order.limit = "9.00";
  order.time_in_force = TimeInForce::ioc;
  EXPECT_EQ(refused(order), RejectReason::invalid_order);
}

// --- icebergs ---

TEST_F(InstructionsTest, AnIcebergShowsAPartAndRefreshesAtTheBackOfTheQueue) {
  const OrderId iceberg = offer(250, "10.00", {.display_quantity = {100}});
  EXPECT_EQ(lines(), (Lines{"accepted 1 submitted", "rested 1 sell 100@10.00"}));
  offer(50, "10.00");
  bid(120, "10.00");
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "trade 100@10.00 maker 1:150 taker 3:20 refreshes",
                            "rested 1 sell 100@10.00", "trade 20@10.00 maker 2:30 taker 3:0"}));
  expect_saved();
  bid(300, "10.00");
  EXPECT_EQ(lines(), (Lines{"accepted 4 submitted", "trade 30@10.00 maker 2:0 taker 4:270",
                            "trade 100@10.00 maker 1:50 taker 4:170 refreshes", "rested 1 sell 50@10.00",
                            "trade 50@10.00 maker 1:0 taker 4:120", "rested 4 buy 120@10.00"}));
  EXPECT_EQ(order(iceberg).status, OrderStatus::filled);
}

TEST_F(InstructionsTest, WhatAnIcebergHidesCountsForOrdersThatFillWhole) {
  offer(250, "10.00", {.display_quantity = {10}});
  Ticket order = ticket(Side::buy, 250, "10.00", {});
  order.time_in_force = TimeInForce::fok;
  EXPECT_EQ(this->order(placed(order)).status, OrderStatus::filled);
  EXPECT_EQ(engine.open_order_count(), 0U);
}

TEST_F(InstructionsTest, AMarketOrderIsChargedForWhatAnIcebergHides) {
  const AccountId poor = open("poor", AccountType::cash, "1000.00");
  offer(200, "10.50", {.display_quantity = {10}});
  // At the reference price of 10.00 it could pay for 100 shares; what it would trade costs 1,050.
  EXPECT_EQ(refused({poor, symbol, Side::buy, 100}), RejectReason::insufficient_buying_power);
  placed({poor, symbol, Side::buy, 95});
  EXPECT_EQ(cash(poor), money("2.50"));
}

TEST_F(InstructionsTest, ACancelledIcebergTellsWhatItHid) {
  const OrderId iceberg = offer(250, "10.00", {.display_quantity = {100}});
  bid(30, "10.00");
  cancel(seller, iceberg);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 220 resting hidden 150"}));
  offer(10, "10.00");
  bid(10, "10.00");
  EXPECT_EQ(engine.open_order_count(), 0U);
}

TEST_F(InstructionsTest, AnIcebergMadeSmallerKeepsItsPlaceAndShrinksFromWhatItHides) {
  const OrderId iceberg = offer(250, "10.00", {.display_quantity = {100}});
  offer(50, "10.00");
  EXPECT_EQ(reason_of(ReplaceOrder{.account = seller, .order = iceberg, .quantity = Quantity{120}}),
            RejectReason::none);
  bid(130, "10.00");
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "trade 100@10.00 maker 1:20 taker 3:30 refreshes",
                            "rested 1 sell 20@10.00", "trade 30@10.00 maker 2:20 taker 3:0"}));
}

// --- minimum quantity and all or none ---

TEST_F(InstructionsTest, AnAllOrNoneOrderWaitsUnseenUntilAllOfItTrades) {
  offer(60, "10.00");
  const OrderId whole = bid(100, "10.00", {.all_or_none = true});
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted"}));
  EXPECT_EQ(order(whole).status, OrderStatus::submitted);
  EXPECT_EQ(reserved(buyer), money("1000"));
  expect_saved();
  offer(30, "10.00");
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "rested 3 sell 30@10.00"}));
  offer(30, "9.99");
  EXPECT_EQ(lines(),
            (Lines{"accepted 4 submitted", "rested 4 sell 30@9.99", "trade 30@9.99 maker 4:0 taker 2:70",
                   "trade 60@10.00 maker 1:0 taker 2:10", "trade 10@10.00 maker 3:20 taker 2:0"}));
  EXPECT_EQ(order(whole).status, OrderStatus::filled);
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(InstructionsTest, AMinimumQuantityHoldsForTheFirstTradesAlone) {
  offer(30, "10.00");
  const OrderId order_id = bid(100, "10.00", {.minimum_quantity = {50}});
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted"}));
  offer(20, "10.00");
  EXPECT_EQ(lines(),
            (Lines{"accepted 3 submitted", "rested 3 sell 20@10.00", "trade 30@10.00 maker 1:0 taker 2:70",
                   "trade 20@10.00 maker 3:0 taker 2:50", "rested 2 buy 50@10.00"}));
  offer(1, "10.00");
  EXPECT_EQ(lines(), (Lines{"accepted 4 submitted", "trade 1@10.00 maker 2:49 taker 4:0"}));
  EXPECT_EQ(order(order_id).instructions.minimum_quantity, Quantity{50});
}

TEST_F(InstructionsTest, AnImmediateOrderThatFindsLessThanItsMinimumIsCancelled) {
  offer(30, "10.00");
  Ticket order = ticket(Side::buy, 100, "10.00", {.minimum_quantity = {50}});
  order.time_in_force = TimeInForce::ioc;
  placed(order);
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "cancelled 2 minimum_quantity 100"}));
  placed(ticket(Side::buy, 100, "0", {.all_or_none = true}));
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "cancelled 3 minimum_quantity 100"}));
}

TEST_F(InstructionsTest, OrdersBesideTheBookTradeByPriceThenAge) {
  bid(50, "10.00", {.all_or_none = true});
  bid(50, "10.01", {.all_or_none = true});
  bid(50, "10.01", {.all_or_none = true});
  offer(60, "10.00");
  EXPECT_EQ(lines(),
            (Lines{"accepted 4 submitted", "rested 4 sell 60@10.00", "trade 50@10.00 maker 4:10 taker 2:0"}));
  cancel(buyer, OrderId{3});
  EXPECT_EQ(lines(), (Lines{"cancelled 3 requested 50"}));
  EXPECT_EQ(reason_of(ReplaceOrder{.account = buyer, .order = OrderId{1}, .quantity = Quantity{10}}),
            RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"replaced 1 10:10 limit 10.00 stop 0.00", "trade 10@10.00 maker 4:0 taker 1:0"}));
}

TEST_F(InstructionsTest, AnOrderBesideTheBookTradesWhenItsOwnAccountsOrderGivesWay) {
  const OrderId own = placed({buyer, symbol, Side::sell, 10, "9.99"});
  bid(50, "10.00", {.all_or_none = true, .self_trade_prevention = SelfTradePrevention::cancel_incoming});
  offer(50, "10.00");
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "rested 3 sell 50@10.00"}));
  cancel(buyer, own);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 10 resting", "trade 50@10.00 maker 3:0 taker 2:0"}));
}

TEST_F(InstructionsTest, SoItDoesWhenThatOrderExpiresOrAllAreCancelled) {
  const OrderInstructions whole{.all_or_none = true,
                                .self_trade_prevention = SelfTradePrevention::cancel_incoming};
  Ticket own{buyer, symbol, Side::sell, 10, "9.99", "0", TimeInForce::gtd};
  own.instructions.expires_at = {now.nanoseconds + 100'000};
  placed(own);
  bid(50, "10.00", whole);
  offer(50, "10.00");
  now.nanoseconds += 200'000;
  events.clear();
  engine.apply({now, ExpireOrders{}}, events);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 expiry 10 resting", "trade 50@10.00 maker 3:0 taker 2:0"}));

  placed({buyer, symbol, Side::sell, 10, "9.99"});
  bid(50, "10.00", whole);
  offer(50, "10.00");
  apply(CancelAllOrders{.account = buyer, .symbol = {}, .side = Side::sell});
  EXPECT_EQ(lines(), (Lines{"cancelled 4 requested 10 resting", "trade 50@10.00 maker 6:0 taker 5:0"}));
}

// --- self-trade prevention ---

TEST_F(InstructionsTest, SelfTradePreventionCancelsOneTheOtherOrBoth) {
  const auto meet = [&](SelfTradePrevention mode) {
    placed({buyer, symbol, Side::sell, 30, "10.00"});
    offer(20, "10.00");
    bid(50, "10.00", {.self_trade_prevention = mode});
    Lines result = lines();
    apply(CancelAllOrders{});
    return result;
  };
  EXPECT_EQ(meet(SelfTradePrevention::cancel_resting),
            (Lines{"accepted 3 submitted", "cancelled 1 self_trade 30 resting",
                   "trade 20@10.00 maker 2:0 taker 3:30", "rested 3 buy 30@10.00"}));
  EXPECT_EQ(meet(SelfTradePrevention::cancel_incoming),
            (Lines{"accepted 6 submitted", "cancelled 6 self_trade 50"}));
  EXPECT_EQ(
      meet(SelfTradePrevention::cancel_both),
      (Lines{"accepted 9 submitted", "cancelled 7 self_trade 30 resting", "cancelled 9 self_trade 50"}));
  EXPECT_EQ(meet(SelfTradePrevention::decrement_and_cancel),
            (Lines{"accepted 12 submitted", "cancelled 10 self_trade 30 resting",
                   "replaced 12 20:20 limit 10.00 stop 0.00 kept", "trade 20@10.00 maker 11:0 taker 12:0"}));
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(InstructionsTest, ALargerRestingOrderIsDecremented) {
  const OrderId resting = placed({buyer, symbol, Side::sell, 80, "10.00"});
  bid(50, "10.00", {.self_trade_prevention = SelfTradePrevention::decrement_and_cancel});
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "replaced 1 30:30 limit 10.00 stop 0.00 kept resting",
                            "cancelled 2 self_trade 50"}));
  EXPECT_EQ(order(resting).quantity, Quantity{30});
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(InstructionsTest, OwnOrdersAreNoLiquidityForOrdersThatFillWhole) {
  placed({buyer, symbol, Side::sell, 80, "10.00"});
  offer(20, "10.00");
  Ticket order =
      ticket(Side::buy, 50, "10.00", {.self_trade_prevention = SelfTradePrevention::cancel_resting});
  order.time_in_force = TimeInForce::fok;
  placed(order);
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "cancelled 3 fill_or_kill 50"}));
}

TEST_F(InstructionsTest, WithoutPreventionAnAccountTradesWithItself) {
  placed({buyer, symbol, Side::sell, 30, "10.00"});
  bid(30, "10.00");
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "trade 30@10.00 maker 1:0 taker 2:0"}));
}

// --- trailing stops ---

TEST_F(InstructionsTest, ATrailingStopFollowsTheBestPriceAndNeverMovesBack) {
  trade_at("10.00");
  const OrderId stop = offer(100, "0", {.trail_amount = price("0.50")});
  EXPECT_EQ(lines(), (Lines{"accepted 1 validated"}));
  EXPECT_EQ(order(stop).stop_price, price("9.50"));
  trade_at("10.40");
  EXPECT_EQ(lines(), (Lines{"printed 1@10.40", "trailed 1 stop 9.90 behind 10.40"}));
  trade_at("10.00");
  EXPECT_EQ(lines(), (Lines{"printed 1@10.00"}));
  EXPECT_EQ(order(stop).reference_price, price("10.40"));
  expect_saved();
  bid(60, "9.80");
  trade_at("9.90");
  EXPECT_EQ(lines(), (Lines{"printed 1@9.90", "triggered 1 @9.90", "trade 60@9.80 maker 2:0 taker 1:40",
                            "cancelled 1 no_liquidity 40"}));
}

TEST_F(InstructionsTest, ATrailOfAPercentageIsRoundedAwayFromTheMarket) {
  trade_at("10.03");
  EXPECT_EQ(order(offer(10, "0", {.trail_basis_points = 100})).stop_price, price("9.92"));
  EXPECT_EQ(order(bid(10, "0", {.trail_basis_points = 100})).stop_price, price("10.14"));
  trade_at("9.50");
  EXPECT_EQ(order(OrderId{2}).stop_price, price("9.60"));
}

TEST_F(InstructionsTest, ATrailingStopNeedsAPriceAndOneTrail) {
  const SymbolId fresh = add_symbol("NEW");
  give_shares(seller, fresh, 10);
  Ticket order{seller, fresh, Side::sell, 10};
  order.instructions.trail_amount = price("0.50");
  EXPECT_EQ(refused(order), RejectReason::no_reference_price);
  order.symbol = symbol;
  order.instructions.trail_basis_points = 100;
  EXPECT_EQ(refused(order), RejectReason::invalid_price) << "one trail, not two";
  order.instructions = {.trail_basis_points = 10'000};
  EXPECT_EQ(refused(order), RejectReason::invalid_price);
  order.instructions = {.trail_amount = price("10.00")};
  EXPECT_EQ(refused(order), RejectReason::invalid_price) << "its stop price would be zero";
  ReplaceOrder replace{.account = seller, .order = offer(10, "0", {.trail_amount = price("1.00")})};
  replace.stop_price = price("9.00");
  EXPECT_EQ(reason_of(replace), RejectReason::invalid_price) << "the market sets it";
}

TEST_F(InstructionsTest, ACancelledTrailingStopIsForgotten) {
  trade_at("10.00");
  const OrderId stop = offer(100, "0", {.trail_amount = price("0.50")});
  cancel(seller, stop);
  trade_at("12.00");
  EXPECT_EQ(lines(), (Lines{"printed 1@12.00"}));
  trade_at("9.00");
  EXPECT_EQ(lines(), (Lines{"printed 1@9.00"}));
}

// --- good till date ---

TEST_F(InstructionsTest, AGtdOrderExpiresWithTheFirstCommandAfterItsTime) {
  const OrderId early = bid(10, "9.00", {.expires_at = {now.nanoseconds + 5'000}});
  const OrderId late = bid(10, "9.00", {.expires_at = {now.nanoseconds + 50'000'000}});
  EXPECT_EQ(engine.next_expiry(), Timestamp{order(early).instructions.expires_at});
  expect_saved();
  now.nanoseconds += 10'000;
  events.clear();
  engine.apply({now, ExpireOrders{}}, events);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 expiry 10 resting"}));
  EXPECT_EQ(order(early).status, OrderStatus::expired);
  now.nanoseconds += 100'000'000;
  events.clear();
  engine.apply({now, PrintTrade{symbol, price("10.00"), {1}}}, events);
  EXPECT_EQ(lines(), (Lines{"cancelled 2 expiry 10 resting", "printed 1@10.00"}));
  EXPECT_EQ(order(late).status, OrderStatus::expired);
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(InstructionsTest, AGtdOrderOutlivesTheDay) {
  const OrderId order_id = bid(10, "9.00", {.expires_at = {now.nanoseconds + 1'000'000'000}});
  EXPECT_EQ(reason_of(SetSession{SessionPhase::closed, Date{1}}), RejectReason::none);
  EXPECT_EQ(order(order_id).status, OrderStatus::submitted);
}

TEST_F(InstructionsTest, AnExpiryIsInTheFutureAndOfGtdOrdersAlone) {
  Ticket order = ticket(Side::buy, 10, "9.00", {.expires_at = {now.nanoseconds - 1}});
  EXPECT_EQ(refused(order), RejectReason::invalid_expiry);
  order.instructions.expires_at = {now.nanoseconds + 1'000'000};
  order.time_in_force = TimeInForce::gtc;
  EXPECT_EQ(refused(order), RejectReason::invalid_expiry);
  order.instructions = {};
  order.time_in_force = TimeInForce::gtd;
  EXPECT_EQ(refused(order), RejectReason::invalid_expiry);
}

// --- retries and mass cancels ---

TEST_F(InstructionsTest, ARetryMustAskForTheSame) {
  Ticket order = ticket(Side::buy, 100, "9.00", {.display_quantity = {10}});
  order.client_order_id = "one";
  const OrderId first = placed(order);
  EXPECT_TRUE(place(order).duplicate);
  EXPECT_EQ(place(order).order, first);
  order.instructions.display_quantity = {20};
  EXPECT_EQ(refused(order), RejectReason::duplicate_client_order_id);
}

TEST_F(InstructionsTest, ARetryOfAnOrderThatHasExpiredMeetsThatOrder) {
  Ticket order = ticket(Side::buy, 100, "9.00", {.expires_at = {now.nanoseconds + 1'000'000}});
  order.client_order_id = "one";
  const OrderId first = placed(order);
  now.nanoseconds += 2'000'000;
  const ApplyResult again = place(order);
  EXPECT_EQ(again.reason, RejectReason::none);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.order, first);
  // One that came too late is refused as often as it is sent, as one order.
  order.client_order_id = "two";
  const ApplyResult late = place(order);
  EXPECT_EQ(late.reason, RejectReason::invalid_expiry);
  EXPECT_EQ(place(order).order, late.order);
}

TEST_F(InstructionsTest, AMassCancelTakesASideAndEveryAccount) {
  bid(10, "9.00");
  offer(10, "11.00");
  bid(10, "8.00");
  EXPECT_EQ(apply(CancelAllOrders{.account = buyer, .symbol = {}, .side = Side::sell}).affected, 0U);
  EXPECT_EQ(apply(CancelAllOrders{.account = {}, .symbol = symbol, .side = Side::buy}).affected, 2U);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 10 resting", "cancelled 3 requested 10 resting"}));
  EXPECT_EQ(apply(CancelAllOrders{}).affected, 1U);
  EXPECT_EQ(engine.open_order_count(), 0U);
}

TEST_F(InstructionsTest, PartsAreInLotsAndWithinTheOrder) {
  const SymbolId lots = add_symbol("LOT", "10.00", 100);
  give_shares(seller, lots, 1'000);
  Ticket order{seller, lots, Side::sell, 500, "10.00"};
  order.instructions.display_quantity = {150};
  EXPECT_EQ(refused(order), RejectReason::lot_size);
  order.instructions = {.minimum_quantity = {50}};
  EXPECT_EQ(refused(order), RejectReason::lot_size);
  order.instructions = {.display_quantity = {600}};
  EXPECT_EQ(refused(order), RejectReason::invalid_quantity);
  order.instructions = {.all_or_none = true, .minimum_quantity = {100}};
  EXPECT_EQ(refused(order), RejectReason::invalid_order);
}

}  // namespace
}  // namespace trade::engine_test
