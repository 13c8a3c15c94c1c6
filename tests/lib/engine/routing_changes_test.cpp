// Changes of orders at another venue: cancelling, replacing, busts and corrections, and what a lost session
// leaves to be reconciled; and reports that cannot be.
#include "routing_test_support.hpp"

namespace trade::engine_test {
namespace {

using Kind = VenueReportKind;

class CancellingTest : public RoutingTest {
 protected:
  CancellingTest() { set_session(true); }
};

TEST_F(CancellingTest, IsTheVenuesToDo) {
  const OrderId id = working();
  EXPECT_EQ(cancel(alice, id).reason, RejectReason::none);
  EXPECT_EQ(lines(),
            (Lines{"request 1-2 cancel 100 limit 10.00 stop 0.00", "at_venue 1 pending_cancel submitted"}));
  EXPECT_EQ(cancel(alice, id).reason, RejectReason::pending_at_venue);
  EXPECT_EQ(replace(id, Quantity{50}).reason, RejectReason::pending_at_venue);
  // Fills may cross it.
  EXPECT_EQ(filled(id, 10, "10.00", "E1"), RejectReason::none);
  EXPECT_EQ(state(id), VenueState::pending_cancel);
  reported({.order = id, .kind = Kind::cancelled, .request = 2});
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 90", "at_venue 1 ended cancelled"}));
  EXPECT_EQ(reserved(alice), Money{});
}

TEST_F(CancellingTest, MayBeRefused) {
  const OrderId id = working();
  EXPECT_EQ(report({.order = id, .kind = Kind::cancel_rejected}), RejectReason::no_change) << "of what";
  cancel(alice, id);
  EXPECT_EQ(report({.order = id, .kind = Kind::cancel_rejected, .request = 7}), RejectReason::no_change);
  EXPECT_EQ(report({.order = id, .kind = Kind::replace_rejected, .request = 2}), RejectReason::no_change);
  reported({.order = id, .kind = Kind::cancel_rejected, .request = 2, .text = "too late"});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 working submitted: too late"}));
  // What ends it later was not asked for.
  reported({.order = id, .kind = Kind::cancelled});
  EXPECT_EQ(order(id).cancel_reason, CancelReason::venue);
}

TEST_F(CancellingTest, MayComeBeforeTheAcknowledgement) {
  const OrderId id = placed({alice, symbol, Side::buy, 100, "10.00"});
  EXPECT_EQ(cancel(alice, id).reason, RejectReason::none);
  reported({.order = id, .kind = Kind::accepted});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 pending_cancel submitted"}));
  reported({.order = id, .kind = Kind::cancelled});
  EXPECT_EQ(order(id).cancel_reason, CancelReason::requested);
}

TEST_F(CancellingTest, OfAllAsksForEach) {
  const OrderId first = working();
  const OrderId second = placed({alice, other, Side::buy, 1, "1.00"});
  const OrderId third = working();
  const ApplyResult result = apply(CancelAllOrders{.account = alice, .symbol = {}});
  EXPECT_EQ(result.affected, 3U);
  EXPECT_EQ(state(first), VenueState::pending_cancel);
  EXPECT_EQ(state(third), VenueState::pending_cancel);
  EXPECT_EQ(order(second).status, OrderStatus::cancelled);
}

TEST_F(CancellingTest, OfAKillSwitchWaitsForWhatIsPendingAndIsAskedForThen) {
  const OrderId id = working();
  EXPECT_EQ(replace(id, Quantity{150}).reason, RejectReason::none);
  apply(SetKillSwitch{.account = alice, .symbol = {}, .on = true});
  EXPECT_EQ(lines(), (Lines{"kill_switch on"}));
  reported({.order = id, .kind = Kind::replace_rejected, .request = 2});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 working submitted", "request 1-3 cancel 100 limit 10.00 stop 0.00",
                            "at_venue 1 pending_cancel submitted"}));
  reported({.order = id, .kind = Kind::cancelled, .request = 3});
  EXPECT_EQ(order(id).cancel_reason, CancelReason::kill_switch);
}

class ReplacingTest : public RoutingTest {
 protected:
  ReplacingTest() { set_session(true); }
};

