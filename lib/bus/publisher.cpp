#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/assert.hpp"
#include "bus/confirmation.hpp"
#include "bus/socket_access.hpp"
#include "bus/sockets.hpp"
#include "bus/topics.hpp"

namespace trade::bus {

namespace {

/// Distinct topics that are remembered. Beyond it every topic counts as wanted, which is only less thrifty,
/// and new topics go unnumbered, so that gaps in them are not seen.
constexpr std::size_t topics_max = std::size_t{1} << 20;
/// Distinct prefixes of topics that are remembered, with the same consequence.
constexpr std::size_t subscribed_prefixes_max = 64;
/// Publications after which subscriptions are looked at even if nobody calls process_subscriptions.
constexpr std::uint64_t publications_per_look = 256;

/// Of a subscriber over TCP, who sends subscriptions alone, after a handshake of which a part has 350 bytes.
constexpr NetworkBounds network_bounds{.frame_bytes_max = 1'024,
                                       .receive_messages_max = 1'024,
                                       .send_messages_max = network_publication_messages_max};
/// Distinct subscriptions over TCP from which on they are a burden: every symbol of the country's exchanges
/// comes to a third of it.
constexpr std::size_t network_subscriptions_max = 100'000;
/// A port that was listened on is free for the next only a moment after it was given up.
constexpr int rebind_attempts_max = 100;
constexpr std::chrono::milliseconds unbind_time{100};
constexpr std::chrono::milliseconds rebind_interval{2};

/// A topic as it is sent, with the number of the publication.
std::string_view numbered(std::string& buffer, std::string_view topic, std::uint64_t number) {
  buffer.assign(topic);
  buffer.append(reinterpret_cast<const char*>(&number), sizeof number);
  return buffer;
}

/// What the subscribers of one socket want.
class Subscriptions {
 public:
  void add(std::string_view topic) {
    if (topic.ends_with(topic_end)) {
      if (topics_.size() < topics_max)
        topics_.emplace(topic);
      else
        everything_ = true;
    } else {
      if (prefixes_.size() < subscribed_prefixes_max)
        prefixes_.emplace_back(topic);
      else
        everything_ = true;
    }
  }

  void remove(std::string_view topic) {
    if (topic.ends_with(topic_end)) {
      if (const auto found = topics_.find(topic); found != topics_.end()) topics_.erase(found);
    } else if (const auto found = std::ranges::find(prefixes_, topic); found != prefixes_.end()) {
      prefixes_.erase(found);
    }
  }

  [[nodiscard]] bool want(std::string_view topic) const {
    if (everything_ || topics_.contains(topic)) return true;
    if (!topic.ends_with(topic_end) && !topics_.empty()) return true;
    return std::ranges::any_of(prefixes_, [&](const std::string& prefix) {
      return topic.starts_with(prefix) || prefix.starts_with(topic);
    });
  }

 private:
  std::unordered_set<std::string, TextHash, std::equal_to<>> topics_;
  std::vector<std::string> prefixes_;
  bool everything_ = false;
};

/// A socket that publishes, and what is subscribed to on it.
class Outlet {
 public:
  explicit Outlet(zmq::socket_t socket) : socket_(std::move(socket)) {}

  [[nodiscard]] zmq::socket_t& socket() { return socket_; }
  [[nodiscard]] void* handle() { return socket_.handle(); }
  [[nodiscard]] bool wanted(std::string_view topic) const { return subscriptions_.want(topic); }
  /// Distinct topics and prefixes, those that only ask for a confirmation included.
  [[nodiscard]] std::size_t subscriptions() const { return count_; }

  void process_subscriptions() {
    while (receive_part(socket_, message_)) {
      const std::string_view text(static_cast<const char*>(message_.data()), message_.size());
      const bool whole = !message_.more();
      if (whole && text.starts_with('\1')) subscribe(text.substr(1));
      if (whole && text.starts_with('\0')) unsubscribe(text.substr(1));
      drop_rest(socket_, message_);
    }
  }

  void send(std::string_view numbered_topic, const void* bytes, std::size_t size) {
    send_part(numbered_topic.data(), numbered_topic.size(), ZMQ_SNDMORE);
    send_part(bytes, size, 0);
  }

 private:
  void subscribe(std::string_view topic) {
    ++count_;
    if (!topic.starts_with(confirmation_prefix)) {
      subscriptions_.add(topic);
    } else if (topic.size() <= confirmation_topic_bytes_max) {
      send(numbered(confirmation_, topic, 0), topic.data(), topic.size());
    }
  }

  void unsubscribe(std::string_view topic) {
    if (count_ > 0) --count_;
    subscriptions_.remove(topic);
  }

  void send_part(const void* bytes, std::size_t size, int flags) {
    // A publisher takes everything at once, and drops what a subscriber has no room for.
    while (zmq_send(socket_.handle(), bytes, size, flags | ZMQ_DONTWAIT) < 0) {
      TRADE_ASSERT(zmq_errno() == EINTR, "publishing fails only when interrupted");
    }
  }

