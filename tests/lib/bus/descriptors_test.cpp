// A process without descriptors left, to whose sockets everybody connects. It is a process of its own: the
// limit is the whole process'.
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus/accept_guard.hpp"
#include "lib/bus/bus_test_support.hpp"

namespace trade::bus {
namespace {

constexpr rlim_t descriptors_max = 48;
constexpr std::uint64_t refusals_wanted = 10;

/// The server's life; the result is its exit status.
int serve(const std::filesystem::path& home) {
  Context context;
  Endpoints endpoints(home);
  auto server = RequestServer::bind(context, endpoints, "tradingd");
  if (!server) return 2;
  const rlimit few{descriptors_max, descriptors_max};
  if (::setrlimit(RLIMIT_NOFILE, &few) != 0) return 3;
  ClientIdentity client;
  const Deadline end = soon();
  while (connections_refused() < refusals_wanted && !past(end))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  if (connections_refused() < refusals_wanted) return 4;
  // Whoever comes once there is room again is served.
  const std::string request = next_request(*server, client);
  return request == "hello" && server->send(client, bytes_of("welcome")) ? 0 : 5;
}

TEST(DescriptorsTest, AProcessWithNoneLeftHangsUpAndServesAgainWhenThereAreSome) {
  const test::TemporaryDirectory home;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(serve(home.path()));
  const Endpoints endpoints(home.path());
  const std::filesystem::path path = endpoints.request_path("tradingd");
  for (const Deadline end = soon(); !Endpoints::is_listening(path) && !past(end);)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  // As many as it has descriptors, and more.
  std::vector<int> connections;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  for (rlim_t i = 0; i < 2 * descriptors_max; ++i) {
    const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_GE(connection, 0);
    connections.push_back(connection);
    if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) break;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  for (const int connection : connections)
    ::close(connection);
  Context context;
  Frame frame;
  bool answered = false;
  for (const Deadline end = soon(); !answered && !past(end);) {
    auto client = RequestClient::connect(context, endpoints, "tradingd");
    if (!client || !client->send(bytes_of("hello"), in_milliseconds(1'000))) continue;
    const auto received = client->receive(frame, in_milliseconds(1'000));
    answered = received && *received && frame.text() == "welcome";
  }
  EXPECT_TRUE(answered);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace trade::bus
