#include "bus/poll_loop.hpp"

#include <thread>

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bus_test_support.hpp"

namespace trade::bus {
namespace {

using std::chrono::milliseconds;

TEST(PollLoop, TimersKeepTheirIntervals) {
  PollLoop loop;
  int fast = 0;
  int slow = 0;
  const auto start = std::chrono::steady_clock::now();
  loop.add_timer(milliseconds(5), [&] { ++fast; });
  loop.add_timer(milliseconds(50), [&] {
    if (++slow == 2) loop.stop();
  });
  ASSERT_TRUE(loop.run());
  const auto elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_GE(elapsed, milliseconds(100));
  EXPECT_EQ(slow, 2);
  EXPECT_GE(fast, 2);
  EXPECT_LE(fast, elapsed / milliseconds(5));
}

TEST(PollLoop, MissedIntervalsAreSkipped) {
  PollLoop loop;
  int calls = 0;
  loop.add_timer(milliseconds(2), [&] {
    if (++calls == 1) std::this_thread::sleep_for(milliseconds(100));
  });
  while (calls < 1)
    ASSERT_TRUE(*loop.run_once(milliseconds(5)));
  const auto start = std::chrono::steady_clock::now();
  while (calls < 11)
    ASSERT_TRUE(*loop.run_once(milliseconds(5)));
  // The fifty that were missed did not come at once: ten more took their time.
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(14));
}

TEST(PollLoop, ARunOfOneTurnEndsWithItsTimeout) {
  PollLoop loop;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(*loop.run_once(milliseconds(20)));
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(20));
  loop.stop();
  EXPECT_FALSE(*loop.run_once(milliseconds(20)));
  EXPECT_TRUE(loop.stopped());
}

TEST(PollLoop, StopsFromAnotherThread) {
  PollLoop loop;
  std::thread other([&] {
    std::this_thread::sleep_for(milliseconds(20));
    loop.stop();
  });
  EXPECT_TRUE(loop.run());
  other.join();
}

TEST(PollLoop, OffersWhatACallbackLeftUnread) {
  PollLoop loop;
  const int event = ::eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK);
  int calls = 0;
  loop.add(event, [&] {
    std::uint64_t value = 0;
    ASSERT_EQ(::read(event, &value, sizeof value), 8);
    if (++calls == 3) loop.stop();
  });
  ASSERT_TRUE(loop.run());
  EXPECT_EQ(calls, 3);
  ::close(event);
}

/// A server, and a client of it.
class PollLoopOfSockets : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_);
    ASSERT_TRUE(client_);
  }

  const test::TemporaryDirectory home_;
  Endpoints endpoints_{home_.path()};
  const Context context_;
  Result<RequestServer> server_ = RequestServer::bind(context_, endpoints_, "tradingd");
  Result<RequestClient> client_ = RequestClient::connect(context_, endpoints_, "tradingd");
};

TEST_F(PollLoopOfSockets, OffersWhatACallbackLeftInASocket) {
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(client_->send(bytes_of("request"), soon()));
  PollLoop loop;
  int received = 0;
  loop.add(*server_, [&] {
    ClientIdentity identity;
    Frame frame;
    // One a turn, although more are there: the descriptor underneath is silent about those.
    if (server_->receive(identity, frame) && ++received == 100) loop.stop();
  });
  loop.add_timer(std::chrono::seconds(10), [&] { loop.stop(); });
  ASSERT_TRUE(loop.run());
  EXPECT_EQ(received, 100);
}

