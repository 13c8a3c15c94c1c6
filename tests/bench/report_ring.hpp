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
      : capacity_(std::bit_ceil(std::uint64_t{std::max(capacity, 2U)})),
        reports_(new(page) AbiReport[capacity_]) {
    std::memset(static_cast<void*>(reports_.get()), 0, capacity_ * sizeof(AbiReport));
  }

  /// Producer: whether there is no room for a report.
  bool full() {
    if (written_ != writable_end_) [[likely]]
      return false;
    writable_end_ = consumed_.load(std::memory_order_acquire) + capacity_;
    return written_ == writable_end_;
  }
  /// Producer: the place of the next report, to be filled where it is; the ring is not full.
  AbiReport& next() { return reports_[written_ & (capacity_ - 1)]; }
  /// Producer: the next report is complete. The consumer sees it at the latest when a burst of them is.
  void commit() {
    if (++written_ % publish_burst == 0) publish();
  }
  /// Producer: lets the consumer see all that is written.
  void publish() { published_.store(written_, std::memory_order_release); }

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
  /// Publishing costs the transfer of a cache line that the consumer keeps looking at.
  static constexpr std::uint64_t publish_burst = 32;

  struct Free {
    void operator()(AbiReport* reports) const { ::operator delete[](reports, page); }
  };

  const std::uint64_t capacity_;
  const std::unique_ptr<AbiReport[], Free> reports_;
  // Each thread's words have cache lines of their own.
  alignas(128) std::uint64_t written_ = 0;
  std::uint64_t writable_end_ = 0;  ///< the consumer may have got further
  alignas(128) std::atomic<std::uint64_t> published_ = 0;
  alignas(128) std::atomic<std::uint64_t> consumed_ = 0;
};

}  // namespace trade::bench
