// One side of a symbol's market, aggregated by price.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/prefetch.hpp"
#include "model/enums.hpp"
#include "model/numbers.hpp"

namespace trade::market {

/// What a change of a side came to.
enum class DepthChange : std::uint8_t {
  impossible,   ///< there are no such shares or orders at that price: nothing was changed
  behind_best,  ///< the best level is as it was
  at_best,      ///< the best level is another one, or has another size
};

/// Price levels in a sorted vector with the best at its end, where nearly all changes happen: adding and
/// removing there moves few bytes, and nothing is allocated once the vector has grown.
class DepthSide {
 public:
  struct Level {
    std::int64_t rank = 0;  ///< the price's units, negated for offers: the higher, the better
    std::int64_t size = 0;  ///< shares
    std::int64_t orders = 0;
  };

  explicit DepthSide(Side side) : side_(side) {}

  /// An order of `quantity` (above zero) comes to rest at `price`.
  DepthChange add(Price price, Quantity quantity);
  /// `quantity` leaves the level, and with `order_leaves` an order too.
  DepthChange remove(Price price, Quantity quantity, bool order_leaves);

  [[nodiscard]] bool empty() const { return levels_.empty(); }
  /// Worst first; the best is the last.
  [[nodiscard]] std::span<const Level> levels() const { return levels_; }
  [[nodiscard]] Price price_of(const Level& level) const { return {rank_of(Price{level.rank})}; }
  /// Zero when the side is empty.
  [[nodiscard]] Price best_price() const { return empty() ? Price{} : price_of(levels_.back()); }
  [[nodiscard]] Quantity best_size() const { return empty() ? Quantity{} : Quantity{levels_.back().size}; }

  /// Has the processor fetch the best levels, where nearly all changes happen.
  void prefetch() const {
    // Three levels to a line of the cache, as many as a search looks at one by one.
    for (const std::size_t back : {1U, 4U, 7U}) {
      if (back <= levels_.size()) prefetch_line(&levels_[levels_.size() - back]);
    }
  }

  /// Takes levels as they were saved; false when they are not worst first, or one holds nothing.
  bool restore(std::vector<Level> levels);

 private:
  [[nodiscard]] std::int64_t rank_of(Price price) const {
    return side_ == Side::buy ? price.units : -price.units;
  }
  /// The first level that is not worse.
  std::vector<Level>::iterator find(std::int64_t rank);

  std::vector<Level> levels_;
  Side side_;
};

}  // namespace trade::market
