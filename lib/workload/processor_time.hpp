// Processor time, so that others on the machine are not measured.
#pragma once

#include "base/clock.hpp"

namespace trade::workload {

/// That the calling thread was at work so far, in seconds.
inline double thread_seconds() {
  return 1e-9 * static_cast<double>(thread_processor_nanoseconds());
}

}  // namespace trade::workload
