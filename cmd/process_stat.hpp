// What the kernel tells of a process in /proc/PID/stat (proc(5)).
#pragma once

#include <cstdint>
#include <string>

namespace trade::cmd {

/// The fields from the third on, the state, as they stand; empty where they cannot be read. The second is the
/// program's name, which may hold anything.
std::string process_stat(std::int64_t pid);

}  // namespace trade::cmd
