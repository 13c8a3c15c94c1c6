#include "fixd/line.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/log.hpp"

namespace trade::fixd {

Line::~Line() {
  ::close(descriptor_);
}

void Line::send(const std::string& bytes) {
  if (broken_ || closing_) return;
  if (tls_) {
    if (!tls_->send(bytes)) broken_ = true;
    unsent_ += tls_->take_outgoing();
  } else {
    unsent_ += bytes;
  }
  if (unsent_.size() > unsent_bytes_max) broken_ = true;
}

void Line::disconnect() {
  if (closing_) return;
  closing_ = true;
  if (!tls_) return;
  tls_->close();
  unsent_ += tls_->take_outgoing();
}

void Line::begin() {
  if (tls_) unsent_ += tls_->take_outgoing();
}

bool Line::take(const char* bytes, std::size_t size) {
  if (!tls_) return framer_.add(bytes, size);
  std::string plain;
  const bool goes_on = tls_->receive({bytes, size}, plain);
  if (!closing_) unsent_ += tls_->take_outgoing();
  // A peer that closed its side may have said something before; the end of its line comes by itself.
  if (!goes_on && !tls_->problem().empty() && !closing_) {
    problem_ = "TLS: " + tls_->problem();
    spdlog::info("{}: {}", address_, problem_);
    closing_ = true;  // with the last word, which says why
  }
  return framer_.add(plain.data(), plain.size());
}

bool Line::read() {
  std::array<char, 64 << 10> buffer;
  const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count > 0) {
    if (!take(buffer.data(), static_cast<std::size_t>(count))) broken_ = true;
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    broken_ = true;
  }
  return !broken_;
}

void Line::flush() {
  std::size_t sent = 0;
  while (!broken_ && sent < unsent_.size()) {
    const ssize_t count =
        ::send(descriptor_, unsent_.data() + sent, unsent_.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      broken_ = true;
    }
  }
  unsent_.erase(0, sent);
}

int listen_on(const std::string& where, std::string& problem) {
  const std::size_t colon = where.rfind(':');
  if (colon == std::string::npos) {
    problem = "it is not ADDRESS:PORT";
    return -1;
  }
  std::string host = where.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), where.substr(colon + 1).c_str(), &hints, &found);
      error != 0) {
    problem = gai_strerror(error);
    return -1;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  const int descriptor = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (descriptor >= 0) ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (descriptor < 0 || ::bind(descriptor, found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(descriptor, 64) != 0) {
    problem = std::strerror(errno);
    if (descriptor >= 0) ::close(descriptor);
    return -1;
  }
  return descriptor;
}

int port_of(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXSERV> port{};
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      ::getnameinfo(reinterpret_cast<sockaddr*>(&address), size, nullptr, 0, port.data(), port.size(),
                    NI_NUMERICSERV) != 0) {
    return 0;
  }
  return std::atoi(port.data());
}

int accept_from(int listener, std::string& address) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  const int descriptor =
      ::accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) return -1;
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::array<char, NI_MAXHOST> host{};
  ::getnameinfo(reinterpret_cast<sockaddr*>(&peer), size, host.data(), host.size(), nullptr, 0,
                NI_NUMERICHOST);
  address = host.data();
  return descriptor;
}

}  // namespace trade::fixd
