#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.hpp>

#include "bus/socket_access.hpp"
#include "bus/sockets.hpp"
#include "bus/unread_replies.hpp"
#include "bus_test_support.hpp"
#include "support/child_process.hpp"

namespace trade::bus {
namespace {

bool received(RequestClient& client, Frame& frame, Deadline deadline) {
  return client.receive(frame, deadline).value_or(false);
}

bool nothing_received(RequestClient& client, Frame& frame, Deadline deadline) {
  return !client.receive(frame, deadline).value_or(true);
}

class Requests : public ::testing::Test {
 protected:
  void start_server() {
    // A context of its own, so that closing the server has finished when reset returns.
    auto server = RequestServer::bind(Context(), endpoints, "tradingd");
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::make_unique<RequestServer>(std::move(*server));
  }
  RequestClient connect() {
    auto client = RequestClient::connect(context, endpoints, "tradingd");
    EXPECT_TRUE(client) << client.error().message;
    return std::move(*client);
  }

  test::TemporaryDirectory home;
  Endpoints endpoints{home.path()};
  Context context;
  std::unique_ptr<RequestServer> server_;
};

TEST_F(Requests, ARequestIsAnsweredToWhoeverAsked) {
  start_server();
  RequestClient first = connect();
  RequestClient second = connect();
  ASSERT_TRUE(first.send(bytes_of("one"), soon()));
  ASSERT_TRUE(second.send(bytes_of("two"), soon()));
  for (int i = 0; i < 2; ++i) {
    ClientIdentity client;
    const std::string request = next_request(*server_, client);
    ASSERT_FALSE(request.empty());
    EXPECT_TRUE(server_->send(client, bytes_of("answer to " + request)));
  }
  Frame frame;
  ASSERT_TRUE(received(first, frame, soon()));
  EXPECT_EQ(frame.text(), "answer to one");
  ASSERT_TRUE(received(second, frame, soon()));
  EXPECT_EQ(frame.text(), "answer to two");
  EXPECT_EQ(server_->counters().received, 2U);
  EXPECT_EQ(server_->counters().sent, 2U);
}

TEST_F(Requests, FramesArriveAlignedWhateverTheirSize) {
  start_server();
  RequestClient client = connect();
  ClientIdentity identity;
  Frame frame;
  for (const std::size_t size : {1U, 7U, 8U, 9U, 29U, 30U, 33U, 34U, 100U, 4'097U, 1U << 20}) {
    const std::string text(size, static_cast<char>('a' + static_cast<int>(size % 26)));
    ASSERT_TRUE(client.send(bytes_of(text), soon()));
    ASSERT_EQ(next_request(*server_, identity), text);
    ASSERT_TRUE(server_->send(identity, bytes_of(text)));
    ASSERT_TRUE(received(client, frame, soon()));
    EXPECT_EQ(frame.text(), text);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame.bytes().data()) % 8, 0U);
  }
}

TEST_F(Requests, ReceiveWaitsNoLongerThanItsDeadline) {
  start_server();
  RequestClient client = connect();
  Frame frame;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(nothing_received(client, frame, in_milliseconds(50)));
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(50));
  EXPECT_TRUE(nothing_received(client, frame, start));
  ClientIdentity identity;
  EXPECT_FALSE(server_->receive(identity, frame));
}

TEST_F(Requests, WithoutADaemonConnectingSaysSoAtOnce) {
  const auto client = RequestClient::connect(context, endpoints, "ledgerd");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::not_running);
  EXPECT_EQ(client.error().message, "ledgerd is not running (home " + endpoints.home().string() + ")");
  EXPECT_EQ(client.error().hint, "start it with 'trade up'");
}

TEST_F(Requests, ASecondDaemonOnTheSameSocketIsRefused) {
  start_server();
  const auto second = RequestServer::bind(context, endpoints, "tradingd");
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("another tradingd listens"), std::string::npos)
      << second.error().message;
  // And the first one is none the worse for it.
  RequestClient client = connect();
  ASSERT_TRUE(client.send(bytes_of("still there"), soon()));
  ClientIdentity identity;
  EXPECT_EQ(next_request(*server_, identity), "still there");
}

TEST_F(Requests, ALostConnectionIsNoticedAndNothingIsSentAgain) {
  start_server();
  RequestClient client = connect();
  ASSERT_TRUE(client.send(bytes_of("before"), soon()));
  ClientIdentity identity;
  ASSERT_EQ(next_request(*server_, identity), "before");
  server_->send(identity, bytes_of("the last answer"));
  server_.reset();

  Frame frame;
  ASSERT_TRUE(received(client, frame, soon()));
  EXPECT_EQ(frame.text(), "the last answer");
  const auto lost = client.receive(frame, soon());
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::not_running);
  EXPECT_TRUE(client.lost());

  start_server();
  const Status sent = client.send(bytes_of("on a dead connection"), soon());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::not_running);
  EXPECT_EQ(next_request(*server_, identity, in_milliseconds(100)), "");
  RequestClient again = connect();
  ASSERT_TRUE(again.send(bytes_of("after"), soon()));
  EXPECT_EQ(next_request(*server_, identity), "after");
}

