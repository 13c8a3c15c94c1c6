// Inside lib/bus only: how a subscriber learns that its subscriptions are in force. It subscribes to a topic
// made up for the purpose, and the publisher, on seeing that subscription, publishes on that topic once.
// Subscriptions of one subscriber arrive in order, so the earlier ones are then in force too.
#pragma once

#include <cstddef>
#include <string_view>

namespace trade::bus {

/// Sorts after every real topic: after a reconnection libzmq sends subscriptions in sorted order.
constexpr std::string_view confirmation_prefix =
    "\xff"
    "confirm:";
constexpr std::size_t confirmation_topic_bytes_max = 64;

}  // namespace trade::bus
