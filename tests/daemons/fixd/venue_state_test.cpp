// What is kept of venues: over restarts, and in step with the sessions' numbers.
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "fixd/fix_state.hpp"
#include "support/temporary_directory.hpp"

namespace trade::fixd {
namespace {

class VenueStateTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    state_.reset();
    auto opened = FixState::open(directory_ / "state");
    ASSERT_TRUE(opened) << opened.error().message;
    state_ = std::move(*opened);
  }
  static VenueRequestMade request(std::uint64_t order, std::uint32_t number,
                                  VenueRequestKind kind = VenueRequestKind::place) {
    VenueRequestMade made;
    made.order = {order};
    made.venue = {1};
    made.kind = kind;
    made.number = number;
    made.side = Side::sell;
    made.type = OrderType::limit;
    made.quantity = {10};
    made.limit_price = {1'500'000};
    made.instructions.short_sale = ShortSale::sell_short_exempt;
    made.instructions.minimum_quantity = {5};
    return made;
  }
  static VenueNews news(std::uint64_t order) {
    VenueNews made;
    made.venue = {1};
    made.order = {order};
    made.kind = VenueReportKind::corrected;
    made.request = 3;
    made.execution_id = "E1";
    made.reference_execution_id = "E0";
    made.venue_order_id = "X";
    made.text = "text";
    made.quantity = {1};
    made.price = {2};
    made.stop_price = {3};
    made.cumulative = {4};
    made.leaves = {5};
    made.average_price = {6};
    return made;
  }

  trade::test::TemporaryDirectory directory_;
  std::unique_ptr<FixState> state_;
};

TEST_F(VenueStateTest, VenuesAndTheirOrdersAreThereAgain) {
  VenueAdded added;
  added.venue = {1};
  added.name = *parse_venue_name("EXCHANGE");
  state_->venues().take(added);
  EXPECT_TRUE(state_->venues().take(request(7, 1), "alice", "AAPL"));
  EXPECT_FALSE(state_->venues().take(request(7, 1), "alice", "AAPL"));
  EXPECT_TRUE(state_->venues().take(request(7, 2, VenueRequestKind::replace), "alice", "AAPL"));
  VenueOrder& order = *state_->venues().order({7});
  order.open.front().sent = true;
  order.current = 2;
  order.venue_order_id = "X";
  order.state = VenueState::unknown;
  state_->venues().changed({7});
  const VenueOrder kept = order;
  ASSERT_TRUE(state_->commit_all());
  open();
  EXPECT_EQ(state_->venues().venue("EXCHANGE"), VenueId{1});
  EXPECT_FALSE(state_->venues().venue("OTHER"));
  ASSERT_NE(state_->venues().order({7}), nullptr);
  EXPECT_EQ(*state_->venues().order({7}), kept);
  EXPECT_EQ(state_->venues().orders({1}), (std::vector<OrderId>{{7}}));
}

TEST_F(VenueStateTest, AnOrderThatHasEndedIsForgotten) {
  state_->venues().take(request(7, 1), "alice", "AAPL");
  state_->venues().take(request(8, 1), "alice", "AAPL");
  ASSERT_TRUE(state_->commit_all());
  VenueStateChanged changed;
  changed.order = {7};
  changed.venue = {1};
  changed.state = VenueState::ended;
  changed.status = OrderStatus::rejected;
  state_->venues().take(changed);
  changed.order = {8};
  changed.state = VenueState::working;
  changed.status = OrderStatus::submitted;
  changed.venue_order_id = "X8";
  state_->venues().take(changed);
  ASSERT_TRUE(state_->commit_all());
  open();
  EXPECT_EQ(state_->venues().order({7}), nullptr);
  ASSERT_NE(state_->venues().order({8}), nullptr);
  EXPECT_EQ(state_->venues().order({8})->venue_order_id, "X8");
  VenueRemoved removed;
  removed.venue = {1};
  state_->venues().take(removed);
  EXPECT_EQ(state_->venues().open_count(), 0u);
}

