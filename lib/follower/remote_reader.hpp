// The journal as a follower on another machine reads it: from tradingd's journal service, over the bus.
#pragma once

#include <memory>

#include "client/client.hpp"
#include "journal/journal.hpp"

namespace trade::follower {

/// How much is asked for at a time: batches are small, and a question costs a round trip.
constexpr std::uint32_t remote_read_bytes_max = 4u << 20;

/// Reads through tradingd. Every record's checksum and hash are checked, and, from the second one on, that it
/// follows the one before. `not_running` and `timed_out` can be tried again; a record that is larger than a
/// frame of the bus cannot be read this way.
std::unique_ptr<journal::Reader> open_remote_reader(const ClientOptions& options);

}  // namespace trade::follower
