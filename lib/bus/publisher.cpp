#include <algorithm>
#include <cerrno>
#include <functional>
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

}  // namespace

struct Publisher::State {
  State(const Context& shared_context, zmq::socket_t bound_socket, const Endpoints& endpoints,
        std::string_view daemon)
      : context(shared_context),
        socket(std::move(bound_socket)),
        file(endpoints, endpoints.publication_path(daemon)) {}

  Context context;
  zmq::socket_t socket;
  SocketFile file;
  zmq::message_t message;
  std::unordered_set<std::string, TextHash, std::equal_to<>> topics;
  std::vector<std::string> prefixes;
  std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>>
      numbers;  ///< last one of each topic
  std::string topic_frame;
  bool everything_wanted = false;
  std::uint64_t published = 0;

  void subscribe(std::string_view topic) {
    if (topic.starts_with(confirmation_prefix)) {
      if (topic.size() <= confirmation_topic_bytes_max) send(topic, 0, topic.data(), topic.size());
    } else if (topic.ends_with(topic_end)) {
      if (topics.size() < topics_max)
        topics.emplace(topic);
      else
        everything_wanted = true;
    } else {
      if (prefixes.size() < subscribed_prefixes_max)
        prefixes.emplace_back(topic);
      else
        everything_wanted = true;
    }
  }

  void unsubscribe(std::string_view topic) {
    if (topic.ends_with(topic_end)) {
      if (const auto found = topics.find(topic); found != topics.end()) topics.erase(found);
    } else if (const auto found = std::ranges::find(prefixes, topic); found != prefixes.end()) {
      prefixes.erase(found);
    }
  }

  /// The number of the next publication on a topic, from 1; zero where topics are too many to be numbered.
  std::uint64_t next_number(std::string_view topic) {
    if (const auto found = numbers.find(topic); found != numbers.end()) return ++found->second;
    if (numbers.size() >= topics_max) return 0;
    numbers.emplace(topic, 1);
    return 1;
  }

  void send(std::string_view topic, std::uint64_t number, const void* bytes, std::size_t size) {
    topic_frame.assign(topic);
    topic_frame.append(reinterpret_cast<const char*>(&number), sizeof number);
    send_part(topic_frame.data(), topic_frame.size(), ZMQ_SNDMORE);
    send_part(bytes, size, 0);
  }

  void send_part(const void* bytes, std::size_t size, int flags) {
    // A publisher takes everything at once, and drops what a subscriber has no room for.
    while (zmq_send(socket.handle(), bytes, size, flags | ZMQ_DONTWAIT) < 0) {
      TRADE_ASSERT(zmq_errno() == EINTR, "publishing fails only when interrupted");
    }
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
  state_->send(topic, state_->next_number(topic), frame.data(), frame.size());
}

bool Publisher::wanted(std::string_view topic) const {
  const State& state = *state_;
  if (state.everything_wanted || state.topics.contains(topic)) return true;
  if (!topic.ends_with(topic_end) && !state.topics.empty()) return true;
  return std::ranges::any_of(state.prefixes, [&](const std::string& prefix) {
    return topic.starts_with(prefix) || prefix.starts_with(topic);
  });
}

void Publisher::process_subscriptions() {
  State& state = *state_;
  while (receive_part(state.socket, state.message)) {
    const std::string_view text(static_cast<const char*>(state.message.data()), state.message.size());
    const bool whole = !state.message.more();
    if (whole && text.starts_with('\1')) state.subscribe(text.substr(1));
    if (whole && text.starts_with('\0')) state.unsubscribe(text.substr(1));
    drop_rest(state.socket, state.message);
  }
}

std::uint64_t Publisher::published() const {
  return state_->published;
}

void* Publisher::native_handle() const {
  return state_->socket.handle();
}

}  // namespace trade::bus
