// Keeps a process that has no descriptors left alive when somebody connects to one of its sockets.
#pragma once

#include <cstdint>

namespace trade::bus {

/// To be called by whoever binds a socket: from then on a connection for which there is no descriptor is
/// closed rather than the end of the process. Any number of times, from any thread.
void keep_spare_descriptor();

/// Connections that were closed for want of a descriptor, since the process started.
std::uint64_t connections_refused();

}  // namespace trade::bus
