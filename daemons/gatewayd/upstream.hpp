// The daemons behind the gateway, asked without waiting: requests go to the daemon that owns the answer.
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "client/async_client.hpp"
#include "http/loop.hpp"
#include "model/messages.hpp"

namespace trade::gatewayd {

enum class Daemon : std::uint8_t { tradingd, ledgerd, feedd, fixd };
constexpr std::size_t daemon_count = 4;
/// Those without which requests cannot be answered; fixd runs where there is a FIX session.
constexpr std::array<Daemon, 3> needed_daemons = {Daemon::tradingd, Daemon::ledgerd, Daemon::feedd};

/// Belongs to the loop's thread.
class Upstream {
 public:
  Upstream(http::Loop& loop, const ClientOptions& options);

  /// The answer, which must be of the kind `Wanted`. What the views in `body` point at must live until this
  /// is awaited, no longer.
  template <class Wanted>
  Task<Result<Wanted>> ask(Daemon daemon, RequestBody body) {
    Result<ReplyBody> reply = co_await Answer(*this, daemon, body);
    if (!reply) co_return pass_on(std::move(reply));
    if (auto* wanted = std::get_if<Wanted>(&*reply)) co_return std::move(*wanted);
    co_return fail(ErrorCode::internal, "a daemon answered with a message of another kind than was asked for",
                   "are all programs of one version? 'trade status' shows them");
  }

  /// One command to tradingd. A rejection is a result, not an error.
  Task<Result<CommandResult>> submit(SubmittedCommand command, bool dry_run = false);

  /// Gives up whatever waits for an answer.
  void stop();
  [[nodiscard]] const AsyncClient& client(Daemon daemon) const {
    return *clients_[static_cast<std::size_t>(daemon)].client;
  }

 private:
  struct Answer {
    Answer(Upstream& to, Daemon which, const RequestBody& what) : upstream(to), daemon(which), body(what) {}
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting);
    Result<ReplyBody> await_resume() { return std::move(*result); }

    Upstream& upstream;
    Daemon daemon;
    const RequestBody& body;
    std::optional<Result<ReplyBody>> result;
  };
  struct Watched {
    std::unique_ptr<AsyncClient> client;
    std::unique_ptr<http::Loop::Registration> watch;
    std::uint64_t connections_seen = 0;
  };

  void turn();
  void turn_soon();

  http::Loop& loop_;
  std::array<Watched, daemon_count> clients_;
  std::unique_ptr<http::Loop::Registration> ticks_;
  bool turn_posted_ = false;
};

}  // namespace trade::gatewayd
