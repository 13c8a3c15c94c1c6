#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fixd/fix_state.hpp"
#include "fixd/order_tracker.hpp"
#include "fixd/translation.hpp"
#include "support/temporary_directory.hpp"

namespace trade::fixd {
namespace {

class TrackerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = FixState::open(directory_ / "state");
    ASSERT_TRUE(opened) << opened.error().message;
    state_ = std::move(*opened);
    tracker_ = std::make_unique<OrderTracker>(state_->orders(), state_->requests(), state_->venues());
    AccountOpened account;
    account.account = {1};
    account.name = *parse_account_name("alice");
    apply(account);
    SymbolAdded symbol;
    symbol.id = {1};
    symbol.symbol = *parse_symbol("AAPL");
    apply(symbol);
  }
  std::vector<Report> apply(EventBody body) {
    Event event;
    event.sequence = ++sequence_;
    event.timestamp = {static_cast<std::int64_t>(sequence_)};
    event.body = std::move(body);
    std::vector<Report> reports;
    tracker_->apply(event, reports);
    return reports;
  }
  void ask(const std::string& comp_id, const std::string& id, RequestKind kind = RequestKind::place,
           OrderId order = {}, const std::string& original = {}) {
    PendingRequest request;
    request.comp_id = comp_id;
    request.kind = kind;
    request.order = order;
    request.original = original;
    state_->requests().add({"alice", id}, request);
  }
  static OrderAccepted accepted(std::uint64_t id, const char* client_order_id) {
    OrderAccepted event;
    event.order = {id};
    event.account = {1};
    event.symbol = {1};
    event.type = OrderType::limit;
    event.quantity = {10};
    event.limit_price = {1'000'000};
    event.client_order_id = client_order_id;
    return event;
  }
  static OrderRejected rejected(std::uint64_t id, const char* client_order_id, RejectReason reason) {
    OrderRejected event;
    event.order = {id};
    event.account = {1};
    event.symbol = {1};
    event.reason = reason;
    event.quantity = {10};
    event.client_order_id = client_order_id;
    return event;
  }
  static OrderCancelled cancelled(std::uint64_t id, CancelReason reason = CancelReason::requested) {
    OrderCancelled event;
    event.order = {id};
    event.account = {1};
    event.symbol = {1};
    event.reason = reason;
    event.quantity = {10};
    return event;
  }
  static OrderReplaced replaced(std::uint64_t id, const char* client_order_id) {
    OrderReplaced event;
    event.order = {id};
    event.account = {1};
    event.symbol = {1};
    event.quantity = {20};
    event.leaves = {20};
    event.limit_price = {2'000'000};
    event.client_order_id = client_order_id;
    return event;
  }

  trade::test::TemporaryDirectory directory_;
  std::unique_ptr<FixState> state_;
  std::unique_ptr<OrderTracker> tracker_;
  Sequence sequence_ = 0;
};

TEST_F(TrackerTest, AnIdThatAnotherSessionUsedFirstStaysWithIt) {
  ask("FIRST", "o1");
  ask("SECOND", "o1");
  const auto reports = apply(accepted(1, "o1"));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].order.comp_id, "FIRST");
  EXPECT_EQ(state_->requests().size(), 0u);
  // What the second is refused with comes as its answer; the journal's word of it is nobody's.
  ask("SECOND", "o1");
  EXPECT_EQ(apply(rejected(2, "o1", RejectReason::duplicate_client_order_id))[0].order.comp_id, "");
  EXPECT_EQ(state_->orders().find("alice", "o1")->comp_id, "FIRST");
}

TEST_F(TrackerTest, AnOrderOfAnotherDoorBelongsToNoSession) {
  const auto reports = apply(accepted(1, "o1"));
  EXPECT_EQ(reports[0].order.comp_id, "");
  EXPECT_EQ(reports[0].order.account, "alice");
  EXPECT_FALSE(state_->orders().find("alice", "o1"));
  apply(cancelled(1));
  EXPECT_EQ(state_->orders().open_count(), 0u);
}

