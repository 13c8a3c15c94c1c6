// Orders that are routed to another venue: which are, where they stand, their fills and their ends.
#include "engine/routing.hpp"

#include "routing_test_support.hpp"

namespace trade::engine_test {
namespace {

using Kind = VenueReportKind;

class VenuesTest : public RoutingTest {};

TEST_F(VenuesTest, AVenueComesWithAClearingAccountThatPlacesNoOrders) {
  apply(AddVenue{*VenueName::make("south"), WhenVenueDown::refuse});
  EXPECT_EQ(lines(), (Lines{"account_opened venue.south", "account_status suspended", "venue south"}));
  const VenueView view = engine.venue(engine.find_venue("south")).value_or(VenueView{});
  EXPECT_EQ(view.name, "south");
  EXPECT_EQ(view.clearing_account, "venue.south");
  EXPECT_EQ(view.when_down, WhenVenueDown::refuse);
  EXPECT_FALSE(view.session_up);
  const AccountId account = engine.find_account("venue.south");
  EXPECT_EQ(refused({account, other, Side::buy, 1, "1.00"}), RejectReason::account_not_active);
  EXPECT_EQ(reason_of(SetAccountStatus{account, AccountStatus::active}), RejectReason::invalid_command);
  EXPECT_EQ(reason_of(OpenAccount{*AccountName::make("mine"), AccountType::clearing}),
            RejectReason::invalid_command);
}

TEST_F(VenuesTest, CommandsAboutThemAreRefusedWithTheirReasons) {
  EXPECT_EQ(reason_of(AddVenue{*VenueName::make("north")}), RejectReason::venue_exists);
  EXPECT_EQ(reason_of(AddVenue{*VenueName::make("internal")}), RejectReason::invalid_command);
  EXPECT_EQ(reason_of(AddVenue{{}}), RejectReason::invalid_command);
  EXPECT_EQ(reason_of(AddVenue{*VenueName::make("east"), WhenVenueDown{9}}), RejectReason::invalid_command);
  open("venue.west");
  EXPECT_EQ(reason_of(AddVenue{*VenueName::make("west")}), RejectReason::account_exists);
  EXPECT_EQ(reason_of(RemoveVenue{{9}}), RejectReason::unknown_venue);
  EXPECT_EQ(reason_of(RemoveVenue{venue}), RejectReason::open_orders) << "ABC is routed there";
  EXPECT_EQ(reason_of(SetRoute{{9}, venue}), RejectReason::unknown_symbol);
  EXPECT_EQ(reason_of(SetRoute{other, {9}}), RejectReason::unknown_venue);
  EXPECT_EQ(reason_of(SetRoute{symbol, venue}), RejectReason::no_change);
  EXPECT_EQ(reason_of(SetRoute{other, {}}), RejectReason::no_change);
  placed({alice, other, Side::buy, 1, "1.00"});
  EXPECT_EQ(reason_of(SetRoute{other, venue}), RejectReason::open_orders);
  EXPECT_EQ(reason_of(SetVenueSession{{9}, true}), RejectReason::unknown_venue);
  EXPECT_EQ(reason_of(SetVenueSession{venue, false}), RejectReason::no_change) << "it begins as down";
}

TEST_F(VenuesTest, OneThatWasRemovedIsTakenUpAgain) {
  const OrderId id = placed({alice, symbol, Side::buy, 1, "1.00"});
  EXPECT_EQ(reason_of(SetRoute{symbol, {}}), RejectReason::open_orders);
  cancel(alice, id);
  apply(SetRoute{symbol, {}});
  EXPECT_EQ(lines(), (Lines{"route 0"}));
  EXPECT_EQ(engine.symbol(symbol)->venue_name, "");
  apply(RemoveVenue{venue});
  EXPECT_EQ(lines(), (Lines{"venue_removed 1"}));
  EXPECT_EQ(reason_of(RemoveVenue{venue}), RejectReason::unknown_venue);
  EXPECT_EQ(reason_of(SetRoute{symbol, venue}), RejectReason::unknown_venue);
  EXPECT_EQ(reason_of(SetVenueSession{venue, true}), RejectReason::unknown_venue);
  apply(AddVenue{*VenueName::make("north"), WhenVenueDown::refuse});
  EXPECT_EQ(lines(), (Lines{"venue north"}));
  EXPECT_EQ(engine.find_venue("north"), venue);
  EXPECT_EQ(engine.venue(venue)->when_down, WhenVenueDown::refuse);
  EXPECT_EQ(engine.venue_count(), 1U);
}

TEST_F(VenuesTest, AStateWithoutAnyIsSavedAsOneThatKnowsOfNone) {
  const auto begins = [](const Engine& of) {
    ByteWriter writer;
    of.save(writer);
    return std::string(reinterpret_cast<const char*>(writer.bytes().data()), 8);
  };
  EXPECT_EQ(begins(Engine()), "TRDSTA06");
  EXPECT_EQ(begins(engine), "TRDSTA07");
}

class PlacingTest : public RoutingTest {};

TEST_F(PlacingTest, AnOrderGoesToTheVenueAndItsFateIsUnknownUntilThatTells) {
  set_session(true);
  const OrderId id = placed({alice, symbol, Side::buy, 100, "10.00"});
  EXPECT_EQ(lines(), (Lines{"accepted 1 pending", "request 1-1 place 100 limit 10.00 stop 0.00",
                            "at_venue 1 sending pending"}));
  EXPECT_EQ(reserved(alice), money("1000.00"));
  EXPECT_EQ(order(id).venue, "north");
  reported({.order = id, .kind = Kind::accepted, .venue_order_id = "N7", .text = "welcome"});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 working submitted as N7: welcome"}));
  EXPECT_EQ(order(id).venue_order_id, "N7");
  EXPECT_EQ(report({.order = id, .kind = Kind::accepted}), RejectReason::no_change);
  EXPECT_EQ(engine.venue(venue)->open_orders, 1);
}

TEST_F(PlacingTest, WhileTheSessionIsDownOrdersAreHeldAndGoLater) {
  const OrderId first = placed({alice, symbol, Side::buy, 100, "10.00"});
  EXPECT_EQ(lines(), (Lines{"accepted 1 pending", "at_venue 1 held pending"}));
  const OrderId second = placed({alice, symbol, Side::buy, 10, "9.00"});
  EXPECT_EQ(report({.order = first, .kind = Kind::accepted}), RejectReason::invalid_command);
  // It is changed and cancelled here at once.
  EXPECT_EQ(replace(second, Quantity{20}, price("9.50")).reason, RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"replaced 2 20:20 limit 9.50 stop 0.00"}));
  EXPECT_EQ(reserved(alice), money("1190.00"));
  const OrderId third = placed({alice, symbol, Side::buy, 10, "9.00"});
  cancel(alice, third);
  EXPECT_EQ(lines(), (Lines{"cancelled 3 requested 10", "at_venue 3 ended cancelled"}));
  set_session(true);
  EXPECT_EQ(lines(), (Lines{"venue_session up", "request 1-1 place 100 limit 10.00 stop 0.00",
                            "at_venue 1 sending pending", "request 2-1 place 20 limit 9.50 stop 0.00",
                            "at_venue 2 sending pending"}));
}

