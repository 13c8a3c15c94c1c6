#include "gatewayd/service_routes.hpp"

#include <array>
#include <map>
#include <optional>

#include "app/daemon.hpp"
#include "base/clock.hpp"
#include "gatewayd/answer.hpp"
#include "gatewayd/application.hpp"
#include "gatewayd/services.hpp"

namespace trade::gatewayd {

namespace {

/// Requests a minute of an address that each come to a question to every daemon, and need no key.
constexpr std::uint32_t questions_per_minute = 600;

/// The refusal of an address that asks too often.
std::optional<http::Response> refuse_flood(Call& call) {
  const RateLimiter::Verdict verdict =
      call.services.status_limiter.take(call.request.peer, questions_per_minute, monotonic_nanoseconds());
  if (verdict.allowed) return std::nullopt;
  http::Response response = response_to(Surface::v1, {429, "too_many_requests", "Too many requests"});
  response.headers.push_back({"Retry-After", std::to_string(verdict.retry_in_seconds)});
  return response;
}

/// The process lives and serves.
Task<http::Response> health(Call&) {
  co_return http::Response(200, "{\"status\":\"ok\"}");
}

/// What a daemon says of itself; nothing where it does not answer.
Task<std::pair<std::string, std::optional<DaemonView>>> ask_status(Call& call, Daemon daemon) {
  RequestBody body(StatusRequest{});
  auto reply = co_await call.upstream().ask<StatusReply>(daemon, std::move(body));
  std::pair<std::string, std::optional<DaemonView>> view(call.upstream().client(daemon).daemon(),
                                                         std::nullopt);
  if (reply) view.second = std::move(reply->daemon);
  co_return view;
}

/// The same of each daemon behind.
Task<std::vector<std::pair<std::string, std::optional<DaemonView>>>> ask_needed(Call& call) {
  std::vector<std::pair<std::string, std::optional<DaemonView>>> views;
  for (const Daemon daemon : needed_daemons)
    views.push_back(co_await ask_status(call, daemon));
  co_return views;
}

/// Every daemon that requests go to answers.
Task<http::Response> readiness(Call& call) {
  if (auto refused = refuse_flood(call)) co_return *std::move(refused);
  const auto views = co_await ask_needed(call);
  format::Json daemons;
  bool ready = true;
  for (const auto& [name, view] : views) {
    daemons[name] = view ? view->state : "not_running";
    ready = ready && view.has_value();
  }
  format::Json json;
  json["status"] = ready ? "ready" : "not_ready";
  json["daemons"] = std::move(daemons);
  http::Response response = json_response(ready ? 200 : 503, json);
  if (!ready) response.headers.push_back({"Retry-After", "1"});
  co_return response;
}

Task<http::Response> metrics(Call& call) {
  if (auto refused = refuse_flood(call)) co_return *std::move(refused);
  auto views = co_await ask_needed(call);
  // Asked for nothing, a daemon that does not run would hold the answer up.
  if (const auto process = app::daemon_pid({call.services.home}, "fixd"); process && *process)
    views.push_back(co_await ask_status(call, Daemon::fixd));
  DaemonView own;
  call.services.application.describe(own);
  own.sequence = call.services.application.sequence();
  std::vector<std::pair<std::string, const DaemonView*>> daemons;
  for (const auto& [name, view] : views)
    daemons.emplace_back(name, view ? &*view : nullptr);
  daemons.emplace_back("gatewayd", &own);
  co_return http::Response(200, call.services.metrics.text(call.services.server->counters(), daemons),
                           "text/plain; version=0.0.4; charset=utf-8");
}

Task<http::Response> description(Call&) {
  co_return http::Response(200, openapi_text);
}

constexpr std::array routes{
    Route{"GET", "/healthz", Access::open, health},
    Route{"GET", "/readyz", Access::open, readiness},
    Route{"GET", "/metrics", Access::open, metrics},
    Route{"GET", "/api/v1/openapi.json", Access::open, description},
};

}  // namespace

std::span<const Route> service_routes() {
  return routes;
}

}  // namespace trade::gatewayd