TEST_F(VenueStateTest, WhatVenuesToldIsKeptInOrderUntilItIsTaken) {
  VenueOutbox* outbox = &state_->outbox();
  for (std::uint64_t order = 1; order <= 3; ++order)
    outbox->push(news(order));
  EXPECT_EQ(outbox->durable(), 0u);
  ASSERT_TRUE(state_->commit());
  EXPECT_EQ(outbox->durable(), 3u);
  outbox->drop(1);
  VenueNews session;
  session.what = VenueNews::Kind::session;
  session.venue = {1};
  session.up = true;
  outbox->push(session);
  EXPECT_EQ(outbox->durable(), 2u);
  ASSERT_TRUE(state_->commit());
  open();
  outbox = &state_->outbox();
  ASSERT_EQ(outbox->size(), 3u);
  EXPECT_EQ(outbox->at(0), news(2));
  EXPECT_EQ(outbox->at(1), news(3));
  EXPECT_EQ(outbox->at(2), session);
  outbox->drop(3);
  ASSERT_TRUE(state_->commit());
  open();
  EXPECT_TRUE(state_->outbox().empty());
}

TEST_F(VenueStateTest, WhatVenuesToldKeepsItsNumber) {
  for (std::uint64_t order = 1; order <= 3; ++order)
    state_->outbox().push(news(order));
  const OutboxNumber first = state_->outbox().number(0);
  EXPECT_NE(first.outbox, 0u);
  EXPECT_EQ(first.value, 1u);
  state_->outbox().drop(1);
  EXPECT_EQ(state_->outbox().number(0), (OutboxNumber{first.outbox, 2}));
  ASSERT_TRUE(state_->commit());
  open();
  EXPECT_EQ(state_->outbox().number(0), (OutboxNumber{first.outbox, 2}));
  // Also where nothing waits any more.
  state_->outbox().drop(2);
  ASSERT_TRUE(state_->commit());
  open();
  state_->outbox().push(news(4));
  EXPECT_EQ(state_->outbox().number(0), (OutboxNumber{first.outbox, 4}));
}

TEST_F(VenueStateTest, AnOlderCopyOfTheOutboxIsAnother) {
  for (std::uint64_t order = 1; order <= 3; ++order)
    state_->outbox().push(news(order));
  ASSERT_TRUE(state_->commit());
  open();
  VenueOutbox* outbox = &state_->outbox();
  const std::uint64_t id = outbox->number(0).outbox;
  EXPECT_FALSE(outbox->note_taken({}));
  EXPECT_FALSE(outbox->note_taken({id, 3}));
  EXPECT_FALSE(outbox->note_taken({id + 1, 4}));
  EXPECT_EQ(outbox->number(0).outbox, id);
  // It has heard of more since, and has not told it.
  outbox->push(news(4));
  ASSERT_TRUE(state_->commit());
  EXPECT_TRUE(outbox->note_taken({id, 4}));
  const std::uint64_t another = outbox->number(0).outbox;
  EXPECT_NE(another, id);
  EXPECT_EQ(outbox->durable(), 0u) << "nothing is told before the other id is on the disk";
  ASSERT_TRUE(state_->commit());
  EXPECT_EQ(outbox->durable(), 4u);
  open();
  EXPECT_EQ(state_->outbox().number(0), (OutboxNumber{another, 1}));
}

TEST_F(VenueStateTest, AStoreThatWasLostIsAnotherOutbox) {
  const std::uint64_t id = state_->outbox().number(0).outbox;
  state_.reset();
  std::filesystem::remove_all(directory_ / "state");
  open();
  EXPECT_NE(state_->outbox().number(0).outbox, id);
}

TEST_F(VenueStateTest, NewsBecomeTheirCommands) {
  const VenueNews told = news(7);
  const CommandBody body = told.command({7, 8});
  const auto* report = std::get_if<VenueReport>(&body);
  ASSERT_NE(report, nullptr);
  EXPECT_EQ(report->order, OrderId{7});
  EXPECT_EQ(report->kind, VenueReportKind::corrected);
  EXPECT_EQ(report->request, 3u);
  EXPECT_EQ(report->execution_id, "E1");
  EXPECT_EQ(report->reference_execution_id, "E0");
  EXPECT_EQ(report->leaves, Quantity{5});
  EXPECT_EQ(report->average_price, Price{6});
  EXPECT_EQ(report->number, (OutboxNumber{7, 8}));
  VenueNews session;
  session.what = VenueNews::Kind::session;
  session.venue = {1};
  const CommandBody other = session.command({7, 9});
  ASSERT_TRUE(std::holds_alternative<SetVenueSession>(other));
  EXPECT_EQ(std::get<SetVenueSession>(other).number, (OutboxNumber{7, 9}));
}

}  // namespace
}  // namespace trade::fixd
