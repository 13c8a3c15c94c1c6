// What happens when the process has no descriptor left and somebody connects. libzmq ends the process then
// (ipc_listener.cpp takes EMFILE for a bug), so that whoever can reach a socket could stop a daemon by
// connecting often enough. Here the connection is taken with a descriptor that is kept for this, and closed
// at once: its other end sees a daemon that hangs up, and may try again.
//
// Connections over TCP that come too fast are closed in the same way, and those beyond what there may be at a
// time. A stranger's handshake costs a thousand times what it takes to close a connection, and holds a
// descriptor for seconds. And libzmq (4.3.4, router.cpp) ends the process when a connection is given a number
// that another has chosen for its name: whoever has a key can choose names, but not so many of four thousand
// million that one is come upon within days.
//
// libzmq calls accept4 through the dynamic linker, which finds this one first, in the program itself.
#include "bus/accept_guard.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "bus/connection_limiter.hpp"
#include "bus/live_connections.hpp"

namespace trade::bus {

namespace {

std::atomic<int> spare_descriptor{-1};
std::atomic<std::uint64_t> refused{0};

int open_spare() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int system_accept(int socket, sockaddr* address, socklen_t* size, int flags) {
  return static_cast<int>(::syscall(SYS_accept4, socket, address, size, flags));
}

/// A client needs one connection to a daemon, and a second one for its publications. Together with the time
/// that a handshake may take, these bound the connections that have not yet proven anything, to some 600.
constexpr ConnectionRate rate_of_each{.burst = 64, .per_second = 32};
constexpr ConnectionRate rate_of_all{.burst = 256, .per_second = 128};

/// Of those there are at a time.
constexpr std::size_t connections_of_each_max = 256;
constexpr std::size_t connections_of_all_max = 1'024;

std::atomic<bool> network_limited{false};
std::atomic<std::uint64_t> turned_away{0};
std::mutex limiter_mutex;

ConnectionLimiter& limiter() {
  static ConnectionLimiter made(rate_of_each, rate_of_all);
  return made;
}

LiveConnections& live_connections() {
  static LiveConnections made(connections_of_each_max, connections_of_all_max);
  return made;
}

/// Who connects, as the limit counts them: of IPv6 the network, in which anybody has addresses to spare.
/// An address of IPv4 counts as such in either form. Nothing where it is not over TCP.
std::optional<std::string_view> network_of(const sockaddr_storage& from) {
  const auto bytes_of = [](const auto& address, std::size_t size) {
    return std::string_view(reinterpret_cast<const char*>(&address), size);
  };
  if (from.ss_family == AF_INET) {
    return bytes_of(reinterpret_cast<const sockaddr_in&>(from).sin_addr, sizeof(in_addr));
  }
  if (from.ss_family == AF_INET6) {
    const in6_addr& address = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&address)) return bytes_of(address, sizeof address).substr(12);
    return bytes_of(address, sizeof address / 2);
  }
  return std::nullopt;
}

bool is_too_much(int connection, const sockaddr* address, const socklen_t* size) {
  if (!network_limited.load(std::memory_order_relaxed) || address == nullptr || size == nullptr) return false;
  sockaddr_storage from{};
  std::memcpy(&from, address, std::min<std::size_t>(*size, sizeof from));
  const std::optional<std::string_view> network = network_of(from);
  if (!network) return false;
  const std::lock_guard lock(limiter_mutex);
  return !limiter().admit(*network, monotonic_nanoseconds()) ||
         !live_connections().admit(connection, *network);
}

/// At once, and without keeping anything of it.
void hang_up(int connection) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(connection);
}

}  // namespace

void keep_spare_descriptor() {
  if (spare_descriptor.load() >= 0) return;
  const int spare = open_spare();
  int none = -1;
  if (spare >= 0 && !spare_descriptor.compare_exchange_strong(none, spare)) ::close(spare);
}

std::uint64_t connections_refused() {
  return refused.load(std::memory_order_relaxed);
}

void limit_network_connections() {
  network_limited = true;
}

std::uint64_t network_connections_turned_away() {
  return turned_away.load(std::memory_order_relaxed);
}

}  // namespace trade::bus

extern "C" int accept4(int socket, sockaddr* address, socklen_t* size, int flags) {
  using namespace trade::bus;
  const int accepted = system_accept(socket, address, size, flags);
  if (accepted >= 0 && is_too_much(accepted, address, size)) {
    hang_up(accepted);
    turned_away.fetch_add(1, std::memory_order_relaxed);
    errno = ECONNABORTED;
    return -1;
  }
  if (accepted >= 0 || errno != EMFILE) return accepted;
  // The table of the whole system being full is known to libzmq as something that passes. Without a spare it
  // is told the same, and tries again.
  const int spare = spare_descriptor.exchange(-1);
  if (spare >= 0) {
    ::close(spare);
    const int surplus = system_accept(socket, nullptr, nullptr, SOCK_CLOEXEC);
    if (surplus >= 0) {
      ::close(surplus);
      refused.fetch_add(1, std::memory_order_relaxed);
    }
  }
  keep_spare_descriptor();
  errno = spare >= 0 ? ECONNABORTED : ENFILE;
  return -1;
}
