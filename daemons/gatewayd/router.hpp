// Which handler answers which path: a table, looked up.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gatewayd/call.hpp"

namespace trade::gatewayd {

class Router {
 public:
  /// Routes whose texts outlive the router.
  void add(Surface surface, std::span<const Route> routes);

  struct Match {
    const Route* route = nullptr;  ///< null: there is none
    Surface surface = Surface::v1;
    std::vector<std::string> arguments;
    std::string allowed;  ///< where the path exists but not for this method: "GET, POST"
  };
  /// A pattern with fewer {…} goes before one with more. HEAD is answered as GET is.
  [[nodiscard]] Match find(std::string_view method, const std::vector<std::string>& segments) const;

  /// Every route, for descriptions and tests.
  [[nodiscard]] std::vector<const Route*> routes() const;

 private:
  struct Entry {
    const Route* route;
    Surface surface;
    std::vector<std::string_view> segments;
    std::size_t parameters = 0;
  };
  std::vector<Entry> entries_;  ///< ascending by parameters
};

/// Which API answers for a path that may not exist.
Surface surface_of(const std::vector<std::string>& segments);

}  // namespace trade::gatewayd
