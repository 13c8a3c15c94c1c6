// Threads beside a daemon's main thread.
#pragma once

#include <functional>
#include <string_view>
#include <thread>

#include "base/result.hpp"

namespace trade {

/// Starts a thread that no signal is delivered to: they are the main thread's. `name` says whose thread it
/// is, as in "the commit thread", where the system does not let it start.
Result<std::thread> start_worker_thread(std::string_view name, std::function<void()> run);

}  // namespace trade
