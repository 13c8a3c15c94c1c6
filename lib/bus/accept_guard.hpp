// Keeps a process that has no descriptors left alive when somebody connects to one of its sockets, and turns
// away whoever connects over TCP too often.
#pragma once

#include <cstdint>

namespace trade::bus {

/// To be called by whoever binds a socket: from then on a connection for which there is no descriptor is
/// closed rather than the end of the process. Any number of times, from any thread.
void keep_spare_descriptor();

/// Connections that were closed for want of a descriptor, since the process started.
std::uint64_t connections_refused();

/// To be called by whoever listens on TCP with libzmq: from then on connections over TCP that come too fast,
/// from one address or from all, or are too many at a time, are closed before anything of theirs is read. Any
/// number of times, from any thread.
void limit_network_connections();

/// Connections that were closed for coming too fast or being too many, since the process started.
std::uint64_t network_connections_turned_away();

}  // namespace trade::bus
