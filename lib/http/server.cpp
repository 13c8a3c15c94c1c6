#include "http/server.hpp"

#include <algorithm>
#include <charconv>

#include "http/client_address.hpp"
#include "http/server_state.hpp"

namespace trade::http {

namespace {

/// After accepting failed (no descriptors left), the next attempt waits so long.
constexpr std::chrono::milliseconds accept_pause{50};

Result<tcp::endpoint> parse_address(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  std::string_view host = address.substr(0, colon);
  std::uint16_t port = 0;
  const std::string_view digits = colon == std::string_view::npos ? "" : address.substr(colon + 1);
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto ip = asio::ip::make_address(host, error);
  if (error || digits.empty() || bad != std::errc() || end != digits.data() + digits.size()) {
    return fail(ErrorCode::usage, "'" + std::string(address) + "' is no address to listen at",
                "give an IP address and a port, such as 127.0.0.1:8080");
  }
  return tcp::endpoint(ip, port);
}

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace

bool is_loopback(std::string_view address) {
  const auto endpoint = parse_address(address);
  return endpoint && endpoint->address().is_loopback();
}

std::string client_of(const tcp::socket& socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  return client_of_address(endpoint.address().to_string());
}

ConnectionCount::ConnectionCount(std::shared_ptr<Server::State> server, Connection* connection,
                                 const tcp::socket& socket)
    : server_(std::move(server)), connection_(connection), client_(client_of(socket)) {
  ++server_->counters.connections_open;
  server_->connections.insert(connection_);
  ++server_->connections_of_client[client_];
}

ConnectionCount::~ConnectionCount() {
  --server_->counters.connections_open;
  server_->connections.erase(connection_);
  const auto of_client = server_->connections_of_client.find(client_);
  if (--of_client->second == 0) server_->connections_of_client.erase(of_client);
}

void Server::State::accept(const std::shared_ptr<Acceptor>& acceptor) {
  acceptor->acceptor.async_accept(
      [self = shared_from_this(), acceptor](const boost::system::error_code& error, tcp::socket socket) {
        if (self->stopping || error == asio::error::operation_aborted) return;
        if (error) {
          auto timer = std::make_shared<asio::steady_timer>(self->loop.state().context, accept_pause);
          timer->async_wait([self, acceptor, timer](const boost::system::error_code& cancelled) {
            if (!cancelled && !self->stopping) self->accept(acceptor);
          });
          return;
        }
        self->take(std::move(socket), acceptor->tls);
        self->accept(acceptor);
      });
}

void Server::State::take(tcp::socket socket, const std::optional<TlsContext>& tls) {
  ++counters.connections_accepted;
  const auto of_client = connections_of_client.find(client_of(socket));
  const std::size_t held = of_client == connections_of_client.end() ? 0 : of_client->second;
  // One client does not keep the others out.
  if (connections.size() >= options.connections_max || held >= (options.connections_max + 1) / 2) {
    ++counters.connections_refused;
    return;
  }
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (tls) {
    serve_tls(shared_from_this(), std::move(socket), *tls);
  } else {
    serve_plain(shared_from_this(), std::move(socket));
  }
}

Server::Server(Loop& loop, ServerOptions options, RequestHandler handler)
    : state_(std::make_shared<State>(loop, options, std::move(handler))) {}

Server::~Server() {
  stop();
}

Result<std::string> Server::listen(std::string_view address, const std::optional<TlsContext>& tls) {
  const auto endpoint = parse_address(address);
  if (!endpoint) return std::unexpected(endpoint.error());
  auto acceptor = std::make_shared<Acceptor>(tcp::acceptor(state_->loop.state().context), tls);
  boost::system::error_code error;
  acceptor->acceptor.open(endpoint->protocol(), error);
  if (!error) acceptor->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->acceptor.bind(*endpoint, error);
  if (!error) acceptor->acceptor.listen(asio::socket_base::max_listen_connections, error);
  const tcp::endpoint bound = error ? *endpoint : acceptor->acceptor.local_endpoint(error);
  if (error) {
    return fail(ErrorCode::internal, "cannot listen at " + std::string(address) + ": " + error.message(),
                "free the port, or choose another address in the configuration");
  }
  state_->acceptors.push_back(acceptor);
  state_->accept(acceptor);
  return text_of(bound);
}

void Server::stop() {
  if (state_->stopping) return;
  state_->stopping = true;
  boost::system::error_code ignored;
  for (const auto& acceptor : state_->acceptors)
    acceptor->acceptor.close(ignored);
  // Finishing one may end it, and so change the set.
  const std::vector<Connection*> connections(state_->connections.begin(), state_->connections.end());
  for (Connection* connection : connections) {
    if (state_->connections.contains(connection)) connection->finish();
  }
}

const Server::Counters& Server::counters() const {
  return state_->counters;
}

}  // namespace trade::http
