#include "app/home_lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "app_test_support.hpp"
#include "support/child_process.hpp"

namespace trade::app {
namespace {

class HomeLocks : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(create_home(home)); }

  static std::string name_of(const Result<HomeLock>& lock) { return lock ? "" : lock.error().name; }

  test::TemporaryDirectory directory;
  Home home{directory / "home"};
};

TEST_F(HomeLocks, DaemonsHaveAHomeTogether) {
  const auto first = HomeLock::share(home);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(HomeLock::share(home));
  EXPECT_EQ(name_of(HomeLock::take(home)), "suite_running");
}

TEST_F(HomeLocks, WhoReplacesItHasItAlone) {
  {
    const auto alone = HomeLock::take(home);
    ASSERT_TRUE(alone) << alone.error().message;
    EXPECT_EQ(name_of(HomeLock::share(home)), "home_taken");
    EXPECT_EQ(name_of(HomeLock::take(home)), "home_taken");
  }
  EXPECT_TRUE(HomeLock::share(home));
  EXPECT_TRUE(HomeLock::take(home));
}

TEST_F(HomeLocks, OneThatWasKilledHasItNoLonger) {
  test::Pipe pipe;
  test::ChildProcess child([&] {
    const auto lock = HomeLock::take(home);
    pipe.send(lock.has_value());
    ::pause();
    return 0;
  });
  bool locked = false;
  ASSERT_TRUE(pipe.receive(locked) && locked);
  EXPECT_EQ(name_of(HomeLock::share(home)), "home_taken");
  child.kill();
  EXPECT_TRUE(HomeLock::share(home));
}

TEST_F(HomeLocks, AHomeThatIsHalfRestoredIsNotStartedIn) {
  EXPECT_TRUE(check_restored(home));
  std::filesystem::create_directories(home.restoring() / "journal");
  EXPECT_TRUE(check_restored(home));
  write_file(home.restoring() / "journal" / "data.mdb", "x");
  const Status half = check_restored(home);
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().name, "half_restored");
  // One that did not get as far as to take the journal away has changed nothing.
  write_file(home.journal() / "data.mdb", "x");
  EXPECT_TRUE(check_restored(home));
}

}  // namespace
}  // namespace trade::app