TEST_F(ReplacingTest, ReservesTheDearerUntilTheVenueHasAnswered) {
  const OrderId id = working();
  EXPECT_EQ(replace(id, Quantity{200}, price("9.00"), "new-name").reason, RejectReason::none);
  EXPECT_EQ(lines(),
            (Lines{"request 1-2 replace 200 limit 9.00 stop 0.00", "at_venue 1 pending_replace submitted"}));
  EXPECT_EQ(reserved(alice), money("1800.00"));
  EXPECT_EQ(order(id).quantity, Quantity{100});
  EXPECT_EQ(cancel(alice, id).reason, RejectReason::pending_at_venue);
  EXPECT_EQ(filled(id, 10, "9.00", "E1"), RejectReason::none);
  reported({.order = id, .kind = Kind::replaced, .request = 2, .venue_order_id = "N2"});
  EXPECT_EQ(lines(),
            (Lines{"replaced 1 200:190 limit 9.00 stop 0.00", "at_venue 1 working partially_filled as N2"}));
  EXPECT_EQ(reserved(alice), money("1710.00"));
  EXPECT_EQ(order(id).client_order_id, "new-name");
}

TEST_F(ReplacingTest, ToLessKeepsWhatItHasUntilThen) {
  const OrderId id = working();
  EXPECT_EQ(replace(id, Quantity{50}).reason, RejectReason::none);
  EXPECT_EQ(reserved(alice), money("1000.00"));
  reported({.order = id, .kind = Kind::replaced});
  EXPECT_EQ(reserved(alice), money("500.00"));
  EXPECT_EQ(replace(id, Quantity{50}).reason, RejectReason::no_change);
}

TEST_F(ReplacingTest, MayBeRefusedAndAllIsAsItWas) {
  const OrderId id = working();
  EXPECT_EQ(replace(id, {}, price("20.00")).reason, RejectReason::none);
  EXPECT_EQ(reserved(alice), money("2000.00"));
  reported({.order = id, .kind = Kind::replace_rejected, .request = 2, .text = "no"});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 working submitted: no"}));
  EXPECT_EQ(reserved(alice), money("1000.00"));
  EXPECT_EQ(order(id).limit_price, price("10.00"));
}

