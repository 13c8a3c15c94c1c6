#include "bus/live_connections.hpp"

#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace trade::bus {
namespace {

class LiveConnectionsTest : public ::testing::Test {
 protected:
  ~LiveConnectionsTest() override {
    for (const int descriptor : open_)
      ::close(descriptor);
  }

  int connect() {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_GE(descriptor, 0);
    open_.push_back(descriptor);
    return descriptor;
  }
  void close(int descriptor) {
    ::close(descriptor);
    std::erase(open_, descriptor);
  }

  LiveConnections connections_{3, 5};

 private:
  std::vector<int> open_;
};

TEST_F(LiveConnectionsTest, BoundsThoseOfOneAddressAndAll) {
  const int first = connect();
  EXPECT_TRUE(connections_.admit(first, "a"));
  EXPECT_TRUE(connections_.admit(connect(), "a"));
  EXPECT_TRUE(connections_.admit(connect(), "a"));
  EXPECT_FALSE(connections_.admit(connect(), "a"));
  EXPECT_TRUE(connections_.admit(connect(), "b"));
  EXPECT_TRUE(connections_.admit(connect(), "c"));
  EXPECT_FALSE(connections_.admit(connect(), "d"));
  close(first);
  EXPECT_TRUE(connections_.admit(connect(), "d"));
  EXPECT_FALSE(connections_.admit(connect(), "a"));
}

TEST_F(LiveConnectionsTest, AnotherWithTheSameDescriptorIsAnother) {
  std::vector<int> admitted;
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(connections_.admit(admitted.emplace_back(connect()), "a"));
  // The system gives the lowest number that is free.
  close(admitted[1]);
  const int again = connect();
  ASSERT_EQ(again, admitted[1]);
  EXPECT_TRUE(connections_.admit(again, "a"));
  EXPECT_FALSE(connections_.admit(connect(), "a"));
}

}  // namespace
}  // namespace trade::bus
