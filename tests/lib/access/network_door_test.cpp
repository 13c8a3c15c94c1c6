// The door of a daemon that publishes: whose subscriptions end, and when.
#include "access/network_door.hpp"

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "access/curve_key_pair.hpp"
#include "access/server_key.hpp"
#include "base/clock.hpp"
#include "bus/topics.hpp"
#include "support/temporary_directory.hpp"

namespace trade::access {
namespace {

using SteadyClock = std::chrono::steady_clock;

class NetworkDoorTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = bus::RequestServer::bind(server_context_, endpoints_, "feedd");
    ASSERT_TRUE(server) << server.error().message;
    server_.emplace(std::move(*server));
    auto publisher = bus::Publisher::bind(server_context_, endpoints_, "feedd");
    ASSERT_TRUE(publisher) << publisher.error().message;
    publisher_.emplace(std::move(*publisher));
  }
  void open() {
    auto door =
        NetworkDoor::open(home_.path(), server_context_,
                          {.requests = "127.0.0.1:0", .publications = "127.0.0.1:0"}, *server_, &*publisher_);
    ASSERT_TRUE(door) << door.error().message;
    ASSERT_NE(*door, nullptr);
    door_ = std::move(*door);
    auto keys = ClientKeyStore::open(home_.path(), true);
    ASSERT_TRUE(keys);
    keys_ = std::move(*keys);
  }
  /// A key of this role, and the pair to it.
  std::pair<ClientKey, CurveKeyPair> key(KeyRole role, Timestamp expires_at = {}) {
    const CurveKeyPair pair = *make_curve_key_pair();
    const auto added = keys_->add(
        {.public_key = pair.public_key, .role = role, .accounts = {"alice"}, .expires_at = expires_at},
        SystemClock().now());
    EXPECT_TRUE(added);
    return {*added, pair};
  }
  bus::Subscriber subscribe(const CurveKeyPair& pair) {
    DaemonView view;
    door_->describe(view);
    const auto remote = std::make_shared<const bus::RemoteSuite>(bus::RemoteSuite{
        load_or_make_server_key(home_.path())->public_key,
        pair,
        {},
        {{"feedd", "tcp://127.0.0.1:" + std::to_string(view.counters["tcp_publish_port"])}}});
    auto subscriber = bus::Subscriber::connect(context_, bus::Endpoints(remote), "feedd");
    EXPECT_TRUE(subscriber);
    subscriber->subscribe(topic_);
    return std::move(*subscriber);
  }
  /// Whether the subscriber comes to be, or ceases to be, connected.
  static bool becomes(bus::Subscriber& subscriber, bool connected) {
    const auto deadline = SteadyClock::now() + std::chrono::seconds(10);
    while (subscriber.connected() != connected && SteadyClock::now() < deadline)
      subscriber.wait(SteadyClock::now() + std::chrono::milliseconds(5));
    return subscriber.connected() == connected;
  }

  const std::string topic_ = std::string("q:AAPL") + bus::topic_end;
  test::TemporaryDirectory home_;
  bus::Endpoints endpoints_{home_.path()};
  bus::Context server_context_;
  bus::Context context_;
  std::optional<bus::RequestServer> server_;
  std::optional<bus::Publisher> publisher_;
  std::unique_ptr<NetworkDoor> door_;
  std::unique_ptr<ClientKeyStore> keys_;
};

TEST_F(NetworkDoorTest, WithoutAnAddressThereIsNoDoor) {
  auto none = NetworkDoor::open(home_.path(), server_context_, {}, *server_, &*publisher_);
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, nullptr);
  EXPECT_EQ(server_->tcp_port(), 0);
  EXPECT_EQ(publisher_->tcp_port(), 0);
  // Whoever follows a stream asks for the present state too.
  const auto half = NetworkDoor::open(home_.path(), server_context_, {.publications = "127.0.0.1:0"},
                                      *server_, &*publisher_);
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().code, ErrorCode::usage);
}

TEST_F(NetworkDoorTest, ARevokedSubscriberIsGoneAndTheOthersComeBack) {
  open();
  const auto [viewer, viewer_pair] = key(KeyRole::viewer);
  const auto [trader, trader_pair] = key(KeyRole::trader);
  bus::Subscriber first = subscribe(viewer_pair);
  bus::Subscriber second = subscribe(trader_pair);
  ASSERT_TRUE(becomes(first, true));
  ASSERT_TRUE(becomes(second, true));
  // While all may be there, nobody is disturbed.
  ASSERT_TRUE(door_->look_after(*publisher_, SystemClock().now()));
  ASSERT_TRUE(door_->look_after(*publisher_, SystemClock().now()));
  EXPECT_EQ(second.connections(), 1u);

  ASSERT_TRUE(keys_->revoke(viewer.id, SystemClock().now()));
  ASSERT_TRUE(door_->look_after(*publisher_, SystemClock().now()));
  ASSERT_TRUE(becomes(first, false));
  const auto deadline = SteadyClock::now() + std::chrono::seconds(10);
  while (second.connections() < 2 && SteadyClock::now() < deadline)
    second.wait(SteadyClock::now() + std::chrono::milliseconds(5));
  EXPECT_EQ(second.connections(), 2u);
  EXPECT_EQ(first.connections(), 1u);
  // The revoked one knocks on, which disturbs nobody.
  for (int i = 0; i < 50; ++i) {
    first.wait(SteadyClock::now() + std::chrono::milliseconds(10));
    ASSERT_TRUE(door_->look_after(*publisher_, SystemClock().now()));
  }
  second.wait(SteadyClock::now());
  EXPECT_EQ(second.connections(), 2u);
  EXPECT_EQ(first.connections(), 1u);
  DaemonView view;
  door_->describe(view);
  EXPECT_EQ(view.counters["tcp_publish_disconnections"], 1);
}

TEST_F(NetworkDoorTest, AKeyThatExpiresEndsItsSubscription) {
  open();
  const Timestamp expires_at{SystemClock().now().nanoseconds + 3'600 * nanoseconds_per_second};
  const auto [brief, pair] = key(KeyRole::viewer, expires_at);
  bus::Subscriber subscriber = subscribe(pair);
  ASSERT_TRUE(becomes(subscriber, true));
  ASSERT_TRUE(door_->look_after(*publisher_, Timestamp{expires_at.nanoseconds - 1}));
  DaemonView view;
  door_->describe(view);
  EXPECT_EQ(view.counters["tcp_publish_disconnections"], 0);
  ASSERT_TRUE(door_->look_after(*publisher_, expires_at));
  door_->describe(view);
  EXPECT_EQ(view.counters["tcp_publish_disconnections"], 1);
}

}  // namespace
}  // namespace trade::access
