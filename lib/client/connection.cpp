#include "client/connection.hpp"

#include <algorithm>
#include <optional>
#include <thread>

namespace trade {

namespace {

using SteadyClock = std::chrono::steady_clock;

}  // namespace

std::string format_seconds(std::chrono::milliseconds time) {
  std::string text = std::to_string(time.count() / 1'000);
  if (const auto rest = time.count() % 1'000; rest != 0) {
    std::string fraction = std::to_string(1'000 + rest).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += "." + fraction;
  }
  return text + " s";
}

Status check_submit(const SubmitRequest& request) {
  if (!request.commands.empty() && request.commands.size() <= submit_commands_max) return {};
  return fail(ErrorCode::usage,
              "a submit of " + std::to_string(request.commands.size()) + " commands; from 1 to " +
                  std::to_string(submit_commands_max) + " can be sent",
              "split it");
}

std::string unknown_outcome_hint(const SubmitRequest& request) {
  const bool orders_only = std::ranges::all_of(request.commands, [](const SubmittedCommand& command) {
    return std::holds_alternative<PlaceOrder>(command.body);
  });
  if (!orders_only) return "the outcome is unknown: look before you try again";
  const bool identified = std::ranges::all_of(request.commands, [](const SubmittedCommand& command) {
    return !std::get<PlaceOrder>(command.body).client_order_id.empty();
  });
  return identified
             ? "the outcome is unknown: try again with the same client order id, which never places twice"
             : "the outcome is unknown: look with 'trade orders' before you try again; with --client-id a "
               "retry would be safe";
}

Error unreadable_reply(std::string_view daemon, const Error& reason) {
  return fail(ErrorCode::internal,
              std::string(daemon) + " sent a reply that cannot be read: " + reason.message,
              "are all programs of one version? 'trade status' shows them")
      .error();
}

Error timed_out_error(std::string_view daemon, const RequestBody& body, std::string_view waited,
                      std::string_view where) {
  const auto* submit = std::get_if<SubmitRequest>(&body);
  return fail(ErrorCode::timed_out,
              std::string(daemon) + " did not answer within " + std::string(waited) + std::string(where),
              submit != nullptr && !submit->dry_run ? unknown_outcome_hint(*submit)
                                                    : "try again, or give it longer with --timeout SECONDS")
      .error();
}

Error unwanted_reply(std::string_view daemon, ReplyBody reply) {
  if (auto* error = std::get_if<ErrorReply>(&reply)) return std::move(error->error);
  return fail(ErrorCode::internal,
              std::string(daemon) + " answered with a message of another kind than was asked for",
              "are all programs of one version? 'trade status' shows them")
      .error();
}

Result<ReplyBody> Connection::attempt(wire::Bytes request, std::uint64_t id, bus::Deadline deadline,
                                      Phase& phase) {
  phase = Phase::sending;
  if (!socket_) {
    auto connected = bus::RequestClient::connect(context_, options_.endpoints(), daemon_);
    if (!connected) return pass_on(std::move(connected));
    socket_ = std::move(*connected);
  }
  if (auto sent = socket_->send(request, deadline); !sent) return pass_on(std::move(sent));
  phase = Phase::sent;
  for (;;) {
    auto received = socket_->receive(frame_, deadline);
    if (!received) return pass_on(std::move(received));
    if (!*received) return fail(ErrorCode::timed_out, {});
    auto reply = wire::decode_reply(frame_.bytes());
    if (!reply) return std::unexpected(unreadable_reply(daemon_, reply.error()));
    // Zero is for a request so malformed that its id could not be read.
    const bool refused_unread = reply->id == 0 && std::holds_alternative<ErrorReply>(reply->body);
    if (reply->id == id || refused_unread) return std::move(reply->body);
    // The answer to an earlier request that was given up.
  }
}

Result<ReplyBody> Connection::call(RequestBody body, Retry retry) {
  const bus::Deadline deadline = SteadyClock::now() + options_.timeout;
  bool had_connection = socket_.has_value();
  Request request{++last_id_, std::move(body)};
  const wire::Bytes encoded = encoder_.encode(request);
  // A last try may be too short to be refused, and then tells less than the one before.
  constexpr std::chrono::milliseconds try_time_min{200};
  std::optional<Error> why_away;
  for (;;) {
    Phase phase = Phase::sending;
    const bool is_short = SteadyClock::now() + try_time_min >= deadline;
    auto reply = attempt(encoded, request.id, deadline, phase);
    if (reply) return reply;
    if (reply.error().code == ErrorCode::timed_out && phase == Phase::sending && is_short && why_away) {
      socket_.reset();
      return std::unexpected(std::move(*why_away));
    }
    if (reply.error().code == ErrorCode::timed_out && phase == Phase::sent) {
      return std::unexpected(timed_out_error(daemon_, request.body, format_seconds(options_.timeout),
                                             " (" + options_.endpoints().place_of(daemon_) + ")"));
    }
    if (reply.error().code != ErrorCode::not_running) return reply;

    had_connection = had_connection || socket_.has_value();
    socket_.reset();
    if (phase == Phase::sent && retry == Retry::unsafe) {
      const auto* submit = std::get_if<SubmitRequest>(&request.body);
      // Not `not_running`: who reads that starts it and tries again.
      return fail(ErrorCode::timed_out,
                  daemon_ + " went away before it answered (" + options_.endpoints().place_of(daemon_) + ")",
                  submit != nullptr ? unknown_outcome_hint(*submit) : "look before you try again");
    }
    if (!had_connection || SteadyClock::now() + reconnect_interval >= deadline) return reply;
    why_away = std::move(reply.error());
    std::this_thread::sleep_for(reconnect_interval);
  }
}

}  // namespace trade
