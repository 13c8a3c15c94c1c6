// One request on its way to an answer, and what its handler may use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "gatewayd/upstream.hpp"
#include "http/message.hpp"
#include "model/key.hpp"
#include "model/views.hpp"

namespace trade::gatewayd {

struct Services;

/// Which API a path belongs to: each has its own way to tell an error.
enum class Surface : std::uint8_t { v1, alpaca };

/// What a key must be allowed to do for a route.
enum class Access : std::uint8_t { open, view, trade, operate };

/// Why a request is not granted.
struct Problem {
  int status = 500;
  std::string name;     ///< "insufficient_buying_power"
  std::string message;  ///< "Insufficient buying power"
};

struct Call {
  Call(http::Request incoming, Services& of) : request(std::move(incoming)), services(of) {}

  http::Request request;
  Services& services;
  std::vector<std::string> arguments;  ///< what stands for the pattern's {…}, in order
  std::optional<KeyView> key;          ///< whose request it is; none on open routes
  std::string note;                    ///< for the audit: what was done, "place buy 5 AAPL … : order 7"

  [[nodiscard]] Upstream& upstream() const;
  /// The account that the request is for: the key's own, or, for an operator, the one that `wanted` (from the
  /// body) or the parameter `account` names. `not_permitted` when another's is named.
  [[nodiscard]] Result<std::string> account(const std::optional<std::string>& wanted = std::nullopt) const;
  /// Whether something of this account may be shown to the key.
  [[nodiscard]] bool may_see(std::string_view account) const;
};

using Handler = Task<http::Response> (*)(Call&);

struct Route {
  std::string_view method;   ///< "GET"
  std::string_view pattern;  ///< "/api/v1/orders/{id}"
  Access access;
  Handler handler;
};

/// How an error of a daemon or of the input is told over HTTP.
Problem problem_of(const Error& error);
/// The answer that tells a problem, in the words of the surface.
http::Response response_to(Surface surface, const Problem& problem);

}  // namespace trade::gatewayd
