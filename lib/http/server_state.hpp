// Inside lib/http only: what the server's parts share.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/loop_state.hpp"
#include "http/server.hpp"
#include "http/tls_state.hpp"

namespace trade::http {

using tcp = asio::ip::tcp;

/// A connection, as the server knows it.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Ends it as soon as what it is doing is done.
  virtual void finish() = 0;
};

/// Whose connection it is, as one client can have it: an IPv4 address, or an IPv6 network of 64 bits.
std::string client_of(const tcp::socket& socket);

struct Acceptor {
  tcp::acceptor acceptor;
  std::optional<TlsContext> tls;
};

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(Loop& event_loop, ServerOptions server_options, RequestHandler request_handler)
      : loop(event_loop), options(server_options), handler(std::move(request_handler)) {}

  void accept(const std::shared_ptr<Acceptor>& acceptor);
  void take(tcp::socket socket, const std::optional<TlsContext>& tls);

  Loop& loop;
  ServerOptions options;
  RequestHandler handler;
  Counters counters;
  bool stopping = false;
  std::vector<std::shared_ptr<Acceptor>> acceptors;
  std::unordered_set<Connection*> connections;
  std::map<std::string, std::size_t, std::less<>> connections_of_client;
};

/// Counts a connection for as long as it stands.
class ConnectionCount {
 public:
  ConnectionCount(std::shared_ptr<Server::State> server, Connection* connection, const tcp::socket& socket);
  ~ConnectionCount();
  ConnectionCount(const ConnectionCount&) = delete;
  ConnectionCount& operator=(const ConnectionCount&) = delete;

  [[nodiscard]] Server::State& server() const { return *server_; }
  [[nodiscard]] const std::shared_ptr<Server::State>& shared() const { return server_; }

 private:
  std::shared_ptr<Server::State> server_;
  Connection* connection_;
  std::string client_;
};

/// Begins to serve a connection.
void serve_plain(const std::shared_ptr<Server::State>& server, tcp::socket socket);
void serve_tls(const std::shared_ptr<Server::State>& server, tcp::socket socket, const TlsContext& tls);

}  // namespace trade::http
