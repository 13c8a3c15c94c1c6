// What a daemon asks of the kernel's scheduler.
#pragma once

#include <cstdint>

namespace trade::app {

enum class Scheduling : std::uint8_t {
  /// Somebody waits for the answer: to run soon when woken, for a short while.
  prompt,
  /// It follows what others have done, and gives way to them.
  following,
};

/// Asks for it for the calling thread and those that it starts later. Needs no privilege; a kernel that knows
/// nothing of it schedules as it would have.
void ask_for_scheduling(Scheduling scheduling);

}  // namespace trade::app
