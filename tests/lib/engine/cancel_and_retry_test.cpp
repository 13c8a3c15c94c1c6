// Cancelling, and what a client order id is good for: naming an order and making a retry safe.
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

class CancelAndRetryTest : public EngineTest {
 protected:
  CancelAndRetryTest() {
    symbol = add_symbol("ABC", "10.00");
    other_symbol = add_symbol("XYZ", "10.00");
    buyer = open("buyer", AccountType::cash, "10000");
    other = open("other", AccountType::cash, "10000");
    give_shares(other, symbol, 100);
  }
  ApplyResult cancel_named(AccountId account, std::string_view client_order_id) {
    return apply(CancelOrder{.account = account, .order = {}, .client_order_id = client_order_id});
  }

  SymbolId symbol;
  SymbolId other_symbol;
  AccountId buyer;
  AccountId other;
};

TEST_F(CancelAndRetryTest, CancelByIdAndByClientId) {
  const OrderId first = placed({buyer, symbol, Side::buy, 10, "9.00", "0", TimeInForce::day, "a"});
  const OrderId second = placed({buyer, symbol, Side::buy, 10, "9.00", "0", TimeInForce::day, "b"});
  const ApplyResult by_id = cancel(buyer, first);
  EXPECT_EQ(by_id.reason, RejectReason::none);
  EXPECT_EQ(by_id.order, first);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 10 resting"}));
  const ApplyResult by_name = cancel_named(buyer, "b");
  EXPECT_EQ(by_name.reason, RejectReason::none);
  EXPECT_EQ(by_name.order, second);
  EXPECT_EQ(order(second).status, OrderStatus::cancelled);
  EXPECT_EQ(order(second).cancel_reason, CancelReason::requested);
  EXPECT_EQ(order(second).updated_at, now);
}

TEST_F(CancelAndRetryTest, RefusedCancels) {
  const OrderId id = placed({buyer, symbol, Side::buy, 10, "9.00", "0", TimeInForce::day, "a"});
  EXPECT_EQ(cancel(AccountId{9}, id).reason, RejectReason::unknown_account);
  EXPECT_EQ(cancel(buyer, OrderId{99}).reason, RejectReason::unknown_order);
  EXPECT_EQ(cancel(buyer, OrderId{}).reason, RejectReason::unknown_order);
  EXPECT_EQ(cancel_named(buyer, "z").reason, RejectReason::unknown_order);
  EXPECT_EQ(cancel_named(other, "a").reason, RejectReason::unknown_order);
  EXPECT_EQ(cancel(other, id).reason, RejectReason::not_your_order);
  EXPECT_EQ(lines(), (Lines{"command_rejected not_your_order"}));
  cancel(buyer, id);
  EXPECT_EQ(cancel(buyer, id).reason, RejectReason::order_not_cancellable);
  EXPECT_EQ(cancel_named(buyer, "a").reason, RejectReason::order_not_cancellable);
  EXPECT_EQ(std::get<CommandRejected>(events.back().body).order, id);
  EXPECT_EQ(std::get<CommandRejected>(events.back().body).account, buyer);
}

TEST_F(CancelAndRetryTest, ACancelAfterAFillIsAnswered) {
  placed({other, symbol, Side::sell, 10, "10.00"});
  const OrderId id = placed({buyer, symbol, Side::buy, 10, "10.00"});
  EXPECT_EQ(cancel(buyer, id).reason, RejectReason::order_not_cancellable);
  EXPECT_EQ(order(id).status, OrderStatus::filled);
}

TEST_F(CancelAndRetryTest, ARejectedOrderCannotBeCancelled) {
  const ApplyResult result = place({buyer, symbol, Side::sell, 10, "9.00"});
  EXPECT_EQ(result.reason, RejectReason::insufficient_shares);
  EXPECT_EQ(cancel(buyer, result.order).reason, RejectReason::order_not_cancellable);
}

TEST_F(CancelAndRetryTest, CancelAllIsInAscendingOrderOfId) {
  placed({buyer, symbol, Side::buy, 10, "9.00"});           // 1
  placed({buyer, other_symbol, Side::buy, 10, "9.50"});     // 2
  placed({other, symbol, Side::buy, 10, "9.50"});           // 3
  placed({buyer, symbol, Side::buy, 10, "9.80", "11.00"});  // 4
  placed({buyer, symbol, Side::buy, 10, "9.90"});           // 5
  // A replace that goes to the back of its queue keeps its id, and its place here.
  apply(ReplaceOrder{.account = buyer, .order = OrderId{1}, .limit_price = price("9.10")});
  const ApplyResult one_symbol = apply(CancelAllOrders{buyer, other_symbol});
  EXPECT_EQ(one_symbol.affected, 1U);
  EXPECT_EQ(lines(), (Lines{"cancelled 2 requested 10 resting"}));
  const ApplyResult all = apply(CancelAllOrders{buyer, {}});
  EXPECT_EQ(all.affected, 3U);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 10 resting", "cancelled 4 requested 10",
                            "cancelled 5 requested 10 resting"}));
  EXPECT_EQ(reserved(buyer), Money{});
  EXPECT_EQ(apply(CancelAllOrders{buyer, {}}).affected, 0U);
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(engine.open_order_count(), 1U);
  EXPECT_EQ(apply(CancelAllOrders{AccountId{9}, {}}).reason, RejectReason::unknown_account);
  EXPECT_EQ(apply(CancelAllOrders{buyer, SymbolId{9}}).reason, RejectReason::unknown_symbol);
  EXPECT_EQ(lines(), (Lines{"command_rejected unknown_symbol"}));
}

