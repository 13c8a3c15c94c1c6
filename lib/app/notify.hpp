// Inside lib/app only: telling a service manager (systemd) how a daemon is doing.
#pragma once

#include <string_view>

namespace trade::app {

/// Sends "READY=1" and the like to the socket that $NOTIFY_SOCKET names; without one it does nothing.
void notify_service_manager(std::string_view message);

}  // namespace trade::app
