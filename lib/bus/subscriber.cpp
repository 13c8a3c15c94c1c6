#include <cstring>
#include <functional>
#include <random>
#include <unordered_map>
#include <utility>

#include "bus/confirmation.hpp"
#include "bus/socket_access.hpp"
#include "bus/sockets.hpp"

namespace trade::bus {

namespace {
/// Publications after which the connection is looked at although more are there.
constexpr std::uint64_t publications_per_look = 64;
/// Messages dropped or used up inside one call of receive.
constexpr int skips_per_receive_max = 256;
/// Topics in which gaps are looked for; in those beyond, none is seen.
constexpr std::size_t topics_max = std::size_t{1} << 20;
/// A remote publisher is connected to again after so long, then after twice as long each time: it may not let
/// us in, and a handshake costs it something.
constexpr int remote_reconnect_milliseconds = 100;
constexpr int remote_reconnect_milliseconds_max = 5'000;
}  // namespace

struct Subscriber::State {
  State(const Context& shared_context, const Endpoints& endpoints, std::string_view daemon)
      : context(shared_context),
        socket(make_socket(context, zmq::socket_type::sub, publication_messages_max, publication_messages_max,
                           0)),
        monitor(context, socket, MonitorRetries::untold) {
    std::random_device random;
    token_number = (std::uint64_t{random()} << 32) | random();
    if (endpoints.remote() != nullptr) {
      protect_client(socket, *endpoints.remote());
      socket.set(zmq::sockopt::reconnect_ivl, remote_reconnect_milliseconds);
      socket.set(zmq::sockopt::reconnect_ivl_max, remote_reconnect_milliseconds_max);
    }
    socket.connect(endpoints.publication_address(daemon));
  }

  /// Notices connections that came and went. A wanted confirmation is asked for once there is a connection,
  /// so that it arrives after the subscriptions that libzmq sends on connecting.
  void update() {
    const std::uint64_t connections_before = monitor.connections();
    monitor.update();
    if (monitor.connections() != connections_before) {
      // A publisher that was started anew numbers from 1 again, and what was missed meanwhile is known to
      // whoever looks at connections().
      numbers.clear();
      if (!token.empty()) forget_token();
    }
    if (confirmation_wanted && token.empty() && monitor.connected()) {
      token = std::string(confirmation_prefix) + std::to_string(++token_number);
      socket.set(zmq::sockopt::subscribe, token);
    }
  }

  void forget_token() {
    socket.set(zmq::sockopt::unsubscribe, token);
    token.clear();
  }

  void take_confirmation(std::string_view topic) {
    if (topic != token) return;
    forget_token();
    confirmation_wanted = false;
    ++confirmations;
  }

  /// How many publications are missing between the last one on this topic and this one.
  std::uint64_t gap_before(std::string_view topic, std::uint64_t number) {
    if (number == 0) return 0;
    const auto found = numbers.find(topic);
    if (found == numbers.end()) {
      if (numbers.size() < topics_max) numbers.emplace(topic, number);
      return 0;
    }
    const std::uint64_t last = std::exchange(found->second, number);
    return number > last ? number - last - 1 : 0;
  }

  Context context;
  zmq::socket_t socket;
  ConnectionMonitor monitor;
  zmq::message_t message;
  std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>>
      numbers;  ///< last one of each topic
  std::uint64_t missed = 0;
  std::uint64_t token_number = 0;
  std::string token;  ///< the topic on which a confirmation is awaited; empty: none
  bool confirmation_wanted = false;
  std::uint64_t confirmations = 0;
  std::uint64_t received = 0;
  std::uint64_t malformed = 0;
};

Subscriber::Subscriber(std::unique_ptr<State> state) : state_(std::move(state)) {}
Subscriber::~Subscriber() = default;
Subscriber::Subscriber(Subscriber&&) noexcept = default;
Subscriber& Subscriber::operator=(Subscriber&&) noexcept = default;

Result<Subscriber> Subscriber::connect(const Context& context, const Endpoints& endpoints,
                                       std::string_view daemon) {
  if (endpoints.remote() != nullptr && endpoints.publication_address(daemon).empty()) {
    return fail(ErrorCode::usage,
                std::string(daemon) + " has no address in [publications] of the connection's profile",
                "the suite's owner can have it stream over the network: tcp_publish in trade.toml(5)");
  }
  if (auto checked = endpoints.check(); !checked) return pass_on(std::move(checked));
  try {
    return Subscriber(std::make_unique<State>(context, endpoints, daemon));
  } catch (const zmq::error_t& error) {
    return std::unexpected(socket_error("subscribe to " + std::string(daemon), error));
  }
}

void Subscriber::subscribe(std::string_view topic) {
  state_->socket.set(zmq::sockopt::subscribe, topic);
}

void Subscriber::unsubscribe(std::string_view topic) {
  state_->socket.set(zmq::sockopt::unsubscribe, topic);
}

void Subscriber::request_confirmation() {
  State& state = *state_;
  if (!state.token.empty()) state.forget_token();
  state.confirmation_wanted = true;
  state.update();
}

std::uint64_t Subscriber::confirmations() const {
  return state_->confirmations;
}
std::uint64_t Subscriber::connections() const {
  return state_->monitor.connections();
}
bool Subscriber::connected() const {
  return state_->monitor.connected();
}

bool Subscriber::receive(Frame& topic, Frame& frame) {
  State& state = *state_;
  if (state.received++ % publications_per_look == 0) state.update();
  for (int skipped = 0; skipped < skips_per_receive_max; ++skipped) {
    if (!receive_part(state.socket, state.message)) {
      state.update();
      return false;
    }
    // The topic is followed by the publication's number.
    std::uint64_t number = 0;
    const std::string_view first(static_cast<const char*>(state.message.data()), state.message.size());
    const bool numbered = first.size() >= sizeof number;
    if (numbered) {
      std::memcpy(&number, first.data() + first.size() - sizeof number, sizeof number);
      topic.assign(first.data(), first.size() - sizeof number);
    }
    const bool has_frame = state.message.more() && receive_part(state.socket, state.message);
    if (!numbered || !has_frame || state.message.more()) {
      drop_rest(state.socket, state.message);
      ++state.malformed;
    } else if (topic.text().starts_with(confirmation_prefix)) {
      state.take_confirmation(topic.text());
    } else {
      frame.assign(state.message.data(), state.message.size());
      state.missed = state.gap_before(topic.text(), number);
      return true;
    }
  }
  return false;
}

std::uint64_t Subscriber::missed() const {
  return state_->missed;
}

bool Subscriber::wait(Deadline deadline) {
  State& state = *state_;
  state.update();
  zmq_pollitem_t items[] = {{state.socket.handle(), 0, ZMQ_POLLIN, 0},
                            {state.monitor.handle(), 0, ZMQ_POLLIN, 0}};
  return wait_for(items, 2, deadline);
}

std::uint64_t Subscriber::malformed() const {
  return state_->malformed;
}

int Subscriber::file_descriptor() const {
  return state_->monitor.file_descriptor();
}

void* Subscriber::native_handle() const {
  return state_->socket.handle();
}

}  // namespace trade::bus
