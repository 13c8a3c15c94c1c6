// A stored batch for those who follow events alone.
#pragma once

#include <cstddef>

#include "base/result.hpp"
#include "wire/wire.hpp"

namespace trade::wire {

/// As `decode_batch`, but what the commands say is not read: `commands` and `events_per_command` stay empty.
/// The structure of all of it is verified. How many commands there are.
Result<std::size_t> decode_batch_events(Batch& batch);

/// The same, and OrderAccepted and OrderRejected are left out: no market changes with them, and of a busy
/// day's events they are more than a third.
Result<std::size_t> decode_market_events(Batch& batch);

}  // namespace trade::wire
