// Requests and publications over TCP: who is let in, who gets no answer, and that ipc goes on beside it.
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.hpp>

#include "bus/accept_guard.hpp"
#include "bus/sockets.hpp"
#include "bus/topics.hpp"
#include "bus_test_support.hpp"

namespace trade::bus {
namespace {

CurveKey key_of(const char* z85) {
  CurveKey key{};
  EXPECT_NE(::zmq_z85_decode(key.data(), z85), nullptr);
  return key;
}

CurveKeyPair made_keys() {
  char public_text[41];
  char secret_text[41];
  EXPECT_EQ(::zmq_curve_keypair(public_text, secret_text), 0);
  return {key_of(public_text), key_of(secret_text)};
}

class Curve : public ::testing::Test {
 protected:
  void SetUp() override {
    auto authenticator = Authenticator::start(
        server_context_, [this](const CurveKey& key, Purpose purpose) -> std::optional<std::string> {
          ++(purpose == Purpose::requests ? asked_about_requests_ : asked_about_publications_);
          if (key == known_.public_key && !known_revoked_) return "known";
          if (key == nameless_.public_key) return "";
          return std::nullopt;
        });
    ASSERT_TRUE(authenticator) << authenticator.error().message;
    authenticator_.emplace(std::move(*authenticator));
    auto server = RequestServer::bind(server_context_, endpoints_, "tradingd");
    ASSERT_TRUE(server) << server.error().message;
    server_.emplace(std::move(*server));
    ASSERT_EQ(server_->tcp_port(), 0);
    const Status listening = server_->listen_tcp("127.0.0.1:0", server_keys_);
    ASSERT_TRUE(listening) << listening.error().message;
    ASSERT_NE(server_->tcp_port(), 0);
  }

  RemoteSuite suite(const CurveKeyPair& client) const {
    return {server_keys_.public_key, client, {{"tradingd", address()}}};
  }
  [[nodiscard]] std::string address() const {
    return "tcp://127.0.0.1:" + std::to_string(server_->tcp_port());
  }
  RequestClient connect(RemoteSuite remote) {
    auto client = RequestClient::connect(
        context_, Endpoints(std::make_shared<const RemoteSuite>(std::move(remote))), "tradingd");
    EXPECT_TRUE(client) << client.error().message;
    return std::move(*client);
  }
  void expect_no_answer(const RemoteSuite& remote) {
    RequestClient client = connect(remote);
    const Status sent = client.send(bytes_of("let me in"), in_milliseconds(600));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, ErrorCode::timed_out) << sent.error().message;
    ClientIdentity from;
    EXPECT_EQ(next_request(*server_, from, in_milliseconds(50)), "");
  }

