#include "base/worker_thread.hpp"

#include <csignal>

#include <gtest/gtest.h>
#include <pthread.h>

namespace trade {
namespace {

bool is_blocked(int signal) {
  sigset_t blocked;
  sigemptyset(&blocked);
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  return sigismember(&blocked, signal) == 1;
}

TEST(WorkerThread, LeavesSignalsToWhoStartedIt) {
  bool blocked_there = false;
  auto thread = start_worker_thread("the test's thread", [&] { blocked_there = is_blocked(SIGTERM); });
  ASSERT_TRUE(thread) << thread.error().message;
  thread->join();
  EXPECT_TRUE(blocked_there);
  EXPECT_FALSE(is_blocked(SIGTERM));
}

}  // namespace
}  // namespace trade
