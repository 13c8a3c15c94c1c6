// What the gateway counts, and its text for Prometheus. The format is written here by hand: it is a page of
// rules, and Debian's prometheus-cpp brings a web server of its own along.
// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server.hpp"
#include "model/views.hpp"

namespace trade::gatewayd {

class Metrics {
 public:
  /// `route` is the pattern, so that the number of series is bounded.
  void count(std::string_view method, std::string_view route, int status, std::int64_t duration_ns);
  void count_unauthorized() { ++unauthorized_; }
  void count_limited() { ++limited_; }

  /// The whole page: the gateway's own, the server's, and of each daemon whether it answers and its counters.
  [[nodiscard]] std::string text(const http::Server::Counters& server,
                                 const std::vector<std::pair<std::string, const DaemonView*>>& daemons) const;

 private:
  /// Upper bounds of the buckets, in microseconds; one more has the rest.
  static constexpr std::array<std::int64_t, 12> bounds_us = {
      100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 100'000, 250'000, 1'000'000, 5'000'000};
  struct Series {
    std::map<int, std::int64_t> by_status;
    std::array<std::int64_t, bounds_us.size() + 1> by_duration{};
    std::int64_t total_us = 0;
  };
  std::map<std::pair<std::string, std::string>, Series> requests_;  ///< by method and route
  std::int64_t unauthorized_ = 0;
  std::int64_t limited_ = 0;
};

}  // namespace trade::gatewayd
