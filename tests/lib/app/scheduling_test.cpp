// What a thread asks of the scheduler.
#include "app/scheduling.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace trade::app {
namespace {

int niceness() {
  return ::getpriority(PRIO_PROCESS, 0);
}

/// Whether this process may take precedence at all. Asked in a thread of its own, whose niceness nobody
/// needs.
bool may_take_precedence(int wanted) {
  bool may = false;
  std::thread([&may, wanted] { may = ::setpriority(PRIO_PROCESS, 0, wanted) == 0; }).join();
  return may;
}

TEST(Scheduling, PrecedenceIsOfOneThreadAndEnds) {
  const int before = niceness();
  const bool may = may_take_precedence(before - 1);
  int of_the_other = 0;
  int inherited = 0;
  int given_up = 0;
  {
    std::thread earlier([&of_the_other] { of_the_other = niceness(); });
    const Precedence precedence;
    if (may) {
      EXPECT_LT(niceness(), before);
    } else {
      EXPECT_EQ(niceness(), before);
    }
    const int taken = niceness();
    std::thread([&] {
      inherited = niceness();
      precedence.end();
      given_up = niceness();
    }).join();
    EXPECT_EQ(niceness(), taken);
    EXPECT_EQ(inherited, taken);
    earlier.join();
  }
  EXPECT_EQ(of_the_other, before);
  EXPECT_EQ(given_up, before);
  EXPECT_EQ(niceness(), before);
}

}  // namespace
}  // namespace trade::app
