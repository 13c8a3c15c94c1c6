// Inside lib/bus only: the sockets' common ground, the one place that sees cppzmq's types.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <zmq.hpp>

#include "bus/sockets.hpp"

namespace trade::bus {

struct Context::State {
  zmq::context_t context;
};

struct SocketAccess {
  static zmq::context_t& context(const Context& context);
};

/// A socket with the options that all have in common. Throws zmq::error_t.
zmq::socket_t make_socket(const Context& context, zmq::socket_type type, int receive_messages_max,
                          int send_messages_max, int linger_milliseconds);

/// What a socket that listens on TCP is for, as the authenticator is told it.
std::string_view zap_domain_of(Purpose purpose);

/// What a client over TCP may have waiting at a socket of ours.
struct NetworkBounds {
  std::int64_t frame_bytes_max = 0;
  int receive_messages_max = 0;
  int send_messages_max = 0;
};

/// What the socket binds from here on takes only clients that prove to have a key, and that the context's
/// authenticator lets in; libzmq lets all of them in where there is none. Throws zmq::error_t.
void protect_server(zmq::socket_t& socket, const CurveKeyPair& server_keys, Purpose purpose,
                    const NetworkBounds& bounds);
/// Binds such a socket to "tcp://127.0.0.1:9001"; the endpoint that it got, where the port is never 0. Too
/// many connections in a short time are turned away before they are looked at.
Result<std::string> listen_on_network(zmq::socket_t& socket, const std::string& endpoint);
/// The port in such an endpoint.
std::uint16_t port_of(std::string_view endpoint);
/// What "127.0.0.1:9001" is called as an endpoint.
inline std::string network_endpoint(std::string_view address) {
  return "tcp://" + std::string(address);
}
/// The other side: the socket talks with whoever has the remote suite's server key, and with nobody else.
void protect_client(zmq::socket_t& socket, const RemoteSuite& remote);

/// An exception of cppzmq as an error: "cannot WHAT: why".
Error socket_error(const std::string& what, const zmq::error_t& error);

/// The file of a bound socket, taken away when this is: libzmq leaves it. To be destroyed before the socket,
/// as long as nobody else can have bound one in its place.
class SocketFile {
 public:
  SocketFile(const Endpoints& endpoints, std::filesystem::path path)
      : endpoints_(endpoints), path_(std::move(path)) {}
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  ~SocketFile() { endpoints_.remove_socket(path_); }

 private:
  Endpoints endpoints_;
  std::filesystem::path path_;
};

/// Binds to one of the endpoints' paths, in a prepared directory. A socket file left by a killed process is
/// replaced; fails when a living process listens there, since binding would take its socket away unseen.
Status bind_socket(zmq::socket_t& socket, Endpoints& endpoints, std::string_view daemon,
                   std::filesystem::path (Endpoints::*path_of)(std::string_view) const);

/// Receives into `message`; false when there is nothing. Signals do not disturb it.
bool receive_part(zmq::socket_t& socket, zmq::message_t& message);
/// Receives and forgets the parts that follow `message` in the same multipart message.
void drop_rest(zmq::socket_t& socket, zmq::message_t& message);

/// Waits until one of the items is ready or the deadline. False when a signal ended it early.
bool wait_for(zmq_pollitem_t* items, std::size_t count, Deadline deadline);

/// Lets maps of strings be searched by view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Whether attempts to connect that fail are told of.
enum class MonitorRetries : bool { untold, told };

/// Watches the connections of one connecting socket.
class ConnectionMonitor {
 public:
  /// Must be made before the socket connects. `told`: what happens again and again while nobody listens is
  /// told to those who want it; the others need not call `update` for its sake. Throws zmq::error_t.
  ConnectionMonitor(const Context& context, zmq::socket_t& socket, MonitorRetries told);
  ~ConnectionMonitor();
  ConnectionMonitor(const ConnectionMonitor&) = delete;
  ConnectionMonitor& operator=(const ConnectionMonitor&) = delete;

  /// Takes note of what has happened since the last call.
  void update();
  [[nodiscard]] std::uint64_t connections() const { return connections_; }
  [[nodiscard]] std::uint64_t disconnections() const { return disconnections_; }
  /// Attempts to connect that failed and are made again.
  [[nodiscard]] std::uint64_t retries() const { return retries_; }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] void* handle() { return events_.handle(); }
  /// Readable when the socket or its connection may have changed.
  [[nodiscard]] int file_descriptor() const { return epoll_descriptor_; }

 private:
  zmq::socket_t& socket_;
  zmq::socket_t events_;
  zmq::message_t message_;
  int epoll_descriptor_ = -1;
  std::uint64_t connections_ = 0;
  std::uint64_t disconnections_ = 0;
  std::uint64_t retries_ = 0;
  bool connected_ = false;
};

}  // namespace trade::bus
