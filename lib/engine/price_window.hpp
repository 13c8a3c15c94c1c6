// The trades of a symbol in the last five minutes, for their mean price.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "model/numbers.hpp"

namespace trade::engine {

/// Trades are kept by the second in which they were, so that the memory is bounded: a trade leaves with its
/// second, between 299 and 300 seconds after it was made.
class PriceWindow {
 public:
  static constexpr std::int64_t seconds = 300;
  /// A second counts no more trades than that: further ones are passed over.
  static constexpr std::uint32_t trades_max = 0xffff'ffff;

  struct Second {
    std::int64_t second = 0;  ///< since the epoch
    std::int64_t total = 0;   ///< of the prices, in 1/10000
    std::uint32_t trades = 0;
    Price low;
    Price high;
  };

  PriceWindow() : ring_(static_cast<std::size_t>(seconds)) {}

  [[nodiscard]] bool empty() const { return count_ == 0; }
  void clear();
  void add(Timestamp now, Price price);
  /// Forgets what is older than the window.
  void advance(Timestamp now);

  /// Of all trades, each counting once, rounded to the nearest unit; zero: there were none.
  [[nodiscard]] Price mean() const;
  // Between them lies the mean of whatever part of the trades.
  [[nodiscard]] Price low() const { return low_; }
  [[nodiscard]] Price high() const { return high_; }
  /// When the oldest second leaves. There is one.
  [[nodiscard]] Timestamp oldest_leaves_at() const {
    return {(at(0).second + seconds) * nanoseconds_per_second};
  }

  [[nodiscard]] std::uint32_t count() const { return count_; }
  /// The seconds that had trades, the oldest first.
  [[nodiscard]] const Second& at(std::uint32_t index) const { return ring_[(first_ + index) % ring_.size()]; }
  /// The next newer one of a window that was saved; false: it does not fit.
  [[nodiscard]] bool restore(const Second& second);

 private:
  void find_range();

  std::vector<Second> ring_;
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  __extension__ using Wide = __int128;
  Wide total_ = 0;
  std::int64_t trades_ = 0;
  Price low_;
  Price high_;
};

}  // namespace trade::engine
