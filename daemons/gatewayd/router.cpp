#include "gatewayd/router.hpp"

#include <algorithm>

namespace trade::gatewayd {

namespace {

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

std::vector<std::string_view> split(std::string_view pattern) {
  std::vector<std::string_view> segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // the slash
    const std::size_t end = pattern.find('/');
    segments.push_back(pattern.substr(0, end));
    pattern = end == std::string_view::npos ? std::string_view{} : pattern.substr(end);
  }
  if (segments.size() == 1 && segments.front().empty()) segments.clear();
  return segments;
}

bool matches(const std::vector<std::string_view>& pattern, const std::vector<std::string>& segments) {
  return std::ranges::equal(pattern, segments, [](std::string_view wanted, const std::string& segment) {
    return is_parameter(wanted) || wanted == segment;
  });
}

}  // namespace

void Router::add(Surface surface, std::span<const Route> routes) {
  for (const Route& route : routes) {
    Entry entry{&route, surface, split(route.pattern)};
    entry.parameters = static_cast<std::size_t>(std::ranges::count_if(entry.segments, is_parameter));
    // Behind those with as many parameters, so that of equal ones the first stays first.
    const auto place = std::ranges::upper_bound(entries_, entry.parameters, {}, &Entry::parameters);
    entries_.insert(place, std::move(entry));
  }
}

Router::Match Router::find(std::string_view method, const std::vector<std::string>& segments) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  Match match;
  match.surface = surface_of(segments);
  for (const Entry& entry : entries_) {
    if (!matches(entry.segments, segments)) continue;
    if (entry.route->method == wanted) {
      match.route = entry.route;
      match.surface = entry.surface;
      match.allowed.clear();
      for (std::size_t i = 0; i < segments.size(); ++i) {
        if (is_parameter(entry.segments[i])) match.arguments.push_back(segments[i]);
      }
      return match;
    }
    if (!match.allowed.empty()) match.allowed += ", ";
    match.allowed += entry.route->method;
  }
  return match;
}

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> routes;
  for (const Entry& entry : entries_)
    routes.push_back(entry.route);
  return routes;
}

Surface surface_of(const std::vector<std::string>& segments) {
  static constexpr std::string_view alpaca_roots[] = {"v1", "v2", "v3", "v1beta1", "v1beta3", "v2beta1"};
  const bool alpaca =
      !segments.empty() && std::ranges::find(alpaca_roots, segments.front()) != std::end(alpaca_roots);
  return alpaca ? Surface::alpaca : Surface::v1;
}

}  // namespace trade::gatewayd
