// Inside lib/client only: one daemon, asked one question at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "bus/sockets.hpp"
#include "client/client.hpp"
#include "client/transport.hpp"
#include "model/messages.hpp"
#include "wire/wire.hpp"

namespace trade {

/// How long to wait before a daemon that is being restarted is tried again.
constexpr std::chrono::milliseconds reconnect_interval{20};

class Connection {
 public:
  Connection(bus::Context context, ClientOptions options, std::string daemon)
      : context_(std::move(context)), options_(std::move(options)), daemon_(std::move(daemon)) {}

  /// Sends the request and waits for its reply, whatever kind it is of. Connects where there is no
  /// connection. One that is lost on the way is made again within the deadline if the daemon had not got the
  /// request yet or asking again is safe; a daemon that did not run to begin with is an error at once.
  Result<ReplyBody> call(RequestBody body, Retry retry);

  /// The same, and the reply must be of the kind `Wanted`; an ErrorReply becomes the error.
  template <class Wanted>
  Result<Wanted> ask(RequestBody body, Retry retry = Retry::safe) {
    Result<ReplyBody> reply = call(std::move(body), retry);
    if (!reply) return pass_on(std::move(reply));
    if (auto* wanted = std::get_if<Wanted>(&*reply)) return std::move(*wanted);
    return std::unexpected(unwanted_reply(daemon_, std::move(*reply)));
  }

  [[nodiscard]] const std::string& daemon() const { return daemon_; }

 private:
  enum class Phase : std::uint8_t { sending, sent };
  Result<ReplyBody> attempt(wire::Bytes request, std::uint64_t id, bus::Deadline deadline, Phase& phase);

  bus::Context context_;
  ClientOptions options_;
  std::string daemon_;
  std::optional<bus::RequestClient> socket_;
  wire::Encoder encoder_;
  bus::Frame frame_;
  std::uint64_t last_id_ = 0;
};

/// "5 s", "0.25 s".
std::string format_seconds(std::chrono::milliseconds time);

/// `usage` when a submit is larger than a daemon takes.
Status check_submit(const SubmitRequest& request);

/// What to tell whoever submitted something and does not know what became of it.
std::string unknown_outcome_hint(const SubmitRequest& request);

/// `internal`: the daemon's bytes are no reply.
Error unreadable_reply(std::string_view daemon, const Error& reason);

}  // namespace trade
