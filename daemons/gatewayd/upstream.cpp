#include "gatewayd/upstream.hpp"

#include <string>

namespace trade::gatewayd {

namespace {

constexpr std::array<std::string_view, daemon_count> names = {"tradingd", "ledgerd", "feedd", "fixd"};
/// Deadlines are looked at so often.
constexpr std::chrono::milliseconds tick_interval{20};

}  // namespace

Upstream::Upstream(http::Loop& loop, const ClientOptions& options) : loop_(loop) {
  for (std::size_t i = 0; i < clients_.size(); ++i)
    clients_[i].client = std::make_unique<AsyncClient>(options, std::string(names[i]));
  ticks_ = loop_.every(tick_interval, [this] { turn(); });
}

void Upstream::Answer::await_suspend(std::coroutine_handle<> waiting) {
  upstream.clients_[static_cast<std::size_t>(daemon)].client->ask(body,
                                                                  [this, waiting](Result<ReplyBody> reply) {
                                                                    result.emplace(std::move(reply));
                                                                    waiting.resume();
                                                                  });
  upstream.turn_soon();
}

/// A send may have taken note of an answer's arrival, for which the descriptor then does not turn readable.
void Upstream::turn_soon() {
  if (turn_posted_) return;
  turn_posted_ = true;
  loop_.post([this] {
    turn_posted_ = false;
    turn();
  });
}

void Upstream::turn() {
  for (Watched& watched : clients_) {
    watched.client->turn();
    if (watched.connections_seen == watched.client->connections()) continue;
    watched.connections_seen = watched.client->connections();
    watched.watch.reset();
    if (const int descriptor = watched.client->file_descriptor(); descriptor >= 0) {
      watched.watch = loop_.watch(descriptor, [client = watched.client.get()] { client->turn(); });
    }
  }
}

void Upstream::stop() {
  const Error stopping = fail(ErrorCode::not_running, "gatewayd stops").error();
  for (Watched& watched : clients_) {
    watched.client->fail_all(stopping);
    watched.client->turn();
  }
}

Task<Result<CommandResult>> Upstream::submit(SubmittedCommand command, bool dry_run) {
  SubmitRequest request;
  request.commands.push_back(std::move(command));
  request.dry_run = dry_run;
  request.want_orders = true;
  request.want_fills = true;
  RequestBody body(std::move(request));
  Result<SubmitReply> reply = co_await ask<SubmitReply>(Daemon::tradingd, std::move(body));
  if (!reply) co_return pass_on(std::move(reply));
  if (reply->results.size() != 1) {
    co_return fail(ErrorCode::internal, "tradingd did not say what became of the command");
  }
  co_return std::move(reply->results.front());
}

}  // namespace trade::gatewayd