TEST_F(PlacingTest, OrRefused) {
  apply(AddVenue{*VenueName::make("south"), WhenVenueDown::refuse});
  apply(SetRoute{other, engine.find_venue("south")});
  EXPECT_EQ(refused({alice, other, Side::buy, 1, "1.00"}), RejectReason::venue_down);
  apply(SetVenueSession{engine.find_venue("south"), true});
  EXPECT_EQ(refused({alice, other, Side::buy, 1, "1.00"}), RejectReason::none);
}

TEST_F(PlacingTest, WhatFollowsOurOwnMarketIsUnsupported) {
  set_session(true);
  Ticket ticket{margin, symbol, Side::buy, 100, "10.00"};
  ticket.instructions.post_only = PostOnly::reject;
  EXPECT_EQ(refused(ticket), RejectReason::venue_unsupported);
  ticket.instructions = {.self_trade_prevention = SelfTradePrevention::cancel_both};
  EXPECT_EQ(refused(ticket), RejectReason::venue_unsupported);
  ticket.instructions = {};
  ticket.legs = legs_of(OrderClass::bracket, "11.00", "9.00");
  EXPECT_EQ(refused(ticket), RejectReason::venue_unsupported);
  Ticket trailing{margin, symbol, Side::buy, 100};
  trailing.instructions.trail_amount = price("1.00");
  EXPECT_EQ(refused(trailing), RejectReason::venue_unsupported);
  // The rest of it a venue takes, auctions and all.
  ticket.legs = {};
  ticket.instructions = {.all_or_none = true};
  EXPECT_EQ(refused(ticket), RejectReason::none);
  ticket.instructions = {.display_quantity = {10}};
  EXPECT_EQ(refused(ticket), RejectReason::none);
  ticket.instructions = {};
  for (const TimeInForce time_in_force :
       {TimeInForce::gtc, TimeInForce::ioc, TimeInForce::fok, TimeInForce::opg, TimeInForce::cls}) {
    ticket.time_in_force = time_in_force;
    EXPECT_EQ(refused(ticket), RejectReason::none) << name_of(time_in_force);
  }
  EXPECT_EQ(refused({margin, symbol, Side::buy, 100, "0", "11.00"}), RejectReason::none);
  EXPECT_EQ(refused({margin, symbol, Side::buy, 100, "11.00", "11.00"}), RejectReason::none);
}

