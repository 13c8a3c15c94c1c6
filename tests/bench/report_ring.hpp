// A queue of reports between one producer and one consumer thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "bench/matching_benchmark_abi.hpp"

namespace trade::bench {

class ReportRing {
 public:
  /// Room for `capacity` reports rounded up to a power of two; the memory is touched at once.
  explicit ReportRing(std::uint32_t capacity)
      : capacity_(std::bit_ceil(std::uint64_t{std::max<std::uint32_t>(capacity, publish_burst)})),
        reports_(new(page) AbiReport[capacity_]),
        next_(reports_.get()),
        stop_(reports_.get() + publish_burst) {
    std::memset(static_cast<void*>(reports_.get()), 0, capacity_ * sizeof(AbiReport));
  }

  /// Producer: the place of the next report, to be filled where it is before `commit`. Waits while the ring
  /// is full. The consumer sees a report at the latest when a burst of them is complete.
  AbiReport& next() {
    if (next_ == stop_) [[unlikely]] {
      start_burst();
    }
    return *next_;
  }
  void commit() { ++next_; }
  /// Producer: lets the consumer see all that is written.
  void publish() {
    published_.store(burst_start_ + static_cast<std::uint64_t>(next_ - (stop_ - publish_burst)),
                     std::memory_order_release);
  }
  /// Consumer: takes at most `reports_max` reports.
  std::uint32_t drain(AbiReport* reports, std::uint32_t reports_max) {
    const std::uint64_t consumed = consumed_.load(std::memory_order_relaxed);
    const std::uint64_t ready = published_.load(std::memory_order_acquire) - consumed;
    const std::uint64_t to_end = capacity_ - (consumed & (capacity_ - 1));
    const auto count = static_cast<std::uint32_t>(std::min({ready, std::uint64_t{reports_max}, to_end}));
    if (count == 0) return 0;
    std::copy_n(&reports_[consumed & (capacity_ - 1)], count, reports);
    consumed_.store(consumed + count, std::memory_order_release);
    return count;
  }

 private:
  static constexpr std::align_val_t page{4'096};
  /// Publishing costs the transfer of a cache line that the consumer keeps looking at; and once in a burst is
  /// often enough to look at how far the consumer is.
  static constexpr std::uint64_t publish_burst = 32;

  struct Free {
    void operator()(AbiReport* reports) const { ::operator delete[](reports, page); }
  };

  [[gnu::noinline]] void start_burst() {
    publish();
    const std::uint64_t end = burst_start_ + 2 * publish_burst;
    while (end - consumed_.load(std::memory_order_acquire) > capacity_) {
    }
    burst_start_ += publish_burst;
    next_ = &reports_[burst_start_ & (capacity_ - 1)];
    stop_ = next_ + publish_burst;
  }

  const std::uint64_t capacity_;
  const std::unique_ptr<AbiReport[], Free> reports_;
  // Each thread's words have cache lines of their own.
  alignas(128) AbiReport* next_;   ///< at most `stop_`
  AbiReport* stop_;                ///< the end of the burst
  std::uint64_t burst_start_ = 0;  ///< reports before the burst
  alignas(128) std::atomic<std::uint64_t> published_ = 0;
  alignas(128) std::atomic<std::uint64_t> consumed_ = 0;
};

}  // namespace trade::bench
