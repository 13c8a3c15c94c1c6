// What the session with a venue tells twice, since it got no answer, shows in its number.
#include "routing_test_support.hpp"

namespace trade::engine_test {
namespace {

using Kind = VenueReportKind;

class OutboxNumbersTest : public RoutingTest {
 protected:
  OutboxNumbersTest() { set_session(true); }

  RejectReason told(const Told& what, std::uint64_t number, std::uint64_t outbox = 7) {
    VenueReport report = report_of(what);
    report.number = {outbox, number};
    return reason_of(report);
  }
  RejectReason session_told(bool up, std::uint64_t number, std::uint64_t outbox = 7) {
    return reason_of(SetVenueSession{.venue = venue, .up = up, .number = {outbox, number}});
  }
  [[nodiscard]] static Told status(OrderId id) {
    return {.order = id, .kind = Kind::status, .cumulative = 40, .leaves = 60, .average_price = "10.00"};
  }
  [[nodiscard]] static Told bust(OrderId id) {
    return {.order = id, .kind = Kind::busted, .cumulative = 0, .leaves = 60, .reference = "E1"};
  }
  [[nodiscard]] std::string begins() const {
    ByteWriter writer;
    engine.save(writer);
    return std::string(reinterpret_cast<const char*>(writer.bytes().data()), 8);
  }
  void expect_saved_and_loaded() {
    const Result<Engine> loaded = saved_and_loaded();
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
    EXPECT_EQ(loaded->venue(venue)->told, engine.venue(venue)->told);
  }
};

TEST_F(OutboxNumbersTest, AStatusOfBeforeABustBooksNothingWhenItIsToldAgain) {
  const OrderId id = working();
  EXPECT_EQ(told(status(id), 1), RejectReason::none);
  EXPECT_EQ(told(bust(id), 2), RejectReason::none);
  EXPECT_EQ(order(id).filled_quantity, Quantity{});
  const Money cash_before = cash(alice);
  EXPECT_EQ(told(status(id), 1), RejectReason::no_change);
  EXPECT_EQ(lines(), (Lines{"command_rejected no_change"}));
  EXPECT_EQ(told(bust(id), 2), RejectReason::no_change);
  EXPECT_EQ(order(id).filled_quantity, Quantity{});
  EXPECT_EQ(cash(alice), cash_before);
  // What is new is news, whatever it says.
  EXPECT_EQ(told(status(id), 3), RejectReason::none);
  EXPECT_EQ(order(id).filled_quantity, Quantity{40});
}

TEST_F(OutboxNumbersTest, ASessionThatWentDownAndCameUpAgainDoesNotGoDownOnceMore) {
  const OrderId id = working();
  EXPECT_EQ(session_told(false, 1), RejectReason::none);
  EXPECT_EQ(session_told(true, 2), RejectReason::none);
  EXPECT_EQ(told(status(id), 3), RejectReason::none);
  EXPECT_EQ(session_told(false, 1), RejectReason::no_change);
  EXPECT_EQ(session_told(true, 2), RejectReason::no_change);
  EXPECT_TRUE(engine.venue(venue)->session_up);
  EXPECT_EQ(state(id), VenueState::working);
}

TEST_F(OutboxNumbersTest, AnotherOutboxBeginsAnew) {
  const OrderId id = working();
  EXPECT_EQ(told(status(id), 90), RejectReason::none);
  EXPECT_EQ(told(bust(id), 1, 8), RejectReason::none);
  EXPECT_EQ(told(status(id), 2, 8), RejectReason::none);
  EXPECT_EQ(told(status(id), 2, 8), RejectReason::no_change);
  EXPECT_EQ(engine.venue(venue)->told, (OutboxNumber{8, 2}));
}

TEST_F(OutboxNumbersTest, EachVenueHasALastOneOfItsOwn) {
  EXPECT_EQ(reason_of(AddVenue{*VenueName::make("south")}), RejectReason::none);
  EXPECT_EQ(session_told(false, 5), RejectReason::none);
  EXPECT_EQ(reason_of(SetVenueSession{engine.find_venue("south"), true, {7, 4}}), RejectReason::none);
}

TEST_F(OutboxNumbersTest, WhatIsRefusedTakesNoNumber) {
  EXPECT_EQ(session_told(true, 5), RejectReason::no_change) << "it is up";
  EXPECT_EQ(engine.venue(venue)->told, OutboxNumber{});
  EXPECT_EQ(session_told(false, 5), RejectReason::none);
}

TEST_F(OutboxNumbersTest, WhatBearsNoneIsTakenAsNews) {
  const OrderId id = working();
  EXPECT_EQ(told(status(id), 5), RejectReason::none);
  EXPECT_EQ(report(bust(id)), RejectReason::none);
  EXPECT_EQ(report(status(id)), RejectReason::none);
  EXPECT_EQ(engine.venue(venue)->told, (OutboxNumber{7, 5}));
}

TEST_F(OutboxNumbersTest, HalfANumberIsNone) {
  const OrderId id = working();
  EXPECT_EQ(told(status(id), 1, 0), RejectReason::invalid_command);
  EXPECT_EQ(told(status(id), 0), RejectReason::invalid_command);
  EXPECT_EQ(session_told(false, 1, 0), RejectReason::invalid_command);
  EXPECT_EQ(session_told(false, 0), RejectReason::invalid_command);
}

TEST_F(OutboxNumbersTest, AreKeptWithTheStateAndOverTheRemovalOfTheVenue) {
  // What was never told with a number is saved as before there were any.
  EXPECT_EQ(begins(), "TRDSTA07");
  expect_saved_and_loaded();
  EXPECT_EQ(session_told(false, 5), RejectReason::none);
  EXPECT_EQ(begins(), "TRDSTA10");
  expect_saved_and_loaded();
  EXPECT_EQ(reason_of(SetEasyToBorrow{symbol, true, 100}), RejectReason::none);
  EXPECT_EQ(begins(), "TRDSTA11");
  expect_saved_and_loaded();
  EXPECT_EQ(reason_of(SetRoute{symbol, {}}), RejectReason::none);
  EXPECT_EQ(reason_of(RemoveVenue{venue}), RejectReason::none);
  EXPECT_EQ(reason_of(AddVenue{*VenueName::make("north")}), RejectReason::none);
  EXPECT_EQ(session_told(true, 4), RejectReason::no_change);
  EXPECT_EQ(session_told(true, 6), RejectReason::none);
}

}  // namespace
}  // namespace trade::engine_test
