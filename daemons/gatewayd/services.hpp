// What all requests share, for as long as the gateway runs. It belongs to the loop's thread, but for the
// keys, which any thread may ask.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "access/browser_sessions.hpp"
#include "access/key_store.hpp"
#include "access/watchlist_store.hpp"
#include "app/log.hpp"
#include "base/clock.hpp"
#include "base/time.hpp"
#include "gatewayd/fresh_quotes.hpp"
#include "gatewayd/metrics.hpp"
#include "gatewayd/page.hpp"
#include "gatewayd/rate_limiter.hpp"
#include "gatewayd/upstream.hpp"
#include "http/loop.hpp"
#include "http/server.hpp"

namespace trade::gatewayd {

class Application;
class BarClock;
class DiskWorker;
class Hub;
class ClientSessions;

struct Services {
  /// Requests a minute of an address that comes without a valid key.
  static constexpr std::uint32_t stranger_requests_per_minute = 600;

  http::Loop& loop;
  Upstream& upstream;
  access::KeyStore& keys;
  access::WatchlistStore* watchlists = nullptr;  ///< set before the first request; used by `disk` alone
  DiskWorker* disk = nullptr;                    ///< null: the loop's thread waits for the disk itself
  const Clock& clock;
  Application& application;
  http::Server* server = nullptr;             ///< set once there is one
  Hub* hub = nullptr;                         ///< the same
  BarClock* bar_clock = nullptr;              ///< the same
  ClientSessions* client_sessions = nullptr;  ///< the same
  std::uint32_t requests_per_minute = 0;
  bool new_york_hours = false;  ///< the market follows them; else it may trade at any hour
  FreshQuotes fresh_quotes{upstream};
  std::filesystem::path home = {};  ///< the suite's
  Metrics metrics;
  RateLimiter limiter;           ///< by key
  RateLimiter stranger_limiter;  ///< by address, for those who come without a valid key
  RateLimiter sign_in_limiter;   ///< by address
  RateLimiter status_limiter;    ///< by address, for those who ask how the daemons are
  RateLimiter open_limiter;      ///< by address and path, for what needs no key
  access::BrowserSessions sessions;
  PageFiles page{page_directory()};
};

}  // namespace trade::gatewayd