  zmq::socket_t socket_;
  zmq::message_t message_;
  Subscriptions subscriptions_;
  std::string confirmation_;
  std::size_t count_ = 0;
};

}  // namespace

struct Publisher::State {
  State(const Context& shared_context, zmq::socket_t bound_socket, const Endpoints& endpoints,
        std::string_view daemon)
      : context(shared_context),
        local(std::move(bound_socket)),
        file(endpoints, endpoints.publication_path(daemon)) {}

  Context context;
  Outlet local;
  SocketFile file;
  std::optional<Outlet> network;
  std::string network_at;  ///< the endpoint that is listened on; empty: none
  std::uint16_t tcp_port = 0;
  std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>>
      numbers;  ///< last one of each topic
  std::string topic_frame;
  std::uint64_t published = 0;

  /// The number of the next publication on a topic, from 1; zero where topics are too many to be numbered.
  std::uint64_t next_number(std::string_view topic) {
    if (const auto found = numbers.find(topic); found != numbers.end()) return ++found->second;
    if (numbers.size() >= topics_max) return 0;
    numbers.emplace(topic, 1);
    return 1;
  }
};

Publisher::Publisher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Publisher::~Publisher() = default;
Publisher::Publisher(Publisher&&) noexcept = default;
Publisher& Publisher::operator=(Publisher&&) noexcept = default;

Result<Publisher> Publisher::bind(const Context& context, Endpoints& endpoints, std::string_view daemon) {
  try {
    // XPUB is PUB that lets us see the subscriptions.
    auto socket =
        make_socket(context, zmq::socket_type::xpub, publication_messages_max, publication_messages_max, 0);
    auto bound = bind_socket(socket, endpoints, daemon, &Endpoints::publication_path);
    if (!bound) return pass_on(std::move(bound));
    return Publisher(std::make_unique<State>(context, std::move(socket), endpoints, daemon));
  } catch (const zmq::error_t& error) {
    return std::unexpected(socket_error("open a socket", error));
  }
}

void Publisher::publish(std::string_view topic, Bytes frame) {
  TRADE_ASSERT(frame.size() <= frame_bytes_max, "publications are bounded by whoever makes them");
  TRADE_ASSERT(topic.ends_with(topic_end), "a topic ends where no other topic goes on");
  if (state_->published++ % publications_per_look == 0) process_subscriptions();
  State& state = *state_;
  const std::string_view first = numbered(state.topic_frame, topic, state.next_number(topic));
  state.local.send(first, frame.data(), frame.size());
  // What goes over TCP is encrypted for each subscriber: it is worth to look whether there is one.
  if (state.network && state.network->wanted(topic)) state.network->send(first, frame.data(), frame.size());
}

bool Publisher::wanted(std::string_view topic) const {
  return state_->local.wanted(topic) || (state_->network && state_->network->wanted(topic));
}

void Publisher::process_subscriptions() {
  state_->local.process_subscriptions();
  if (state_->network) state_->network->process_subscriptions();
}

Status Publisher::listen_tcp(std::string_view address, const CurveKeyPair& server_keys) {
  State& state = *state_;
  TRADE_ASSERT(!state.network, "a publisher listens on TCP once");
  try {
    auto socket = make_socket(state.context, zmq::socket_type::xpub, network_bounds.receive_messages_max,
                              network_bounds.send_messages_max, 0);
    protect_server(socket, server_keys, Purpose::publications, network_bounds);
    auto endpoint = listen_on_network(socket, network_endpoint(address));
    if (!endpoint) return pass_on(std::move(endpoint));
    state.network_at = std::move(*endpoint);
    state.tcp_port = port_of(state.network_at);
    state.network.emplace(std::move(socket));
    return {};
  } catch (const zmq::error_t& error) {
    return std::unexpected(socket_error("open a socket", error));
  }
}

std::uint16_t Publisher::tcp_port() const {
  return state_->tcp_port;
}

Status Publisher::disconnect_network() {
  State& state = *state_;
  if (!state.network) return {};
  zmq::socket_t& socket = state.network->socket();
  try {
    // With the listener go the connections that it has taken. It is gone already where the call before
    // failed.
    socket.unbind(state.network_at);
  } catch (const zmq::error_t& error) {
    if (error.num() != ENOENT) return std::unexpected(socket_error("stop listening", error));
  }
  // libzmq ends the listener and its connections in its own time. A subscriber that came back before that was
  // done was seen to hang in its handshake; refused for so long, it tries again.
  std::this_thread::sleep_for(unbind_time);
  for (int attempt = 1;; ++attempt) {
    auto endpoint = listen_on_network(socket, state.network_at);
    if (endpoint) return {};
    if (attempt == rebind_attempts_max) return pass_on(std::move(endpoint));
    std::this_thread::sleep_for(rebind_interval);
  }
}

bool Publisher::network_overburdened() const {
  return state_->network && state_->network->subscriptions() > network_subscriptions_max;
}

std::uint64_t Publisher::published() const {
  return state_->published;
}

void* Publisher::native_handle() const {
  return state_->local.handle();
}

}  // namespace trade::bus
