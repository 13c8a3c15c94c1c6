#include <algorithm>
#include <cerrno>

#include "base/assert.hpp"
#include "bus/socket_access.hpp"
#include "bus/sockets.hpp"

namespace trade::bus {

namespace {
/// Malformed messages dropped in one call; the rest is dropped in the next, so that a flood of them does not
/// hold the caller up.
constexpr int drops_per_receive_max = 256;
/// How long replies that are still on their way may hold up the end of the process.
constexpr int linger_milliseconds = 1'000;
}  // namespace

struct RequestServer::State {
  State(const Context& shared_context, zmq::socket_t bound_socket, const Endpoints& endpoints,
        std::string_view daemon)
      : context(shared_context),
        socket(std::move(bound_socket)),
        file(endpoints, endpoints.request_path(daemon)) {}

  Context context;
  zmq::socket_t socket;
  SocketFile file;
  zmq::message_t message;
  Counters counters;
};

RequestServer::RequestServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
RequestServer::~RequestServer() = default;
RequestServer::RequestServer(RequestServer&&) noexcept = default;
RequestServer& RequestServer::operator=(RequestServer&&) noexcept = default;

Result<RequestServer> RequestServer::bind(const Context& context, Endpoints& endpoints,
                                          std::string_view daemon) {
  try {
    auto socket = make_socket(context, zmq::socket_type::router, request_receive_messages_max,
                              reply_send_messages_max, linger_milliseconds);
    // A reply that cannot be delivered is then told to us, so that it can be counted.
    socket.set(zmq::sockopt::router_mandatory, true);
    auto bound = bind_socket(socket, endpoints, daemon, &Endpoints::request_path);
    if (!bound) return pass_on(std::move(bound));
    return RequestServer(std::make_unique<State>(context, std::move(socket), endpoints, daemon));
  } catch (const zmq::error_t& error) {
    return std::unexpected(socket_error("open a socket", error));
  }
}

bool RequestServer::receive(ClientIdentity& client, Frame& frame) {
  zmq::socket_t& socket = state_->socket;
  zmq::message_t& message = state_->message;
  for (int dropped = 0; dropped < drops_per_receive_max; ++dropped) {
    if (!receive_part(socket, message)) return false;
    const std::size_t identity_size = message.size();
    const bool answerable = identity_size <= ClientIdentity::bytes_max;
    if (answerable) {
      // Wholly, so that equal identities compare equal.
      client.bytes_ = {};
      std::copy_n(static_cast<const char*>(message.data()), identity_size, client.bytes_.data());
      client.size_ = static_cast<std::uint8_t>(identity_size);
    }
    // The parts of a message arrive together, so this one is there if it exists at all.
    const bool has_frame = message.more() && receive_part(socket, message);
    if (has_frame && answerable && !message.more() && message.size() != 0) {
      frame.assign(message.data(), message.size());
      ++state_->counters.received;
      return true;
    }
    drop_rest(socket, message);
    ++state_->counters.malformed;
  }
  return false;
}

bool RequestServer::send(const ClientIdentity& client, Bytes frame) {
  Counters& counters = state_->counters;
  if (frame.size() > frame_bytes_max) {
    ++counters.too_large;
    return false;
  }
  void* socket = state_->socket.handle();
  int result = 0;
  do {
    result = zmq_send(socket, client.bytes_.data(), client.size_, ZMQ_SNDMORE | ZMQ_DONTWAIT);
  } while (result < 0 && zmq_errno() == EINTR);
  if (result < 0) {
    ++(zmq_errno() == EAGAIN ? counters.client_slow : counters.client_gone);
    return false;
  }
  do {
    result = zmq_send(socket, frame.data(), frame.size(), ZMQ_DONTWAIT);
  } while (result < 0 && zmq_errno() == EINTR);
  TRADE_ASSERT(result >= 0, "a message whose first part was taken is taken whole");
  ++counters.sent;
  return true;
}

const RequestServer::Counters& RequestServer::counters() const {
  return state_->counters;
}

void* RequestServer::native_handle() const {
  return state_->socket.handle();
}

}  // namespace trade::bus