TEST_F(PlacingTest, RiskIsCheckedAsEver) {
  set_session(true);
  EXPECT_EQ(refused({alice, symbol, Side::buy, 1'001, "10.00"}), RejectReason::insufficient_buying_power);
  EXPECT_EQ(refused({alice, symbol, Side::sell, 1, "10.00"}), RejectReason::insufficient_shares);
  EXPECT_EQ(refused({alice, symbol, Side::buy, 1, "10.001"}), RejectReason::price_increment);
  apply(SetAccountLimits{.account = alice, .order_quantity_max = Quantity{50}});
  EXPECT_EQ(refused({alice, symbol, Side::buy, 51, "10.00"}), RejectReason::order_size);
  apply(SetKillSwitch{.account = {}, .symbol = symbol, .on = true});
  EXPECT_EQ(refused({alice, symbol, Side::buy, 1, "10.00"}), RejectReason::symbol_kill_switch);
  apply(SetKillSwitch{.account = {}, .symbol = symbol, .on = false});
  apply(SetSession{SessionPhase::closed, {}});
  EXPECT_EQ(refused({alice, symbol, Side::buy, 1, "10.00"}), RejectReason::market_closed);
}

TEST_F(PlacingTest, AMarketOrderReservesTheWorstThatItMayTradeAt) {
  set_session(true);
  placed({alice, symbol, Side::buy, 100});
  EXPECT_EQ(reserved(alice), money("1100.00")) << "the collar is at 11.00";
  const SymbolId unpriced = add_symbol("NEW");
  apply(SetRoute{unpriced, venue});
  EXPECT_EQ(refused({alice, unpriced, Side::buy, 1}), RejectReason::no_reference_price);
}

TEST_F(PlacingTest, ARetryGetsTheOriginalsAnswer) {
  set_session(true);
  Ticket ticket{alice, symbol, Side::buy, 100, "10.00"};
  ticket.client_order_id = "mine";
  const OrderId id = placed(ticket);
  const ApplyResult again = place(ticket);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.order, id);
  EXPECT_TRUE(events.empty());
}

class FillsTest : public RoutingTest {
 protected:
  FillsTest() { set_session(true); }
};

TEST_F(FillsTest, SettleAgainstTheClearingAccount) {
  const Money all = all_cash();
  const OrderId id = working();
  EXPECT_EQ(filled(id, 40, "9.90", "E1"), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"venue_trade 1 buy 40@9.90:60 E1"}));
  EXPECT_EQ(order(id).status, OrderStatus::partially_filled);
  EXPECT_EQ(cash(alice), money("9604.00"));
  EXPECT_EQ(reserved(alice), money("600.00"));
  EXPECT_EQ(shares(alice, symbol), 40);
  EXPECT_EQ(cash(clearing), money("396.00"));
  EXPECT_EQ(shares(clearing, symbol), -40);
  EXPECT_EQ(engine.symbol(symbol)->last_price, price("9.90"));
  EXPECT_EQ(filled(id, 60, "10.00", "E2"), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"venue_trade 1 buy 60@10.00:0 E2", "at_venue 1 ended filled"}));
  EXPECT_EQ(reserved(alice), Money{});
  EXPECT_EQ(order(id).filled_notional, money("996.00"));
  EXPECT_EQ(all_cash(), all);
  EXPECT_EQ(engine.venue(venue)->open_orders, 0);
  // And back.
  const OrderId sale = placed({alice, symbol, Side::sell, 100, "9.00"});
  EXPECT_EQ(filled(sale, 100, "9.50", "E3"), RejectReason::none);
  EXPECT_EQ(shares(alice, symbol), 0);
  EXPECT_EQ(shares(clearing, symbol), 0);
  EXPECT_EQ(cash(alice), money("9954.00"));
  EXPECT_EQ(cash(clearing), money("46.00"));
}