TEST_F(TrackerTest, ACancelThatSucceedsTellsBothIds) {
  ask("BUYSIDE", "o1");
  apply(accepted(1, "o1"));
  ask("BUYSIDE", "c1", RequestKind::cancel, {1}, "o1");
  const auto reports = apply(cancelled(1));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].client_order_id, "c1");
  EXPECT_EQ(reports[0].original_client_order_id, "o1");
  EXPECT_EQ(state_->requests().size(), 0u);
  // Sent again, either id finds the order.
  EXPECT_EQ(state_->orders().find("alice", "c1")->status, OrderStatus::cancelled);
  EXPECT_EQ(state_->orders().find("alice", "o1")->status, OrderStatus::cancelled);
}

TEST_F(TrackerTest, AReplaceToWhatIsFilledEndsTheOrderAndIsAnswered) {
  ask("BUYSIDE", "o1");
  apply(accepted(1, "o1"));
  ask("BUYSIDE", "c1", RequestKind::cancel, {1}, "o1");
  ask("BUYSIDE", "r1", RequestKind::replace, {1}, "o1");
  const auto reports = apply(cancelled(1, CancelReason::replaced_below_filled));
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].client_order_id, "r1");
  EXPECT_EQ(reports[0].original_client_order_id, "o1");
  EXPECT_EQ(reports[0].text, "replaced_below_filled");
  EXPECT_EQ(reports[1].kind, ReportKind::too_late);
  EXPECT_EQ(reports[1].client_order_id, "c1");
}

TEST_F(TrackerTest, ACancelNobodyAskedForIsNotTheAnswerToARequest) {
  ask("BUYSIDE", "o1");
  apply(accepted(1, "o1"));
  ask("BUYSIDE", "c1", RequestKind::cancel, {1}, "o1");
  const auto reports = apply(cancelled(1, CancelReason::disconnected));
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].client_order_id, "");
  EXPECT_EQ(reports[0].text, "disconnected");
  EXPECT_EQ(reports[1].kind, ReportKind::too_late);
  EXPECT_EQ(reports[1].client_order_id, "c1");
}

// Of two cancels one never came to tradingd. The other has ended the order, and so will not be refused:
// whichever is told that it did, the other has an answer too.
TEST_F(TrackerTest, WhenAnOrderEndsEveryRequestThatWaitsForItIsAnswered) {
  ask("BUYSIDE", "o1");
  apply(accepted(1, "o1"));
  ask("BUYSIDE", "c1", RequestKind::cancel, {1}, "o1");
  ask("BUYSIDE", "c2", RequestKind::cancel, {1}, "o1");
  ask("OTHER", "r1", RequestKind::replace, {}, "o1");
  const auto reports = apply(cancelled(1));
  ASSERT_EQ(reports.size(), 3u);
  EXPECT_EQ(reports[0].kind, ReportKind::cancelled);
  EXPECT_EQ(reports[0].client_order_id, "c1");
  EXPECT_EQ(reports[1].kind, ReportKind::too_late);
  EXPECT_EQ(reports[1].client_order_id, "c2");
  EXPECT_EQ(reports[1].original_client_order_id, "o1");
  EXPECT_EQ(reports[1].refused, RequestKind::cancel);
  EXPECT_EQ(reports[1].order.status, OrderStatus::cancelled);
  EXPECT_EQ(reports[2].client_order_id, "r1");
  EXPECT_EQ(reports[2].refused, RequestKind::replace);
  EXPECT_EQ(reports[2].order.comp_id, "OTHER");
  EXPECT_EQ(state_->requests().size(), 0u);
}

