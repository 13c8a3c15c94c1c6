#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "fixd/fix_state.hpp"
#include "fixd/translation.hpp"
#include "support/temporary_directory.hpp"

namespace trade::fixd {
namespace {

class StateTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open(std::uint64_t kept = OrderTable::ended_kept_max) {
    state_.reset();
    auto opened = FixState::open(directory_ / "state", kept);
    ASSERT_TRUE(opened) << opened.error().message;
    state_ = std::move(*opened);
  }
  void commit() {
    const Status done = state_->commit_all();
    ASSERT_TRUE(done) << done.error().message;
  }
  static KnownOrder order(std::uint64_t id, std::string client_order_id, std::string comp_id) {
    KnownOrder made;
    made.id = {id};
    made.account = "alice";
    made.symbol = "AAPL";
    made.client_order_id = std::move(client_order_id);
    made.comp_id = std::move(comp_id);
    made.side = Side::sell;
    made.type = OrderType::stop_limit;
    made.time_in_force = TimeInForce::gtd;
    made.status = OrderStatus::submitted;
    made.quantity = {100};
    made.limit_price = {1'500'000};
    made.stop_price = {1'510'000};
    made.filled_quantity = {40};
    made.filled_notional = {60'000'000};
    made.instructions.post_only = PostOnly::slide;
    made.instructions.all_or_none = true;
    made.instructions.self_trade_prevention = SelfTradePrevention::cancel_both;
    made.instructions.short_sale = ShortSale::sell_short_exempt;
    made.instructions.display_quantity = {10};
    made.instructions.minimum_quantity = {5};
    made.instructions.trail_amount = {7};
    made.instructions.trail_basis_points = 8;
    made.instructions.expires_at = {123'456'789};
    return made;
  }

  trade::test::TemporaryDirectory directory_;
  std::unique_ptr<FixState> state_;
};

TEST_F(StateTest, OrdersAreThereAgain) {
  const KnownOrder open_one = order(7, "o7", "BUYSIDE");
  KnownOrder refused = order(8, "o8", "BUYSIDE");
  refused.status = OrderStatus::rejected;
  refused.reject_reason = RejectReason::market_closed;
  const KnownOrder other_door = order(9, "o9", "");
  state_->orders().set_account({3}, "alice");
  state_->orders().set_symbol({4}, "AAPL");
  for (const KnownOrder& one : {open_one, refused, other_door})
    state_->orders().add(one);
  state_->set_position({5, 60, 700});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(state_->orders().find("alice", "o7"), open_one);
    EXPECT_EQ(state_->orders().find("alice", "o8"), refused);
    EXPECT_EQ(state_->orders().find("bob", "o7"), std::nullopt);
    EXPECT_EQ(state_->orders().find("alice", "o9"), std::nullopt);
    EXPECT_EQ(state_->orders().find(OrderId{9}), other_door);
    EXPECT_EQ(state_->orders().open_count(), 2u);
    EXPECT_EQ(state_->orders().open_orders("BUYSIDE").size(), 1u);
    EXPECT_EQ(state_->orders().account_name({3}), "alice");
    EXPECT_EQ(state_->orders().symbol_name({4}), "AAPL");
    EXPECT_EQ(state_->position(), (follower::Position{5, 60, 700}));
    commit();
    open();
  }
}

TEST_F(StateTest, AnOrderOfBeforeThereWereShortSalesIsRead) {
  KnownOrder stored = order(7, "o7", "BUYSIDE");
  ByteWriter writer;
  write_order(writer, stored);
  std::span<const std::byte> bytes = writer.bytes();
  ByteReader before(bytes.first(bytes.size() - 1));
  KnownOrder read;
  ASSERT_TRUE(read_order(before, read));
  stored.instructions.short_sale.reset();
  EXPECT_EQ(read, stored);
  std::vector<std::byte> damaged(bytes.begin(), bytes.end());
  damaged.back() = std::byte{9};
  ByteReader reader(damaged);
  EXPECT_FALSE(read_order(reader, read));
}

