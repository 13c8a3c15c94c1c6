// Every route that the gateway serves.
#pragma once

#include "gatewayd/router.hpp"

namespace trade::gatewayd {

/// The routes of both APIs, of the page and of the service itself.
Router router_of_all();

}  // namespace trade::gatewayd