TEST_F(TrackerTest, ACancelThatWentAwayWithTradingdIsNotTheOneThatSucceeds) {
  ask("BUYSIDE", "o1");
  apply(accepted(1, "o1"));
  ask("BUYSIDE", "c1", RequestKind::cancel, {1}, "o1");
  state_->requests().hasten({"alice", "c1"}, {1});
  ask("BUYSIDE", "c2", RequestKind::cancel, {}, "o1");
  const auto reports = apply(cancelled(1));
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].kind, ReportKind::cancelled);
  EXPECT_EQ(reports[0].client_order_id, "c2");
  EXPECT_EQ(reports[1].kind, ReportKind::too_late);
  EXPECT_EQ(reports[1].client_order_id, "c1");
}

TEST_F(TrackerTest, WhatWaitsForAnOrderIsAnsweredWhenItIsFilled) {
  ask("BUYSIDE", "o1");
  apply(accepted(1, "o1"));
  ask("BUYSIDE", "c1", RequestKind::cancel, {1}, "o1");
  TradeExecuted trade;
  trade.price = {1'000'000};
  trade.quantity = {4};
  trade.maker_order = {1};
  trade.maker_leaves = {6};
  trade.taker_order = {99};
  EXPECT_EQ(apply(trade).size(), 1u);
  EXPECT_EQ(state_->requests().size(), 1u);
  trade.quantity = {6};
  trade.maker_leaves = {0};
  const auto reports = apply(trade);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[1].kind, ReportKind::too_late);
  EXPECT_EQ(reports[1].client_order_id, "c1");
  EXPECT_EQ(state_->requests().size(), 0u);
}

TEST_F(TrackerTest, WhoChangesAnOrderOfAnotherDoorIsToldOfIt) {
  apply(accepted(1, "o1"));
  ask("BUYSIDE", "r1", RequestKind::replace, {}, "o1");
  auto reports = apply(replaced(1, "r1"));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].order.comp_id, "BUYSIDE");
  EXPECT_EQ(reports[0].original_client_order_id, "o1");
  apply(accepted(2, "o2"));
  ask("BUYSIDE", "c2", RequestKind::cancel, {}, "o2");
  reports = apply(cancelled(2));
  EXPECT_EQ(reports[0].order.comp_id, "BUYSIDE");
  EXPECT_EQ(reports[0].client_order_id, "c2");
}

TEST_F(TrackerTest, AReplacedOrderIsFoundByEveryIdThatItHad) {
  ask("BUYSIDE", "o1");
  apply(accepted(1, "o1"));
  ask("BUYSIDE", "r1", RequestKind::replace, {1}, "o1");
  apply(replaced(1, "r1"));
  EXPECT_EQ(state_->requests().size(), 0u);
  EXPECT_EQ(state_->orders().find("alice", "o1")->id, OrderId{1});
  EXPECT_EQ(state_->orders().find("alice", "r1")->quantity, Quantity{20});
}

TEST_F(TrackerTest, ARefusedOrderIsRememberedWithItsReason) {
  ask("BUYSIDE", "o1");
  const auto reports = apply(rejected(1, "o1", RejectReason::market_closed));
  EXPECT_EQ(reports[0].order.comp_id, "BUYSIDE");
  EXPECT_EQ(reports[0].reject_code, 2);
  EXPECT_EQ(state_->orders().open_count(), 0u);
  EXPECT_EQ(state_->orders().find("alice", "o1")->reject_reason, RejectReason::market_closed);
}

TEST_F(TrackerTest, FillsAddUpAndEndTheOrder) {
  ask("BUYSIDE", "o1");
  apply(accepted(1, "o1"));
  TradeExecuted trade;
  trade.price = {1'000'000};
  trade.quantity = {4};
  trade.maker_order = {1};
  trade.maker_leaves = {6};
  trade.taker_order = {99};
  auto reports = apply(trade);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].execution_id, std::to_string(sequence_) + "M");
  EXPECT_EQ(reports[0].order.status, OrderStatus::partially_filled);
  trade.quantity = {6};
  trade.maker_leaves = {0};
  reports = apply(trade);
  EXPECT_EQ(reports[0].order.filled_quantity, Quantity{10});
  EXPECT_EQ(state_->orders().open_count(), 0u);
  EXPECT_EQ(state_->orders().find("alice", "o1")->status, OrderStatus::filled);
}

