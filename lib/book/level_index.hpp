// The price levels of one side of a book in order of price.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "book/book_pool.hpp"

namespace trade::detail {

/// Maps ranks (see price_rank) to levels; the greatest rank is the best price.
class LevelIndex {
 public:
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] NodeIndex best() const { return entries_.empty() ? 0 : entries_.back().level; }

  /// The level of this rank; if there is none, the one that `make_level()` returns, which is kept.
  template <class MakeLevel>
  NodeIndex find_or_insert(std::int32_t rank, MakeLevel&& make_level) {
    const auto place = std::ranges::lower_bound(entries_, rank, {}, &Entry::rank);
    if (place != entries_.end() && place->rank == rank) return place->level;
    return entries_.insert(place, Entry{rank, make_level()})->level;
  }

  /// Forgets the level of this rank, which must be there.
  void erase(std::int32_t rank) {
    entries_.erase(std::ranges::lower_bound(entries_, rank, {}, &Entry::rank));
  }
  void erase_best() { entries_.pop_back(); }

  /// Calls `visit(NodeIndex level) -> bool` from the best price on, until it says false.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
      if (!visit(entry->level)) return;
    }
  }

 private:
  struct Entry {
    std::int32_t rank;
    NodeIndex level;
  };
  std::vector<Entry> entries_;
};

}  // namespace trade::detail
