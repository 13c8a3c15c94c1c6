// What happens when the process has no descriptor left and somebody connects. libzmq ends the process then
// (ipc_listener.cpp takes EMFILE for a bug), so that whoever can reach a socket could stop a daemon by
// connecting often enough. Here the connection is taken with a descriptor that is kept for this, and closed
// at once: its other end sees a daemon that hangs up, and may try again.
//
// libzmq calls accept4 through the dynamic linker, which finds this one first, in the program itself.
#include "bus/accept_guard.hpp"

#include <atomic>
#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

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

}  // namespace trade::bus

extern "C" int accept4(int socket, sockaddr* address, socklen_t* size, int flags) {
  using namespace trade::bus;
  const int accepted = system_accept(socket, address, size, flags);
  if (accepted >= 0 || errno != EMFILE) return accepted;
  // The table of the whole system being full is known to libzmq as something that passes. Without a spare it
  // is told the same, and tries again.
  const int spare = spare_descriptor.exchange(-1);
  if (spare >= 0) {
    ::close(spare);
    const int turned_away = system_accept(socket, nullptr, nullptr, SOCK_CLOEXEC);
    if (turned_away >= 0) {
      ::close(turned_away);
      refused.fetch_add(1, std::memory_order_relaxed);
    }
  }
  keep_spare_descriptor();
  errno = spare >= 0 ? ECONNABORTED : ENFILE;
  return -1;
}