TEST_F(TrackerTest, AnExitThatBeginsToWorkIsToldOf) {
  OrderAccepted leg = accepted(1, "");
  leg.status = OrderStatus::pending;
  leg.link = {OrderClass::bracket, OrderRole::take_profit};
  apply(leg);
  ExitActivated activated;
  activated.order = {1};
  activated.account = {1};
  activated.symbol = {1};
  activated.status = OrderStatus::submitted;
  activated.quantity = {4};
  auto reports = apply(activated);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::restated);
  EXPECT_EQ(reports[0].order.quantity, Quantity{4});
  activated.status = OrderStatus::rejected;
  activated.reason = RejectReason::insufficient_shares;
  reports = apply(activated);
  EXPECT_EQ(reports[0].kind, ReportKind::rejected);
  EXPECT_EQ(state_->orders().open_count(), 0u);
}

TEST_F(TrackerTest, AnOrderAtAnotherVenueIsPendingUntilItIsThere) {
  ask("BUYSIDE", "o1");
  OrderAccepted placed = accepted(1, "o1");
  placed.status = OrderStatus::pending;
  auto reports = apply(placed);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::pending);
  VenueStateChanged changed;
  changed.order = {1};
  changed.state = VenueState::sending;
  EXPECT_TRUE(apply(changed).empty());
  changed.state = VenueState::working;
  changed.status = OrderStatus::submitted;
  reports = apply(changed);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::accepted);
  EXPECT_EQ(reports[0].order.status, OrderStatus::submitted);
  changed.state = VenueState::unknown;
  EXPECT_TRUE(apply(changed).empty());
}

TEST_F(TrackerTest, AVenueThatRefusesAnOrderIsToldOf) {
  ask("BUYSIDE", "o1");
  OrderAccepted placed = accepted(1, "o1");
  placed.status = OrderStatus::pending;
  apply(placed);
  VenueStateChanged changed;
  changed.order = {1};
  changed.state = VenueState::ended;
  changed.status = OrderStatus::rejected;
  changed.text = "no money";
  const auto reports = apply(changed);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::rejected);
  EXPECT_EQ(reports[0].text, "Venue refused the order: no money");
  EXPECT_EQ(state_->orders().open_count(), 0u);
}

/// An order that its venue has, whose changes are asked for there.
class ChangesAtVenueTest : public TrackerTest {
 protected:
  void SetUp() override {
    TrackerTest::SetUp();
    ask("BUYSIDE", "o1");
    apply(accepted(1, "o1"));
    request(VenueRequestKind::place);
    become(VenueState::working);
  }
  std::vector<Report> request(VenueRequestKind kind) {
    VenueRequestMade made;
    made.order = {1};
    made.number = ++requests_;
    made.kind = kind;
    auto reports = apply(made);
    state_->venues().take(made, "alice", "AAPL");
    return reports;
  }
  /// `same`: it comes of the command of the event before.
  std::vector<Report> become(VenueState state, bool same = false) {
    VenueStateChanged changed;
    changed.order = {1};
    changed.state = state;
    changed.status = OrderStatus::submitted;
    changed.text = "no";
    if (same) --sequence_;
    auto reports = apply(changed);
    state_->venues().take(changed);
    return reports;
  }
  std::vector<Report> finish() {
    std::vector<Report> reports;
    tracker_->finish(reports);
    return reports;
  }
  void ask_venue(const char* id, RequestKind kind, const char* original = "o1") {
    ask("BUYSIDE", id, kind, {1}, original);
    const bool cancels = kind == RequestKind::cancel;
    request(cancels ? VenueRequestKind::cancel : VenueRequestKind::replace);
    EXPECT_TRUE(become(cancels ? VenueState::pending_cancel : VenueState::pending_replace, true).empty());
  }
  static OrderReplaced replaced_there(const char* id) {
    OrderReplaced replaced;
    replaced.order = {1};
    replaced.quantity = {5};
    replaced.client_order_id = id;
    return replaced;
  }

