#include "sequencer/timekeeper.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace trade::sequencer {
namespace {

Timestamp at(const char* text) {
  return *parse_timestamp(text);
}

/// An engine that a timekeeper lets the time come to; what it sequences is written down with its moment.
class TimekeeperTest : public testing::Test {
 protected:
  void begin(const char* start, Calendar calendar, const CallTimes& calls = {}) {
    timekeeper_.emplace(at(start), SessionSchedule(calendar, calls));
    let_come(start);
    lines_.clear();
  }
  void let_come(const char* time) {
    timekeeper_->advance_to(at(time), engine_, [this](const CommandBody& body) {
      const std::string moment = format_timestamp(timekeeper_->now()).substr(0, 16);
      if (const auto* session = std::get_if<SetSession>(&body)) {
        const std::string phase =
            session->market_phase ? std::string(name_of(*session->market_phase)) : "stays";
        lines_.push_back(moment + " " + phase + " " + format_date(session->trading_date));
      } else {
        lines_.push_back(moment + " expire");
      }
      apply(body);
    });
  }
  ApplyResult apply(const CommandBody& body) { return engine_.apply({timekeeper_->now(), body}, events_); }
  /// A good-till-date order that ends then.
  void place(const char* expires_at) {
    if (!engine_.find_account("alice")) {
      apply(OpenAccount{.name = *AccountName::make("alice")});
      apply(DepositCash{.account = {1}, .amount = Money{10'000 * units_per_dollar}});
      apply(AddSymbol{.symbol = *parse_symbol("AAPL"), .previous_close = Price{1'500'000}});
    }
    PlaceOrder order;
    order.account = {1};
    order.symbol = {1};
    order.type = OrderType::limit;
    order.time_in_force = TimeInForce::gtd;
    order.quantity = {1};
    order.limit_price = {1'400'000};
    order.instructions.expires_at = at(expires_at);
    ASSERT_EQ(apply(order).reason, RejectReason::none);
  }

  Engine engine_;
  std::vector<Event> events_;
  std::optional<Timekeeper> timekeeper_;
  std::vector<std::string> lines_;
};

using Lines = std::vector<std::string>;

TEST_F(TimekeeperTest, DoesWhatIsDueOnTheWayAtItsOwnMoment) {
  begin("2026-02-27T12:00:00Z", Calendar::us);  // a Friday morning
  let_come("2026-03-02T16:00:00Z");
  EXPECT_EQ(lines_, (Lines{"2026-02-27T14:30 continuous 2026-02-27", "2026-02-27T21:00 closed 2026-02-27",
                           "2026-03-02T14:30 continuous 2026-03-02"}));
  EXPECT_EQ(timekeeper_->now(), at("2026-03-02T16:00:00Z"));
}

TEST_F(TimekeeperTest, ASecondLookAtTheSameMomentDoesNothing) {
  begin("2026-02-27T12:00:00Z", Calendar::us);
  let_come("2026-02-27T14:30:00Z");
  EXPECT_EQ(lines_.size(), 1u);
  let_come("2026-02-27T14:30:00Z");
  EXPECT_EQ(lines_.size(), 1u);
}

TEST_F(TimekeeperTest, ExpiriesAndSessionsComeInOrder) {
  begin("2026-02-27T15:00:00Z", Calendar::us);
  place("2026-02-27T15:10:00Z");
  place("2026-02-27T21:30:00Z");
  place("2026-02-27T15:05:00Z");
  let_come("2026-02-28T00:00:00Z");
  EXPECT_EQ(lines_, (Lines{"2026-02-27T15:05 expire", "2026-02-27T15:10 expire",
                           "2026-02-27T21:00 closed 2026-02-27", "2026-02-27T21:30 expire"}));
  EXPECT_EQ(engine_.open_order_count(), 0u);
}

TEST_F(TimekeeperTest, AuctionsAreCalledOnTheWay) {
  begin("2026-02-27T12:00:00Z", Calendar::us, {.opening_seconds = 600, .closing_seconds = 300});
  let_come("2026-02-27T22:00:00Z");
  EXPECT_EQ(lines_,
            (Lines{"2026-02-27T14:20 pre_open 2026-02-27", "2026-02-27T14:28 opening_auction 2026-02-27",
                   "2026-02-27T14:30 continuous 2026-02-27", "2026-02-27T20:55 closing_auction 2026-02-27",
                   "2026-02-27T21:00 closed 2026-02-27"}));
}

TEST_F(TimekeeperTest, AClockThatIsSetBackIsFollowedAndNothingIsDueTwice) {
  begin("2026-02-27T12:00:00Z", Calendar::us);
  let_come("2026-02-27T15:00:00Z");
  lines_.clear();
  let_come("2026-02-27T14:00:00Z");
  EXPECT_EQ(timekeeper_->now(), at("2026-02-27T14:00:00Z"));
  let_come("2026-02-27T15:00:00Z");
  EXPECT_EQ(lines_, Lines{});
}

/// From a market that never closes to New York's hours, while it runs.
class CalendarSwitch : public TimekeeperTest {
 protected:
  void switch_at(const char* time) {
    begin(time, Calendar::always);
    EXPECT_EQ(engine_.session().phase, SessionPhase::open);
    timekeeper_->follow(SessionSchedule(Calendar::us));
    let_come(time);
  }
};

TEST_F(CalendarSwitch, ClosesOnADayWithoutASession) {
  switch_at("2026-02-28T17:00:00Z");  // a Saturday, which belongs to Monday
  EXPECT_EQ(lines_, (Lines{"2026-02-28T17:00 closed 2026-03-02"}));
  EXPECT_EQ(engine_.session().phase, SessionPhase::closed);
  let_come("2026-03-02T15:00:00Z");
  EXPECT_EQ(lines_.back(), "2026-03-02T14:30 continuous 2026-03-02");
  EXPECT_EQ(lines_.size(), 2u);
}

TEST_F(CalendarSwitch, ClosesOnAHoliday) {
  switch_at("2026-11-26T17:00:00Z");
  EXPECT_EQ(lines_, (Lines{"2026-11-26T17:00 closed 2026-11-27"}));
}

TEST_F(CalendarSwitch, ClosesBeforeTheSessionAndAfterIt) {
  switch_at("2026-03-02T12:00:00Z");
  EXPECT_EQ(lines_, (Lines{"2026-03-02T12:00 closed 2026-03-02"}));
  engine_ = Engine();
  switch_at("2026-03-02T23:00:00Z");
  EXPECT_EQ(lines_, (Lines{"2026-03-02T23:00 closed 2026-03-02"}));
}

TEST_F(CalendarSwitch, LeavesTheSessionOpenWithinItsHoursAndSaysWhenItCloses) {
  switch_at("2026-03-02T15:00:00Z");
  EXPECT_EQ(lines_, (Lines{"2026-03-02T15:00 stays 2026-03-02"}));
  EXPECT_EQ(engine_.session().closes_at, at("2026-03-02T21:00:00Z"));
  let_come("2026-03-02T21:00:00Z");
  EXPECT_EQ(lines_.back(), "2026-03-02T21:00 closed 2026-03-02");
  EXPECT_EQ(lines_.size(), 2u);
}

TEST_F(TimekeeperTest, ACalendarThatClosedTheSessionLeavesItToTheNext) {
  begin("2026-03-02T23:00:00Z", Calendar::us);
  apply(SetSession{.phase = SessionPhase::closed, .trading_date = *parse_date("2026-03-02")});
  timekeeper_->follow(SessionSchedule(Calendar::always));
  let_come("2026-03-02T23:00:00Z");
  EXPECT_EQ(lines_, (Lines{"2026-03-02T23:00 continuous 2026-03-02"}));
  EXPECT_EQ(engine_.session().phase, SessionPhase::open);
}

TEST_F(TimekeeperTest, TheSameCalendarAnewLeavesWhatWasDoneByHand) {
  begin("2026-03-02T15:00:00Z", Calendar::us);
  apply(SetSession{.phase = SessionPhase::closed, .trading_date = engine_.session().trading_date});
  timekeeper_->follow(SessionSchedule(Calendar::us, {.closing_seconds = 0}));
  let_come("2026-03-02T15:10:00Z");
  EXPECT_EQ(lines_, Lines{});
  EXPECT_EQ(engine_.session().phase, SessionPhase::closed);
}

TEST_F(TimekeeperTest, AYearIsWorkedThroughDayByDay) {
  begin("2026-01-01T12:00:00Z", Calendar::us);
  let_come("2027-01-01T12:00:00Z");
  // 2026 has 251 trading days: 261 weekdays less ten holidays.
  EXPECT_EQ(lines_.size(), 2u * 251u);
}

}  // namespace
}  // namespace trade::sequencer