TEST_F(FillsTest, CountOnceByTheirExecutionId) {
  const OrderId id = working();
  EXPECT_EQ(filled(id, 40, "9.90", "E1"), RejectReason::none);
  const std::uint64_t hash = engine.full_state_hash();
  const Money before = cash(alice);
  EXPECT_EQ(filled(id, 40, "9.90", "E1"), RejectReason::duplicate_execution);
  EXPECT_EQ(cash(alice), before);
  EXPECT_NE(engine.full_state_hash(), hash) << "the refusal is an event";
  // Another venue may use the same id.
  apply(AddVenue{*VenueName::make("south")});
  const VenueId south = engine.find_venue("south");
  apply(SetRoute{other, south});
  apply(SetVenueSession{south, true});
  const OrderId there = placed({alice, other, Side::buy, 10, "1.00"});
  VenueReport told = report_of(
      {.order = there, .kind = Kind::filled, .quantity = 10, .price = "1.00", .execution_id = "E1"});
  EXPECT_EQ(reason_of(told), RejectReason::unknown_order) << "it is not north's";
  told.venue = south;
  EXPECT_EQ(reason_of(told), RejectReason::none);
}

TEST_F(FillsTest, CountOnceHoweverLateTheyAreToldAgain) {
  Ticket ticket{alice, symbol, Side::buy, 100, "10.00"};
  ticket.time_in_force = TimeInForce::gtc;
  const OrderId id = placed(ticket);
  EXPECT_EQ(filled(id, 10, "9.90", "E1"), RejectReason::none);
  apply(SetSession{SessionPhase::open, {1}});
  const OrderId next_day = placed(ticket);
  EXPECT_EQ(filled(next_day, 10, "9.90", "E1"), RejectReason::duplicate_execution);
  // A venue may begin its ids anew each day, but not for one order.
  apply(SetSession{SessionPhase::open, {2}});
  EXPECT_EQ(filled(id, 10, "9.90", "E1"), RejectReason::duplicate_execution);
  EXPECT_EQ(filled(next_day, 10, "9.90", "E1"), RejectReason::none);
  EXPECT_EQ(order(id).filled_quantity, Quantity{10});
  EXPECT_EQ(order(next_day).filled_quantity, Quantity{10});
}

