// The trading API under /api/v1: the names and spellings of the command line's JSON.
#pragma once

#include <span>

#include "gatewayd/call.hpp"

namespace trade::gatewayd::v1 {

std::span<const Route> order_routes();
std::span<const Route> market_routes();
std::span<const Route> account_routes();
std::span<const Route> stream_routes();
std::span<const Route> session_routes();

/// `{"error": …, "code": …}` with the status that belongs to it.
inline http::Response error(const Error& error) {
  return response_to(Surface::v1, problem_of(error));
}

}  // namespace trade::gatewayd::v1
