#include <cerrno>
#include <optional>

#include "base/assert.hpp"
#include "bus/socket_access.hpp"
#include "bus/sockets.hpp"

namespace trade::bus {

struct RequestClient::State {
  State(const Context& shared_context, const Endpoints& endpoints, std::string_view daemon_name)
      : context(shared_context),
        socket(make_socket(context, zmq::socket_type::dealer, reply_send_messages_max,
                           request_receive_messages_max, 0)),
        monitor(context, socket),
        daemon(daemon_name),
        home(endpoints.home()),
        path(endpoints.request_path(daemon_name)) {
    // Only a finished connection takes messages: none waits for a daemon that may come later, and none
    // outlives its connection to be sent again on the next.
    socket.set(zmq::sockopt::immediate, true);
    socket.connect(endpoints.request_address(daemon_name));
  }

  /// Notices that the daemon has gone, if it has.
  void update() {
    if (lost) return;
    const std::uint64_t retries_before = monitor.retries();
    monitor.update();
    lost = monitor.disconnections() != 0 || (monitor.retries() != retries_before &&
                                             monitor.connections() == 0 && !Endpoints::is_listening(path));
  }

  [[nodiscard]] Error lost_error() const {
    if (!Endpoints::is_listening(path)) return not_running_error(daemon, home);
    return fail(ErrorCode::not_running,
                "the connection to " + daemon + " was lost (home " + home.string() + ")",
                "try again: the daemon is running again")
        .error();
  }

  static Error not_running_error(const std::string& daemon, const std::filesystem::path& home) {
    return fail(ErrorCode::not_running, daemon + " is not running (home " + home.string() + ")",
                "start it with 'trade up'")
        .error();
  }

  Context context;
  zmq::socket_t socket;
  ConnectionMonitor monitor;
  zmq::message_t message;
  std::string daemon;
  std::filesystem::path home;
  std::filesystem::path path;
  bool lost = false;
};

RequestClient::RequestClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
RequestClient::~RequestClient() = default;
RequestClient::RequestClient(RequestClient&&) noexcept = default;
RequestClient& RequestClient::operator=(RequestClient&&) noexcept = default;

Result<RequestClient> RequestClient::connect(const Context& context, const Endpoints& endpoints,
                                             std::string_view daemon) {
  if (auto checked = endpoints.check(); !checked) return pass_on(std::move(checked));
  if (!Endpoints::is_listening(endpoints.request_path(daemon))) {
    return std::unexpected(State::not_running_error(std::string(daemon), endpoints.home()));
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
    state.update();
    if (state.lost) return std::unexpected(state.lost_error());
    if (zmq_send(state.socket.handle(), frame.data(), frame.size(), ZMQ_DONTWAIT) >= 0) return {};
    TRADE_ASSERT(zmq_errno() == EAGAIN || zmq_errno() == EINTR, "sending fails only when there is no room");
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(ErrorCode::timed_out,
                  state.daemon + " does not take requests (home " + state.home.string() + ")",
                  "see its log, or restart it with 'trade down' and 'trade up'");
    }
    zmq_pollitem_t items[] = {{state.socket.handle(), 0, ZMQ_POLLOUT, 0},
                              {state.monitor.handle(), 0, ZMQ_POLLIN, 0}};
    wait_for(items, 2, deadline);
  }
}

Result<bool> RequestClient::receive(Frame& frame, Deadline deadline) {
  State& state = *state_;
  for (;;) {
    // What came before the connection was lost is received before the loss is told.
    const bool was_lost = state.lost;
    while (receive_part(state.socket, state.message)) {
      if (!state.message.more() && state.message.size() != 0) {
        frame.assign(state.message.data(), state.message.size());
        return true;
      }
      drop_rest(state.socket, state.message);
    }
    if (was_lost) return std::unexpected(state.lost_error());
    state.update();
    if (state.lost) continue;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    zmq_pollitem_t items[] = {{state.socket.handle(), 0, ZMQ_POLLIN, 0},
                              {state.monitor.handle(), 0, ZMQ_POLLIN, 0}};
    wait_for(items, 2, deadline);
  }
}

bool RequestClient::lost() const {
  return state_->lost;
}

int RequestClient::file_descriptor() const {
  return state_->monitor.file_descriptor();
}

void* RequestClient::native_handle() const {
  return state_->socket.handle();
}

}  // namespace trade::bus
