#include "support/shrink.hpp"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

namespace trade::test {
namespace {

bool has(const std::vector<int>& script, int step) {
  return std::ranges::find(script, step) != script.end();
}

TEST(ShrinkTest, LeavesOnlyTheStepsThatTheFailureNeedsAndTheirOrder) {
  std::vector<int> script(1'000);
  std::iota(script.begin(), script.end(), 0);
  const auto fails = [](const std::vector<int>& some) {
    return has(some, 17) && has(some, 503) && has(some, 999);
  };
  EXPECT_EQ(shrink(script, fails), (std::vector{17, 503, 999}));
}

TEST(ShrinkTest, LeavesOutWhatCanGoOnlyAfterSomethingElseWent) {
  // 2 may go only when 5 has gone, which is looked at later.
  const auto fails = [](const std::vector<int>& some) {
    return has(some, 1) && (has(some, 2) || !has(some, 5));
  };
  EXPECT_EQ(shrink(std::vector{1, 2, 3, 4, 5}, fails), std::vector{1});
}

TEST(ShrinkTest, GivesBackAFailingScriptWhenItRunsOutOfRuns) {
  std::vector<int> script(1'000);
  std::iota(script.begin(), script.end(), 0);
  std::size_t runs = 0;
  const auto fails = [&](const std::vector<int>& some) {
    ++runs;
    return has(some, 17);
  };
  const std::vector<int> shorter = shrink(script, fails, 5);
  EXPECT_EQ(runs, 5U);
  EXPECT_TRUE(has(shorter, 17));
  EXPECT_LT(shorter.size(), script.size());
}

TEST(ShrinkTest, OfAScriptThatAlwaysFailsNothingIsLeft) {
  EXPECT_TRUE(shrink(std::vector{1, 2, 3}, [](const auto&) { return true; }).empty());
}

}  // namespace
}  // namespace trade::test
