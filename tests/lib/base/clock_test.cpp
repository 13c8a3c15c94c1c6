#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace trade {
namespace {

class SimulatedClockTest : public testing::Test {
 protected:
  static constexpr Timestamp start{1'000 * nanoseconds_per_second};
  std::int64_t machine_ = 77;
  SimulatedClock clock_{start, [this] { return machine_; }};

  [[nodiscard]] std::int64_t passed() const { return clock_.now().nanoseconds - start.nanoseconds; }
};

TEST_F(SimulatedClockTest, GoesWithTheMachineAtFirst) {
  EXPECT_EQ(passed(), 0);
  machine_ += 5;
  EXPECT_EQ(passed(), 5);
}

TEST_F(SimulatedClockTest, GoesFasterAndSlowerFromWhatItShows) {
  machine_ += 10;
  clock_.set_pace(5'000'000);
  machine_ += 10;
  EXPECT_EQ(passed(), 60);
  clock_.set_pace(500'000);
  machine_ += 10;
  EXPECT_EQ(passed(), 65);
}

TEST_F(SimulatedClockTest, StandsAndGoesOnWhereItStood) {
  machine_ += 10;
  clock_.set_pace(0);
  machine_ += 1'000;
  EXPECT_EQ(passed(), 10);
  clock_.set_pace(1'000'000);
  machine_ += 1;
  EXPECT_EQ(passed(), 11);
}

TEST_F(SimulatedClockTest, ShowsWhatItIsSetTo) {
  clock_.set_pace(2'000'000);
  machine_ += 10;
  clock_.set({start.nanoseconds + 500});
  EXPECT_EQ(passed(), 500);
  machine_ += 10;
  EXPECT_EQ(passed(), 520);
}

TEST_F(SimulatedClockTest, NeverShowsMoreThanTheLatestMoment) {
  clock_.set_pace(1'000'000'000'000);
  machine_ += std::int64_t{1} << 62;
  EXPECT_EQ(clock_.now(), SimulatedClock::latest);
  machine_ += nanoseconds_per_second;
  EXPECT_EQ(clock_.now(), SimulatedClock::latest);
  clock_.set({SimulatedClock::latest.nanoseconds + 1});
  EXPECT_EQ(clock_.now(), SimulatedClock::latest);
}

}  // namespace
}  // namespace trade
