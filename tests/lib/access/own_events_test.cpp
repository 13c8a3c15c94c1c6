#include "access/own_events.hpp"

#include <cstddef>
#include <utility>

#include <gtest/gtest.h>

namespace trade::access {
namespace {

constexpr AccountId alice{3};
constexpr AccountId bob{4};

class OwnEventsTest : public testing::Test {
 protected:
  std::optional<Event> take(EventBody body) { return own_.take(Event{++sequence_, Timestamp{9}, body}); }

  OwnEvents own_{alice};
  Sequence sequence_ = 0;
};

TradeExecuted trade_between(AccountId maker, AccountId taker) {
  TradeExecuted trade;
  trade.trade = TradeId{7};
  trade.price = Price{1'000'000};
  trade.quantity = Quantity{100};
  trade.maker_order = OrderId{11};
  trade.maker_account = maker;
  trade.maker_leaves = Quantity{5};
  trade.taker_order = OrderId{12};
  trade.taker_account = taker;
  trade.taker_leaves = Quantity{6};
  trade.maker_refreshes = true;
  trade.legs = {Price{1}, Quantity{2}, Price{3}, Quantity{4}};
  return trade;
}

TEST_F(OwnEventsTest, OfAnOrderAllThatHappensToIt) {
  EXPECT_TRUE(take(OrderAccepted{.order = OrderId{1}, .account = alice}));
  EXPECT_TRUE(take(OrderRested{.order = OrderId{1}}));
  EXPECT_TRUE(take(OrderCancelled{.order = OrderId{1}, .account = alice}));
  EXPECT_FALSE(take(OrderAccepted{.order = OrderId{2}, .account = bob}));
  EXPECT_FALSE(take(OrderRested{.order = OrderId{2}}));
  EXPECT_FALSE(take(OrderCancelled{.order = OrderId{2}, .account = bob}));
}

TEST_F(OwnEventsTest, OfATradeTheOwnSideAlone) {
  const auto made = take(trade_between(alice, bob));
  ASSERT_TRUE(made);
  const auto& maker = std::get<TradeExecuted>(made->body);
  EXPECT_EQ(maker.maker_account, alice);
  EXPECT_EQ(maker.maker_order, OrderId{11});
  EXPECT_EQ(maker.maker_leaves, Quantity{5});
  EXPECT_TRUE(maker.maker_refreshes);
  EXPECT_EQ(maker.legs.maker_price, Price{1});
  EXPECT_EQ(maker.price, Price{1'000'000});
  EXPECT_EQ(maker.quantity, Quantity{100});
  EXPECT_EQ(maker.taker_account, AccountId{});
  EXPECT_EQ(maker.taker_order, OrderId{});
  EXPECT_EQ(maker.taker_leaves, Quantity{});
  EXPECT_EQ(maker.legs.taker_price, Price{});
  EXPECT_EQ(maker.legs.taker_shown, Quantity{});
  // The part of an iceberg that is shown next belongs to the order that traded.
  EXPECT_TRUE(take(OrderRested{.order = OrderId{11}}));
  EXPECT_FALSE(take(OrderRested{.order = OrderId{12}}));

  const auto taken = take(trade_between(bob, alice));
  ASSERT_TRUE(taken);
  const auto& taker = std::get<TradeExecuted>(taken->body);
  EXPECT_EQ(taker.taker_account, alice);
  EXPECT_EQ(taker.taker_order, OrderId{12});
  EXPECT_EQ(taker.taker_leaves, Quantity{6});
  EXPECT_EQ(taker.maker_account, AccountId{});
  EXPECT_EQ(taker.maker_order, OrderId{});
  EXPECT_EQ(taker.maker_leaves, Quantity{});
  EXPECT_FALSE(taker.maker_refreshes);
  EXPECT_EQ(taker.legs.maker_price, Price{});
  EXPECT_EQ(taker.legs.maker_shown, Quantity{});

  const auto both = take(trade_between(alice, alice));
  ASSERT_TRUE(both);
  EXPECT_EQ(std::get<TradeExecuted>(both->body).maker_order, OrderId{11});
  EXPECT_EQ(std::get<TradeExecuted>(both->body).taker_order, OrderId{12});
  EXPECT_FALSE(take(trade_between(bob, AccountId{5})));
}

TEST_F(OwnEventsTest, OfATradeAtAVenueNotTheFirmsAccountThere) {
  const auto seen =
      take(VenueTradeExecuted{.order = OrderId{1}, .account = alice, .clearing_account = AccountId{9}});
  ASSERT_TRUE(seen);
  EXPECT_EQ(std::get<VenueTradeExecuted>(seen->body).clearing_account, AccountId{});
  const auto busted =
      take(VenueTradeBusted{.order = OrderId{1}, .account = alice, .clearing_account = AccountId{9}});
  ASSERT_TRUE(busted);
  EXPECT_EQ(std::get<VenueTradeBusted>(busted->body).clearing_account, AccountId{});
  EXPECT_FALSE(take(VenueTradeExecuted{.order = OrderId{2}, .account = bob, .clearing_account = alice}));
}

TEST_F(OwnEventsTest, AnotherBatchKnowsNothingOfTheOrdersBefore) {
  EXPECT_TRUE(take(OrderAccepted{.order = OrderId{1}, .account = alice}));
  own_.start_batch();
  EXPECT_FALSE(take(OrderRested{.order = OrderId{1}}));
}

TEST_F(OwnEventsTest, AnEventThatNamesNoAccountIsNobodysOwn) {
  OwnEvents nobodys{AccountId{}};
  // Made by default no kind names one.
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (
        [&] {
          SCOPED_TRACE("event kind " + std::to_string(I));
          const Event event{1, Timestamp{1}, EventBody(std::in_place_index<I>)};
          EXPECT_FALSE(own_.take(event));
          EXPECT_FALSE(nobodys.take(event));
        }(),
        ...);
  }(std::make_index_sequence<std::variant_size_v<EventBody>>{});
}

TEST_F(OwnEventsTest, SequenceAndTimeAreKept) {
  sequence_ = 41;
  const auto seen = take(CashMoved{alice, Money{5}, Money{6}});
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->sequence, 42u);
  EXPECT_EQ(seen->timestamp, Timestamp{9});
  EXPECT_EQ(std::get<CashMoved>(seen->body).cash_balance, Money{6});
}

}  // namespace
}  // namespace trade::access