TEST_F(ReplacingTest, IsRefusedAsEver) {
  const OrderId id = working();
  EXPECT_EQ(replace(id, Quantity{1'001}).reason, RejectReason::insufficient_buying_power);
  EXPECT_EQ(replace(id, {}, price("10.001")).reason, RejectReason::price_increment);
  EXPECT_EQ(replace(id, Quantity{0}).reason, RejectReason::invalid_quantity);
  const OrderId sent = placed({alice, symbol, Side::buy, 100, "10.00"});
  EXPECT_EQ(replace(sent, Quantity{50}).reason, RejectReason::pending_at_venue);
  set_session(false);
  EXPECT_EQ(replace(id, Quantity{50}).reason, RejectReason::venue_down);
  EXPECT_EQ(cancel(alice, id).reason, RejectReason::venue_down);
  set_session(true);
  EXPECT_EQ(cancel(alice, id).reason, RejectReason::pending_at_venue);
  reported({.order = id, .kind = Kind::cancelled});
  EXPECT_EQ(replace(id, Quantity{50}).reason, RejectReason::order_not_replaceable);
  EXPECT_EQ(cancel(alice, id).reason, RejectReason::order_not_cancellable);
}

TEST_F(ReplacingTest, ToWhatIsFilledCancels) {
  const OrderId id = working();
  EXPECT_EQ(filled(id, 40, "10.00", "E1"), RejectReason::none);
  EXPECT_EQ(replace(id, Quantity{40}).reason, RejectReason::none);
  EXPECT_EQ(state(id), VenueState::pending_cancel);
  reported({.order = id, .kind = Kind::cancelled});
  EXPECT_EQ(order(id).cancel_reason, CancelReason::replaced_below_filled);
}

TEST_F(ReplacingTest, UnaskedIsAFact) {
  const OrderId id = placed({alice, symbol, Side::buy, 100, "10.00"});
  reported({.order = id, .kind = Kind::replaced, .quantity = 100, .price = "10.00"});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 working submitted"})) << "only where it stands has changed";
  reported({.order = id, .kind = Kind::replaced, .quantity = 80, .price = "9.50"});
  EXPECT_EQ(lines(), (Lines{"replaced 1 80:80 limit 9.50 stop 0.00"}));
  EXPECT_EQ(reserved(alice), money("760.00"));
  EXPECT_EQ(filled(id, 30, "9.50", "E1"), RejectReason::none);
  reported({.order = id, .kind = Kind::replaced, .quantity = 30});
  EXPECT_EQ(lines(), (Lines{"cancelled 1 replaced_below_filled 50", "at_venue 1 ended cancelled"}));
}

TEST_F(ReplacingTest, UnaskedWhileOneIsPendingLeavesThatPending) {
  const OrderId id = working();
  EXPECT_EQ(replace(id, Quantity{200}).reason, RejectReason::none);
  reported({.order = id, .kind = Kind::replaced, .quantity = 90, .request = 1});
  EXPECT_EQ(state(id), VenueState::pending_replace);
  EXPECT_EQ(reserved(alice), money("2000.00"));
  reported({.order = id, .kind = Kind::replace_rejected, .request = 2});
  EXPECT_EQ(reserved(alice), money("900.00"));
}

class BustsTest : public RoutingTest {
 protected:
  BustsTest() { set_session(true); }

  [[nodiscard]] Told busted(OrderId id, std::string_view reference, std::int64_t leaves = 0) const {
    return {.order = id, .kind = Kind::busted, .leaves = leaves, .reference = reference};
  }
  [[nodiscard]] Told corrected(OrderId id, std::string_view reference, std::int64_t quantity,
                               std::string_view at, std::string_view execution_id,
                               std::int64_t leaves = 0) const {
    return {.order = id,
            .kind = Kind::corrected,
            .quantity = quantity,
            .price = at,
            .execution_id = execution_id,
            .leaves = leaves,
            .reference = reference};
  }
};

TEST_F(BustsTest, UndoATradeOfAnOrderThatHasEnded) {
  const Money all = all_cash();
  const OrderId id = working();
  EXPECT_EQ(filled(id, 100, "10.00", "E1"), RejectReason::none);
  reported(busted(id, "E1"));
  EXPECT_EQ(lines(), (Lines{"venue_bust 1 buy 100@10.00:0 E1 cancelled"}));
  EXPECT_EQ(cash(alice), money("10000.00"));
  EXPECT_EQ(cash(clearing), Money{});
  EXPECT_EQ(shares(alice, symbol), 0);
  EXPECT_EQ(shares(clearing, symbol), 0);
  EXPECT_EQ(order(id).filled_quantity, Quantity{});
  EXPECT_EQ(order(id).filled_notional, Money{});
  EXPECT_EQ(order(id).status, OrderStatus::cancelled);
  EXPECT_EQ(all_cash(), all);
  EXPECT_EQ(report(busted(id, "E1")), RejectReason::duplicate_execution);
  EXPECT_EQ(report(busted(id, "E2")), RejectReason::unknown_execution);
}

TEST_F(BustsTest, LeaveAnOpenOrderSmallerUnlessTheVenueWantsTheSharesAgain) {
  const OrderId id = working();
  EXPECT_EQ(filled(id, 40, "10.00", "E1"), RejectReason::none);
  EXPECT_EQ(filled(id, 20, "10.00", "E2"), RejectReason::none);
  reported(busted(id, "E1", 40));
  EXPECT_EQ(lines(), (Lines{"venue_bust 1 buy 40@10.00:80 E1 partially_filled",
                            "replaced 1 60:40 limit 10.00 stop 0.00"}));
  EXPECT_EQ(reserved(alice), money("400.00"));
  reported(busted(id, "E2", 60));
  EXPECT_EQ(lines(), (Lines{"venue_bust 1 buy 20@10.00:60 E2 submitted"}));
  EXPECT_EQ(reserved(alice), money("600.00"));
  EXPECT_EQ(order(id).quantity, Quantity{60});
  EXPECT_EQ(shares(alice, symbol), 0);
}

TEST_F(BustsTest, MayLeaveAnAccountShortOfSharesOrCash) {
  const OrderId id = working();
  EXPECT_EQ(filled(id, 100, "10.00", "E1"), RejectReason::none);
  const OrderId sale = placed({alice, symbol, Side::sell, 100, "10.00"});
  EXPECT_EQ(filled(sale, 100, "11.00", "E2"), RejectReason::none);
  reported(busted(id, "E1"));
  EXPECT_EQ(shares(alice, symbol), -100);
  EXPECT_EQ(apply(WithdrawCash{alice, cash(alice)}).reason, RejectReason::none);
  reported(busted(sale, "E2"));
  EXPECT_EQ(cash(alice), money("-1100.00"));
  EXPECT_EQ(shares(alice, symbol), 0);
  const Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
}

TEST_F(BustsTest, CorrectionsReplaceATradeByAnother) {
  const OrderId id = working();
  EXPECT_EQ(filled(id, 40, "10.00", "E1"), RejectReason::none);
  EXPECT_EQ(report(corrected(id, "E9", 40, "9.00", "E2", 60)), RejectReason::unknown_execution);
  reported(corrected(id, "E1", 40, "9.00", "E2", 60));
  EXPECT_EQ(lines(), (Lines{"venue_bust 1 buy 40@10.00:100 E1 submitted corrected",
                            "venue_trade 1 buy 40@9.00:60 E2"}));
  EXPECT_EQ(cash(alice), money("9640.00"));
  EXPECT_EQ(reserved(alice), money("600.00"));
  EXPECT_EQ(report(corrected(id, "E1", 40, "9.00", "E2", 60)), RejectReason::duplicate_execution);
  // To fewer shares, which the venue does not want again; and what is corrected is corrected again.
  reported(corrected(id, "E2", 30, "9.00", "E3", 60));
  EXPECT_EQ(order(id).quantity, Quantity{90});
  EXPECT_EQ(order(id).filled_quantity, Quantity{30});
  EXPECT_EQ(reserved(alice), money("600.00"));
  // To all there is.
  reported(corrected(id, "E3", 90, "9.00", "E4", 0));
  EXPECT_EQ(order(id).status, OrderStatus::filled);
  EXPECT_EQ(state(id), VenueState::ended);
  EXPECT_EQ(shares(alice, symbol), 90);
  EXPECT_EQ(reserved(alice), Money{});
  // Of an order that has ended.
  reported(corrected(id, "E4", 90, "8.00", "E5", 0));
  EXPECT_EQ(order(id).status, OrderStatus::filled);
  EXPECT_EQ(order(id).filled_notional, money("720.00"));
  EXPECT_EQ(cash(alice), money("9280.00"));
}

class ReconcilingTest : public RoutingTest {
 protected:
  ReconcilingTest() { set_session(true); }

  void lose_and_find() {
    set_session(false);
    set_session(true);
  }
};

TEST_F(ReconcilingTest, WithoutTheSessionTheFateOfOrdersIsUnknown) {
  const OrderId sent = placed({alice, symbol, Side::buy, 10, "10.00"});
  const OrderId known = working();
  const OrderId asked = working();
  cancel(alice, asked);
  set_session(false);
  EXPECT_EQ(lines(), (Lines{"venue_session down", "at_venue 1 unknown pending",
                            "at_venue 2 unknown submitted", "at_venue 3 unknown submitted"}));
  set_session(true);
  EXPECT_EQ(lines(), (Lines{"venue_session up"}));
  // The first never came there; the second is as it was; the cancel of the third is asked for once more.
  reported({.order = sent, .kind = Kind::not_known});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 ended rejected"}));
  reported({.order = known, .kind = Kind::status, .leaves = 100});
  EXPECT_EQ(lines(), (Lines{"at_venue 2 working submitted"}));
  reported({.order = asked, .kind = Kind::status, .leaves = 100});
  EXPECT_EQ(lines(), (Lines{"at_venue 3 working submitted", "request 3-3 cancel 100 limit 10.00 stop 0.00",
                            "at_venue 3 pending_cancel submitted"}));
  reported({.order = known, .kind = Kind::not_known});
  EXPECT_EQ(lines(), (Lines{"cancelled 2 venue 100", "at_venue 2 ended cancelled"}));
}

TEST_F(ReconcilingTest, AnAcknowledgementTells) {
  const OrderId id = placed({alice, symbol, Side::buy, 10, "10.00"});
  lose_and_find();
  reported({.order = id, .kind = Kind::accepted});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 working submitted"}));
}

TEST_F(ReconcilingTest, FillsThatWereMissedAreBookedOnce) {
  const OrderId id = working();
  EXPECT_EQ(filled(id, 10, "10.00", "E1"), RejectReason::none);
  lose_and_find();
  reported({.order = id, .kind = Kind::status, .cumulative = 40, .leaves = 60, .average_price = "9.70"});
  EXPECT_EQ(lines(),
            (Lines{"venue_trade 1 buy 30@9.60:60 status-1-40", "at_venue 1 working partially_filled"}));
  EXPECT_EQ(cash(alice), money("9612.00"));
  // They come by themselves after all.
  EXPECT_EQ(report({.order = id,
                    .kind = Kind::filled,
                    .quantity = 20,
                    .price = "9.60",
                    .execution_id = "E2",
                    .cumulative = 30,
                    .leaves = 70}),
            RejectReason::duplicate_execution);
  EXPECT_EQ(report({.order = id,
                    .kind = Kind::filled,
                    .quantity = 10,
                    .price = "9.60",
                    .execution_id = "E3",
                    .cumulative = 40,
                    .leaves = 60}),
            RejectReason::duplicate_execution);
  EXPECT_EQ(report({.order = id,
                    .kind = Kind::filled,
                    .quantity = 10,
                    .price = "9.60",
                    .execution_id = "E4",
                    .cumulative = 50,
                    .leaves = 50}),
            RejectReason::none);
  EXPECT_EQ(order(id).filled_quantity, Quantity{50});
  // A status that tells nothing new changes nothing.
  reported({.order = id, .kind = Kind::status, .cumulative = 50, .leaves = 50, .average_price = "9.68"});
  EXPECT_TRUE(events.empty());
}

TEST_F(ReconcilingTest, ATradeThatOnlyAStatusToldOfMayBeUndoneByTheNameThatItHasThere) {
  const OrderId id = working();
  EXPECT_EQ(filled(id, 10, "10.00", "E1"), RejectReason::none);
  lose_and_find();
  reported({.order = id, .kind = Kind::status, .cumulative = 40, .leaves = 60, .average_price = "9.70"});
  ASSERT_EQ(cash(alice), money("9612.00"));
  // Of the 30 shares at 9.60 that were counted, 20 at 9.50 never were; so the others were at 9.80.
  const Told bust{.order = id,
                  .kind = Kind::busted,
                  .cumulative = 20,
                  .leaves = 80,
                  .average_price = "9.90",
                  .reference = "E2"};
  reported(bust);
  EXPECT_EQ(lines(), (Lines{"venue_bust 1 buy 30@9.60:90 status-1-40 partially_filled corrected",
                            "venue_trade 1 buy 10@9.80:80 status-1-20-3"}));
  EXPECT_EQ(cash(alice), money("9802.00"));
  EXPECT_EQ(order(id).filled_quantity, Quantity{20});
  EXPECT_EQ(order(id).quantity, Quantity{100});
  EXPECT_EQ(reserved(alice), money("800.00"));
  EXPECT_EQ(report(bust), RejectReason::duplicate_execution) << "it is told again";
  // The rest of it is undone as a whole, and nothing that there is not.
  reported({.order = id, .kind = Kind::busted, .cumulative = 10, .leaves = 90, .reference = "E3"});
  EXPECT_EQ(lines(), (Lines{"venue_bust 1 buy 10@9.80:90 status-1-20-3 partially_filled"}));
  EXPECT_EQ(cash(alice), money("9900.00"));
  EXPECT_EQ(report({.order = id, .kind = Kind::busted, .cumulative = 5, .reference = "E4"}),
            RejectReason::unknown_execution);
  EXPECT_EQ(shares(alice, symbol), 10);
  const Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
}

TEST_F(ReconcilingTest, ATradeThatOnlyAStatusToldOfMayBeCorrected) {
  const OrderId id = working();
  lose_and_find();
  reported({.order = id, .kind = Kind::status, .cumulative = 100, .average_price = "9.00"});
  const Told correction{.order = id,
                        .kind = Kind::corrected,
                        .quantity = 90,
                        .price = "8.00",
                        .execution_id = "E2",
                        .cumulative = 90,
                        .reference = "E1"};
  Told part = correction;
  part.cumulative = 95;
  EXPECT_EQ(report(part), RejectReason::unknown_execution) << "one of several, and nobody knows which";
  reported(correction);
  EXPECT_EQ(lines(), (Lines{"venue_bust 1 buy 100@9.00:0 status-1-100 filled corrected",
                            "venue_trade 1 buy 90@8.00:0 E2"}));
  EXPECT_EQ(cash(alice), money("9280.00"));
  EXPECT_EQ(report(correction), RejectReason::duplicate_execution);
}

TEST_F(ReconcilingTest, AStatusMayTellThatItIsOver) {
  const OrderId whole = working();
  const OrderId part = working();
  lose_and_find();
  reported({.order = whole, .kind = Kind::status, .cumulative = 100, .average_price = "10.00"});
  EXPECT_EQ(lines(), (Lines{"venue_trade 1 buy 100@10.00:0 status-1-100", "at_venue 1 ended filled"}));
  reported({.order = part, .kind = Kind::status, .cumulative = 25, .average_price = "10.00"});
  EXPECT_EQ(lines(), (Lines{"venue_trade 2 buy 25@10.00:75 status-2-25", "cancelled 2 venue 75",
                            "at_venue 2 ended cancelled"}));
  EXPECT_EQ(reserved(alice), Money{});
}

TEST_F(ReconcilingTest, TheEndOfAnOrderTellsWhatItHadTraded) {
  const OrderId id = working();
  lose_and_find();
  const Told over{.order = id, .kind = Kind::expired, .cumulative = 30, .average_price = "9.00"};
  reported(over);
  EXPECT_EQ(lines(), (Lines{"venue_trade 1 buy 30@9.00:70 status-1-30", "cancelled 1 session_end 70",
                            "at_venue 1 ended expired"}));
  EXPECT_EQ(shares(alice, symbol), 30);
  // What repeats an end is no news, whatever was undone since.
  reported({.order = id, .kind = Kind::busted, .reference = "status-1-30"});
  EXPECT_EQ(report(over), RejectReason::no_change);
  EXPECT_EQ(shares(alice, symbol), 0);
}

TEST_F(ReconcilingTest, AReplaceThatCameThroughShowsInTheStatus) {
  const OrderId more = working();
  replace(more, Quantity{200}, {}, "more");
  const OrderId dearer = working();
  replace(dearer, {}, price("11.00"));
  const OrderId neither = working();
  replace(neither, Quantity{200});
  lose_and_find();
  reported({.order = more, .kind = Kind::status, .leaves = 200});
  EXPECT_EQ(lines(), (Lines{"replaced 1 200:200 limit 10.00 stop 0.00", "at_venue 1 working submitted"}));
  EXPECT_EQ(order(more).client_order_id, "more");
  reported({.order = dearer, .kind = Kind::status, .price = "11.00", .leaves = 100});
  EXPECT_EQ(order(dearer).limit_price, price("11.00"));
  reported({.order = neither, .kind = Kind::status, .price = "10.00", .leaves = 100});
  EXPECT_EQ(order(neither).quantity, Quantity{100});
  EXPECT_EQ(reserved(alice), money("4100.00"));
}

TEST_F(ReconcilingTest, WhatLivesOnThereIsCancelledThere) {
  const OrderId id = placed({alice, symbol, Side::buy, 100, "10.00"});
  lose_and_find();
  reported({.order = id, .kind = Kind::not_known});
  reported({.order = id, .kind = Kind::status, .cumulative = 10, .leaves = 90, .average_price = "10.00"});
  EXPECT_EQ(lines(), (Lines{"venue_trade 1 buy 10@10.00:0 status-1-10",
                            "request 1-2 cancel 100 limit 10.00 stop 0.00"}));
  EXPECT_EQ(order(id).status, OrderStatus::rejected);
  EXPECT_EQ(report({.order = id, .kind = Kind::cancelled}), RejectReason::no_change);
}

TEST_F(ReconcilingTest, WhatIsNotAnsweredInTimeIsOfUnknownFate) {
  const OrderId sent = placed({alice, symbol, Side::buy, 10, "10.00"});
  EXPECT_EQ(report({.order = sent, .kind = Kind::unanswered, .request = 2}), RejectReason::no_change);
  reported({.order = sent, .kind = Kind::unanswered, .request = 1, .text = "no answer"});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 unknown pending: no answer"}));
  EXPECT_EQ(report({.order = sent, .kind = Kind::unanswered, .request = 1}), RejectReason::no_change);
  EXPECT_EQ(cancel(alice, sent).reason, RejectReason::pending_at_venue);
  EXPECT_EQ(reserved(alice), money("100.00"));
  // The answer may come late, by itself.
  reported({.order = sent, .kind = Kind::accepted});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 working submitted"}));
  EXPECT_EQ(report({.order = sent, .kind = Kind::unanswered, .request = 1}), RejectReason::no_change);

  // The same of changes: a cancel is asked for once more where the order is still there, a replace is not.
  cancel(alice, sent);
  EXPECT_EQ(report({.order = sent, .kind = Kind::unanswered, .request = 1}), RejectReason::no_change);
  reported({.order = sent, .kind = Kind::unanswered, .request = 2});
  EXPECT_EQ(state(sent), VenueState::unknown);
  reported({.order = sent, .kind = Kind::status, .leaves = 10});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 working submitted", "request 1-3 cancel 10 limit 10.00 stop 0.00",
                            "at_venue 1 pending_cancel submitted"}));
  const OrderId replaced = working();
  replace(replaced, Quantity{200});
  reported({.order = replaced, .kind = Kind::unanswered, .request = 2});
  EXPECT_EQ(reserved(alice), money("2100.00"));
  reported({.order = replaced, .kind = Kind::status, .leaves = 100});
  EXPECT_EQ(lines(), (Lines{"at_venue 2 working submitted"}));
  EXPECT_EQ(reserved(alice), money("1100.00"));
  reported({.order = replaced, .kind = Kind::cancelled});
  EXPECT_EQ(report({.order = replaced, .kind = Kind::unanswered}), RejectReason::no_change);
}

