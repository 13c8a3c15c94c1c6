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
  auto audit = app::LineLog::open(directory_ / "audit.log");
  require(audit.has_value(), "a log can be kept");
  audit_ = std::move(*audit);
  application_ = std::make_unique<gatewayd::Application>(*keys_, *audit_, clock_, follower::Position{});
  upstream_ = std::make_unique<gatewayd::Upstream>(loop_, client);
  services_.reset(new gatewayd::Services{
      .loop = loop_, .upstream = *upstream_, .keys = *keys_, .clock = clock_, .application = *application_});
  orders_ = std::make_unique<gatewayd::OrderFollower>(
      [](OrderId) -> Result<OrdersReply> { return fail(ErrorCode::not_running, "no books"); });
  hub_ = std::make_unique<gatewayd::Hub>(loop_, client, *orders_);
  services_->hub = hub_.get();
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