TEST_F(PollLoopOfSockets, TurnsKeepTheirIntervalAndTakeTogetherWhatCame) {
  PollLoop loop;
  loop.set_turn_interval(milliseconds(20));
  int received = 0;
  int turns = 0;
  loop.add(*server_, [&] {
    ++turns;
    ClientIdentity identity;
    Frame frame;
    while (server_->receive(identity, frame))
      ++received;
  });
  constexpr int requests = 100;
  std::thread sender([&] {
    for (int i = 0; i < requests; ++i) {
      EXPECT_TRUE(client_->send(bytes_of("request"), soon()));
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  const auto start = std::chrono::steady_clock::now();
  while (received < requests)
    ASSERT_TRUE(*loop.run_once(milliseconds(10'000)));
  const auto elapsed = std::chrono::steady_clock::now() - start;
  sender.join();
  EXPECT_LE(turns, elapsed / milliseconds(20) + 1);
  EXPECT_LT(turns, requests / 2);
}

TEST(PollLoop, TheFirstAfterAPauseAndWhatIsUrgentDoNotWait) {
  PollLoop loop;
  loop.set_turn_interval(std::chrono::seconds(1));
  const int patient = ::eventfd(1, EFD_NONBLOCK);
  const int urgent = ::eventfd(0, EFD_NONBLOCK);
  const auto empty = [](int event) {
    std::uint64_t value = 0;
    EXPECT_EQ(::read(event, &value, sizeof value), 8);
  };
  const auto raise = [](int event) {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(event, &one, sizeof one), 8);
  };
  int patient_calls = 0;
  int urgent_calls = 0;
  loop.add(patient, [&] {
    empty(patient);
    ++patient_calls;
  });
  loop.add_urgent(urgent, [&] {
    empty(urgent);
    ++urgent_calls;
    if (urgent_calls < 3) raise(urgent);
  });
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(*loop.run_once(milliseconds(10'000)));
  EXPECT_EQ(patient_calls, 1);
  const auto first = std::chrono::steady_clock::now();
  EXPECT_LT(first - start, milliseconds(900));
  raise(patient);
  raise(urgent);
  // A turn that may not wait is not held.
  ASSERT_TRUE(*loop.run_once(milliseconds(0)));
  EXPECT_EQ(patient_calls, 2);
  EXPECT_EQ(urgent_calls, 1);
  raise(patient);
  ASSERT_TRUE(*loop.run_once(milliseconds(10'000)));
  EXPECT_EQ(patient_calls, 3);
  EXPECT_EQ(urgent_calls, 3);
  EXPECT_GE(std::chrono::steady_clock::now() - first, milliseconds(900));
  ::close(patient);
  ::close(urgent);
}

TEST(PollLoop, IsStoppedWhileATurnIsHeld) {
  PollLoop loop;
  loop.set_turn_interval(std::chrono::seconds(1));
  const int event = ::eventfd(1, EFD_NONBLOCK);
  loop.add(event, [&] {
    std::uint64_t value = 0;
    EXPECT_EQ(::read(event, &value, sizeof value), 8);
  });
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(*loop.run_once(milliseconds(10'000)));
  std::thread other([&] {
    std::this_thread::sleep_for(milliseconds(20));
    loop.stop();
  });
  EXPECT_FALSE(*loop.run_once(milliseconds(10'000)));
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(900));
  other.join();
  ::close(event);
}

TEST(PollLoop, CallbacksMayRemoveThemselvesAndOthers) {
  PollLoop loop;
  const int first = ::eventfd(1, EFD_NONBLOCK);
  const int second = ::eventfd(1, EFD_NONBLOCK);
  int calls = 0;
  PollLoop::Id ids[3] = {};
  // Both are ready in the same turn; whichever is called first removes both, with what the callback holds.
  const auto remove_both = [&, guard = std::make_shared<int>(1)] {
    ++calls;
    loop.remove(ids[0]);
    loop.remove(ids[1]);
    loop.remove(ids[1]);
    EXPECT_EQ(*guard, 1);
  };
  ids[0] = loop.add(first, remove_both);
  ids[1] = loop.add(second, remove_both);
  int ticks = 0;
  ids[2] = loop.add_timer(milliseconds(1), [&] {
    ++ticks;
    loop.remove(ids[2]);
    loop.add_timer(milliseconds(10), [&] { loop.stop(); });
  });
  ASSERT_TRUE(loop.run());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(ticks, 1);
  ::close(first);
  ::close(second);
}

TEST(PollLoop, SignalsArriveThroughADescriptor) {
  sigset_t signals;
  sigset_t before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR2);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &signals, &before), 0);
  const int descriptor = ::signalfd(-1, &signals, SFD_NONBLOCK);
  ASSERT_GE(descriptor, 0);
  PollLoop loop;
  unsigned number = 0;
  loop.add(descriptor, [&] {
    signalfd_siginfo info{};
    ASSERT_EQ(::read(descriptor, &info, sizeof info), static_cast<ssize_t>(sizeof info));
    number = info.ssi_signo;
    loop.stop();
  });
  std::thread sender([] { ::kill(::getpid(), SIGUSR2); });
  ASSERT_TRUE(loop.run());
  sender.join();
  EXPECT_EQ(number, static_cast<unsigned>(SIGUSR2));
  ::close(descriptor);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void ignore_signal(int) {}

TEST(PollLoop, ASignalHandlerDoesNotEndTheLoop) {
  struct sigaction action{};
  struct sigaction before{};
  action.sa_handler = ignore_signal;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  PollLoop loop;
  const pthread_t self = ::pthread_self();
  std::thread sender([&] {
    for (int i = 0; i < 20; ++i) {
      ::pthread_kill(self, SIGUSR1);
      std::this_thread::sleep_for(milliseconds(1));
    }
    loop.stop();
  });
  EXPECT_TRUE(loop.run());
  sender.join();
  ::sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace
}  // namespace trade::bus