  std::atomic<int> asked_about_requests_ = 0;
  std::atomic<int> asked_about_publications_ = 0;
  std::atomic<bool> known_revoked_ = false;
  test::TemporaryDirectory home_;
  Endpoints endpoints_{home_.path()};
  const CurveKeyPair server_keys_ = made_keys();
  const CurveKeyPair known_ = made_keys();
  const CurveKeyPair nameless_ = made_keys();
  Context server_context_;
  Context context_;
  std::optional<RequestServer> server_;
  std::optional<Authenticator> authenticator_;
};

TEST_F(Curve, AKnownKeyIsServedUnderItsName) {
  RequestClient client = connect(suite(known_));
  ASSERT_TRUE(client.send(bytes_of("hello"), soon()));
  ClientIdentity from;
  ASSERT_EQ(next_request(*server_, from), "hello");
  EXPECT_EQ(server_->sender(), "known");
  ASSERT_TRUE(server_->send(from, bytes_of("welcome")));
  Frame frame;
  ASSERT_TRUE(client.receive(frame, soon()).value_or(false));
  EXPECT_EQ(frame.text(), "welcome");
  EXPECT_EQ(authenticator_->admitted(), 1u);
}

TEST_F(Curve, ClientsOfThisMachineGoOnWithoutAKeyAndWithoutAName) {
  RequestClient remote = connect(suite(known_));
  ASSERT_TRUE(remote.send(bytes_of("from afar"), soon()));
  ClientIdentity from;
  ASSERT_EQ(next_request(*server_, from), "from afar");
  auto local = RequestClient::connect(context_, endpoints_, "tradingd");
  ASSERT_TRUE(local);
  ASSERT_TRUE(local->send(bytes_of("from here"), soon()));
  ASSERT_EQ(next_request(*server_, from), "from here");
  EXPECT_EQ(server_->sender(), "");
}

TEST_F(Curve, AnUnknownKeyGetsNoAnswer) {
  expect_no_answer(suite(made_keys()));
  EXPECT_GE(authenticator_->refused(), 1u);
  EXPECT_EQ(authenticator_->admitted(), 0u);
}

TEST_F(Curve, AKeyWithoutANameGetsNoAnswer) {
  expect_no_answer(suite(nameless_));
}

TEST_F(Curve, APublicKeyIsNotEnough) {
  CurveKeyPair stolen = made_keys();
  stolen.public_key = known_.public_key;
  expect_no_answer(suite(stolen));
  EXPECT_EQ(authenticator_->admitted(), 0u);
}

TEST_F(Curve, NobodyTalksWithAnotherServer) {
  RemoteSuite remote = suite(known_);
  remote.server_key = made_keys().public_key;
  expect_no_answer(remote);
}

TEST_F(Curve, AClientWithoutCurveGetsNoAnswer) {
  zmq::context_t context;
  zmq::socket_t plain(context, zmq::socket_type::dealer);
  plain.set(zmq::sockopt::linger, 0);
  plain.set(zmq::sockopt::rcvtimeo, 300);
  plain.connect(address());
  plain.send(zmq::buffer(std::string_view("hello")), zmq::send_flags::none);
  zmq::message_t reply;
  EXPECT_FALSE(plain.recv(reply, zmq::recv_flags::none));
  ClientIdentity from;
  EXPECT_EQ(next_request(*server_, from, in_milliseconds(50)), "");
  EXPECT_EQ(server_->counters().received, 0u);
}

TEST_F(Curve, WhoeverNobodyNamedIsNotListenedTo) {
  // Without an authenticator libzmq lets in every client that has some key.
  authenticator_.reset();
  RequestClient client = connect(suite(made_keys()));
  ASSERT_TRUE(client.send(bytes_of("hello"), soon()));
  ClientIdentity from;
  const Deadline deadline = soon();
  while (server_->counters().unnamed == 0 && !past(deadline))
    ASSERT_EQ(next_request(*server_, from, in_milliseconds(20)), "");
  EXPECT_EQ(server_->counters().unnamed, 1u);
  EXPECT_EQ(server_->counters().received, 0u);
}

TEST_F(Curve, WhereNothingListensItIsSaid) {
  RemoteSuite remote = suite(known_);
  server_.reset();
  RequestClient client = connect(remote);
  const Status sent = client.send(bytes_of("hello"), soon());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::not_running) << sent.error().message;
}

TEST_F(Curve, ADaemonWithoutAnAddressIsSaid) {
  const auto client = RequestClient::connect(
      context_, Endpoints(std::make_shared<const RemoteSuite>(suite(known_))), "gatewayd");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::usage);
}

TEST_F(Curve, APortThatIsTakenIsSaid) {
  Context context;
  auto other = RequestServer::bind(context, endpoints_, "ledgerd");
  ASSERT_TRUE(other);
  const Status listening = other->listen_tcp(address().substr(6), server_keys_);
  ASSERT_FALSE(listening);
  EXPECT_NE(listening.error().message.find("listen on tcp://"), std::string::npos);
  EXPECT_EQ(other->tcp_port(), 0);
}