TEST_F(ReconcilingTest, WhatTheVenueDidNotKnowAndTookAfterAllIsCancelledThere) {
  const OrderId id = placed({alice, symbol, Side::buy, 100, "10.00"});
  reported({.order = id, .kind = Kind::unanswered});
  reported({.order = id, .kind = Kind::not_known});
  reported({.order = id, .kind = Kind::accepted, .leaves = 100});
  EXPECT_EQ(lines(), (Lines{"request 1-2 cancel 100 limit 10.00 stop 0.00"}));
  EXPECT_EQ(report({.order = id, .kind = Kind::accepted, .leaves = 100}), RejectReason::no_change);
  EXPECT_EQ(order(id).status, OrderStatus::rejected);
  EXPECT_EQ(reserved(alice), Money{});
  EXPECT_EQ(report({.order = id, .kind = Kind::cancelled}), RejectReason::no_change);
}

class ReportFormTest : public RoutingTest {
 protected:
  ReportFormTest() { set_session(true); }
};

TEST_F(ReportFormTest, WhatIsNotWellFormedIsRefused) {
  const OrderId id = working();
  VenueReport good =
      report_of({.order = id, .kind = Kind::filled, .quantity = 1, .price = "1.00", .execution_id = "E1"});
  const auto with = [&](auto&& change) {
    VenueReport bad = good;
    change(bad);
    return reason_of(bad);
  };
  EXPECT_EQ(with([](VenueReport& r) { r.venue = {9}; }), RejectReason::unknown_venue);
  EXPECT_EQ(with([](VenueReport& r) { r.order = {9}; }), RejectReason::unknown_order);
  EXPECT_EQ(with([](VenueReport& r) { r.order = {}; }), RejectReason::unknown_order);
  EXPECT_EQ(with([](VenueReport& r) { r.kind = VenueReportKind{99}; }), RejectReason::invalid_command);
  EXPECT_EQ(with([](VenueReport& r) { r.execution_id = ""; }), RejectReason::invalid_command);
  EXPECT_EQ(with([](VenueReport& r) { r.execution_id = "a\nb"; }), RejectReason::invalid_command);
  EXPECT_EQ(with([](VenueReport& r) { r.quantity = {0}; }), RejectReason::invalid_command);
  EXPECT_EQ(with([](VenueReport& r) { r.quantity = {-1}; }), RejectReason::invalid_command);
  EXPECT_EQ(with([](VenueReport& r) { r.price = {}; }), RejectReason::invalid_command);
  EXPECT_EQ(with([](VenueReport& r) { r.leaves = {-1}; }), RejectReason::invalid_command);
  EXPECT_EQ(with([](VenueReport& r) { r.kind = Kind::busted; }), RejectReason::invalid_command);
  const std::string long_text(venue_text_bytes_max + 1, 'x');
  EXPECT_EQ(with([&](VenueReport& r) { r.text = long_text; }), RejectReason::invalid_command);
  const OrderId matched_here = placed({alice, other, Side::buy, 1, "1.00"});
  EXPECT_EQ(with([&](VenueReport& r) { r.order = matched_here; }), RejectReason::unknown_order);
  EXPECT_EQ(with([](VenueReport& r) { r.quantity = {order_quantity_max}; }), RejectReason::none);
  good.execution_id = "E2";
  EXPECT_EQ(reason_of(good), RejectReason::invalid_quantity) << "more than any order may have";
}

