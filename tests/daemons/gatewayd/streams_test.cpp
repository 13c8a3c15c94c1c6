// The WebSockets as a client sees them, with no daemon behind.
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "fuzz/gateway_world.hpp"
#include "gatewayd/alpaca_streams.hpp"
#include "gatewayd/stream_v1.hpp"

namespace trade::gatewayd::test {
namespace {

constexpr AccountId alice{1};

/// A client that reads nothing until it is asked to.
class Connection final : public http::WebSocketConnection {
 public:
  void wake() override {}
  void close(http::CloseCode, std::string reason) override { closed_for = std::move(reason); }
  std::string closed_for;
};

class StreamsTest : public testing::Test {
 protected:
  StreamsTest() : services_(world_.services()) {
    auto created =
        services_.keys.create({.account = "alice", .role = KeyRole::trader}, services_.clock.now());
    key_ = created->key;
    secret_ = created->secret;
  }

  static void SetUpTestSuite() {
    loop_thread_ = std::thread([] { fuzz::GatewayWorld::instance().services().loop.run(); });
  }
  static void TearDownTestSuite() {
    fuzz::GatewayWorld::instance().services().loop.stop();
    loop_thread_.join();
  }

  /// Streams belong to the loop's thread.
  void in_loop(const std::function<void()>& work) {
    std::promise<void> done;
    services_.loop.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  /// It is there, and what it has asked the daemons is answered.
  void open(http::WebSocketHandler& stream) {
    in_loop([&] {
      stream.on_open(connection_);
      world_.answer_questions();
      read_all(stream);
    });
  }
  void say(http::WebSocketHandler& stream, const std::string& message) {
    in_loop([&] {
      stream.on_message(message, false);
      world_.answer_questions();
    });
  }
  void tell_of_order(std::uint64_t number) {
    OrderNews news;
    news.account = alice;
    news.order.id = OrderId{number};
    news.order.account = "alice";
    services_.hub->deliver_later({news});
    in_loop([] {});
  }
  /// The key is revoked, and the stream notices.
  template <class Stream>
  void revoke(Stream& stream) {
    in_loop([&] {
      EXPECT_TRUE(services_.keys.revoke(key_.id, services_.clock.now()));
      stream.on_tick();
    });
  }
  [[nodiscard]] std::string sign_in() const {
    return R"({"action":"auth","key":")" + key_.id + R"(","secret":")" + secret_ + "\"}";
  }
  static std::vector<std::string> read_all(http::WebSocketHandler& stream) {
    std::vector<std::string> messages;
    while (auto message = stream.next_message())
      messages.push_back(*message->bytes);
    return messages;
  }
  std::vector<std::string> read(http::WebSocketHandler& stream) {
    std::vector<std::string> messages;
    in_loop([&] { messages = read_all(stream); });
    return messages;
  }
  template <class Stream>
  void listen(Stream& stream) {
    in_loop([&] { services_.hub->listen(alice, stream); });
  }
  void close(http::WebSocketHandler& stream) {
    in_loop([&] { stream.on_close(); });
  }