TEST_F(Requests, AKilledDaemonIsNoticedWhileWaiting) {
  ASSERT_TRUE(endpoints.prepare());
  test::Pipe pipe;
  test::ChildProcess child([&] {
    const Context own;
    auto server = RequestServer::bind(own, endpoints, "tradingd");
    pipe.send(server.has_value());
    ClientIdentity identity;
    if (next_request(*server, identity) == "hello") pipe.send(true);
    ::pause();
    return 0;
  });
  bool ready = false;
  ASSERT_TRUE(pipe.receive(ready) && ready);
  RequestClient client = connect();
  ASSERT_TRUE(client.send(bytes_of("hello"), soon()));
  ASSERT_TRUE(pipe.receive(ready) && ready);
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    child.kill();
  });
  Frame frame;
  const auto start = std::chrono::steady_clock::now();
  const auto received = client.receive(frame, soon());
  killer.join();
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, ErrorCode::not_running);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(Requests, AFrozenDaemonTakesRequestsNoLongerThanThereIsRoom) {
  ASSERT_TRUE(endpoints.prepare());
  test::Pipe pipe;
  test::ChildProcess child([&] {
    const Context own;
    auto server = RequestServer::bind(own, endpoints, "tradingd");
    pipe.send(server.has_value());
    ::pause();
    return 0;
  });
  bool ready = false;
  ASSERT_TRUE(pipe.receive(ready) && ready);
  ::kill(child.id(), SIGSTOP);
  int status = 0;
  ASSERT_EQ(::waitpid(child.id(), &status, WUNTRACED), child.id());
  ASSERT_TRUE(WIFSTOPPED(status));
  RequestClient client = connect();
  const Status sent = client.send(bytes_of("anyone?"), in_milliseconds(50));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::timed_out);
}

TEST_F(Requests, RequestsOutOfBoundsAreNotSent) {
  start_server();
  RequestClient client = connect();
  const std::vector<std::byte> large(frame_bytes_max + 1);
  EXPECT_EQ(client.send(large, soon()).error().code, ErrorCode::usage);
  EXPECT_EQ(client.send({}, soon()).error().code, ErrorCode::usage);
  ASSERT_TRUE(client.send(Bytes(large).first(frame_bytes_max), soon()));
  ClientIdentity identity;
  ASSERT_EQ(next_request(*server_, identity).size(), frame_bytes_max);
  EXPECT_FALSE(server_->send(identity, large));
  EXPECT_EQ(server_->counters().too_large, 1U);
  EXPECT_TRUE(server_->send(identity, bytes_of("fits")));
}

