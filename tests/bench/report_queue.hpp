// Reports on their way into a queue that is the benchmark's own.
#pragma once

#include <array>
#include <cstdint>

#include "bench/matching_benchmark_abi.hpp"

namespace trade::bench {

/// What ReportRing is for a ring of ours. A report is put down here first, and the queue gets a burst of
/// them: its words travel between the two threads with every push, but stay while one follows the other. It
/// copies each report in large pieces, for which a processor waits while the small ones that make it up are
/// still on their way to the cache; those of a burst have arrived.
class ReportQueue {
 public:
  ReportQueue(const AbiTransport& transport, void* queue) : transport_(transport), queue_(queue) {}

  /// The place of the next report, to be filled before `commit`.
  AbiReport& next() {
    if (count_ == burst) [[unlikely]]
      publish();
    return reports_[count_];
  }
  void commit() { ++count_; }
  /// Puts all that is written into the queue; waits while that is full.
  [[gnu::noinline]] void publish() {
    for (std::uint32_t at = 0; at < count_; ++at) {
      while (transport_.push(queue_, &reports_[at]) == 0) {
      }
    }
    count_ = 0;
  }

 private:
  static constexpr std::uint32_t burst = 32;

  const AbiTransport& transport_;
  void* queue_;
  std::uint32_t count_ = 0;
  alignas(64) std::array<AbiReport, burst> reports_{};
};

}  // namespace trade::bench
