// What a daemon asks of the kernel's scheduler.
#pragma once

namespace trade::app {

/// Asks for the calling thread, and those that it starts later, to run soon when woken and for a short while:
/// somebody waits for the answer. Needs no privilege; a kernel that knows nothing of it schedules as ever.
void ask_for_short_slices();

}  // namespace trade::app
