// What a thread asks of the scheduler.
#include "app/scheduling.hpp"

#include <cstdint>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace trade::app {
namespace {

struct Standing {
  int policy = 0;
  int niceness = 0;
  bool operator==(const Standing&) const = default;
};

Standing standing() {
  return {::sched_getscheduler(0), ::getpriority(PRIO_PROCESS, 0)};
}

/// Whether this process may have that. Asked in a thread of its own, whose standing nobody needs.
template <class Ask>
bool may(Ask&& ask) {
  bool granted = false;
  std::thread([&] { granted = ask() == 0; }).join();
  return granted;
}

TEST(Scheduling, PrecedenceIsOfOneThreadAndEnds) {
  const Standing before = standing();
  if (before.policy != SCHED_OTHER) GTEST_SKIP() << "not an ordinary thread";
  const bool may_have_real_time = may([] {
    const sched_param least{1};
    return ::sched_setscheduler(0, SCHED_FIFO, &least);
  });
  const bool may_be_less_nice =
      before.niceness > -20 && may([&before] { return ::setpriority(PRIO_PROCESS, 0, before.niceness - 1); });
  for (int round = 0; round < 2; ++round) {
    Standing of_another;
    std::promise<void> taken;
    std::thread another([&] {
      taken.get_future().wait();
      of_another = standing();
    });
    {
      const Precedence precedence;
      const Standing now = standing();
      EXPECT_EQ(now.policy, may_have_real_time ? SCHED_FIFO : SCHED_OTHER);
      if (!may_have_real_time) {
        EXPECT_EQ(now.niceness < before.niceness, may_be_less_nice);
      }
      taken.set_value();
      another.join();
      EXPECT_EQ(standing(), now);
      const pid_t child = ::fork();
      ASSERT_GE(child, 0);
      if (child == 0) {
        precedence.end();
        ::_exit(standing() == before ? 0 : 1);
      }
      int status = -1;
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(of_another, before);
    EXPECT_EQ(standing(), before);
  }
}

TEST(Scheduling, GivingPrecedenceBackNeedsNoPrivilege) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make itself less than root";
  const Standing before = standing();
  if (before.policy != SCHED_OTHER) GTEST_SKIP() << "not an ordinary thread";
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    constexpr uid_t nobody = 65'534;
    {
      const Precedence precedence;
      if (::setresuid(nobody, nobody, nobody) != 0) ::_exit(2);
    }
    ::_exit(standing() == before ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Scheduling, PrecedenceLeavesTheSlicesShort) {
  ask_for_short_slices();
  const auto slice = [] {
    SchedulingAttributes attributes;
    EXPECT_EQ(::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0), 0);
    return attributes.runtime_nanoseconds;
  };
  const std::uint64_t before = slice();
  {
    const Precedence precedence;
  }
  EXPECT_EQ(slice(), before);
}

}  // namespace
}  // namespace trade::app