 private:
  std::uint32_t requests_ = 0;
};

TEST_F(ChangesAtVenueTest, OneThatIsRefusedIsAnswered) {
  ask_venue("o2", RequestKind::cancel);
  const auto reports = become(VenueState::working);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::change_refused);
  EXPECT_EQ(reports[0].refused, RequestKind::cancel);
  EXPECT_EQ(reports[0].order.comp_id, "BUYSIDE");
  EXPECT_EQ(reports[0].client_order_id, "o2");
  EXPECT_EQ(reports[0].original_client_order_id, "o1");
  EXPECT_EQ(reports[0].text, "Venue refused the change: no");
  EXPECT_TRUE(finish().empty());
  EXPECT_EQ(state_->requests().size(), 0u);
}

TEST_F(ChangesAtVenueTest, OneThatCameAboutHasItsAnswerAndLeavesTheNextOneWaiting) {
  ask_venue("o3", RequestKind::replace);
  ask("BUYSIDE", "o4", RequestKind::replace, {1}, "o3");
  EXPECT_EQ(apply(replaced_there("o3")).front().kind, ReportKind::replaced);
  EXPECT_TRUE(become(VenueState::working, true).empty());
  EXPECT_NE(state_->requests().find({"alice", "o4"}), nullptr);
}

TEST_F(ChangesAtVenueTest, OneThatCameAboutWithoutItsIdIsAnsweredAtOnce) {
  ask_venue("o2", RequestKind::replace);
  // Another door has used it for another order.
  const auto told = apply(replaced_there(""));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, ReportKind::restated);
  const auto reports = become(VenueState::working, true);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::change_refused);
  EXPECT_EQ(reports[0].refused, RequestKind::replace);
  EXPECT_EQ(reports[0].client_order_id, "o2");
  EXPECT_EQ(reports[0].original_client_order_id, "o1");
  EXPECT_EQ(message_of(reports[0], "FIX.4.4").text(102), "6");
  EXPECT_EQ(message_of(reports[0], "FIX.4.4").text(41), "o1");
  EXPECT_EQ(state_->requests().size(), 0u);
  EXPECT_EQ(state_->orders().find({1})->client_order_id, "o1");
}

TEST_F(ChangesAtVenueTest, AReplaceThatWasLostWithTheSessionIsAnsweredWhenTheOrderIsKnownAgain) {
  ask_venue("o2", RequestKind::replace);
  EXPECT_TRUE(become(VenueState::unknown).empty());
  const auto reports = become(VenueState::working);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::change_refused);
  EXPECT_EQ(reports[0].refused, RequestKind::replace);
  EXPECT_EQ(reports[0].client_order_id, "o2");
  // One that had come about is told as done.
  ask_venue("o3", RequestKind::replace);
  become(VenueState::unknown);
  EXPECT_EQ(apply(replaced_there("o3")).front().kind, ReportKind::replaced);
  EXPECT_TRUE(become(VenueState::working, true).empty());
  EXPECT_TRUE(finish().empty());
}

TEST_F(ChangesAtVenueTest, ACancelThatWasLostWithTheSessionIsAskedForAgainAndAnsweredOnce) {
  ask_venue("o2", RequestKind::cancel);
  become(VenueState::unknown);
  EXPECT_TRUE(become(VenueState::working).empty());
  EXPECT_TRUE(request(VenueRequestKind::cancel).empty());
  EXPECT_TRUE(become(VenueState::pending_cancel, true).empty());
  EXPECT_TRUE(finish().empty());
  const auto reports = apply(cancelled(1));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::cancelled);
  EXPECT_EQ(reports[0].client_order_id, "o2");
}

