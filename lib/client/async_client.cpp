#include "client/async_client.hpp"

#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "bus/sockets.hpp"
#include "client/connection.hpp"
#include "model/admission.hpp"
#include "wire/wire.hpp"

namespace trade {

namespace {

/// A deadline that has passed: do what can be done now.
constexpr bus::Deadline at_once{};

Error went_away(const std::string& daemon) {
  return fail(ErrorCode::not_running, daemon + " went away before it answered",
              "the outcome is unknown: look before you try again")
      .error();
}

}  // namespace

struct AsyncClient::Socket {
  bus::Context context;
  std::optional<bus::RequestClient> client;
  wire::Encoder encoder;
  bus::Frame frame;
};

AsyncClient::AsyncClient(ClientOptions options, std::string daemon)
    : options_(std::move(options)), daemon_(std::move(daemon)), socket_(std::make_unique<Socket>()) {}

AsyncClient::~AsyncClient() = default;

int AsyncClient::file_descriptor() const {
  return socket_->client ? socket_->client->file_descriptor() : -1;
}

void AsyncClient::ask(const RequestBody& body, Handler handler) {
  const bool must_pass = commands_that_pass(body) > 0;
  if (waiting_.size() >= (must_pass ? 2 * outstanding_max : outstanding_max)) {
    done_.push_back(
        {std::move(handler), fail_named(ErrorCode::rejected, "overloaded",
                                        "too many requests wait for " + daemon_, "try again in a moment")});
    return;
  }
  const std::uint64_t id = ++last_id_;
  const wire::Bytes frame = socket_->encoder.encode(Request{id, body});
  Waiting waiting;
  waiting.handler = std::move(handler);
  waiting.unsent.assign(frame.begin(), frame.end());
  waiting.deadline_ns = monotonic_nanoseconds() + std::chrono::nanoseconds(options_.timeout).count();
  waiting_.emplace_hint(waiting_.end(), id, std::move(waiting));
  send_waiting();
}

void AsyncClient::turn() {
  send_waiting();
  receive();
  expire();
  while (!done_.empty()) {
    // Handlers may ask again, and so add to what is done.
    std::vector<Done> done = std::exchange(done_, {});
    for (Done& one : done)
      one.handler(std::move(one.result));
  }
}

void AsyncClient::fail_all(const Error& error) {
  while (!waiting_.empty())
    finish(waiting_.begin(), std::unexpected(error));
}

void AsyncClient::finish(std::map<std::uint64_t, Waiting>::iterator waiting, Result<ReplyBody> result) {
  if (result) {
    if (auto* error = std::get_if<ErrorReply>(&*result)) result = std::unexpected(std::move(error->error));
  }
  done_.push_back({std::move(waiting->second.handler), std::move(result)});
  waiting_.erase(waiting);
}

/// The connection is gone: what was sent on it is not answered any more, and what was not can wait for
/// another.
void AsyncClient::lose(const Error& error) {
  socket_->client.reset();
  healthy_ = false;
  for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
    const auto next = std::next(waiting);
    if (waiting->second.unsent.empty()) finish(waiting, std::unexpected(error));
    waiting = next;
  }
}

void AsyncClient::send_waiting() {
  auto unsent = waiting_.upper_bound(last_sent_id_);
  if (unsent == waiting_.end()) return;
  if (!socket_->client) {
    const std::int64_t now_ns = monotonic_nanoseconds();
    if (now_ns < connect_due_ns_) return;
    auto connected = bus::RequestClient::connect(socket_->context, options_.endpoints(), daemon_);
    if (!connected) {
      healthy_ = false;
      // A daemon that does not run is told at once; waiting for it is the asker's business.
      while (unsent != waiting_.end())
        finish(unsent++, std::unexpected(connected.error()));
      return;
    }
    socket_->client = std::move(*connected);
    ++connections_;
  }
  while (unsent != waiting_.end()) {
    Status sent = socket_->client->send(unsent->second.unsent, at_once);
    if (!sent && sent.error().code == ErrorCode::timed_out) return;  // later
    if (!sent) {
      connect_due_ns_ = monotonic_nanoseconds() + std::chrono::nanoseconds(reconnect_interval).count();
      return lose(went_away(daemon_));
    }
    unsent->second.unsent.clear();
    last_sent_id_ = unsent->first;
    ++unsent;
  }
}

void AsyncClient::receive() {
  while (socket_->client) {
    auto received = socket_->client->receive(socket_->frame, at_once);
    if (!received) return lose(went_away(daemon_));
    if (!*received) return;
    auto reply = wire::decode_reply(socket_->frame.bytes());
    healthy_ = reply.has_value();
    // A reply that cannot be read belongs to nobody; its request will time out.
    if (!reply) continue;
    const auto waiting = waiting_.find(reply->id);
    if (waiting != waiting_.end()) finish(waiting, std::move(reply->body));
  }
}

void AsyncClient::expire() {
  // All have the same time, so the oldest come first.
  const std::int64_t now_ns = monotonic_nanoseconds();
  while (!waiting_.empty() && waiting_.begin()->second.deadline_ns <= now_ns) {
    healthy_ = false;
    finish(waiting_.begin(),
           fail(ErrorCode::timed_out, daemon_ + " did not answer within " + format_seconds(options_.timeout),
                "the outcome is unknown: look before you try again"));
  }
}

}  // namespace trade
