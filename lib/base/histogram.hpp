// A histogram of durations: fixed memory, constant cost of recording, relative error under one percent.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace trade {

/// Counts values from 0 to `value_max` in buckets that grow with the value: each power of two is split into
/// 128, so a bucket is at most 1/128 of its value wide. Larger values count as `value_max`.
class Histogram {
 public:
  /// About 18 minutes where values are nanoseconds.
  static constexpr std::uint64_t value_max = (std::uint64_t{1} << 40) - 1;

  void record(std::uint64_t value, std::uint64_t times = 1) {
    value = std::min(value, value_max);
    counts_[bucket_of(value)] += times;
    count_ += times;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Exact. Zero when nothing was recorded.
  [[nodiscard]] std::uint64_t min() const { return count_ == 0 ? 0 : min_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }

  /// The smallest value that at least this share of the recorded ones (0 to 100) do not exceed, up to the
  /// width of its bucket; never above `max()`. Zero when nothing was recorded.
  [[nodiscard]] std::uint64_t percentile(double percent) const {
    if (count_ == 0) return 0;
    const double wanted = std::clamp(percent, 0.0, 100.0) / 100.0 * static_cast<double>(count_);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
      seen += counts_[bucket];
      if (seen != 0 && static_cast<double>(seen) >= wanted) return std::clamp(last_of(bucket), min_, max_);
    }
    return max_;
  }

  /// Adds what another one recorded.
  void merge(const Histogram& other) {
    for (std::size_t bucket = 0; bucket < buckets; ++bucket)
      counts_[bucket] += other.counts_[bucket];
    count_ += other.count_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
  }
  void clear() { *this = Histogram(); }

 private:
  static constexpr unsigned split_bits = 7;
  static constexpr std::uint64_t split = std::uint64_t{1} << split_bits;
  static constexpr std::size_t buckets = (40 - split_bits + 1) * split;

  // Values under 128 have a bucket each. Above, the bucket is the position of the highest bit and the seven
  // bits below it.
  static constexpr std::size_t bucket_of(std::uint64_t value) {
    if (value < split) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - split_bits;
    return static_cast<std::size_t>((shift + 1) * split + ((value >> shift) - split));
  }
  /// The largest value that falls into the bucket.
  static constexpr std::uint64_t last_of(std::size_t bucket) {
    if (bucket < split) return bucket;
    const std::uint64_t shift = bucket / split - 1;
    return ((split + bucket % split + 1) << shift) - 1;
  }

  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t min_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_ = 0;
};

}  // namespace trade
