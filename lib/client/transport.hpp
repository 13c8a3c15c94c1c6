// Where a Client's questions go: to the daemons of a suite over sockets, or to a venue in this process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/messages.hpp"

namespace trade {

struct ClientOptions;

/// What may be done about a request whose daemon went away before it answered.
enum class Retry : std::uint8_t {
  safe,    ///< asking twice is as good as asking once
  unsafe,  ///< it may have been carried out
};

class Transport {
 public:
  virtual ~Transport() = default;

  /// The reply of the daemon of this name ("tradingd"), of whatever kind. `not_running` when there is none.
  virtual Result<ReplyBody> ask(std::string_view daemon, RequestBody body, Retry retry) = 0;
};

/// Over the sockets under a home.
std::unique_ptr<Transport> socket_transport(const ClientOptions& options);

/// The error that a reply of another kind than the one asked for comes to: that of an ErrorReply, or that the
/// daemon answered something else.
Error unwanted_reply(std::string_view daemon, ReplyBody reply);

/// `timed_out`: no answer came in time; what became of the request is not known. `where` says which suite.
Error timed_out_error(std::string_view daemon, const RequestBody& body, std::string_view waited,
                      std::string_view where);

/// What was found, or why it was not, as a reply.
template <class Found>
ReplyBody reply_of(Result<Found> found) {
  if (found) return *std::move(found);
  return ErrorReply{std::move(found).error()};
}

}  // namespace trade
