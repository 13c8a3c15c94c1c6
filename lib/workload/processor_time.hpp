// Processor time, so that others on the machine are not measured.
#pragma once

#include <ctime>

namespace trade::workload {

/// That the calling thread was at work so far, in seconds.
inline double thread_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace trade::workload
