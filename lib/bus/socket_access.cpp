#include "bus/socket_access.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <random>

#include <sys/epoll.h>
#include <unistd.h>

#include "base/assert.hpp"
#include "bus/accept_guard.hpp"

namespace trade::bus {

namespace {
/// Sockets of one process: two for each client connection.
constexpr int sockets_max = 8'192;
/// Connections that wait to be accepted: as many clients may connect at once.
constexpr int backlog = 1'024;
constexpr int reconnect_milliseconds = 20;
/// How long a connection over TCP may take to prove who it is.
constexpr int handshake_milliseconds = 3'000;
/// Two I/O threads, told apart by their bits: what strangers send over TCP, and the mathematics of their
/// handshakes, never stands before what this machine's own processes say to each other.
constexpr int io_threads = 2;
constexpr std::uint64_t local_io_thread = 1;
constexpr std::uint64_t network_io_thread = 2;

zmq::const_buffer buffer_of(const CurveKey& key) {
  return {key.data(), key.size()};
}

/// libzmq numbers the clients of a server from what `rand` gives, and leaves that at its seed of 1: the same
/// numbers in every process, which a client could choose for its own name (see accept_guard.cpp).
void draw_first_number() {
  static const bool drawn = [] {
    std::srand(std::random_device{}());
    return true;
  }();
  static_cast<void>(drawn);
}

void set_tcp_options(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::handshake_ivl, handshake_milliseconds);
}
}  // namespace

Context::Context() : state_(std::make_shared<State>()) {
  draw_first_number();
  state_->context.set(zmq::ctxopt::max_sockets, sockets_max);
  state_->context.set(zmq::ctxopt::io_threads, io_threads);
}

zmq::context_t& SocketAccess::context(const Context& context) {
  return context.state_->context;
}

zmq::socket_t make_socket(const Context& context, zmq::socket_type type, int receive_messages_max,
                          int send_messages_max, int linger_milliseconds) {
  zmq::socket_t socket(SocketAccess::context(context), type);
  socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(frame_bytes_max));
  socket.set(zmq::sockopt::rcvhwm, receive_messages_max);
  socket.set(zmq::sockopt::sndhwm, send_messages_max);
  socket.set(zmq::sockopt::linger, linger_milliseconds);
  socket.set(zmq::sockopt::backlog, backlog);
  socket.set(zmq::sockopt::affinity, local_io_thread);
  socket.set(zmq::sockopt::reconnect_ivl, reconnect_milliseconds);
  return socket;
}

std::string_view zap_domain_of(Purpose purpose) {
  return purpose == Purpose::requests ? "requests" : "publications";
}

void protect_server(zmq::socket_t& socket, const CurveKeyPair& server_keys, Purpose purpose,
                    const NetworkBounds& bounds) {
  // A socket's options hold for what is bound after they are set: an ipc endpoint stays without.
  socket.set(zmq::sockopt::affinity, network_io_thread);
  socket.set(zmq::sockopt::zap_domain, zap_domain_of(purpose));
  socket.set(zmq::sockopt::curve_server, true);
  socket.set(zmq::sockopt::curve_secretkey, buffer_of(server_keys.secret_key));
  socket.set(zmq::sockopt::maxmsgsize, bounds.frame_bytes_max);
  socket.set(zmq::sockopt::rcvhwm, bounds.receive_messages_max);
  socket.set(zmq::sockopt::sndhwm, bounds.send_messages_max);
  set_tcp_options(socket);
}

std::uint16_t port_of(std::string_view endpoint) {
  const std::string_view port = endpoint.substr(endpoint.rfind(':') + 1);
  std::uint16_t number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  return number;
}

Result<std::string> listen_on_network(zmq::socket_t& socket, const std::string& endpoint) {
  try {
    keep_spare_descriptor();
    limit_network_connections();
    socket.bind(endpoint);
    return socket.get(zmq::sockopt::last_endpoint);
  } catch (const zmq::error_t& error) {
    Error failure = socket_error("listen on " + endpoint, error);
    if (error.num() == EADDRINUSE) failure.hint = "choose another port, or stop what listens there";
    if (error.num() == EAFNOSUPPORT) {
      failure.hint = "the service manager allows no network: see RestrictAddressFamilies in trade.toml(5)";
    }
    return std::unexpected(std::move(failure));
  }
}