TEST_F(Curve, AFloodOfConnectionsIsTurnedAwayAndThisMachineIsServed) {
  const std::uint64_t before = network_connections_turned_away();
  std::vector<int> connections;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(server_->tcp_port());
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // More than the burst that is allowed, and all of them hang on without saying anything.
  for (int i = 0; i < 200; ++i) {
    const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_GE(connection, 0);
    connections.push_back(connection);
    ASSERT_EQ(::connect(connection, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  const Deadline deadline = soon();
  while (network_connections_turned_away() < before + 100 && !past(deadline))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_GE(network_connections_turned_away(), before + 100);
  auto local = RequestClient::connect(context_, endpoints_, "tradingd");
  ASSERT_TRUE(local);
  ASSERT_TRUE(local->send(bytes_of("from here"), soon()));
  ClientIdentity from;
  EXPECT_EQ(next_request(*server_, from), "from here");
  for (const int connection : connections)
    ::close(connection);
  // Whoever has a key gets in as soon as there is room again: a client that is turned away says so, and asks
  // again.
  RequestClient remote = connect(suite(known_));
  bool sent = remote.send(bytes_of("from afar"), soon()).has_value();
  for (const Deadline patience = soon(); !sent && !past(patience);) {
    remote = connect(suite(known_));
    sent = remote.send(bytes_of("from afar"), soon()).has_value();
  }
  ASSERT_TRUE(sent);
  EXPECT_EQ(next_request(*server_, from), "from afar");
}

class CurvePublisher : public Curve {
 protected:
  void SetUp() override {
    Curve::SetUp();
    auto publisher = Publisher::bind(server_context_, endpoints_, "feedd");
    ASSERT_TRUE(publisher) << publisher.error().message;
    publisher_.emplace(std::move(*publisher));
    ASSERT_EQ(publisher_->tcp_port(), 0);
    const Status listening = publisher_->listen_tcp("127.0.0.1:0", server_keys_);
    ASSERT_TRUE(listening) << listening.error().message;
    ASSERT_NE(publisher_->tcp_port(), 0);
  }

  Subscriber subscribe(const CurveKeyPair& client, std::string_view topic) {
    RemoteSuite remote = suite(client);
    remote.publications = {{"feedd", "tcp://127.0.0.1:" + std::to_string(publisher_->tcp_port())}};
    auto subscriber = Subscriber::connect(
        context_, Endpoints(std::make_shared<const RemoteSuite>(std::move(remote))), "feedd");
    EXPECT_TRUE(subscriber) << subscriber.error().message;
    subscriber->subscribe(topic);
    return std::move(*subscriber);
  }
  /// Whether the subscriptions so far are confirmed in time.
  bool confirmed(Subscriber& subscriber, Deadline deadline) {
    const std::uint64_t before = subscriber.confirmations();
    subscriber.request_confirmation();
    Frame topic;
    Frame frame;
    while (subscriber.confirmations() == before && !past(deadline)) {
      publisher_->process_subscriptions();
      subscriber.receive(topic, frame);
      subscriber.wait(in_milliseconds(5));
    }
    return subscriber.confirmations() != before;
  }
  std::string next(Subscriber& subscriber, Deadline deadline) {
    Frame topic;
    Frame frame;
    while (!subscriber.receive(topic, frame)) {
      if (past(deadline)) return {};
      subscriber.wait(in_milliseconds(5));
    }
    return std::string(frame.text());
  }

  const std::string topic_ = std::string("q:AAPL") + topic_end;
  std::optional<Publisher> publisher_;
};

TEST_F(CurvePublisher, AKnownKeyGetsWhatItSubscribedTo) {
  Subscriber subscriber = subscribe(known_, topic_);
  ASSERT_TRUE(confirmed(subscriber, soon()));
  EXPECT_TRUE(publisher_->wanted(topic_));
  publisher_->publish(std::string("q:MSFT") + topic_end, bytes_of("not this"));
  publisher_->publish(topic_, bytes_of("this"));
  EXPECT_EQ(next(subscriber, soon()), "this");
  EXPECT_GE(asked_about_publications_, 1);
  EXPECT_EQ(asked_about_requests_, 0);
}

TEST_F(CurvePublisher, SubscribersOfThisMachineGoOnBesideIt) {
  Subscriber remote = subscribe(known_, topic_);
  auto local = Subscriber::connect(context_, endpoints_, "feedd");
  ASSERT_TRUE(local);
  local->subscribe(topic_);
  ASSERT_TRUE(confirmed(*local, soon()));
  ASSERT_TRUE(confirmed(remote, soon()));
  publisher_->publish(topic_, bytes_of("to both"));
  EXPECT_EQ(next(*local, soon()), "to both");
  EXPECT_EQ(next(remote, soon()), "to both");
}

TEST_F(CurvePublisher, AnUnknownKeyGetsNothing) {
  Subscriber subscriber = subscribe(made_keys(), "");
  EXPECT_FALSE(confirmed(subscriber, in_milliseconds(600)));
  publisher_->publish(topic_, bytes_of("secret"));
  EXPECT_EQ(next(subscriber, in_milliseconds(100)), "");
  EXPECT_EQ(subscriber.connections(), 0u);
  EXPECT_GE(authenticator_->refused(), 1u);
}

TEST_F(CurvePublisher, WhenAllAreDisconnectedThoseWhoMayComeBack) {
  Subscriber subscriber = subscribe(known_, topic_);
  ASSERT_TRUE(confirmed(subscriber, soon()));
  const std::uint16_t port = publisher_->tcp_port();
  const Status disconnected = publisher_->disconnect_network();
  ASSERT_TRUE(disconnected) << disconnected.error().message;
  EXPECT_EQ(publisher_->tcp_port(), port);
  const Deadline deadline = soon();
  while (subscriber.connections() < 2 && !past(deadline))
    next(subscriber, in_milliseconds(20));
  EXPECT_EQ(subscriber.connections(), 2u);
  ASSERT_TRUE(confirmed(subscriber, soon()));
  publisher_->publish(topic_, bytes_of("again"));
  EXPECT_EQ(next(subscriber, soon()), "again");

  // One who may not stays away.
  known_revoked_ = true;
  ASSERT_TRUE(publisher_->disconnect_network());
  const Deadline end = soon();
  while (subscriber.connected() && !past(end))
    next(subscriber, in_milliseconds(20));
  EXPECT_FALSE(subscriber.connected());
  publisher_->publish(topic_, bytes_of("not for the revoked"));
  EXPECT_EQ(next(subscriber, in_milliseconds(500)), "");
  EXPECT_EQ(subscriber.connections(), 2u);
}

TEST_F(CurvePublisher, TooManySubscriptionsAreABurdenUntilTheyAreGone) {
  // Straight from libzmq: ours does not make so many.
  zmq::context_t context;
  zmq::socket_t hoarder(context, zmq::socket_type::xsub);
  hoarder.set(zmq::sockopt::linger, 0);
  hoarder.set(zmq::sockopt::sndhwm, 0);
  hoarder.set(zmq::sockopt::curve_serverkey,
              zmq::const_buffer(server_keys_.public_key.data(), server_keys_.public_key.size()));
  hoarder.set(zmq::sockopt::curve_publickey,
              zmq::const_buffer(known_.public_key.data(), known_.public_key.size()));
  hoarder.set(zmq::sockopt::curve_secretkey,
              zmq::const_buffer(known_.secret_key.data(), known_.secret_key.size()));
  hoarder.connect("tcp://127.0.0.1:" + std::to_string(publisher_->tcp_port()));
  const Deadline deadline = in_milliseconds(60'000);
  for (int i = 0; !publisher_->network_overburdened() && !past(deadline); ++i) {
    const std::string subscription = "\1x" + std::to_string(i);
    hoarder.send(zmq::buffer(subscription), zmq::send_flags::none);
    if (i % 1'024 == 0) publisher_->process_subscriptions();
  }
  ASSERT_TRUE(publisher_->network_overburdened());
  known_revoked_ = true;
  ASSERT_TRUE(publisher_->disconnect_network());
  while (publisher_->network_overburdened() && !past(deadline)) {
    publisher_->process_subscriptions();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_FALSE(publisher_->network_overburdened());
}

TEST_F(CurvePublisher, APublisherWithoutAnAddressIsSaid) {
  const auto subscriber =
      Subscriber::connect(context_, Endpoints(std::make_shared<const RemoteSuite>(suite(known_))), "feedd");
  ASSERT_FALSE(subscriber);
  EXPECT_EQ(subscriber.error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace trade::bus
