#include "fuzz/gateway_world.hpp"

#include <cstdlib>

#include "fuzz/fuzz.hpp"

namespace trade::fuzz {

namespace {
/// A handler asks a few questions one after the other; pages go on until one is empty.
constexpr int answers_max = 64;
}  // namespace

GatewayWorld& GatewayWorld::instance() {
  static GatewayWorld world;
  return world;
}

GatewayWorld::GatewayWorld() {
  std::string pattern = "/tmp/trade-fuzz.XXXXXX";
  require(::mkdtemp(pattern.data()) != nullptr, "there is room for a directory");
  directory_ = pattern;
  const ClientOptions client{directory_ / "home", std::chrono::milliseconds(100)};
  auto keys = access::KeyStore::open(directory_ / "access");
  require(keys.has_value(), "keys can be kept");
  keys_ = std::move(*keys);
  auto watchlists = access::WatchlistStore::open(directory_ / "access");
  require(watchlists.has_value(), "watchlists can be kept");
  watchlists_ = std::move(*watchlists);
  auto audit = app::LineLog::open(directory_ / "audit.log");
  require(audit.has_value(), "a log can be kept");
  audit_ = std::move(*audit);
  application_ = std::make_unique<gatewayd::Application>(*keys_, *audit_, clock_, follower::Position{});
  upstream_ = std::make_unique<gatewayd::Upstream>(loop_, client);
  services_.reset(new gatewayd::Services{.loop = loop_,
                                         .upstream = *upstream_,
                                         .keys = *keys_,
                                         .watchlists = watchlists_.get(),
                                         .clock = clock_,
                                         .application = *application_});
  orders_ = std::make_unique<gatewayd::OrderFollower>(
      [](OrderId) -> Result<OrdersReply> { return fail(ErrorCode::not_running, "no books"); });
  hub_ = std::make_unique<gatewayd::Hub>(loop_, client, *orders_);
  services_->hub = hub_.get();
  bar_clock_ = std::make_unique<gatewayd::BarClock>(*hub_, *upstream_, clock_);
  services_->bar_clock = bar_clock_.get();
  client_sessions_ = std::make_unique<gatewayd::ClientSessions>(loop_, *upstream_);
  services_->client_sessions = client_sessions_.get();
  server_ = std::make_unique<http::Server>(loop_, http::ServerOptions{}, [](http::Request, http::Respond) {});
  services_->server = server_.get();
  key_.id = "fuzz";
  key_.account = "alice";
  key_.role = KeyRole::desk_operator;
}

GatewayWorld::~GatewayWorld() {
  hub_->stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void GatewayWorld::answer_questions() {
  for (int i = 0; i < answers_max; ++i)
    upstream_->stop();
}

}  // namespace trade::fuzz