void protect_client(zmq::socket_t& socket, const RemoteSuite& remote) {
  socket.set(zmq::sockopt::curve_serverkey, buffer_of(remote.server_key));
  socket.set(zmq::sockopt::curve_publickey, buffer_of(remote.client_keys.public_key));
  socket.set(zmq::sockopt::curve_secretkey, buffer_of(remote.client_keys.secret_key));
  socket.set(zmq::sockopt::affinity, network_io_thread);
  set_tcp_options(socket);
}

Error socket_error(const std::string& what, const zmq::error_t& error) {
  const ErrorCode code = error.num() == ENOSPC ? ErrorCode::out_of_space : ErrorCode::internal;
  std::string hint;
  if (error.num() == EMFILE) hint = "raise the limit of open files ('ulimit -n')";
  return fail(code, "cannot " + what + ": " + error.what(), std::move(hint)).error();
}

Status bind_socket(zmq::socket_t& socket, Endpoints& endpoints, std::string_view daemon,
                   std::filesystem::path (Endpoints::*path_of)(std::string_view) const) {
  for (int attempt = 1;; ++attempt) {
    if (auto prepared = endpoints.prepare(); !prepared) return prepared;
    const std::filesystem::path path = (endpoints.*path_of)(daemon);
    if (Endpoints::is_listening(path)) {
      return fail(ErrorCode::internal, "another " + std::string(daemon) + " listens on " + path.string(),
                  "stop it first, or choose another home");
    }
    try {
      keep_spare_descriptor();
      socket.bind("ipc://" + path.string());
      return {};
    } catch (const zmq::error_t& error) {
      // A daemon that ended just now may have taken the directory with it.
      if (error.num() == ENOENT && attempt < 3) continue;
      return std::unexpected(socket_error("listen on " + path.string(), error));
    }
  }
}

bool receive_part(zmq::socket_t& socket, zmq::message_t& message) {
  for (;;) {
    if (zmq_msg_recv(message.handle(), socket.handle(), ZMQ_DONTWAIT) >= 0) return true;
    const int error = zmq_errno();
    if (error == EAGAIN) return false;
    TRADE_ASSERT(error == EINTR, "receiving fails only when nothing is there");
  }
}

void drop_rest(zmq::socket_t& socket, zmq::message_t& message) {
  while (message.more()) {
    if (!receive_part(socket, message)) return;
  }
}

bool wait_for(zmq_pollitem_t* items, std::size_t count, Deadline deadline) {
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  const auto milliseconds = std::clamp<long>(rest.count(), 0, 3'600'000);
  if (zmq_poll(items, static_cast<int>(count), milliseconds) >= 0) return true;
  TRADE_ASSERT(zmq_errno() == EINTR, "waiting for sockets fails only when interrupted");
  return false;
}

ConnectionMonitor::ConnectionMonitor(const Context& context, zmq::socket_t& socket, MonitorRetries told)
    : socket_(socket), events_(SocketAccess::context(context), zmq::socket_type::pair) {
  static std::atomic<std::uint64_t> next_number{1};
  const std::string address = "inproc://monitor-" + std::to_string(next_number.fetch_add(1));
  int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED;
  if (told == MonitorRetries::told) events |= ZMQ_EVENT_CONNECT_RETRIED;
  // Without a bound: at one, libzmq's thread waits in the middle of its work until somebody reads what it has
  // to tell, and with it every other socket of the process.
  events_.set(zmq::sockopt::rcvhwm, 0);
  if (zmq_socket_monitor(socket.handle(), address.c_str(), events) != 0) throw zmq::error_t();
  events_.set(zmq::sockopt::linger, 0);
  events_.connect(address);

  epoll_descriptor_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_descriptor_ < 0) throw zmq::error_t();
  for (const int descriptor : {socket.get(zmq::sockopt::fd), events_.get(zmq::sockopt::fd)}) {
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(epoll_descriptor_, EPOLL_CTL_ADD, descriptor, &event);
  }
}

ConnectionMonitor::~ConnectionMonitor() {
  zmq_socket_monitor(socket_.handle(), nullptr, 0);
  ::close(epoll_descriptor_);
}

void ConnectionMonitor::update() {
  while (receive_part(events_, message_)) {
    // A 16-bit event number and a 32-bit value, then a part with the address.
    std::uint16_t event = 0;
    if (message_.size() >= sizeof event) std::memcpy(&event, message_.data(), sizeof event);
    drop_rest(events_, message_);
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
      ++connections_;
      connected_ = true;
    } else if (event == ZMQ_EVENT_DISCONNECTED) {
      ++disconnections_;
      connected_ = false;
    } else if (event == ZMQ_EVENT_CONNECT_RETRIED) {
      ++retries_;
    }
  }
}

}  // namespace trade::bus
