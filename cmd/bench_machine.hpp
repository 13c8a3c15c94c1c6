// What the machine itself does in the time of a benchmark, beside which the suite's latencies are to be read.
#pragma once

#include <filesystem>
#include <vector>

#include "base/histogram.hpp"
#include "base/result.hpp"
#include "context.hpp"

namespace trade::cmd {

/// The two waits that every order has, for the disk and for a thread to be woken, and how evenly the
/// processor runs: a virtual machine's may be slower by a multiple for some hundredths of a second, without a
/// word.
class MachineProbe {
 public:
  /// Adds to what was measured: how long 4 KiB take to become durable in `directory`, how long a sleeping
  /// thread takes from being woken to running, and how long the same piece of work takes again and again.
  /// Takes about two seconds, and is best called while nothing else runs, before and after.
  Status measure(const std::filesystem::path& directory);
  /// Adds `disk_sync_us`, `wakeup_us` and `processor_slow_percent`.
  void describe(format::Json& json) const;

 private:
  Status measure_disk_sync(const std::filesystem::path& directory);
  Status measure_wakeups();
  void measure_processor();

  Histogram disk_sync_microseconds_;
  Histogram wakeup_nanoseconds_;
  std::vector<double> stretches_;  ///< of each 10 ms of work, how long a piece of it took
};

}  // namespace trade::cmd
