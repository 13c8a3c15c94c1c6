#include "client/async_client.hpp"

#include <thread>

#include "fake_daemon.hpp"

namespace trade {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Turns until the condition holds; false when it does not in good time.
template <class Condition>
bool turn_until(AsyncClient& client, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    client.turn();
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

TEST(AsyncClientTest, ManyQuestionsAreUnderWayAtOnceAndEachGetsItsAnswer) {
  const test::TemporaryDirectory home;
  const FakeDaemon daemon(home.path(), "feedd", [](const RequestBody& request) -> std::optional<ReplyBody> {
    const auto* wanted = std::get_if<DepthRequest>(&request);
    if (wanted == nullptr) return ErrorReply{{ErrorCode::usage, "usage", "ask for a depth", {}}};
    DepthReply reply;
    reply.depth.symbol = wanted->symbol;
    return reply;
  });
  AsyncClient client(options_for(home), "feedd");
  constexpr int questions = 500;
  int right = 0;
  for (int i = 0; i < questions; ++i) {
    const std::string symbol = "S" + std::to_string(i);
    client.ask(DepthRequest{symbol, 1}, [&right, symbol](Result<ReplyBody> reply) {
      const auto* depth = reply ? std::get_if<DepthReply>(&*reply) : nullptr;
      if (depth != nullptr && depth->depth.symbol == symbol) ++right;
    });
  }
  EXPECT_EQ(right, 0) << "handlers are called from turns alone";
  EXPECT_TRUE(turn_until(client, [&] { return client.outstanding() == 0; }));
  client.turn();
  EXPECT_EQ(right, questions);
  std::string refusal;
  client.ask(SessionRequest{},
             [&](Result<ReplyBody> reply) { refusal = reply ? "" : reply.error().message; });
  EXPECT_TRUE(turn_until(client, [&] { return !refusal.empty(); }));
  EXPECT_EQ(refusal, "ask for a depth");
}

TEST(AsyncClientTest, ADaemonThatIsNotThereIsToldAndFoundAgain) {
  const test::TemporaryDirectory home;
  AsyncClient client(options_for(home), "feedd");
  std::vector<ErrorCode> failures;
  int answers = 0;
  const auto ask = [&] {
    client.ask(StatusRequest{}, [&](Result<ReplyBody> reply) {
      if (reply) {
        ++answers;
      } else {
        failures.push_back(reply.error().code);
      }
    });
  };
  ask();
  ASSERT_TRUE(turn_until(client, [&] { return failures.size() == 1; }));
  EXPECT_EQ(failures.back(), ErrorCode::not_running);
  EXPECT_FALSE(client.healthy());
  FakeDaemon daemon(home.path(), "feedd", [](const RequestBody&) { return std::nullopt; });
  ask();
  ASSERT_TRUE(turn_until(client, [&] { return answers == 1; }));
  EXPECT_TRUE(client.healthy());
  EXPECT_EQ(client.connections(), 1U);
  daemon.restart();
  // What was asked of the old one may be lost; it is told, and the next question finds the new one.
  ASSERT_TRUE(turn_until(client, [&] {
    if (client.outstanding() == 0 && answers == 1) ask();
    return answers > 1;
  }));
  EXPECT_EQ(client.connections(), 2U);
}

TEST(AsyncClientTest, AQuestionWithoutAnAnswerIsGivenUp) {
  const test::TemporaryDirectory home;
  const FakeDaemon daemon(home.path(), "feedd", [](const RequestBody&) { return std::nullopt; });
  AsyncClient client(options_for(home, milliseconds(50)), "feedd");
  std::optional<ErrorCode> failure;
  client.ask(SessionRequest{}, [&](Result<ReplyBody> reply) {
    if (!reply) failure = reply.error().code;
  });
  EXPECT_TRUE(turn_until(client, [&] { return failure.has_value(); }));
  EXPECT_EQ(failure, ErrorCode::timed_out);
  failure.reset();
  client.ask(SessionRequest{}, [&](Result<ReplyBody> reply) {
    if (!reply) failure = reply.error().code;
  });
  client.fail_all({ErrorCode::internal, "internal", "over", {}});
  client.turn();
  EXPECT_EQ(failure, ErrorCode::internal);
}

TEST(AsyncClientTest, OrdersWithoutEndKeepNobodyFromCancelling) {
  const test::TemporaryDirectory home;
  const FakeDaemon daemon(home.path(), "tradingd", [](const RequestBody&) { return std::nullopt; });
  AsyncClient client(options_for(home), "tradingd");
  std::size_t refused = 0;
  const auto ask = [&](const CommandBody& body) {
    SubmitRequest request;
    request.commands.push_back({body, "alice", {}});
    client.ask(RequestBody(std::move(request)), [&](Result<ReplyBody> reply) {
      EXPECT_FALSE(reply);
      if (!reply && reply.error().name == "overloaded") ++refused;
    });
  };
  for (std::size_t i = 0; i < AsyncClient::outstanding_max + 10; ++i)
    ask(PlaceOrder{});
  client.ask(StatusRequest{}, [&](Result<ReplyBody> reply) { refused += reply ? 0U : 1U; });
  EXPECT_EQ(client.outstanding(), AsyncClient::outstanding_max);
  client.turn();
  EXPECT_EQ(refused, 11u);
  for (std::size_t i = 0; i < AsyncClient::outstanding_max; ++i)
    ask(CancelOrder{.account = {}, .order = {i + 1}, .client_order_id = {}});
  client.turn();
  EXPECT_EQ(refused, 11u);
  EXPECT_EQ(client.outstanding(), 2 * AsyncClient::outstanding_max);
  ask(CancelOrder{.account = {}, .order = {1}, .client_order_id = {}});
  client.turn();
  EXPECT_EQ(refused, 12u);
}

}  // namespace
}  // namespace trade
