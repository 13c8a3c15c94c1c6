#include "sequencer/session_schedule.hpp"

#include <gtest/gtest.h>

namespace trade::sequencer {
namespace {

Timestamp at(const char* text) {
  return *parse_timestamp(text);
}

SessionView session(SessionPhase phase, const char* date) {
  SessionView view;
  view.phase = phase;
  view.market_phase = usual_phase(phase);
  view.trading_date = *parse_date(date);
  return view;
}

TEST(AlwaysCalendar, StaysOpenAndRollsAtNewYorksMidnight) {
  SessionSchedule schedule(Calendar::always);
  const auto first =
      schedule.due(at("2026-01-30T17:00:00Z"), session(SessionPhase::open, "1970-01-01"), Timestamp{});
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->phase, SessionPhase::open);
  EXPECT_EQ(format_date(first->trading_date), "2026-01-30");
  // 04:59 UTC on Saturday is still Friday in New York.
  EXPECT_FALSE(
      schedule.due(at("2026-01-31T04:59:59Z"), session(SessionPhase::open, "2026-01-30"), Timestamp{})
          .has_value());
  const auto weekend =
      schedule.due(at("2026-01-31T05:00:00Z"), session(SessionPhase::open, "2026-01-30"), Timestamp{});
  ASSERT_TRUE(weekend.has_value());
  EXPECT_EQ(format_date(weekend->trading_date), "2026-02-02") << "weekends belong to Monday";
  EXPECT_FALSE(
      schedule.due(at("2026-02-01T05:00:00Z"), session(SessionPhase::open, "2026-02-02"), Timestamp{})
          .has_value());
}

TEST(AlwaysCalendar, LeavesAMarketThatWasClosedByHandClosed) {
  SessionSchedule schedule(Calendar::always);
  const auto rolled =
      schedule.due(at("2026-02-03T12:00:00Z"), session(SessionPhase::closed, "2026-02-02"), Timestamp{});
  ASSERT_TRUE(rolled.has_value());
  EXPECT_EQ(rolled->phase, SessionPhase::closed);
}

TEST(UsCalendar, OpensAndClosesByTheClock) {
  SessionSchedule schedule(Calendar::us);
  EXPECT_FALSE(
      schedule.due(at("2026-02-02T14:29:59Z"), session(SessionPhase::closed, "2026-01-30"), Timestamp{})
          .has_value());
  const auto opened =
      schedule.due(at("2026-02-02T14:30:00Z"), session(SessionPhase::closed, "2026-01-30"), Timestamp{});
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->phase, SessionPhase::open);
  EXPECT_EQ(format_date(opened->trading_date), "2026-02-02");
  const auto closed =
      schedule.due(at("2026-02-02T21:00:00Z"), session(SessionPhase::open, "2026-02-02"), Timestamp{});
  ASSERT_TRUE(closed.has_value());
  EXPECT_EQ(closed->phase, SessionPhase::closed);
}

TEST(UsCalendar, LetsAnOperatorsWordStandUntilTheNextChange) {
  SessionSchedule schedule(Calendar::us);
  ASSERT_TRUE(
      schedule.due(at("2026-02-02T15:00:00Z"), session(SessionPhase::closed, "2026-01-30"), Timestamp{})
          .has_value());
  EXPECT_FALSE(
      schedule.due(at("2026-02-02T16:00:00Z"), session(SessionPhase::closed, "2026-02-02"), Timestamp{})
          .has_value());
  EXPECT_FALSE(
      schedule.due(at("2026-02-02T21:00:00Z"), session(SessionPhase::closed, "2026-02-02"), Timestamp{})
          .has_value());
  EXPECT_TRUE(
      schedule.due(at("2026-02-03T14:30:00Z"), session(SessionPhase::closed, "2026-02-02"), Timestamp{})
          .has_value());
}

TEST(UsCalendar, LetsAnOperatorsWordStandOverARestart) {
  const SessionView closed_by_hand = session(SessionPhase::closed, "2026-02-02");
  SessionSchedule after_restart(Calendar::us);
  EXPECT_FALSE(
      after_restart.due(at("2026-02-02T16:10:00Z"), closed_by_hand, at("2026-02-02T16:00:00Z")).has_value());
  EXPECT_FALSE(
      after_restart.due(at("2026-02-02T16:20:00Z"), closed_by_hand, at("2026-02-02T16:00:00Z")).has_value());
  // Down over the calendar's change: the calendar is right again.
  SessionSchedule next_day(Calendar::us);
  const auto opened = next_day.due(at("2026-02-03T16:00:00Z"), closed_by_hand, at("2026-02-02T16:00:00Z"));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->phase, SessionPhase::open);
}

