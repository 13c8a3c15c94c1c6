#include <poll.h>

#include "client/client.hpp"
#include "fake_daemon.hpp"

namespace trade {
namespace {

using std::chrono::milliseconds;

SubmitRequest orders(std::size_t count) {
  SubmitRequest request;
  PlaceOrder order;
  order.quantity = Quantity{1};
  request.commands.assign(count, SubmittedCommand{order, "alice", "AAPL"});
  return request;
}

std::optional<ReplyBody> answer_all(const RequestBody& body) {
  return SubmitReply{std::vector<CommandResult>(std::get<SubmitRequest>(body).commands.size())};
}

TEST(Pipeline, ManyRequestsAreUnderWayAtOnce) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", answer_all);
  Pipeline pipeline(options_for(home));
  constexpr std::uint64_t count = 20'000;
  const SubmitRequest request = orders(3);
  for (std::uint64_t i = 1; i <= count; ++i) {
    const auto id = pipeline.send(request);
    ASSERT_TRUE(id) << id.error().message;
    ASSERT_EQ(*id, i);
  }
  for (std::uint64_t i = 1; i <= count; ++i) {
    const auto reply = pipeline.receive(std::chrono::seconds(10));
    ASSERT_TRUE(reply && *reply) << i;
    ASSERT_EQ((*reply)->id, i);
    ASSERT_EQ(std::get<SubmitReply>((*reply)->body).results.size(), 3U);
  }
  EXPECT_EQ(*pipeline.receive(milliseconds(0)), std::nullopt);
}

TEST(Pipeline, TheDescriptorTellsOfReplies) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", answer_all);
  Pipeline pipeline(options_for(home));
  ASSERT_TRUE(pipeline.send(orders(1)));
  for (;;) {
    const auto reply = pipeline.receive(milliseconds(0));
    ASSERT_TRUE(reply);
    if (*reply) break;
    pollfd readable{pipeline.file_descriptor(), POLLIN, 0};
    ASSERT_EQ(::poll(&readable, 1, 10'000), 1);
  }
}

TEST(Pipeline, WithoutADaemonItSaysSo) {
  const test::TemporaryDirectory home;
  Pipeline pipeline(options_for(home));
  EXPECT_EQ(pipeline.file_descriptor(), -1);
  EXPECT_EQ(pipeline.send(orders(1)).error().code, ErrorCode::not_running);
  EXPECT_EQ(pipeline.receive(milliseconds(0)).error().code, ErrorCode::not_running);
  // One that comes later is found.
  FakeDaemon tradingd(home.path(), "tradingd", answer_all);
  EXPECT_TRUE(pipeline.send(orders(1)));
}

TEST(Pipeline, NothingIsSentAgainAfterARestart) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", [](const RequestBody&) { return std::nullopt; });
  Pipeline pipeline(options_for(home));
  ASSERT_TRUE(pipeline.send(orders(1)));
  while (tradingd.requests() == 0)
    std::this_thread::sleep_for(milliseconds(1));
  tradingd.restart();
  EXPECT_EQ(pipeline.receive(std::chrono::seconds(10)).error().code, ErrorCode::not_running);
  EXPECT_EQ(pipeline.send(orders(1)).error().code, ErrorCode::not_running);
  EXPECT_EQ(tradingd.requests(), 1);
}

TEST(Pipeline, ABusyDaemonHoldsTheSenderUpAndThenTimesItOut) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", answer_all);
  Pipeline pipeline(options_for(home, milliseconds(200)));
  ASSERT_TRUE(pipeline.send(orders(1)));
  std::promise<void> go_on;
  std::promise<void> busy;
  std::thread keeper([&] {
    tradingd.in_thread([&] {
      busy.set_value();
      go_on.get_future().wait();
    });
  });
  busy.get_future().wait();
  std::uint64_t sent = 1;
  std::optional<Error> error;
  const SubmitRequest request = orders(64);
  while (!error && sent < 60'000) {
    if (const auto id = pipeline.send(request)) {
      ++sent;
    } else {
      error = id.error();
    }
  }
  go_on.set_value();
  keeper.join();
  ASSERT_TRUE(error) << "the bounds between client and daemon were not reached";
  EXPECT_EQ(error->code, ErrorCode::timed_out);
  EXPECT_NE(error->message.find("within 0.2 s"), std::string::npos) << error->message;
  // What was taken is answered, every single one.
  for (std::uint64_t i = 1; i <= sent; ++i) {
    const auto reply = pipeline.receive(std::chrono::seconds(10));
    ASSERT_TRUE(reply && *reply) << i << " of " << sent;
    ASSERT_EQ((*reply)->id, i);
  }
}

}  // namespace
}  // namespace trade