/// A peer that follows no rules: a plain ZeroMQ socket.
class Intruder {
 public:
  Intruder(const Endpoints& endpoints, zmq::socket_type type, const std::string& identity = {})
      : socket_(context_, type) {
    socket_.set(zmq::sockopt::linger, 1'000);
    socket_.set(zmq::sockopt::rcvhwm, 1);
    if (!identity.empty()) socket_.set(zmq::sockopt::routing_id, identity);
    socket_.connect(endpoints.request_address("tradingd"));
  }
  void send(const std::vector<std::string>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      socket_.send(zmq::buffer(parts[i]),
                   i + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }
  }
  std::size_t receive() {
    zmq::message_t message;
    return socket_.recv(message, zmq::recv_flags::none).value_or(0);
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

TEST_F(Requests, MalformedMessagesAreCountedAndDropped) {
  start_server();
  Intruder dealer(endpoints, zmq::socket_type::dealer);
  dealer.send({"two", "parts"});
  dealer.send({""});
  dealer.send({"", "with a delimiter"});
  dealer.send(std::vector<std::string>(1'000, "many parts"));
  dealer.send({"good"});
  Intruder long_name(endpoints, zmq::socket_type::dealer, std::string(200, 'i'));
  long_name.send({"from a peer with too long a name"});

  ClientIdentity identity;
  EXPECT_EQ(next_request(*server_, identity), "good");
  EXPECT_EQ(next_request(*server_, identity, in_milliseconds(200)), "");
  EXPECT_EQ(server_->counters().malformed, 5U);
  EXPECT_EQ(server_->counters().received, 1U);
}

TEST_F(Requests, PeersThatSpeakAnotherProtocolDoNoHarm) {
  start_server();
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<int> descriptors;
  for (int i = 0; i < 50; ++i) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, endpoints.request_path("tradingd").c_str(), sizeof address.sun_path - 1);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    std::string noise(random() % 2'000, '\0');
    for (char& character : noise)
      character = static_cast<char>(random());
    // Some begin like a proper greeting.
    if (i % 2 == 0) noise.insert(0, std::string("\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL", 16));
    // The server may have closed the connection already.
    ::send(descriptor, noise.data(), noise.size(), MSG_NOSIGNAL);
    descriptors.push_back(descriptor);
  }
  RequestClient good = connect();
  ASSERT_TRUE(good.send(bytes_of("good"), soon()));
  ClientIdentity identity;
  // By chance noise is a frame of the oldest ZeroMQ protocol; what is in it is for the decoder to refuse.
  std::string request;
  do {
    request = next_request(*server_, identity);
  } while (!request.empty() && request != "good");
  EXPECT_EQ(request, "good");
  for (const int descriptor : descriptors)
    ::close(descriptor);
}

TEST_F(Requests, APeerWithTooLargeAFrameIsDisconnectedAndOthersAreServed) {
  start_server();
  RequestClient good = connect();
  Intruder intruder(endpoints, zmq::socket_type::dealer);
  intruder.send({std::string(frame_bytes_max + 1, 'x')});
  ASSERT_TRUE(good.send(bytes_of("good"), soon()));
  ClientIdentity identity;
  EXPECT_EQ(next_request(*server_, identity), "good");
  EXPECT_EQ(next_request(*server_, identity, in_milliseconds(100)), "");
  EXPECT_EQ(server_->counters().received, 1U);
}

TEST_F(Requests, AClientThatNeverReadsLosesItsRepliesAndHoldsNobodyUp) {
  start_server();
  RequestClient deaf = connect();
  ASSERT_TRUE(deaf.send(bytes_of("deaf"), soon()));
  ClientIdentity deaf_identity;
  ASSERT_EQ(next_request(*server_, deaf_identity), "deaf");
  const std::vector<std::byte> reply(512);
  // Twice what the two ends keep for one client.
  const std::uint64_t attempts = 2U * (reply_send_messages_max + reply_send_messages_max) + 10'000;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < attempts; ++i)
    server_->send(deaf_identity, reply);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  const RequestServer::Counters counters = server_->counters();
  EXPECT_GT(counters.client_slow, 0U);
  EXPECT_EQ(counters.client_slow + counters.sent, attempts);

  RequestClient good = connect();
  ASSERT_TRUE(good.send(bytes_of("good"), soon()));
  ClientIdentity identity;
  ASSERT_EQ(next_request(*server_, identity), "good");
  EXPECT_TRUE(server_->send(identity, bytes_of("answer")));
  Frame frame;
  EXPECT_TRUE(received(good, frame, soon()));
}

TEST_F(Requests, LargeRepliesToAClientThatDoesNotReadTakeNoMoreMemoryThanTheyMay) {
  start_server();
  Intruder deaf(endpoints, zmq::socket_type::dealer);
  deaf.send({"deaf"});
  ClientIdentity deaf_identity;
  ASSERT_EQ(next_request(*server_, deaf_identity), "deaf");
  const std::vector<std::byte> reply(std::size_t{1} << 20);
  std::uint64_t taken = 0;
  for (int i = 0; i < 1'000; ++i) {
    if (server_->send(deaf_identity, reply)) ++taken;
  }
  const std::uint64_t megabytes_max = UnreadRepliesBounds().client_max >> 20;
  EXPECT_GE(taken, megabytes_max - 1);
  // What libzmq and the socket took from it meanwhile comes on top.
  EXPECT_LE(taken, megabytes_max + 8);
  EXPECT_EQ(server_->counters().client_slow, 1'000 - taken);

  RequestClient good = connect();
  ASSERT_TRUE(good.send(bytes_of("good"), soon()));
  ClientIdentity identity;
  ASSERT_EQ(next_request(*server_, identity), "good");
  Frame frame;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(server_->send(identity, reply));
    ASSERT_TRUE(received(good, frame, soon()));
  }
  // Once it reads, it is answered again.
  for (std::uint64_t i = 0; i < taken; ++i)
    EXPECT_EQ(deaf.receive(), reply.size());
  const Deadline deadline = soon();
  while (!server_->send(deaf_identity, reply))
    ASSERT_FALSE(past(deadline));
  EXPECT_EQ(deaf.receive(), reply.size());
}

TEST_F(Requests, AttemptsToConnectThatNobodyTakesNoteOfHoldNothingUp) {
  const auto attempts = [&](MonitorRetries told) {
    auto socket = make_socket(context, zmq::socket_type::sub, 10, 10, 0);
    socket.set(zmq::sockopt::reconnect_ivl, 1);
    ConnectionMonitor monitor(context, socket, told);
    socket.connect("ipc://" + (endpoints.request_path("tradingd").string() + ".nobody"));
    // As long as it takes for more than libzmq lets wait by itself: 1,000 at each end.
    std::this_thread::sleep_for(std::chrono::milliseconds(told == MonitorRetries::told ? 6'000 : 100));
    start_server();
    RequestClient client = connect();
    EXPECT_TRUE(client.send(bytes_of("request"), soon()));
    ClientIdentity identity;
    EXPECT_EQ(next_request(*server_, identity), "request");
    EXPECT_TRUE(server_->send(identity, bytes_of("answer")));
    Frame frame;
    EXPECT_TRUE(received(client, frame, soon()));
    server_.reset();
    monitor.update();
    return monitor.retries();
  };
  // Some 3,000 as a rule; a machine that is busy makes fewer, and shows less.
  EXPECT_GT(attempts(MonitorRetries::told), 200U);
  EXPECT_EQ(attempts(MonitorRetries::untold), 0U);
}

TEST_F(Requests, NobodyKnowsFromWhichNumberOnClientsAreNumbered) {
  start_server();
  RequestClient client = connect();
  ASSERT_TRUE(client.send(bytes_of("request"), soon()));
  ClientIdentity identity;
  ASSERT_EQ(next_request(*server_, identity), "request");
  // The first number of a process whose random numbers begin where the standard has them begin.
  constexpr std::uint32_t first = 0x6b8b4567;
  ASSERT_EQ(identity.view().size(), 5U);
  std::uint32_t number = 0;
  for (const char byte : identity.view().substr(1))
    number = number << 8 | static_cast<unsigned char>(byte);
  EXPECT_TRUE(number < first || number > first + 1'000'000) << number;
}

TEST_F(Requests, RepliesToAClientThatLeftAreCounted) {
  start_server();
  ClientIdentity identity;
  {
    RequestClient client = connect();
    ASSERT_TRUE(client.send(bytes_of("bye"), soon()));
    ASSERT_EQ(next_request(*server_, identity), "bye");
  }
  const Deadline deadline = soon();
  while (server_->send(identity, bytes_of("to nobody"))) {
    ASSERT_FALSE(past(deadline));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(server_->counters().client_gone, 1U);
  EXPECT_EQ(server_->counters().client_slow, 0U);
}

TEST_F(Requests, ManyClientsAtOnce) {
  start_server();
  constexpr int clients = 200;
  std::vector<RequestClient> connected;
  for (int i = 0; i < clients; ++i)
    connected.push_back(connect());
  for (int i = 0; i < clients; ++i)
    ASSERT_TRUE(connected[static_cast<std::size_t>(i)].send(bytes_of(std::to_string(i)), soon()));
  for (int i = 0; i < clients; ++i) {
    ClientIdentity identity;
    const std::string request = next_request(*server_, identity);
    ASSERT_FALSE(request.empty());
    ASSERT_TRUE(server_->send(identity, bytes_of(request)));
  }
  Frame frame;
  for (int i = 0; i < clients; ++i) {
    ASSERT_TRUE(received(connected[static_cast<std::size_t>(i)], frame, soon()));
    EXPECT_EQ(frame.text(), std::to_string(i));
  }
}

TEST_F(Requests, TheDescriptorTurnsReadableWithAReplyAndWithTheLossOfTheConnection) {
  start_server();
  RequestClient client = connect();
  ASSERT_TRUE(client.send(bytes_of("ask"), soon()));
  ClientIdentity identity;
  ASSERT_EQ(next_request(*server_, identity), "ask");
  Frame frame;
  ASSERT_TRUE(nothing_received(client, frame, in_milliseconds(0)));
  const auto wait_until = [&](const auto& condition) {
    const Deadline deadline = soon();
    while (!past(deadline)) {
      pollfd readable{client.file_descriptor(), POLLIN, 0};
      if (::poll(&readable, 1, 10'000) == 1 && condition()) return true;
    }
    return false;
  };
  ASSERT_TRUE(server_->send(identity, bytes_of("answer")));
  EXPECT_TRUE(wait_until([&] { return received(client, frame, in_milliseconds(0)); }));
  server_.reset();
  EXPECT_TRUE(wait_until([&] { return !client.receive(frame, in_milliseconds(0)); }));
}

}  // namespace
}  // namespace trade::bus
