// For those who run the gateway: whether it lives, whether it is ready, what it counts.
#pragma once

#include <span>

#include "gatewayd/call.hpp"

namespace trade::gatewayd {

std::span<const Route> service_routes();

}  // namespace trade::gatewayd