TEST_F(CancelAndRetryTest, RetryOfAnAcceptedOrderIsTheSameOrder) {
  const Ticket ticket{buyer, symbol, Side::buy, 10, "9.00", "0", TimeInForce::day, "retry"};
  const OrderId id = placed(ticket);
  const std::uint64_t hash = engine.state_hash();
  const ApplyResult retry = place(ticket);
  EXPECT_TRUE(retry.duplicate);
  EXPECT_EQ(retry.reason, RejectReason::none);
  EXPECT_EQ(retry.order, id);
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(engine.state_hash(), hash);
  EXPECT_EQ(engine.open_order_count(), 1U);
  // Also after it was changed, and after it ended.
  apply(ReplaceOrder{.account = buyer, .order = id, .quantity = Quantity{5}});
  EXPECT_TRUE(place(ticket).duplicate);
  cancel(buyer, id);
  EXPECT_TRUE(place(ticket).duplicate);
  EXPECT_EQ(place(ticket).reason, RejectReason::none);
}

TEST_F(CancelAndRetryTest, RetryOfAnOrderThatWouldNowBeRefusedIsStillTheSameOrder) {
  const Ticket ticket{buyer, symbol, Side::buy, 1'000, "10.00", "0", TimeInForce::day, "retry"};
  placed(ticket);
  apply(SetAccountStatus{buyer, AccountStatus::suspended});
  EXPECT_TRUE(place(ticket).duplicate);
  EXPECT_EQ(place(ticket).reason, RejectReason::none);
}

TEST_F(CancelAndRetryTest, RetryOfARejectedOrderGetsTheSameReason) {
  const Ticket ticket{buyer, symbol, Side::sell, 10, "9.00", "0", TimeInForce::day, "retry"};
  const ApplyResult first = place(ticket);
  EXPECT_EQ(first.reason, RejectReason::insufficient_shares);
  give_shares(buyer, symbol, 10);
  const ApplyResult retry = place(ticket);
  EXPECT_TRUE(retry.duplicate);
  EXPECT_EQ(retry.reason, RejectReason::insufficient_shares);
  EXPECT_EQ(retry.order, first.order);
  EXPECT_TRUE(events.empty());
}

TEST_F(CancelAndRetryTest, RetryOfAMarketOrderThatFoundNothingWasAccepted) {
  const Ticket ticket{buyer, symbol, Side::buy, 10, "0", "0", TimeInForce::day, "retry"};
  placed(ticket);
  const ApplyResult retry = place(ticket);
  EXPECT_TRUE(retry.duplicate);
  EXPECT_EQ(retry.reason, RejectReason::none);
}

TEST_F(CancelAndRetryTest, SameIdWithOtherContentIsRefusedAndChangesNothing) {
  const Ticket ticket{buyer, symbol, Side::buy, 10, "9.00", "8.00", TimeInForce::day, "id"};
  const OrderId id = placed(ticket);
  const auto with = [&](auto change) {
    Ticket changed = ticket;
    change(changed);
    const ApplyResult result = place(changed);
    EXPECT_FALSE(result.duplicate);
    EXPECT_NE(result.order, id);
    EXPECT_FALSE(engine.order(result.order).has_value());
    EXPECT_EQ(events.size(), 1U);
    return result.reason;
  };
  constexpr RejectReason duplicate = RejectReason::duplicate_client_order_id;
  EXPECT_EQ(with([&](Ticket& t) { t.symbol = other_symbol; }), duplicate);
  EXPECT_EQ(with([](Ticket& t) { t.side = Side::sell; }), duplicate);
  EXPECT_EQ(with([](Ticket& t) { t.quantity = 11; }), duplicate);
  EXPECT_EQ(with([](Ticket& t) { t.limit = "9.01"; }), duplicate);
  EXPECT_EQ(with([](Ticket& t) { t.stop = "8.01"; }), duplicate);
  EXPECT_EQ(with([](Ticket& t) { t.stop = "0"; }), duplicate);
  EXPECT_EQ(with([](Ticket& t) { t.time_in_force = TimeInForce::gtc; }), duplicate);
  EXPECT_EQ(lines(), (Lines{"rejected 8 duplicate_client_order_id"}));
  EXPECT_TRUE(place(ticket).duplicate);
  EXPECT_EQ(cancel_named(buyer, "id").order, id);
}

TEST_F(CancelAndRetryTest, AccountsDoNotShareClientIds) {
  placed({buyer, symbol, Side::buy, 10, "9.00", "0", TimeInForce::day, "id"});
  const ApplyResult result = place({other, symbol, Side::buy, 10, "9.00", "0", TimeInForce::day, "id"});
  EXPECT_FALSE(result.duplicate);
  EXPECT_EQ(result.reason, RejectReason::none);
  EXPECT_EQ(cancel_named(other, "id").order, result.order);
}

TEST_F(CancelAndRetryTest, WithoutAClientIdEveryOrderIsANewOne) {
  placed({buyer, symbol, Side::buy, 10, "9.00"});
  placed({buyer, symbol, Side::buy, 10, "9.00"});
  EXPECT_EQ(engine.open_order_count(), 2U);
}

TEST_F(CancelAndRetryTest, AMalformedOrderDoesNotUseUpItsClientId) {
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 0, "9.00", "0", TimeInForce::day, "id"}),
            RejectReason::invalid_quantity);
  EXPECT_EQ(order(OrderId{1}).client_order_id, "id");
  EXPECT_EQ(cancel_named(buyer, "id").reason, RejectReason::unknown_order);
  placed({buyer, symbol, Side::buy, 10, "9.00", "0", TimeInForce::day, "id"});
  EXPECT_EQ(cancel_named(buyer, "id").order, OrderId{2});
}

}  // namespace
}  // namespace trade::engine_test
