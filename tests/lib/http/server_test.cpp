// The server over loopback, with clients that are nothing but a socket.
#include "http/server.hpp"

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/websocket.hpp"

namespace trade::http {
namespace {

/// Counts messages.
class Listener final : public WebSocketHandler {
 public:
  explicit Listener(std::atomic<int>& messages) : messages_(messages) {}
  void on_open(WebSocketConnection&) override {}
  void on_message(std::string_view, bool) override { ++messages_; }
  std::optional<WebSocketMessage> next_message() override { return std::nullopt; }
  void on_close() override {}

 private:
  std::atomic<int>& messages_;
};

class ServerTest : public testing::Test {
 protected:
  void begin(const ServerOptions& options) {
    server_.emplace(loop_, options, [this](const Request& request, Respond respond) {
      Response response(200, "{}");
      if (request.wants_upgrade) response.upgrade = std::make_unique<Listener>(messages_);
      respond(std::move(response));
    });
    const auto address = server_->listen("127.0.0.1:0");
    ASSERT_TRUE(address);
    port_ = static_cast<std::uint16_t>(std::stoi(address->substr(address->rfind(':') + 1)));
    thread_ = std::thread([this] { loop_.run(); });
  }
  void TearDown() override {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Loop loop_;
  std::atomic<int> messages_ = 0;
  std::optional<Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

class Socket {
 public:
  explicit Socket(std::uint16_t port, const char* from = "127.0.0.1") {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{.tv_sec = 30, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const sockaddr_in source = address_of(from, 0);
    const sockaddr_in target = address_of("127.0.0.1", port);
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&source), sizeof source), 0);
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&target), sizeof target), 0);
  }
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// False once the server has ended the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Up to and with `end`, or until the connection ends.
  std::string receive_until(std::string_view end) {
    std::string got;
    for (char c = 0; !got.ends_with(end) && ::recv(descriptor_, &c, 1, 0) == 1;)
      got += c;
    return got;
  }
  bool is_served() {
    return send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") && receive_until("{}").starts_with("HTTP/1.1 200");
  }
  void upgrade() {
    ASSERT_TRUE(
        send("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
    ASSERT_TRUE(receive_until("\r\n\r\n").starts_with("HTTP/1.1 101"));
  }
  /// The code of the close frame that the server sends; 0: there is none.
  int close_code() {
    for (std::string head = receive(2); head.size() == 2; head = receive(2)) {
      const std::string payload = receive(static_cast<unsigned char>(head[1]));
      if ((head[0] & 0x0f) == 8 && payload.size() >= 2) {
        return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
      }
    }
    return 0;
  }

 private:
  static sockaddr_in address_of(const char* host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host, &address.sin_addr);
    return address;
  }
  std::string receive(std::size_t bytes) {
    std::string got(bytes, '\0');
    std::size_t done = 0;
    while (done < bytes) {
      const ssize_t part = ::recv(descriptor_, got.data() + done, bytes - done, 0);
      if (part <= 0) break;
      done += static_cast<std::size_t>(part);
    }
    got.resize(done);
    return got;
  }

  int descriptor_ = -1;
};

// Masked, of no payload, so that the mask changes nothing.
const std::string empty_first("\x01\x80\0\0\0\0", 6);
const std::string empty_part("\x00\x80\0\0\0\0", 6);
const std::string empty_last("\x80\x80\0\0\0\0", 6);
const std::string empty_ping("\x89\x80\0\0\0\0", 6);

std::string times(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i)
    all += text;
  return all;
}

TEST_F(ServerTest, OneHostIsNeeded) {
  begin({});
  const auto answer = [this](const std::string& head) {
    Socket client(port_);
    EXPECT_TRUE(client.send(head + "\r\n"));
    return client.receive_until("\r\n");
  };
  const std::string bad = "HTTP/1.1 400 Bad Request\r\n";
  const std::string good = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(answer("GET / HTTP/1.1\r\n"), bad);
  EXPECT_EQ(answer("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n"), bad);
  EXPECT_EQ(answer("GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n"), bad);
  EXPECT_EQ(answer("GET / HTTP/1.1\r\nHost: x/y\r\n"), bad);
  EXPECT_EQ(answer("GET / HTTP/1.1\r\nHost: x:80\r\n"), good);
  EXPECT_EQ(answer("GET http://x:80/ HTTP/1.1\r\nHost: x:80\r\n"), good);
  EXPECT_EQ(answer("GET http://y/ HTTP/1.1\r\nHost: x\r\n"), bad);
  EXPECT_EQ(answer("GET / HTTP/1.0\r\n"), good) << "that version knows no hosts";
}

TEST_F(ServerTest, ABodyWhoseEndIsNotKnownEndsTheConnection) {
  begin({});
  for (const char* coding :
       {"Transfer-Encoding: gzip", "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"}) {
    Socket client(port_);
    const std::string head = std::string("POST / HTTP/1.1\r\nHost: x\r\n") + coding + "\r\n\r\n";
    // What follows is the body, and no second request.
    ASSERT_TRUE(client.send(head + "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    const std::string answers = client.receive_until("never");
    EXPECT_TRUE(answers.starts_with("HTTP/1.1 400")) << coding;
    EXPECT_EQ(answers.find("HTTP/1.1", 1), std::string::npos) << coding;
  }
  Socket client(port_);
  ASSERT_TRUE(
      client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"));
  EXPECT_TRUE(client.receive_until("{}").starts_with("HTTP/1.1 200"));
}

TEST_F(ServerTest, OneClientHoldsHalfOfTheConnectionsAtMost) {
  begin({.connections_max = 8});
  std::vector<std::unique_ptr<Socket>> held;
  int served = 0;
  for (int i = 0; i < 8; ++i) {
    held.push_back(std::make_unique<Socket>(port_, "127.0.0.2"));
    if (held.back()->is_served()) ++served;
  }
  EXPECT_EQ(served, 4);
  EXPECT_TRUE(Socket(port_).is_served());
  // What ends makes room.
  held.erase(held.begin());
  for (int i = 0; i < 100 && served == 4; ++i) {
    if (Socket(port_, "127.0.0.2").is_served()) ++served;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(served, 5);
}

TEST_F(ServerTest, MessagesInPartsAreMessages) {
  begin({.frames_per_second_max = 10});
  Socket client(port_);
  client.upgrade();
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(client.send(empty_first + times(10, empty_part) + empty_last));
  ASSERT_TRUE(client.send(std::string("\x88\x80\0\0\0\0", 6)));
  EXPECT_NE(client.close_code(), 1008);
  EXPECT_EQ(messages_, 5);
}

TEST_F(ServerTest, PartsWithNothingInThemHaveAnEnd) {
  begin({.frames_per_second_max = 10});
  Socket client(port_);
  client.upgrade();
  ASSERT_TRUE(client.send(empty_first));
  for (int i = 0; i < 100'000 && client.send(times(1'000, empty_part)); ++i) {
  }
  EXPECT_EQ(client.close_code(), 1008);
  EXPECT_EQ(messages_, 0);
}

TEST_F(ServerTest, PingsHaveAnEnd) {
  begin({.frames_per_second_max = 10});
  Socket client(port_);
  client.upgrade();
  EXPECT_TRUE(client.send(times(150, empty_ping)));
  EXPECT_EQ(client.close_code(), 1008);
}

}  // namespace
}  // namespace trade::http
