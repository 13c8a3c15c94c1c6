#include "follower/request_desk.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include <unistd.h>

#include "app/daemon.hpp"
#include "app/log.hpp"
#include "base/clock.hpp"

namespace trade::follower {

namespace {

/// Requests taken, and time spent answering, before the journal gets its turn again.
constexpr int requests_per_turn = 256;
constexpr std::int64_t answering_time_max_ns = 50 * nanoseconds_per_millisecond;

/// A daemon that has not been at the journal's end for so long is `catching_up`.
constexpr std::int64_t caught_up_for_ns = nanoseconds_per_second;

constexpr std::int64_t malformed_log_interval_ns = nanoseconds_per_second;

/// Whose keys are good is nothing that the journal tells. Whoever revokes one is not to wait until the
/// daemon has caught up, which the key's holder may be keeping it from.
bool is_about_keys(const RequestBody& request) {
  return std::holds_alternative<CreateKeyRequest>(request) || std::holds_alternative<KeysRequest>(request) ||
         std::holds_alternative<RevokeKeyRequest>(request);
}

}  // namespace

RequestDesk::RequestDesk(const Options& options, Application& application, Tail& tail,
                         bus::RequestServer server, std::unique_ptr<access::NetworkDoor> door)
    : options_(options),
      application_(application),
      tail_(tail),
      server_(std::move(server)),
      door_(std::move(door)) {}

Status RequestDesk::receive() {
  bus::ClientIdentity client;
  if (!server_.receive(client, frame_)) return {};
  // The end is read after each request has come, so that what its sender saw acknowledged is before it.
  for (int taken = 1;; ++taken) {
    auto head = tail_.head();
    if (!head) return pass_on(std::move(head));
    take(client, frame_, *head);
    if (taken == requests_per_turn || !server_.receive(client, frame_)) return {};
  }
}

void RequestDesk::take(const bus::ClientIdentity& client, const bus::Frame& frame,
                       const journal::Head& head) {
  auto request = wire::decode_request(frame.bytes());
  if (!request) {
    note_malformed(frame, request.error());
    // Number 0, which no request has, tells the client that it sent something unreadable.
    reply(client, 0, ErrorReply{request.error()});
    return;
  }
  if (const Status permitted = access::permit_through(door_.get(), server_.sender(), request->body);
      !permitted) {
    reply(client, request->id, ErrorReply{permitted.error()});
    return;
  }
  if (std::holds_alternative<StatusRequest>(request->body)) {
    reply(client, request->id, StatusReply{view(head)});
    return;
  }
  if (const auto* wanted = std::get_if<LogLevelRequest>(&request->body)) {
    const Status set = wanted->level.empty() ? Status() : app::set_log_level(wanted->level);
    reply(client, request->id,
          set ? ReplyBody(LogLevelReply{std::string(app::log_level())}) : ErrorReply{set.error()});
    return;
  }
  if (is_about_keys(request->body)) {
    reply(client, request->id, application_.answer(request->body));
    ++counters_.answered;
    return;
  }
  // Commands point into the frame, which does not wait; and they are for tradingd anyway.
  if (std::holds_alternative<SubmitRequest>(request->body)) {
    reply(client, request->id, not_served_here(options_.daemon));
    return;
  }
  if (pending_.size() >= options_.pending_requests_max) {
    ++counters_.overloaded;
    reply(client, request->id,
          ErrorReply{Error{ErrorCode::rejected, "overloaded",
                           options_.daemon + " has " + std::to_string(pending_.size()) + " requests waiting",
                           "try again"}});
    return;
  }
  const std::int64_t wait_ns = std::chrono::nanoseconds(options_.catch_up_max).count();
  const std::uint64_t batch = std::max(head.batch, application_.answers_from());
  pending_.push_back({client, std::move(*request), batch, monotonic_nanoseconds() + wait_ns});
}

void RequestDesk::note_malformed(const bus::Frame& frame, const Error& error) {
  ++counters_.malformed;
  if (const std::int64_t now_ns = monotonic_nanoseconds();
      now_ns - malformed_logged_at_ns_ >= malformed_log_interval_ns) {
    malformed_logged_at_ns_ = now_ns;
    spdlog::warn("a request of {} bytes is malformed ({} so far): {}", frame.bytes().size(),
                 counters_.malformed, error.message);
  }
}

void RequestDesk::reply(const bus::ClientIdentity& client, std::uint64_t id, ReplyBody body) {
  // A client that is gone or does not read is counted by the server, and nobody else's concern.
  static_cast<void>(server_.send(client, encoder_.encode(Reply{id, std::move(body)})));
}

bool RequestDesk::answer() {
  const std::int64_t started_ns = monotonic_nanoseconds();
  const std::uint64_t applied = application_.position().batch;
  while (!pending_.empty()) {
    const Pending& next = pending_.front();
    const std::int64_t now_ns = monotonic_nanoseconds();
    if (next.batch <= applied) {
      if (now_ns - started_ns > answering_time_max_ns) return true;
      reply(next.client, next.request.id, application_.answer(next.request.body));
      ++counters_.answered;
    } else if (now_ns >= next.deadline_ns) {
      refuse_late(next);
    } else {
      // Batches and deadlines ascend in the order of arrival: the others wait too.
      return false;
    }
    pending_.pop_front();
  }
  return false;
}

void RequestDesk::refuse_late(const Pending& pending) {
  ++counters_.timed_out;
  const std::uint64_t behind = pending.batch - application_.position().batch;
  reply(pending.client, pending.request.id,
        ErrorReply{Error{ErrorCode::timed_out, std::string(error_code_name(ErrorCode::timed_out)),
                         options_.daemon + " is " + std::to_string(behind) +
                             " batches behind what was in the journal when you asked",
                         "try again; 'trade status' shows its lag"}});
}

void RequestDesk::refuse_all() {
  for (const Pending& pending : pending_) {
    reply(pending.client, pending.request.id,
          ErrorReply{Error{ErrorCode::not_running, std::string(error_code_name(ErrorCode::not_running)),
                           options_.daemon + " is stopping", "start it again with 'trade up'"}});
  }
  pending_.clear();
}

std::string RequestDesk::state_name(Sequence lag) const {
  if (stopping_) return "stopping";
  if (!journal_open_ || tail_.silent()) return "waiting for journal";
  const bool current = lag == 0 || monotonic_nanoseconds() - caught_up_at_ns_ <= caught_up_for_ns;
  return current ? "running" : "catching_up";
}

DaemonView RequestDesk::view(const journal::Head& head) const {
  DaemonView view;
  view.daemon = options_.daemon;
  view.version = app::version();
  view.pid = ::getpid();
  view.started_at = options_.started_at;
  view.sequence = application_.position().last_sequence;
  view.lag = head.last_sequence > view.sequence ? head.last_sequence - view.sequence : 0;
  view.state = state_name(view.lag);
  const auto& served = server_.counters();
  view.counters["batch"] = static_cast<std::int64_t>(application_.position().batch);
  view.counters["requests_answered"] = counters_.answered;
  view.counters["requests_waiting"] = std::ssize(pending_);
  view.counters["requests_malformed"] =
      counters_.malformed + static_cast<std::int64_t>(served.malformed + served.unnamed);
  view.counters["requests_overloaded"] = counters_.overloaded;
  view.counters["requests_timed_out"] = counters_.timed_out;
  view.counters["replies_dropped"] = static_cast<std::int64_t>(served.client_gone + served.client_slow);
  if (door_ != nullptr) door_->describe(view);
  application_.describe(view);
  return view;
}

}  // namespace trade::follower