TEST_F(StateTest, EndedOrdersLeaveTheMemoryAndAreFoundByAllTheirIds) {
  state_->orders().add(order(7, "first", "BUYSIDE"));
  state_->orders().name({7}, "alice", "second");
  state_->orders().open_order({7})->status = OrderStatus::cancelled;
  state_->orders().end({7});
  state_->orders().add(order(8, "elsewhere", ""));
  state_->orders().end({8});
  EXPECT_EQ(state_->orders().open_count(), 0u);
  commit();
  open();
  EXPECT_EQ(state_->orders().open_count(), 0u);
  ASSERT_TRUE(state_->orders().find("alice", "first"));
  EXPECT_EQ(state_->orders().find("alice", "second")->status, OrderStatus::cancelled);
  EXPECT_FALSE(state_->orders().find(OrderId{8}));
  EXPECT_TRUE(state_->orders().open_orders("BUYSIDE").empty());
}

TEST_F(StateTest, AnOpenOrderOfNoSessionIsFoundByTheIdThatItHas) {
  OrderTable* orders = &state_->orders();
  for (const std::uint64_t id : {1u, 2u, 3u}) {
    KnownOrder order;
    order.id = {id};
    order.account = "alice";
    order.client_order_id = "o" + std::to_string(id);
    order.status = OrderStatus::submitted;
    if (id == 3) order.comp_id = "BUYSIDE";
    orders->add(order);
  }
  EXPECT_EQ(orders->unclaimed("alice", "o3"), nullptr);
  EXPECT_EQ(orders->unclaimed("bob", "o1"), nullptr);
  orders->rename(*orders->open_order({1}), "n1");
  commit();
  open();
  orders = &state_->orders();
  EXPECT_EQ(orders->unclaimed("alice", "o1"), nullptr);
  KnownOrder* const found = orders->unclaimed("alice", "n1");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, OrderId{1});
  orders->adopt(*found, "BUYSIDE");
  EXPECT_EQ(orders->unclaimed("alice", "n1"), nullptr);
  EXPECT_EQ(orders->open_orders("BUYSIDE").size(), 2u);
  EXPECT_EQ(orders->find("alice", "n1")->comp_id, "BUYSIDE");
  orders->end({2});
  EXPECT_EQ(orders->unclaimed("alice", "o2"), nullptr);
}

TEST_F(StateTest, OnlySoManyEndedOrdersAreKept) {
  open(10);
  for (std::uint64_t id = 1; id <= 600; ++id) {
    state_->orders().add(order(id, "o" + std::to_string(id), "BUYSIDE"));
    state_->orders().name({id}, "alice", "again" + std::to_string(id));
    state_->orders().end({id});
  }
  commit();
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(state_->tidy());
  EXPECT_FALSE(state_->orders().too_many_ended());
  EXPECT_FALSE(state_->orders().find("alice", "o590"));
  EXPECT_FALSE(state_->orders().find("alice", "again590"));
  EXPECT_TRUE(state_->orders().find("alice", "o591"));
  EXPECT_TRUE(state_->orders().find("alice", "again600"));
}

TEST_F(StateTest, ARequestKeepsItsIdOverARestart) {
  RequestTable& requests = state_->requests();
  PendingRequest cancel;
  cancel.comp_id = "BUYSIDE";
  cancel.kind = RequestKind::cancel;
  cancel.order = {7};
  cancel.original = "o1";
  EXPECT_TRUE(requests.add({"alice", "c1"}, cancel));
  PendingRequest other = cancel;
  other.comp_id = "OTHER";
  EXPECT_FALSE(requests.add({"alice", "c1"}, other));
  EXPECT_TRUE(requests.add({"alice", "c2"}, other));
  PendingRequest by_name = cancel;
  by_name.order = {};
  by_name.original = "o3";
  EXPECT_TRUE(requests.add({"alice", "c3"}, by_name));
  PendingRequest place;
  place.comp_id = "BUYSIDE";
  for (const char* side : {"1", "2", "5", "6"}) {
    place.side = *side_of(side);
    EXPECT_TRUE(requests.add({"alice", side}, place));
  }
  commit();
  open();
  RequestTable& again = state_->requests();
  ASSERT_EQ(again.size(), 7u);
  for (const auto& [key, request] : again.places("BUYSIDE")) {
    EXPECT_EQ(std::string(1, fix_side(request.side)), key.second);
    EXPECT_TRUE(again.take(key));
  }
  EXPECT_EQ(again.find({"alice", "c1"})->comp_id, "BUYSIDE");
  EXPECT_FALSE(again.take_change(RequestKind::cancel, {9}, "alice", "o9"));
  EXPECT_EQ(again.take_change(RequestKind::cancel, {7}, "alice", "o1")->first.second, "c1");
  EXPECT_EQ(again.take_change(RequestKind::cancel, {7}, "alice", "o1")->second.comp_id, "OTHER");
  EXPECT_EQ(again.take_change(RequestKind::cancel, {8}, "alice", "o3")->first.second, "c3");
  commit();
  open();
  EXPECT_EQ(state_->requests().size(), 0u);
}