TEST(UsCalendar, CallsAuctions) {
  SessionSchedule schedule(Calendar::us, {.opening_seconds = 1'800, .closing_seconds = 300});
  SessionView now = session(SessionPhase::closed, "2026-01-30");
  const auto moves_to = [&](const char* time, const char* date, MarketPhase phase) {
    const auto due = schedule.due(at(time), now, Timestamp{});
    ASSERT_TRUE(due.has_value()) << time;
    EXPECT_EQ(due->market_phase, phase) << time;
    EXPECT_EQ(format_date(due->trading_date), date);
    EXPECT_EQ(due->phase, phase == MarketPhase::closed ? SessionPhase::closed : SessionPhase::open);
    now = session(due->phase, date);
    now.market_phase = phase;
    EXPECT_FALSE(schedule.due(at(time), now, Timestamp{}).has_value());
  };
  EXPECT_FALSE(schedule.due(at("2026-02-02T13:59:59Z"), now, Timestamp{}).has_value());
  moves_to("2026-02-02T14:00:00Z", "2026-02-02", MarketPhase::pre_open);
  EXPECT_FALSE(schedule.due(at("2026-02-02T14:27:59Z"), now, Timestamp{}).has_value());
  moves_to("2026-02-02T14:28:00Z", "2026-02-02", MarketPhase::opening_auction);
  moves_to("2026-02-02T14:30:00Z", "2026-02-02", MarketPhase::continuous);
  EXPECT_FALSE(schedule.due(at("2026-02-02T20:54:59Z"), now, Timestamp{}).has_value());
  moves_to("2026-02-02T20:55:00Z", "2026-02-02", MarketPhase::closing_auction);
  moves_to("2026-02-02T21:00:00Z", "2026-02-02", MarketPhase::closed);
}

TEST(UsCalendar, OpensAMarketThatAnOperatorLeftInAnAuction) {
  SessionSchedule schedule(Calendar::us);
  SessionView now = session(SessionPhase::open, "2026-02-02");
  now.market_phase = MarketPhase::pre_open;
  EXPECT_FALSE(schedule.due(at("2026-02-02T14:10:00Z"), now, at("2026-02-02T14:00:00Z")).has_value());
  const auto opened = schedule.due(at("2026-02-02T14:30:00Z"), now, Timestamp{});
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->market_phase, MarketPhase::continuous);
}

TEST(UsCalendar, ClosesAfterARestartWhatTheOtherCalendarLeftOpenOverAWeekend) {
  SessionSchedule schedule(Calendar::us);
  const auto closed = schedule.due(at("2026-01-31T17:00:00Z"), session(SessionPhase::open, "2026-02-02"),
                                   at("2026-01-31T16:00:00Z"));
  ASSERT_TRUE(closed.has_value());
  EXPECT_EQ(closed->phase, SessionPhase::closed);
  EXPECT_EQ(format_date(closed->trading_date), "2026-02-02") << "a trading day is not taken back";
}

TEST(UsCalendar, ClosesAfterARestartWhatTheOtherCalendarLeftOpenOnAWeekday) {
  const SessionView open = session(SessionPhase::open, "2026-02-02");
  const Timestamp evening = at("2026-02-02T23:00:00Z");
  const Timestamp last_command_at = at("2026-02-02T22:00:00Z");
  SessionSchedule same(Calendar::us);
  same.succeed(SessionSchedule(Calendar::us));
  EXPECT_FALSE(same.due(evening, open, last_command_at).has_value()) << "an operator opened it";
  SessionSchedule newly(Calendar::us);
  newly.succeed(SessionSchedule(Calendar::always));
  const auto closed = newly.due(evening, open, last_command_at);
  ASSERT_TRUE(closed.has_value());
  EXPECT_EQ(closed->phase, SessionPhase::closed);
}

TEST(AlwaysCalendar, OpensAfterARestartWhatTheOtherCalendarClosed) {
  const SessionView closed = session(SessionPhase::closed, "2026-02-02");
  SessionSchedule newly(Calendar::always);
  newly.succeed(SessionSchedule(Calendar::us));
  const auto opened = newly.due(at("2026-02-02T23:00:00Z"), closed, at("2026-02-02T22:00:00Z"));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->phase, SessionPhase::open);
  EXPECT_EQ(opened->market_phase, MarketPhase::continuous);
  EXPECT_FALSE(newly.due(at("2026-02-02T23:30:00Z"), closed, at("2026-02-02T23:10:00Z")).has_value())
      << "an operator closed it";
}

TEST(UsCalendar, LetsASessionOpenedByHandOnAWeekendStandOverARestart) {
  SessionSchedule schedule(Calendar::us);
  // 'trade market open' on that day names the day itself.
  EXPECT_FALSE(schedule
                   .due(at("2026-01-31T17:00:00Z"), session(SessionPhase::open, "2026-01-31"),
                        at("2026-01-31T16:00:00Z"))
                   .has_value());
}

TEST(UsCalendar, DoesNothingWhereTheClockWasSetBack) {
  SessionSchedule schedule(Calendar::us);
  EXPECT_FALSE(schedule
                   .due(at("2026-01-31T17:00:00Z"), session(SessionPhase::open, "2026-02-02"),
                        at("2026-02-02T16:00:00Z"))
                   .has_value());
}

TEST(AnyCalendar, NeverGoesBackADay) {
  SessionSchedule schedule(Calendar::always);
  EXPECT_FALSE(
      schedule.due(at("2026-01-29T12:00:00Z"), session(SessionPhase::open, "2026-01-30"), Timestamp{})
          .has_value());
}

}  // namespace
}  // namespace trade::sequencer
