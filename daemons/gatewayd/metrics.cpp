#include "gatewayd/metrics.hpp"

#include <algorithm>

namespace trade::gatewayd {

namespace {

/// Microseconds as seconds, exactly: 2500 is "0.002500".
std::string seconds(std::int64_t microseconds) {
  const std::string fraction = std::to_string(1'000'000 + microseconds % 1'000'000).substr(1);
  return std::to_string(microseconds / 1'000'000) + "." + fraction;
}

void describe(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void sample(std::string& out, std::string_view name, std::string_view labels, const std::string& value) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

/// A name that the format allows: others' characters become '_'.
std::string metric_name(std::string_view text) {
  std::string name(text);
  for (char& c : name) {
    const bool allowed =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!allowed) c = '_';
  }
  return name;
}

void add_server(std::string& out, const http::Server::Counters& server) {
  const std::pair<const char*, std::int64_t> gauges[] = {{"connections_open", server.connections_open},
                                                         {"websockets_open", server.websockets_open}};
  for (const auto& [name, value] : gauges) {
    describe(out, std::string("trade_http_") + name, "gauge", "Open now");
    sample(out, std::string("trade_http_") + name, "", std::to_string(value));
  }
  const std::pair<const char*, std::int64_t> counters[] = {
      {"connections_accepted_total", server.connections_accepted},
      {"connections_refused_total", server.connections_refused},
      {"connections_timed_out_total", server.timed_out},
      {"requests_malformed_total", server.requests_malformed},
      {"websockets_dropped_total", server.websockets_dropped}};
  for (const auto& [name, value] : counters) {
    describe(out, std::string("trade_http_") + name, "counter", "Since the gateway started");
    sample(out, std::string("trade_http_") + name, "", std::to_string(value));
  }
}

void add_daemons(std::string& out, const std::vector<std::pair<std::string, const DaemonView*>>& daemons) {
  describe(out, "trade_up", "gauge", "Whether the daemon answers");
  for (const auto& [name, view] : daemons)
    sample(out, "trade_up", "daemon=\"" + name + "\"", view == nullptr ? "0" : "1");
  describe(out, "trade_sequence", "gauge", "The last event that the daemon knows");
  // Samples of one name must stand together.
  std::string lags;
  std::map<std::string, std::string> counters;
  for (const auto& [name, view] : daemons) {
    if (view == nullptr) continue;
    const std::string label = "daemon=\"" + name + "\"";
    sample(out, "trade_sequence", label, std::to_string(view->sequence));
    sample(lags, "trade_lag_events", label, std::to_string(view->lag));
    for (const auto& [counter, value] : view->counters)
      sample(counters["trade_daemon_" + metric_name(counter)], "trade_daemon_" + metric_name(counter), label,
             std::to_string(value));
  }
  describe(out, "trade_lag_events", "gauge", "Events behind the journal");
  out += lags;
  for (const auto& [name, samples] : counters) {
    describe(out, name, "untyped", "As the daemon tells it in its status");
    out += samples;
  }
}

}  // namespace

void Metrics::count(std::string_view method, std::string_view route, int status, std::int64_t duration_ns) {
  Series& series = requests_[{std::string(method), std::string(route)}];
  ++series.by_status[status];
  const std::int64_t duration_us = duration_ns / 1'000;
  const auto bucket = std::ranges::lower_bound(bounds_us, duration_us) - bounds_us.begin();
  ++series.by_duration[static_cast<std::size_t>(bucket)];
  series.total_us += duration_us;
}

std::string Metrics::text(const http::Server::Counters& server,
                          const std::vector<std::pair<std::string, const DaemonView*>>& daemons) const {
  std::string out;
  describe(out, "trade_http_requests_total", "counter", "Requests that were answered");
  for (const auto& [name, series] : requests_) {
    for (const auto& [status, count] : series.by_status) {
      sample(out, "trade_http_requests_total",
             "method=\"" + name.first + "\",route=\"" + name.second + "\",status=\"" +
                 std::to_string(status) + "\"",
             std::to_string(count));
    }
  }
  describe(out, "trade_http_request_seconds", "histogram", "From a request's arrival to its answer");
  for (const auto& [name, series] : requests_) {
    const std::string labels = "method=\"" + name.first + "\",route=\"" + name.second + "\"";
    std::int64_t total = 0;
    for (std::size_t i = 0; i <= bounds_us.size(); ++i) {
      total += series.by_duration[i];
      const std::string bound = i == bounds_us.size() ? "+Inf" : seconds(bounds_us[i]);
      sample(out, "trade_http_request_seconds_bucket", labels + ",le=\"" + bound + "\"",
             std::to_string(total));
    }
    sample(out, "trade_http_request_seconds_sum", labels, seconds(series.total_us));
    sample(out, "trade_http_request_seconds_count", labels, std::to_string(total));
  }
  describe(out, "trade_http_unauthorized_total", "counter", "Requests without a valid key");
  sample(out, "trade_http_unauthorized_total", "", std::to_string(unauthorized_));
  describe(out, "trade_http_rate_limited_total", "counter", "Requests refused for being too many");
  sample(out, "trade_http_rate_limited_total", "", std::to_string(limited_));
  add_server(out, server);
  add_daemons(out, daemons);
  return out;
}

}  // namespace trade::gatewayd