TEST_F(StateTest, ARequestThatNeverCameToTradingdIsForgotten) {
  PendingRequest request;
  request.comp_id = "BUYSIDE";
  request.noted_at = {1'000'000'000'000};
  state_->requests().add({"alice", "o1"}, request);
  state_->requests().drop_lost({1'059'000'000'000});
  EXPECT_EQ(state_->requests().size(), 1u);
  state_->requests().drop_lost({1'061'000'000'000});
  EXPECT_EQ(state_->requests().size(), 0u);
}

TEST_F(StateTest, AChangeThatAVenueWasAskedForWaitsForItHoweverLong) {
  PendingRequest request;
  request.comp_id = "BUYSIDE";
  request.kind = RequestKind::cancel;
  request.order = {7};
  request.original = "o1";
  request.noted_at = SystemClock().now();
  for (const char* const id : {"c1", "c2", "c3"})
    state_->requests().add({"alice", id}, request);
  state_->requests().hasten({"alice", "c1"}, request.noted_at);
  // The first of those that tradingd has not gone away with.
  state_->requests().went_to_venue(RequestKind::cancel, {7}, "alice", "o1");
  state_->requests().went_to_venue(RequestKind::replace, {7}, "alice", "o1");
  state_->requests().hasten({"alice", "c2"}, request.noted_at);
  commit();
  open();
  RequestTable& requests = state_->requests();
  EXPECT_TRUE(requests.find({"alice", "c2"})->at_venue);
  EXPECT_FALSE(requests.find({"alice", "c2"})->lost);
  EXPECT_FALSE(requests.find({"alice", "c3"})->at_venue);
  EXPECT_EQ(requests.change_of({7}, "alice", "o1"), RequestKind::cancel);
  EXPECT_EQ(requests.change_of({8}, "alice", "o2"), std::nullopt);
  const auto lost = requests.drop_lost({SystemClock().now().nanoseconds + 61'000'000'000});
  ASSERT_EQ(lost.size(), 2u);
  EXPECT_EQ(lost[0].first.second, "c1");
  EXPECT_EQ(lost[1].first.second, "c3");
  EXPECT_EQ(lost[1].second.original, "o1");
  EXPECT_FALSE(requests.take_change_at_venue(RequestKind::replace, {7}, "alice", "o1"));
  EXPECT_EQ(requests.take_change_at_venue(RequestKind::cancel, {7}, "alice", "o1")->first.second, "c2");
  EXPECT_EQ(requests.size(), 0u);
}

TEST_F(StateTest, ARequestThatWentAwayWithTradingdIsSoonForgottenAfterARestartToo) {
  PendingRequest request;
  request.comp_id = "BUYSIDE";
  request.kind = RequestKind::cancel;
  request.order = {7};
  request.original = "o1";
  const Timestamp now = SystemClock().now();
  request.noted_at = now;
  for (const char* const id : {"c1", "c2", "c3"})
    state_->requests().add({"alice", id}, request);
  state_->requests().hasten({"alice", "c1"}, now);
  state_->requests().hasten({"alice", "c2"}, now);
  commit();
  open();
  RequestTable& requests = state_->requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests.find({"alice", "c1"})->kind, RequestKind::cancel);
  // Asked again, it is under way like any other.
  request.noted_at = SystemClock().now();
  EXPECT_FALSE(requests.add({"alice", "c2"}, request));
  requests.drop_lost({now.nanoseconds + 4'000'000'000});
  EXPECT_EQ(requests.size(), 3u);
  requests.drop_lost({SystemClock().now().nanoseconds + 6'000'000'000});
  EXPECT_EQ(requests.find({"alice", "c1"}), nullptr);
  EXPECT_EQ(requests.size(), 2u);
  request.comp_id = "OTHER";
  EXPECT_FALSE(requests.add({"alice", "c2"}, request));
  EXPECT_EQ(requests.find({"alice", "c2"})->comp_id, "BUYSIDE");
}

TEST_F(StateTest, AMessageOfUnknownOutcomeIsAskedForAgain) {
  fix::Store& numbers = state_->messages().session("BUYSIDE");
  numbers.set_next_target(6);
  const auto fourth = state_->messages().begin_inbound("BUYSIDE", 4);
  const auto fifth = state_->messages().begin_inbound("BUYSIDE", 5);
  state_->messages().end_inbound("BUYSIDE", fifth);
  commit();
  open();
  EXPECT_EQ(state_->messages().session("BUYSIDE").next_target(), 4);
  state_->messages().session("BUYSIDE").set_next_target(6);
  const auto again = state_->messages().begin_inbound("BUYSIDE", 4);
  state_->messages().end_inbound("BUYSIDE", again);
  static_cast<void>(fourth);
  commit();
  open();
  EXPECT_EQ(state_->messages().session("BUYSIDE").next_target(), 6);
}

TEST_F(StateTest, AnAnswerOfBeforeTheNumbersBeganAnewEndsNothingOfAfter) {
  const auto before = state_->messages().begin_inbound("BUYSIDE", 2);
  state_->messages().session("BUYSIDE").reset(100);
  const auto after = state_->messages().begin_inbound("BUYSIDE", 2);
  state_->messages().session("BUYSIDE").set_next_target(3);
  state_->messages().end_inbound("BUYSIDE", before);
  commit();
  open();
  EXPECT_EQ(state_->messages().session("BUYSIDE").next_target(), 2);
  static_cast<void>(after);
}

TEST_F(StateTest, MessagesOfBeforeTheNumbersBeganAnewAreNeitherSentNorKept) {
  fix::Store& numbers = state_->messages().session("BUYSIDE");
  for (int sequence = 1; sequence <= 600; ++sequence) {
    numbers.save(sequence, "old");
    numbers.set_next_sender(sequence + 1);
  }
  state_->messages().session("OTHER").save(1, "other");
  state_->messages().session("OTHER").set_next_sender(2);
  commit();
  EXPECT_EQ(numbers.messages(1, 1'000).size(), 600u);
  numbers.reset(100);
  EXPECT_TRUE(numbers.messages(1, 1'000).empty());
  numbers.save(1, "new");
  numbers.set_next_sender(2);
  commit();
  open();
  EXPECT_TRUE(state_->messages().has_old_messages());
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(state_->tidy());
  EXPECT_FALSE(state_->messages().has_old_messages());
  EXPECT_EQ(state_->messages().session("BUYSIDE").messages(1, 1'000), (std::vector<std::string>{"new"}));
  EXPECT_EQ(state_->messages().session("OTHER").messages(1, 1'000), (std::vector<std::string>{"other"}));
}

TEST_F(StateTest, NumbersBeginAnewForAccountsThatAreNotThoseOfBefore) {
  MessageStore* messages = nullptr;
  const auto give = [&](const std::vector<std::string>& accounts) {
    open();
    messages = &state_->messages();
    messages->give_accounts("BUYSIDE", accounts, {});
    commit();
    return messages->session("BUYSIDE").next_sender();
  };
  give({"alice", "bob"});
  messages->session("BUYSIDE").save(1, "of bob");
  messages->session("BUYSIDE").set_next_sender(2);
  commit();
  EXPECT_EQ(give({"bob", "alice"}), 2);
  EXPECT_EQ(give({"alice", "bob", "carol"}), 2) << "what it was told is its own all the same";
  EXPECT_EQ(messages->session("BUYSIDE").messages(1, 10).size(), 1u);
  EXPECT_EQ(give({"alice"}), 1);
  messages->session("BUYSIDE").set_next_sender(10);
  EXPECT_TRUE(messages->session("BUYSIDE").messages(1, 10).empty());
  commit();
  EXPECT_EQ(give({"bob"}), 1);
}

TEST_F(StateTest, AStoreThatDoesNotSayWhoseItIsBelongsToASessionThatWasThereBefore) {
  const auto next_sender_when_added_at = [&](std::int64_t seconds) {
    fix::Store& numbers = state_->messages().session("BUYSIDE" + std::to_string(seconds));
    numbers.reset(100);
    numbers.set_next_sender(5);
    commit();
    open();
    const std::string comp_id = "BUYSIDE" + std::to_string(seconds);
    state_->messages().give_accounts(comp_id, {"alice"}, {seconds * nanoseconds_per_second});
    return state_->messages().session(comp_id).next_sender();
  };
  EXPECT_EQ(next_sender_when_added_at(99), 5);
  EXPECT_EQ(next_sender_when_added_at(101), 1);
}

}  // namespace
}  // namespace trade::fixd
