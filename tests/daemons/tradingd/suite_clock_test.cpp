#include "tradingd/suite_clock.hpp"

#include <gtest/gtest.h>

namespace trade::tradingd {
namespace {

constexpr Timestamp noon{1'770'000'000 * nanoseconds_per_second};
constexpr std::int64_t day = 86'400 * nanoseconds_per_second;

app::Config configured(const char* clock, const char* start = "") {
  app::Config config = app::Config::defaults();
  EXPECT_TRUE(config.override_value("tradingd.clock", clock, "test"));
  EXPECT_TRUE(config.override_value("tradingd.clock_start", start, "test"));
  return config;
}

TEST(SuiteClock, TheMachinesClockIsNotChanged) {
  const SuiteClock clock = SuiteClock::of(configured("system"), Engine());
  EXPECT_FALSE(clock.simulated());
  const auto refused = clock.decide({.running = false}, noon);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().name, "clock_not_simulated");
  EXPECT_EQ(refused.error().code, ErrorCode::not_permitted);
}

TEST(SuiteClock, InANewHomeASimulatedOneStandsWhereItIsToBegin) {
  const SuiteClock clock = SuiteClock::of(configured("simulated", "2026-03-02T09:00:00-05:00"), Engine());
  EXPECT_TRUE(clock.simulated());
  EXPECT_FALSE(clock.pace().running);
  EXPECT_EQ(format_timestamp(clock.now()), "2026-03-02T14:00:00.000000000Z");
}

TEST(SuiteClock, GoesOnFromTheJournalsLastMomentAsItWentThen) {
  Engine engine;
  std::vector<Event> events;
  const ClockPace pace{.running = false, .speed_millionths = 7'000'000};
  EXPECT_EQ(engine.apply({noon, SetClock{pace}}, events).reason, RejectReason::none);
  const SuiteClock clock = SuiteClock::of(configured("simulated", "2020-01-01T00:00:00Z"), engine);
  EXPECT_EQ(clock.now(), noon);
  EXPECT_EQ(clock.pace(), pace);
}

TEST(SuiteClock, AChangeKeepsWhatItDoesNotName) {
  SuiteClock clock(noon, {.running = false, .speed_millionths = 3'000'000});
  const auto change = clock.decide({.step_nanoseconds = 5}, noon);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->time.nanoseconds, noon.nanoseconds + 5);
  EXPECT_EQ(change->pace, (ClockPace{.running = false, .speed_millionths = 3'000'000}));
  clock.change(*change);
  EXPECT_EQ(clock.now(), change->time);
}

TEST(SuiteClock, RefusesWhatCannotBe) {
  const SuiteClock clock(noon, {.running = false});
  const auto name_of_refusal = [&](const ClockRequest& request) {
    const auto change = clock.decide(request, noon);
    return change ? std::string() : change.error().name;
  };
  EXPECT_EQ(name_of_refusal({.set_to = {noon.nanoseconds - 1}}), "clock_goes_on");
  EXPECT_EQ(name_of_refusal({.set_to = noon}), "");
  EXPECT_EQ(name_of_refusal({.set_to = noon, .step_nanoseconds = 1}), "usage");
  EXPECT_EQ(name_of_refusal({.step_nanoseconds = 366 * day}), "");
  EXPECT_EQ(name_of_refusal({.step_nanoseconds = 367 * day}), "usage");
  EXPECT_EQ(name_of_refusal({.step_nanoseconds = std::numeric_limits<std::int64_t>::max()}), "usage");
  EXPECT_EQ(name_of_refusal({.set_to = SimulatedClock::latest}), "usage");
}

}  // namespace
}  // namespace trade::tradingd