TEST_F(FillsTest, OfManyTheOldDaysAreForgotten) {
  Ticket ticket{margin, symbol, Side::buy, 30'000, "1.00"};
  ticket.time_in_force = TimeInForce::gtc;
  const OrderId id = placed(ticket);
  EXPECT_EQ(filled(id, 1, "1.00", "old"), RejectReason::none);
  apply(SetSession{SessionPhase::open, {1}});
  for (std::size_t trade = 0; trade < engine::executions_kept; ++trade)
    EXPECT_EQ(filled(id, 1, "1.00", "E" + std::to_string(trade)), RejectReason::none);
  EXPECT_EQ(filled(id, 1, "1.00", "old"), RejectReason::duplicate_execution);
  apply(SetSession{SessionPhase::open, {2}});
  EXPECT_EQ(filled(id, 1, "1.00", "old"), RejectReason::none);
  EXPECT_EQ(filled(id, 1, "1.00", "E1"), RejectReason::duplicate_execution);
}

TEST_F(FillsTest, AreFactsEvenAfterTheOrderEnded) {
  const OrderId id = working();
  reported({.order = id, .kind = Kind::cancelled});
  EXPECT_EQ(lines(), (Lines{"cancelled 1 venue 100", "at_venue 1 ended cancelled"}));
  EXPECT_EQ(filled(id, 30, "10.00", "E1"), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"venue_trade 1 buy 30@10.00:0 E1"}));
  EXPECT_EQ(order(id).status, OrderStatus::cancelled);
  EXPECT_EQ(order(id).filled_quantity, Quantity{30});
  EXPECT_EQ(shares(alice, symbol), 30);
  EXPECT_EQ(reserved(alice), Money{});
  EXPECT_EQ(engine.full_state_hash(), saved_and_loaded()->full_state_hash());
}

TEST_F(FillsTest, MoreThanWasAskedForIsBookedAsALargerOrder) {
  const OrderId id = working();
  EXPECT_EQ(filled(id, 130, "10.00", "E1"), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"replaced 1 130:130 limit 10.00 stop 0.00", "venue_trade 1 buy 130@10.00:0 E1",
                            "at_venue 1 ended filled"}));
  EXPECT_EQ(shares(alice, symbol), 130);
  EXPECT_EQ(reserved(alice), Money{});
}

