#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>

#include "base/assert.hpp"
#include "bus/socket_access.hpp"
#include "bus/sockets.hpp"

namespace trade::bus {

namespace {

/// libzmq would connect again by itself and send what it had queued before. A connection that is lost shall
/// stay lost, with all that had come on it still to be read, so the next attempt is put off for good.
constexpr int reconnect_milliseconds = 24 * 3'600 * 1'000;
/// How soon to try again when the daemon listens but has no room for another connection just now.
constexpr std::chrono::milliseconds connect_interval{20};

/// The same where the daemon is remote: not so soon that it would be a burden, since it may not let us in.
constexpr std::chrono::milliseconds remote_connect_interval{200};

/// A connection that was there so short a time ago is not looked for again: each look is two system calls.
constexpr std::chrono::milliseconds look_interval{1};

Error not_running_error(const Endpoints& endpoints, const std::string& daemon) {
  if (endpoints.remote() != nullptr) {
    return fail(ErrorCode::not_running, daemon + " does not listen at " + endpoints.place_of(daemon),
                "is the suite running there, and is the address right?")
        .error();
  }
  return fail(ErrorCode::not_running, daemon + " is not running (" + endpoints.place_of(daemon) + ")",
              "start it with 'trade up'")
      .error();
}

/// A socket that connects once.
struct Attempt {
  Attempt(const Context& context, const Endpoints& endpoints, const std::string& address)
      : socket(make_socket(context, zmq::socket_type::dealer, reply_send_messages_max,
                           request_receive_messages_max, 0)),
        monitor(context, socket, MonitorRetries::told) {
    if (endpoints.remote() != nullptr) protect_client(socket, *endpoints.remote());
    socket.set(zmq::sockopt::reconnect_ivl, reconnect_milliseconds);
    socket.connect(address);
  }
  zmq::socket_t socket;
  ConnectionMonitor monitor;
};

}  // namespace

struct RequestClient::State {
  State(const Context& shared_context, Endpoints suite, std::string_view daemon_name)
      : context(shared_context),
        daemon(daemon_name),
        endpoints(std::move(suite)),
        path(endpoints.request_path(daemon_name)),
        address(endpoints.request_address(daemon_name)),
        attempt(std::make_unique<Attempt>(context, endpoints, address)) {}

  [[nodiscard]] zmq::socket_t& socket() const { return attempt->socket; }
  [[nodiscard]] ConnectionMonitor& monitor() const { return attempt->monitor; }

  /// Notices that the daemon has gone, if it has.
  void update() {
    looked_at = std::chrono::steady_clock::now();
    monitor().update();
    if (monitor().disconnections() == 0) return;
    // A remote daemon closes a connection that it does not let in; only one that it had let in can be lost.
    if (remote() && monitor().connections() == 0) return;
    lost = true;
  }

  /// Whether the connection was there a moment ago.
  [[nodiscard]] bool just_seen(std::chrono::steady_clock::time_point now) const {
    return !lost && monitor().connections() != 0 && now - looked_at < look_interval;
  }

  [[nodiscard]] bool remote() const { return endpoints.remote() != nullptr; }

  /// Waits until there is a connection, because what is sent before that may or may not arrive.
  Status await_connection(Deadline deadline) {
    if (just_seen(std::chrono::steady_clock::now())) return {};
    for (;;) {
      update();
      if (lost) return std::unexpected(lost_error());
      if (monitor().connections() != 0) return {};
      if (std::chrono::steady_clock::now() >= deadline) return std::unexpected(busy_error());
      const bool turned_away = monitor().disconnections() != 0;
      if (monitor().retries() == 0 && !turned_away) {
        zmq_pollitem_t item{monitor().handle(), 0, ZMQ_POLLIN, 0};
        wait_for(&item, 1, deadline);
      } else if (remote() ? turned_away : Endpoints::is_listening(path)) {
        const auto pause = std::chrono::steady_clock::now() +
                           (remote() ? std::chrono::milliseconds(remote_connect_interval) : connect_interval);
        std::this_thread::sleep_until(std::min<Deadline>(pause, deadline));
        attempt = std::make_unique<Attempt>(context, endpoints, address);
      } else {
        lost = true;
      }
    }
  }