  static std::thread loop_thread_;
  fuzz::GatewayWorld& world_ = fuzz::GatewayWorld::instance();
  Services& services_;
  KeyView key_;
  std::string secret_;
  Connection connection_;
};

std::thread StreamsTest::loop_thread_;

TEST_F(StreamsTest, ARevokedKeyIsToldNothingMoreNotEvenWhatWaited) {
  StreamV1 stream(services_, "peer", key_);
  open(stream);
  listen(stream);
  tell_of_order(1);
  ASSERT_EQ(read(stream).size(), 1U);
  tell_of_order(2);
  revoke(stream);
  EXPECT_EQ(connection_.closed_for, "the API key is revoked");
  EXPECT_EQ(read(stream), std::vector<std::string>());
  // The close frame may be long in leaving: its way is through what a slow client has still to read.
  tell_of_order(3);
  EXPECT_EQ(read(stream), std::vector<std::string>());
  close(stream);
}

TEST_F(StreamsTest, ABrowserSessionThatEndedIsToldNothingMore) {
  const std::string token = services_.sessions.create(key_, services_.clock.now());
  StreamV1 stream(services_, "peer", key_, token);
  open(stream);
  listen(stream);
  tell_of_order(1);
  in_loop([&] {
    services_.sessions.end(token);
    stream.on_tick();
  });
  EXPECT_EQ(connection_.closed_for, "the session is over: sign in again");
  tell_of_order(2);
  EXPECT_EQ(read(stream), std::vector<std::string>());
  close(stream);
}

TEST_F(StreamsTest, ARevokedKeyOfTheOtherApiIsToldThatAlone) {
  alpaca::TradingStream stream(services_, "peer");
  open(stream);
  say(stream, sign_in());
  say(stream, R"({"action":"listen","data":{"streams":["trade_updates"]}})");
  listen(stream);
  tell_of_order(1);
  ASSERT_EQ(read(stream).size(), 2U) << "that it is signed in, and the order";
  tell_of_order(2);
  revoke(stream);
  tell_of_order(3);
  const auto messages = read(stream);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_NE(messages[0].find("unauthorized"), std::string::npos) << messages[0];
  EXPECT_EQ(connection_.closed_for, "the key is no longer good");
  close(stream);
}

TEST_F(StreamsTest, OpenOrdersAreAskedForOnceAtATime) {
  StreamV1 stream(services_, "peer", key_);
  open(stream);
  std::vector<std::string> answers;
  in_loop([&] {
    for (int i = 0; i < 50; ++i)
      stream.on_message(R"({"action":"subscribe","channels":["orders"]})", false);
    world_.answer_questions();
    answers = read_all(stream);
  });
  EXPECT_EQ(answers.size(), 2U) << "that there is no ledgerd, and once more for those who asked meanwhile";
  say(stream, R"({"action":"subscribe","channels":["orders"]})");
  EXPECT_EQ(read(stream).size(), 1U);
  close(stream);
}

TEST_F(StreamsTest, MessagesThatLeadToQuestionsCountAsRequestsOfTheKey) {
  key_.requests_per_minute = 3;
  StreamV1 stream(services_, "peer", key_);
  open(stream);
  for (int i = 0; i < 3; ++i)
    say(stream, R"({"action":"subscribe","symbols":["AAPL"]})");
  EXPECT_EQ(read(stream).size(), 3U);
  say(stream, R"({"action":"subscribe","channels":["orders"]})");
  const auto refused = read(stream);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_TRUE(refused[0].starts_with(
      R"({"type":"error","code":"too_many_requests","error":"Too many requests: try again in )"))
      << refused[0];
  say(stream, R"({"action":"ping"})");
  EXPECT_EQ(read(stream), std::vector<std::string>{R"({"type":"pong"})"});
  close(stream);
}

TEST_F(StreamsTest, TheyCountOnTheOtherStreamsAsWell) {
  for (int i = 0; i < 3; ++i)
    services_.limiter.take(key_.id, 3, monotonic_nanoseconds());
  alpaca::TradingStream trading(services_, "peer");
  open(trading);
  say(trading, sign_in());
  read(trading);
  services_.requests_per_minute = 3;
  say(trading, R"({"action":"listen","data":{"streams":["trade_updates"]}})");
  EXPECT_EQ(read(trading),
            std::vector<std::string>{R"({"action":"error","data":{"error_message":"too many requests"}})"});
  close(trading);
  alpaca::DataStream data(services_, "peer", false);
  open(data);
  say(data, sign_in());
  read(data);
  say(data, R"({"action":"subscribe","quotes":["AAPL"]})");
  EXPECT_EQ(read(data), std::vector<std::string>{R"([{"T":"error","code":429,"msg":"too many requests"}])"});
  services_.requests_per_minute = 0;
  close(data);
}

}  // namespace
}  // namespace trade::gatewayd::test