TEST_F(ChangesAtVenueTest, ACancelThatIsNotAskedForAgainIsAnswered) {
  for (const bool at_the_end_of_a_batch : {true, false}) {
    const char* const id = at_the_end_of_a_batch ? "o2" : "o3";
    ask_venue(id, RequestKind::cancel);
    become(VenueState::unknown);
    EXPECT_TRUE(become(VenueState::working).empty());
    const auto reports = at_the_end_of_a_batch ? finish() : apply(accepted(9, "x"));
    ASSERT_FALSE(reports.empty());
    EXPECT_EQ(reports[0].kind, ReportKind::change_refused);
    EXPECT_EQ(reports[0].client_order_id, id);
    EXPECT_EQ(reports[0].refused, RequestKind::cancel);
  }
}

TEST_F(ChangesAtVenueTest, OneThatWaitsIsAnsweredWhenTheOrderEnds) {
  ask_venue("o2", RequestKind::cancel);
  become(VenueState::unknown);
  const auto reports = apply(cancelled(1, CancelReason::venue));
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[1].kind, ReportKind::too_late);
  EXPECT_EQ(reports[1].client_order_id, "o2");
}

TEST_F(TrackerTest, AChangeThatWasLostIsAnswered) {
  ask("BUYSIDE", "o1");
  apply(accepted(1, "o1"));
  PendingRequest request;
  request.comp_id = "BUYSIDE";
  EXPECT_FALSE(tracker_->report_of_lost({"alice", "o9"}, request, {5}));
  request.kind = RequestKind::replace;
  request.order = {1};
  request.original = "o1";
  auto report = tracker_->report_of_lost({"alice", "o2"}, request, {5});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, ReportKind::change_refused);
  EXPECT_EQ(report->refused, RequestKind::replace);
  EXPECT_EQ(report->order.id, OrderId{1});
  EXPECT_EQ(report->order.comp_id, "BUYSIDE");
  EXPECT_EQ(report->client_order_id, "o2");
  EXPECT_EQ(report->original_client_order_id, "o1");
  EXPECT_EQ(report->timestamp, Timestamp{5});
  request.order = {};
  request.original = "of another door";
  report = tracker_->report_of_lost({"alice", "o2"}, request, {5});
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->order.id);
  EXPECT_EQ(report->order.account, "alice");
  EXPECT_EQ(report->original_client_order_id, "of another door");
}

TEST_F(TrackerTest, ATradeAtAnotherVenueMayBeUndone) {
  ask("BUYSIDE", "o1");
  apply(accepted(1, "o1"));
  VenueTradeExecuted trade;
  trade.trade = {9};
  trade.order = {1};
  trade.price = {1'000'000};
  trade.quantity = {10};
  auto reports = apply(trade);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::filled);
  EXPECT_EQ(reports[0].execution_id, "V9");
  EXPECT_EQ(reports[0].order.status, OrderStatus::filled);
  EXPECT_EQ(state_->orders().open_count(), 0u);
  VenueTradeBusted busted;
  busted.trade = {9};
  busted.order = {1};
  busted.price = {1'000'000};
  busted.quantity = {10};
  busted.status = OrderStatus::cancelled;
  reports = apply(busted);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, ReportKind::busted);
  EXPECT_EQ(reports[0].reference_execution_id, "V9");
  EXPECT_EQ(reports[0].order.filled_quantity, Quantity{});
  EXPECT_EQ(reports[0].order.filled_notional, Money{});
  ASSERT_TRUE(state_->commit_all());
  EXPECT_EQ(state_->orders().find("alice", "o1")->filled_quantity, Quantity{});
}

}  // namespace
}  // namespace trade::fixd
