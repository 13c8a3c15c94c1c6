// For those who run the gateway: whether it lives, whether it is ready, what it counts.
#pragma once

#include <span>

#include "gatewayd/call.hpp"

namespace trade::gatewayd {

std::span<const Route> service_routes();

/// openapi.json, which describes /api/v1.
extern const char* const openapi_text;

}  // namespace trade::gatewayd
