// A stored batch for those who do not want all of it.
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

/// What a batch is, without what it says.
struct BatchSummary {
  Encoder::BatchHeader header;
  std::size_t commands = 0;
  std::size_t events = 0;
};

/// Checks all that `decode_batch` checks, and keeps nothing of it. `frame` must be 8-byte aligned.
Result<BatchSummary> check_batch(Bytes frame);

}  // namespace trade::wire
