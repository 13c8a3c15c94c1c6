#include "fixd/connector.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace trade::fixd {

struct Connector::Found {
  ~Found() {
    if (addresses != nullptr) ::freeaddrinfo(addresses);
  }

  std::string host;
  std::string port;
  int error = 0;
  addrinfo* addresses = nullptr;
  std::atomic<bool> done = false;

  void look_up(int flags) {
    addrinfo hints{};
    hints.ai_flags = flags | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &addresses);
  }
};

Connector::Connector() = default;

Connector::~Connector() {
  stop();
}

void Connector::stop() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  found_.reset();
  address_ = nullptr;
  state_ = State::idle;
}

void Connector::start(const std::string& host, std::uint16_t port, std::int64_t now_ns) {
  stop();
  deadline_ns_ = now_ns + time_max_ns;
  found_ = std::make_shared<Found>();
  found_->host = host;
  found_->port = std::to_string(port);
  state_ = State::resolving;
  found_->look_up(AI_NUMERICHOST);
  if (found_->error == 0) {
    found_->done = true;
    return;
  }
  // A name server that is silent holds up this thread, and nobody else.
  std::thread([found = found_] {
    found->look_up(0);
    found->done = true;
  }).detach();
}

Connector::Outcome Connector::fail(std::string problem) {
  stop();
  problem_ = std::move(problem);
  return Outcome::failed;
}

Connector::Outcome Connector::next_address() {
  std::string problem = "it has no address";
  for (; address_ != nullptr; address_ = address_->ai_next) {
    descriptor_ = ::socket(address_->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor_ >= 0 &&
        (::connect(descriptor_, address_->ai_addr, address_->ai_addrlen) == 0 || errno == EINPROGRESS)) {
      return Outcome::waits;
    }
    problem = std::strerror(errno);
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  return fail(problem);
}

Connector::Outcome Connector::turn(std::int64_t now_ns) {
  if (state_ == State::idle) return Outcome::failed;
  if (now_ns >= deadline_ns_) return fail("no answer in time");
  if (state_ == State::resolving) {
    if (!found_->done) return Outcome::waits;
    if (found_->error != 0) return fail(::gai_strerror(found_->error));
    address_ = found_->addresses;
    state_ = State::connecting;
    return next_address();
  }
  pollfd waiting{descriptor_, POLLOUT, 0};
  if (::poll(&waiting, 1, 0) <= 0) return Outcome::waits;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) {
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return Outcome::connected;
  }
  ::close(std::exchange(descriptor_, -1));
  address_ = address_->ai_next;
  if (address_ == nullptr) return fail(std::strerror(error));
  return next_address();
}

int Connector::take() {
  const int descriptor = std::exchange(descriptor_, -1);
  stop();
  return descriptor;
}

}  // namespace trade::fixd