TEST_F(FillsTest, MayLeaveACashAccountShort) {
  const OrderId id = working(1'000);
  EXPECT_EQ(filled(id, 1'000, "12.00", "E1"), RejectReason::none) << "not within its limit, but so it was";
  EXPECT_EQ(cash(alice), money("-2000.00"));
  EXPECT_EQ(refused({alice, symbol, Side::buy, 1, "1.00"}), RejectReason::insufficient_buying_power);
  const Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
}

TEST_F(FillsTest, BeyondWhatTheBooksCanHoldAreRefused) {
  const std::int64_t most = order_quantity_max;
  const OrderId first = working(1, "1.00");
  const OrderId second = working(1, "1.00");
  EXPECT_EQ(filled(first, most, "199999.00", "E1"), RejectReason::none);
  EXPECT_EQ(filled(second, most, "199999.00", "E2"), RejectReason::capacity_reached);
  EXPECT_EQ(report({.order = second, .kind = Kind::status, .cumulative = most, .average_price = "199999.00"}),
            RejectReason::capacity_reached);
  EXPECT_EQ(filled(second, 1, "1.00", "E3"), RejectReason::none);
}

TEST_F(FillsTest, AnswerAnOrderThatWasNotAcknowledged) {
  const OrderId id = placed({alice, symbol, Side::buy, 100, "10.00"});
  EXPECT_EQ(filled(id, 40, "9.90", "E1"), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"venue_trade 1 buy 40@9.90:60 E1", "at_venue 1 working partially_filled"}));
  reported({.order = id, .kind = Kind::accepted, .venue_order_id = "N1"});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 working partially_filled as N1"}));
}

TEST_F(FillsTest, OfShortSalesUseTheirLocate) {
  apply(SetLocate{margin, symbol, {100}});
  Ticket ticket{margin, symbol, Side::sell, 100, "10.00"};
  ticket.instructions.short_sale = ShortSale::sell_short;
  const OrderId id = placed(ticket);
  EXPECT_EQ(account(margin).locates.at(0).held, Quantity{100});
  EXPECT_EQ(filled(id, 60, "10.00", "E1"), RejectReason::none);
  EXPECT_EQ(account(margin).locates.at(0).held, Quantity{40});
  EXPECT_EQ(account(margin).locates.at(0).used, Quantity{60});
  reported({.order = id, .kind = Kind::cancelled});
  EXPECT_EQ(account(margin).locates.at(0).held, Quantity{});
  EXPECT_EQ(filled(id, 10, "10.00", "E2"), RejectReason::none) << "crossed with the cancel";
  EXPECT_EQ(account(margin).locates.at(0).used, Quantity{70});
  EXPECT_EQ(reserved(margin), Money{});
  EXPECT_EQ(shares(margin, symbol), -70);
}

class EndsTest : public RoutingTest {
 protected:
  EndsTest() { set_session(true); }
};

TEST_F(EndsTest, AVenueMayRefuseAnOrder) {
  const OrderId id = placed({alice, symbol, Side::buy, 100, "10.00"});
  reported({.order = id, .kind = Kind::rejected, .text = "no such symbol"});
  EXPECT_EQ(lines(), (Lines{"at_venue 1 ended rejected: no such symbol"}));
  EXPECT_EQ(order(id).reject_reason, RejectReason::venue_rejected);
  EXPECT_EQ(reserved(alice), Money{});
  EXPECT_EQ(report({.order = id, .kind = Kind::rejected}), RejectReason::no_change);
}

TEST_F(EndsTest, OneThatItHadTakenItCancels) {
  const OrderId id = working();
  reported({.order = id, .kind = Kind::rejected});
  EXPECT_EQ(lines(), (Lines{"cancelled 1 venue 100", "at_venue 1 ended cancelled"}));
}

TEST_F(EndsTest, ExpiredIsToldByTheReasonOfItsTimeInForce) {
  const OrderId day = working();
  reported({.order = day, .kind = Kind::expired});
  EXPECT_EQ(order(day).cancel_reason, CancelReason::session_end);
  EXPECT_EQ(order(day).status, OrderStatus::expired);
  Ticket ticket{alice, symbol, Side::buy, 100, "10.00"};
  ticket.time_in_force = TimeInForce::gtd;
  ticket.instructions.expires_at = Timestamp{now.nanoseconds + 1'000'000};
  const OrderId dated = placed(ticket);
  now.nanoseconds += 2'000'000;
  apply(ExpireOrders{});
  EXPECT_TRUE(events.empty()) << "at a venue it is the venue's to end";
  reported({.order = dated, .kind = Kind::expired});
  EXPECT_EQ(order(dated).cancel_reason, CancelReason::expiry);
}

TEST_F(EndsTest, OnlyOrdersThatWereNotSentEndWithOurSession) {
  const OrderId sent = working();
  set_session(false);
  Ticket ticket{alice, symbol, Side::buy, 10, "10.00"};
  const OrderId held = placed(ticket);
  ticket.time_in_force = TimeInForce::gtd;
  ticket.instructions.expires_at = Timestamp{now.nanoseconds + 1'000'000};
  const OrderId dated = placed(ticket);
  now.nanoseconds += 2'000'000;
  apply(ExpireOrders{});
  EXPECT_EQ(lines(), (Lines{"cancelled 3 expiry 10", "at_venue 3 ended expired"}));
  apply(SetSession{SessionPhase::closed, {}});
  EXPECT_EQ(order(held).status, OrderStatus::expired);
  EXPECT_EQ(order(dated).status, OrderStatus::expired);
  EXPECT_EQ(state(sent), VenueState::unknown);
}

}  // namespace
}  // namespace trade::engine_test
