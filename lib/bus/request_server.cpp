#include <algorithm>
#include <cerrno>
#include <string>

#include "base/assert.hpp"
#include "bus/socket_access.hpp"
#include "bus/sockets.hpp"
#include "bus/unread_replies.hpp"

namespace trade::bus {

namespace {
/// Malformed messages dropped in one call; the rest is dropped in the next, so that a flood of them does not
/// hold the caller up.
constexpr int drops_per_receive_max = 256;
/// Of a client over TCP: many a request of orders, and no more memory than the machine has to spare for
/// somebody far away.
constexpr NetworkBounds network_bounds{
    .frame_bytes_max = std::int64_t{1} << 20, .receive_messages_max = 128, .send_messages_max = 4'096};
/// How long replies that are still on their way may hold up the end of the process.
constexpr int linger_milliseconds = 1'000;

/// Whether libzmq's words for where a message came from mean a unix socket: "localhost:USER:GROUP:PROCESS",
/// in numbers, the host not always there. Of TCP they are an address in numbers, which has no three such
/// parts after a colon at its beginning, nor a name.
bool is_of_this_machine(std::string_view address) {
  constexpr std::string_view host = "localhost";
  if (address.starts_with(host)) address.remove_prefix(host.size());
  if (address.empty()) return true;
  int numbers = 0;
  while (address.starts_with(':')) {
    address.remove_prefix(1);
    const std::size_t digits = std::min(address.find_first_not_of("0123456789"), address.size());
    if (digits == 0) return false;
    address.remove_prefix(digits);
    ++numbers;
  }
  return address.empty() && numbers == 3;
}
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
  UnreadReplies unread;
  Counters counters;
  std::string sender;  ///< of the last request received
  std::uint16_t tcp_port = 0;

  /// Whether the message is from somebody who may be here, and who that is.
  bool note_sender() {
    // Without TCP nobody has a name, and there is nothing to look for in every message.
    if (tcp_port == 0) return true;
    // libzmq gives a message the name that the authenticator told it, and where it came from.
    const char* name = zmq_msg_gets(message.handle(), "User-Id");
    sender.assign(name == nullptr ? "" : name);
    if (!sender.empty()) return true;
    const char* address = zmq_msg_gets(message.handle(), "Peer-Address");
    return address == nullptr || is_of_this_machine(address);
  }
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

Status RequestServer::listen_tcp(std::string_view address, const CurveKeyPair& server_keys) {
  State& state = *state_;
  TRADE_ASSERT(state.tcp_port == 0, "a server listens on TCP once");
  try {
    protect_server(state.socket, server_keys, Purpose::requests, network_bounds);
  } catch (const zmq::error_t& error) {
    return std::unexpected(socket_error("use CURVE", error));
  }
  auto endpoint = listen_on_network(state.socket, network_endpoint(address));
  if (!endpoint) return pass_on(std::move(endpoint));
  state.tcp_port = port_of(*endpoint);
  return {};
}

std::uint16_t RequestServer::tcp_port() const {
  return state_->tcp_port;
}

std::string_view RequestServer::sender() const {
  return state_->sender;
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
    if (has_frame && answerable && !message.more() && !message.empty()) {
      if (!state_->note_sender()) {
        ++state_->counters.unnamed;
        continue;
      }
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
  if (!state_->unread.admits(client.view(), frame.size())) {
    ++counters.client_slow;
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
  if (frame.size() > UnreadReplies::small_bytes_max) {
    zmq::message_t message = state_->unread.make_message(client.view(), frame);
    do {
      result = zmq_msg_send(message.handle(), socket, ZMQ_DONTWAIT);
    } while (result < 0 && zmq_errno() == EINTR);
  } else {
    do {
      result = zmq_send(socket, frame.data(), frame.size(), ZMQ_DONTWAIT);
    } while (result < 0 && zmq_errno() == EINTR);
  }
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
