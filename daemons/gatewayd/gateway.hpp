// The gateway as a whole: listeners, requests from their arrival to their answer, logs.
#pragma once

#include <array>
#include <atomic>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "access/key_store.hpp"
#include "access/watchlist_store.hpp"
#include "app/log.hpp"
#include "base/clock.hpp"
#include "client/client.hpp"
#include "gatewayd/application.hpp"
#include "gatewayd/bar_clock.hpp"
#include "gatewayd/client_sessions.hpp"
#include "gatewayd/disk_worker.hpp"
#include "gatewayd/hub.hpp"
#include "gatewayd/router.hpp"
#include "gatewayd/services.hpp"
#include "http/loop.hpp"
#include "http/server.hpp"

namespace trade::gatewayd {

struct GatewayOptions {
  ClientOptions client;  ///< the suite behind
  std::filesystem::path keys_directory;
  std::filesystem::path journal_directory;
  std::filesystem::path log_directory;
  std::filesystem::path run_directory;  ///< where the addresses in force are written: gatewayd.http, .https
  std::string listen;                   ///< "127.0.0.1:8080"; "off": not served
  std::string tls_listen;
  http::CertificateFiles certificate;
  bool make_certificate = true;  ///< self-signed, where the files are not there
  std::uint32_t requests_per_minute = 200;
  bool new_york_hours = false;  ///< the market follows them
  bool access_log = true;
  http::ServerOptions server;
};

class Gateway {
 public:
  static Result<std::unique_ptr<Gateway>> open(GatewayOptions options);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// Listens and serves, in a thread of its own. A port that is taken is logged and tried again and again:
  /// the gateway runs without it. An error is an address or a certificate that can never do. `failed` is
  /// called when serving ends by itself, which a bug alone can cause.
  Status start(std::function<void()> failed);
  /// Answers what is under way, for a moment, and ends. `open` to `stop` once.
  void stop();

  /// Takes over the default rate limit and the certificate; may be called from any thread. A certificate that
  /// cannot be used is logged, and the old one stays.
  void reload(std::uint32_t requests_per_minute, const http::CertificateFiles& certificate);

  [[nodiscard]] Application& application() { return *application_; }

 private:
  struct Listener {
    std::string address;
    std::optional<http::TlsContext> tls;
    std::filesystem::path file;
    std::atomic<std::int64_t>* port = nullptr;
    bool listening = false;
    bool complained = false;
  };
  struct Exchange;

  explicit Gateway(GatewayOptions options);
  Status prepare_listeners();
  void try_listening();
  void handle(http::Request request, http::Respond respond);
  /// The answer without a handler: no route, no key, too many requests, a role that does not do.
  std::optional<Problem> refuse(Exchange& exchange, const Router::Match& match);
  std::optional<Problem> authenticate(Exchange& exchange);
  /// Of what needs no key.
  std::optional<Problem> refuse_flood(Exchange& exchange);
  void finish(Exchange& exchange, http::Response response);
  void log(const Exchange& exchange, int status, std::int64_t duration_ns);

  GatewayOptions options_;
  SystemClock clock_;
  std::unique_ptr<access::KeyStore> keys_;
  std::unique_ptr<access::WatchlistStore> watchlists_;
  std::unique_ptr<app::LineLog> access_log_;
  std::unique_ptr<app::LineLog> audit_log_;
  std::unique_ptr<Application> application_;
  http::Loop loop_;
  std::unique_ptr<Upstream> upstream_;
  std::unique_ptr<DiskWorker> disk_;
  std::unique_ptr<ClientSessions> client_sessions_;
  std::unique_ptr<Client> books_;  ///< of the follower's thread
  std::unique_ptr<OrderFollower> orders_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<Hub> hub_;
  std::unique_ptr<BarClock> bar_clock_;
  Router router_;
  std::unique_ptr<http::Server> server_;
  std::array<Listener, 2> listeners_;
  std::unique_ptr<http::Loop::Registration> listen_ticks_;
  std::unique_ptr<http::Loop::Registration> stop_ticks_;
  std::thread thread_;
};

}  // namespace trade::gatewayd