  [[nodiscard]] Error lost_error() const {
    // Of a remote one that never let us in, all that is known is that nothing took the connection.
    if (remote() ? monitor().connections() == 0 : !Endpoints::is_listening(path))
      return not_running_error(endpoints, daemon);
    return fail(ErrorCode::not_running,
                "the connection to " + daemon + " was lost (" + endpoints.place_of(daemon) + ")",
                "'trade status' shows whether it runs")
        .error();
  }

  [[nodiscard]] Error busy_error() const {
    if (remote() && monitor().connections() == 0) {
      return fail(ErrorCode::timed_out, daemon + " gives no answer at " + endpoints.place_of(daemon),
                  "a key that is unknown there, revoked or expired gets none; nor does a wrong server key")
          .error();
    }
    return fail(ErrorCode::timed_out, daemon + " does not take requests (" + endpoints.place_of(daemon) + ")",
                "see its log, or restart it with 'trade down' and 'trade up'")
        .error();
  }

  Context context;
  std::string daemon;
  Endpoints endpoints;
  std::filesystem::path path;
  std::string address;
  std::unique_ptr<Attempt> attempt;
  zmq::message_t message;
  std::chrono::steady_clock::time_point looked_at;  ///< for the daemon
  bool lost = false;
};

RequestClient::RequestClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
RequestClient::~RequestClient() = default;
RequestClient::RequestClient(RequestClient&&) noexcept = default;
RequestClient& RequestClient::operator=(RequestClient&&) noexcept = default;

Result<RequestClient> RequestClient::connect(const Context& context, const Endpoints& endpoints,
                                             std::string_view daemon) {
  if (auto checked = endpoints.check(); !checked) return pass_on(std::move(checked));
  if (endpoints.remote() != nullptr) {
    if (endpoints.request_address(daemon).empty()) {
      return fail(ErrorCode::usage, std::string(daemon) + " has no address in the connection's profile",
                  "this needs a daemon that is not reached over the network: work on the suite's machine");
    }
  } else if (!Endpoints::is_listening(endpoints.request_path(daemon))) {
    return std::unexpected(not_running_error(endpoints, std::string(daemon)));
  }
  try {
    return RequestClient(std::make_unique<State>(context, endpoints, daemon));
  } catch (const zmq::error_t& error) {
    return std::unexpected(socket_error("connect to " + std::string(daemon), error));
  }
}

Status RequestClient::send(Bytes frame, Deadline deadline) {
  State& state = *state_;
  if (frame.empty() || frame.size() > frame_bytes_max) {
    return fail(ErrorCode::usage,
                "a request of " + std::to_string(frame.size()) + " bytes; from 1 to " +
                    std::to_string(frame_bytes_max) + " can be sent",
                "split it");
  }
  for (;;) {
    if (auto connected = state.await_connection(deadline); !connected) return connected;
    if (zmq_send(state.socket().handle(), frame.data(), frame.size(), ZMQ_DONTWAIT) >= 0) return {};
    TRADE_ASSERT(zmq_errno() == EAGAIN || zmq_errno() == EINTR, "sending fails only when there is no room");
    if (std::chrono::steady_clock::now() >= deadline) return std::unexpected(state.busy_error());
    zmq_pollitem_t items[] = {{state.socket().handle(), 0, ZMQ_POLLOUT, 0},
                              {state.monitor().handle(), 0, ZMQ_POLLIN, 0}};
    wait_for(items, 2, deadline);
  }
}

Result<bool> RequestClient::receive(Frame& frame, Deadline deadline) {
  State& state = *state_;
  for (;;) {
    // What came before the connection was lost is received before the loss is told.
    const bool was_lost = state.lost;
    while (receive_part(state.socket(), state.message)) {
      if (!state.message.more() && !state.message.empty()) {
        frame.assign(state.message.data(), state.message.size());
        return true;
      }
      drop_rest(state.socket(), state.message);
    }
    if (was_lost) return std::unexpected(state.lost_error());
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline && state.just_seen(now)) return false;
    state.update();
    if (state.lost) continue;
    if (now >= deadline) return false;
    zmq_pollitem_t items[] = {{state.socket().handle(), 0, ZMQ_POLLIN, 0},
                              {state.monitor().handle(), 0, ZMQ_POLLIN, 0}};
    wait_for(items, 2, deadline);
  }
}

bool RequestClient::lost() const {
  return state_->lost;
}

int RequestClient::file_descriptor() const {
  return state_->monitor().file_descriptor();
}

void* RequestClient::native_handle() const {
  return state_->socket().handle();
}

}  // namespace trade::bus
