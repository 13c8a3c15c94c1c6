#include "gatewayd/gateway.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <utility>

#include "format/json.hpp"
#include "gatewayd/all_routes.hpp"
#include "gatewayd/browser.hpp"
#include "gatewayd/credentials.hpp"

namespace trade::gatewayd {

namespace {

constexpr std::chrono::milliseconds listen_interval{1'000};
constexpr std::chrono::milliseconds stop_time_max{3'000};
constexpr std::chrono::milliseconds stop_interval{10};
/// While the follower's thread waits for the books, nobody can revoke a key. Longer than they stand still by
/// themselves.
constexpr std::chrono::milliseconds books_time_max{1'000};
/// Requests a minute of an address for one path that needs no key, or for paths that are not there. Each path
/// counts by itself, so that whoever floods one, behind the same proxy perhaps, does not make a probe of
/// /healthz fail. Generous: all the browsers of an office may come by one address.
constexpr std::uint32_t open_requests_per_minute = 6'000;

bool changes_state(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

std::int64_t port_of(std::string_view address) {
  const std::string_view digits = address.substr(address.rfind(':') + 1);
  std::int64_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return port;
}

}  // namespace

/// A request, its answer to be, and when it came.
struct Gateway::Exchange {
  Exchange(http::Request request, Services& services, http::Respond to)
      : call(std::move(request), services), respond(std::move(to)), started_ns(monotonic_nanoseconds()) {}
  Call call;
  http::Respond respond;
  std::int64_t started_ns;
  Surface surface = Surface::v1;
  const Route* route = nullptr;
  RateLimiter::Verdict verdict;
};

Result<std::unique_ptr<Gateway>> Gateway::open(GatewayOptions options) {
  std::unique_ptr<Gateway> gateway(new Gateway(std::move(options)));
  const GatewayOptions& given = gateway->options_;
  auto keys = access::KeyStore::open(given.keys_directory);
  if (!keys) return pass_on(std::move(keys));
  gateway->keys_ = std::move(*keys);
  auto watchlists = access::WatchlistStore::open(given.keys_directory);
  if (!watchlists) return pass_on(std::move(watchlists));
  gateway->watchlists_ = std::move(*watchlists);
  if (given.access_log) {
    auto log = app::LineLog::open(given.log_directory / "gatewayd-access.log");
    if (!log) return pass_on(std::move(log));
    gateway->access_log_ = std::move(*log);
  }
  auto audit = app::LineLog::open(given.log_directory / "gatewayd-audit.log");
  if (!audit) return pass_on(std::move(audit));
  gateway->audit_log_ = std::move(*audit);
  auto position = position_at_end(given.journal_directory);
  if (!position) return pass_on(std::move(position));
  gateway->application_ =
      std::make_unique<Application>(*gateway->keys_, *gateway->audit_log_, gateway->clock_, *position);
  gateway->upstream_ = std::make_unique<Upstream>(gateway->loop_, given.client);
  gateway->disk_ = std::make_unique<DiskWorker>(gateway->loop_);
  gateway->services_.reset(new Services{.loop = gateway->loop_,
                                        .upstream = *gateway->upstream_,
                                        .keys = *gateway->keys_,
                                        .watchlists = gateway->watchlists_.get(),
                                        .disk = gateway->disk_.get(),
                                        .clock = gateway->clock_,
                                        .application = *gateway->application_,
                                        .requests_per_minute = given.requests_per_minute,
                                        .new_york_hours = given.new_york_hours,
                                        .home = given.client.home});
  ClientOptions books = given.client;
  books.timeout = std::min(books.timeout, books_time_max);
  gateway->books_ = std::make_unique<Client>(books);
  gateway->orders_ = std::make_unique<OrderFollower>([books = gateway->books_.get()](OrderId order) {
    OrdersRequest request;
    request.order = order;
    request.limit = 1;
    return books->orders_and_sequence(request);
  });
  gateway->hub_ = std::make_unique<Hub>(gateway->loop_, given.client, *gateway->orders_);
  gateway->services_->hub = gateway->hub_.get();
  gateway->bar_clock_ = std::make_unique<BarClock>(*gateway->hub_, *gateway->upstream_, gateway->clock_);
  gateway->services_->bar_clock = gateway->bar_clock_.get();
  gateway->client_sessions_ = std::make_unique<ClientSessions>(gateway->loop_, *gateway->upstream_);
  gateway->services_->client_sessions = gateway->client_sessions_.get();
  gateway->application_->tell_orders(gateway->orders_.get(), gateway->hub_.get());
  gateway->router_ = router_of_all();
  gateway->server_ = std::make_unique<http::Server>(
      gateway->loop_, given.server, [raw = gateway.get()](http::Request request, http::Respond respond) {
        raw->handle(std::move(request), std::move(respond));
      });
  gateway->services_->server = gateway->server_.get();
  if (Status prepared = gateway->prepare_listeners(); !prepared) return pass_on(std::move(prepared));
  return gateway;
}

Gateway::Gateway(GatewayOptions options) : options_(std::move(options)) {}

Gateway::~Gateway() {
  stop();
}

Status Gateway::prepare_listeners() {
  listeners_[0] = {.address = options_.listen,
                   .file = options_.run_directory / "gatewayd.http",
                   .port = &application_->counters().http_port};
  listeners_[1] = {.address = options_.tls_listen,
                   .file = options_.run_directory / "gatewayd.https",
                   .port = &application_->counters().https_port};
  for (const Listener& listener : listeners_) {
    std::error_code ignored;
    std::filesystem::remove(listener.file, ignored);
  }
  if (options_.tls_listen == "off") return {};
  auto tls = http::TlsContext::load(options_.certificate, options_.make_certificate);
  if (!tls) return pass_on(std::move(tls));
  listeners_[1].tls = std::move(*tls);
  return {};
}

/// In the loop's thread, or before that runs.
void Gateway::reload(std::uint32_t requests_per_minute, const http::CertificateFiles& certificate) {
  std::optional<http::TlsContext> tls;
  if (listeners_[1].tls) {
    auto loaded = http::TlsContext::load(certificate);
    if (loaded) {
      tls = std::move(*loaded);
    } else {
      spdlog::error("reload: the certificate stays as it was: {}; {}", loaded.error().message,
                    loaded.error().hint);
    }
  }
  loop_.post([this, requests_per_minute, tls]() mutable {
    services_->requests_per_minute = requests_per_minute;
    if (tls) listeners_[1].tls->become(std::move(*tls));
  });
}

void Gateway::try_listening() {
  bool all = true;
  for (Listener& listener : listeners_) {
    if (listener.listening || listener.address == "off") continue;
    const auto address = server_->listen(listener.address, listener.tls);
    if (!address) {
      if (!listener.complained) {
        spdlog::warn("{} ({}); the gateway runs without it and tries again", address.error().message,
                     address.error().hint);
      }
      listener.complained = true;
      all = false;
      continue;
    }
    listener.listening = true;
    *listener.port = port_of(*address);
    std::ofstream(listener.file) << *address << '\n';
    spdlog::info("serving {} at {}", listener.tls ? "HTTPS" : "HTTP", *address);
  }
  if (all) listen_ticks_.reset();
}

Status Gateway::start(std::function<void()> failed) {
  try_listening();
  const bool all = std::ranges::all_of(
      listeners_, [](const Listener& listener) { return listener.listening || listener.address == "off"; });
  if (!all) listen_ticks_ = loop_.every(listen_interval, [this] { try_listening(); });
  thread_ = std::thread([this, failed = std::move(failed)] {
    try {
      loop_.run();
    } catch (const std::exception& exception) {
      spdlog::error("serving ended: {}", exception.what());
      failed();
    }
  });
  return {};
}

void Gateway::stop() {
  if (hub_) hub_->stop();
  if (!thread_.joinable()) return;
  loop_.post([this] {
    listen_ticks_.reset();
    server_->stop();
    // What still waits for a daemon gets a last moment.
    const std::int64_t deadline_ns =
        monotonic_nanoseconds() + std::chrono::nanoseconds(stop_time_max).count();
    stop_ticks_ = loop_.every(stop_interval, [this, deadline_ns, given_up = false]() mutable {
      const bool late = monotonic_nanoseconds() >= deadline_ns;
      if ((server_->counters().connections_open > 0 || client_sessions_->ending() > 0) && !late) return;
      if (given_up) return loop_.stop();
      given_up = true;
      upstream_->stop();
    });
  });
  thread_.join();
  for (const Listener& listener : listeners_) {
    std::error_code ignored;
    if (listener.listening) std::filesystem::remove(listener.file, ignored);
  }
}

void Gateway::handle(http::Request request, http::Respond respond) {
  ++application_->counters().requests;
  auto exchange = std::make_shared<Exchange>(std::move(request), *services_, std::move(respond));
  Router::Match match = router_.find(exchange->call.request.method, exchange->call.request.segments);
  exchange->surface = match.surface;
  exchange->route = match.route;
  exchange->call.arguments = std::move(match.arguments);
  if (const auto problem = refuse(*exchange, match)) {
    http::Response response = response_to(exchange->surface, *problem);
    if (problem->status == 405) response.headers.push_back({"Allow", match.allowed});
    if (problem->status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"trade\""});
    return finish(*exchange, std::move(response));
  }
  trade::start<http::Response>(
      exchange->route->handler(exchange->call),
      [this, exchange](http::Response response) { finish(*exchange, std::move(response)); },
      [this, exchange](const std::exception_ptr& failure) {
        std::string what;
        try {
          std::rethrow_exception(failure);
        } catch (const std::exception& exception) {
          what = exception.what();
        } catch (...) {
          what = "no std::exception";
        }
        spdlog::error("{} {} failed: {}", exchange->route->method, exchange->route->pattern, what);
        finish(*exchange,
               response_to(exchange->surface, {500, "internal", "Internal error; the log tells more"}));
      });
}

std::optional<Problem> Gateway::refuse(Exchange& exchange, const Router::Match& match) {
  if (match.route == nullptr || match.route->access == Access::open) {
    if (auto problem = refuse_flood(exchange)) return problem;
  }
  if (match.route == nullptr && match.allowed.empty()) {
    return Problem{404, "not_found",
                   match.surface == Surface::alpaca
                       ? "There is nothing at this address: share/doc/alpaca.md lists what is supported"
                       : "There is nothing at this address"};
  }
  if (match.route == nullptr) {
    return Problem{405, "method_not_allowed", "This address takes " + match.allowed};
  }
  if (match.route->access == Access::open) return std::nullopt;
  if (auto problem = authenticate(exchange)) return problem;
  const KeyRole role = exchange.call.key->role;
  const bool may = match.route->access == Access::view ||
                   (match.route->access == Access::trade && role != KeyRole::viewer) ||
                   role == KeyRole::desk_operator;
  if (!may) {
    return Problem{403, "not_permitted",
                   "A key of the role " + std::string(name_of(role)) + " may not do this"};
  }
  return std::nullopt;
}

std::optional<Problem> Gateway::refuse_flood(Exchange& exchange) {
  std::string name = exchange.call.request.peer;
  if (exchange.route != nullptr) name.append(1, ' ').append(exchange.route->pattern);
  const auto verdict = services_->open_limiter.take(name, open_requests_per_minute, monotonic_nanoseconds());
  if (verdict.allowed) return std::nullopt;
  // How much is left is nothing that a browser needs to know; when to come again is.
  exchange.verdict = verdict;
  services_->metrics.count_limited();
  return Problem{429, "too_many_requests", "Too many requests"};
}

std::optional<Problem> Gateway::authenticate(Exchange& exchange) {
  const http::Request& request = exchange.call.request;
  const Credentials credentials = credentials_of(request);
  const std::string_view token = credentials.id.empty() ? session_token(request) : std::string_view{};
  if (!token.empty() && changes_state(request.method) && !same_origin(request)) {
    return Problem{403, "foreign_origin", "A page of another site asks for this"};
  }
  auto key = token.empty() ? keys_->verify(credentials.id, credentials.secret, clock_.now())
                           : key_of_session(*services_, token);
  if (!key) {
    services_->metrics.count_unauthorized();
    exchange.verdict = services_->stranger_limiter.take(
        exchange.call.request.peer, Services::stranger_requests_per_minute, monotonic_nanoseconds());
    if (!exchange.verdict.allowed) return Problem{429, "too_many_requests", "Too many requests"};
    return Problem{
        401, "unauthorized",
        credentials.id.empty() && token.empty() ? "An API key is needed" : std::string(key.error().message)};
  }
  exchange.call.key = std::move(*key);
  exchange.verdict = take_request(*services_, *exchange.call.key);
  if (exchange.verdict.allowed) return std::nullopt;
  return Problem{
      429, "too_many_requests",
      "Too many requests: this key may make " + std::to_string(exchange.verdict.limit) + " a minute"};
}

void Gateway::finish(Exchange& exchange, http::Response response) {
  const std::int64_t duration_ns = monotonic_nanoseconds() - exchange.started_ns;
  const RateLimiter::Verdict& verdict = exchange.verdict;
  if (verdict.limit != 0) {
    const std::int64_t now_seconds = clock_.now().nanoseconds / nanoseconds_per_second;
    response.headers.push_back({"X-RateLimit-Limit", std::to_string(verdict.limit)});
    response.headers.push_back({"X-RateLimit-Remaining", std::to_string(verdict.remaining)});
    response.headers.push_back({"X-RateLimit-Reset", std::to_string(now_seconds + verdict.full_in_seconds)});
    if (!verdict.allowed)
      response.headers.push_back({"Retry-After", std::to_string(verdict.retry_in_seconds)});
  }
  const auto is_cache_control = [](const http::Header& header) { return header.name == "Cache-Control"; };
  if (std::ranges::none_of(response.headers, is_cache_control)) {
    response.headers.push_back({"Cache-Control", "no-store"});
  }
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  const int status = response.upgrade ? 101 : response.status;
  services_->metrics.count(exchange.route == nullptr ? "" : exchange.route->method,
                           exchange.route == nullptr ? "" : exchange.route->pattern, status, duration_ns);
  log(exchange, status, duration_ns);
  exchange.respond(std::move(response));
}

void Gateway::log(const Exchange& exchange, int status, std::int64_t duration_ns) {
  // What only asks whether something would be granted leaves no note, and is no change.
  const bool only_asked =
      exchange.call.note.empty() && status == 200 && exchange.call.request.method == "POST";
  const bool audited = exchange.call.key && changes_state(exchange.call.request.method) && !only_asked;
  if (!access_log_ && !audited) return;
  format::Json line;
  line["time"] = format_timestamp(clock_.now());
  line["peer"] = exchange.call.request.peer;
  line["key"] = exchange.call.key ? format::Json(exchange.call.key->id) : format::Json(nullptr);
  line["method"] = exchange.call.request.method;
  // Without what follows the '?', where a careless client may put a secret.
  const std::string& target = exchange.call.request.target;
  line["path"] = target.substr(0, std::min<std::size_t>(target.find('?'), 256));
  line["status"] = status;
  line["microseconds"] = duration_ns / nanoseconds_per_microsecond;
  if (access_log_) access_log_->write(format::text_of(line));
  if (!audited) return;
  line["account"] = exchange.call.key->account;
  line["what"] = format::text_or_null(exchange.call.note);
  audit_log_->write(format::text_of(line));
  audit_log_->flush();
}

}  // namespace trade::gatewayd
