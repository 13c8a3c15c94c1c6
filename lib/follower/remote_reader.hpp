// The journal as a follower on another machine reads it: from tradingd's journal service, over the bus.
#pragma once

#include <memory>

#include "app/remote_profile.hpp"
#include "client/client.hpp"
#include "journal/journal.hpp"

namespace trade::follower {

/// How much is asked for at a time: batches are small, and a question costs a round trip.
constexpr std::uint32_t remote_read_bytes_max = 4u << 20;

/// The suite that a client's profile is of.
std::shared_ptr<const bus::RemoteSuite> remote_suite(const app::RemoteProfile& profile);

/// Reads through tradingd. Every record's checksum and hash are checked, and, from the second one on, that it
/// follows the one before. `not_running` and `timed_out` can be tried again.
std::unique_ptr<journal::Reader> open_remote_reader(const ClientOptions& options);

}  // namespace trade::follower