TEST_F(ReportFormTest, EveryKindHasAnAnswerInEveryState) {
  // None of them may fail an assertion or leave a state that cannot be loaded again.
  const auto in_state = [&](VenueState wanted) {
    if (!engine.venue(venue)->session_up) set_session(true);
    if (wanted == VenueState::held) set_session(false);
    const OrderId id = placed({alice, symbol, Side::buy, 10, "10.00"});
    if (wanted == VenueState::held || wanted == VenueState::sending) return id;
    reported({.order = id, .kind = Kind::accepted});
    if (wanted == VenueState::pending_cancel) cancel(alice, id);
    if (wanted == VenueState::pending_replace) replace(id, Quantity{20}, price("11.00"));
    if (wanted == VenueState::unknown) set_session(false);
    if (wanted == VenueState::ended) reported({.order = id, .kind = Kind::cancelled});
    return id;
  };
  int execution = 0;
  for (const auto& [kind, kind_name] : enum_names(VenueReportKind{})) {
    for (const auto& [wanted, state_name] : enum_names(VenueState{})) {
      SCOPED_TRACE(std::string(kind_name) + " while " + std::string(state_name));
      const OrderId id = in_state(wanted);
      ASSERT_EQ(state(id), wanted);
      const std::string execution_id = "X" + std::to_string(++execution);
      const RejectReason reason = report({.order = id,
                                          .kind = kind,
                                          .quantity = 5,
                                          .price = "10.00",
                                          .execution_id = execution_id,
                                          .cumulative = 5,
                                          .leaves = 5,
                                          .average_price = "10.00",
                                          .reference = "none"});
      if (wanted == VenueState::held) {
        EXPECT_EQ(reason, RejectReason::invalid_command);
      } else if (kind == Kind::busted || kind == Kind::corrected) {
        EXPECT_EQ(reason, RejectReason::unknown_execution);
      } else if (kind == Kind::filled || kind == Kind::status) {
        EXPECT_EQ(reason, RejectReason::none);
      } else if (wanted == VenueState::ended) {
        EXPECT_EQ(reason, RejectReason::no_change);
      }
      const Result<Engine> loaded = saved_and_loaded();
      ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
      ASSERT_EQ(loaded->full_state_hash(), engine.full_state_hash());
      ASSERT_EQ(all_cash(), money("110000.00"));
    }
  }
}

}  // namespace
}  // namespace trade::engine_test
