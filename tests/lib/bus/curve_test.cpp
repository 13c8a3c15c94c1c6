// Requests over TCP: who is let in, who gets no answer, and that ipc goes on beside it.
#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <zmq.hpp>

#include "bus/sockets.hpp"
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
    auto authenticator =
        Authenticator::start(server_context_, [this](const CurveKey& key) -> std::optional<std::string> {
          if (key == known_.public_key) return "known";
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

}  // namespace
}  // namespace trade::bus
