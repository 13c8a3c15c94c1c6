// A gateway without a network and without daemons behind it: routes and streams as they are, every question
// to a daemon answered with "gatewayd stops".
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "client/client.hpp"
#include "gatewayd/application.hpp"
#include "gatewayd/bar_clock.hpp"
#include "gatewayd/client_sessions.hpp"
#include "gatewayd/hub.hpp"
#include "gatewayd/services.hpp"
#include "http/server.hpp"

namespace trade::fuzz {

class GatewayWorld {
 public:
  /// The one world of the process.
  static GatewayWorld& instance();

  gatewayd::Services& services() { return *services_; }
  /// Answers what is asked of the daemons until nothing asks any more, or so often.
  void answer_questions();
  /// The key of an operator.
  [[nodiscard]] const KeyView& key() const { return key_; }

 private:
  GatewayWorld();
  ~GatewayWorld();

  std::filesystem::path directory_;
  SystemClock clock_;
  http::Loop loop_;
  std::unique_ptr<access::KeyStore> keys_;
  std::unique_ptr<access::WatchlistStore> watchlists_;
  std::unique_ptr<app::LineLog> audit_;
  std::unique_ptr<gatewayd::Application> application_;
  std::unique_ptr<gatewayd::Upstream> upstream_;
  std::unique_ptr<gatewayd::Services> services_;
  std::unique_ptr<gatewayd::OrderFollower> orders_;
  std::unique_ptr<gatewayd::Hub> hub_;
  std::unique_ptr<gatewayd::BarClock> bar_clock_;
  std::unique_ptr<gatewayd::ClientSessions> client_sessions_;
  std::unique_ptr<http::Server> server_;
  KeyView key_;
};

}  // namespace trade::fuzz
