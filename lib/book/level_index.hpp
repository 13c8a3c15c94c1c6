// The price levels of one side of a book in order of price: a B+ tree whose best leaf, the touch, is always
// at hand, because that is where nearly everything happens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/prefetch.hpp"
#include "book/book_pool.hpp"

namespace trade::detail {

/// Maps ranks (see Book::price_rank) to levels; the greatest rank is the best price, and stands last. The
/// blocks belong to whoever calls: always the same ones, given with every call that needs them.
class LevelIndex {
 public:
  /// The rank of no level, lower than any.
  static constexpr std::int32_t rank_none = std::numeric_limits<std::int32_t>::min();

  /// Takes the one block that even an empty index has. Before `open` and after `close` nothing else works.
  void open(RankBlocks& blocks);
  /// Gives all blocks back.
  void close(RankBlocks& blocks);

  [[nodiscard]] bool empty() const { return best_rank_ == rank_none; }
  /// `rank_none` when empty.
  [[nodiscard]] std::int32_t best_rank() const { return best_rank_; }
  /// Zero when empty.
  [[nodiscard]] NodeIndex best() const { return best_; }
  /// Brings the leaf with the best prices nearer.
  void prefetch_touch() const {
    const auto* bytes = reinterpret_cast<const char*>(touch_);
    for (std::size_t at = 0; at < sizeof(RankBlock); at += 64)
      prefetch_line(bytes + at);
  }
  /// Brings the end of that leaf nearer, where the best level is forgotten.
  void prefetch_touch_end() const { prefetch_line(&touch_->count); }
  [[nodiscard]] std::size_t memory_bytes() const { return block_count_ * sizeof(RankBlock); }

  /// The level of this rank, or zero.
  [[nodiscard]] NodeIndex find(const RankBlocks& blocks, std::int32_t rank) const;

  /// The level of this rank; if there is none, `new_level`, which is kept.
  NodeIndex find_or_insert(RankBlocks& blocks, std::int32_t rank, NodeIndex new_level);

  /// Forgets the level of this rank, which must be there.
  void erase(RankBlocks& blocks, std::int32_t rank);
  void erase_best(RankBlocks& blocks);

  /// Calls `visit(NodeIndex level) -> bool` from the best price on, until it says false.
  template <class Visit>
  void for_each(const RankBlocks& blocks, Visit&& visit) const {
    visit_below(blocks, root_, height_, visit);
  }

 private:
  struct Path;

  [[nodiscard]] RankBlock& descend(RankBlocks& blocks, std::int32_t rank, Path& path) const;
  NodeIndex find_or_insert_behind(RankBlocks& blocks, std::int32_t rank, NodeIndex new_level);
  void erase_behind(RankBlocks& blocks, std::int32_t rank);
  void insert_from_root(RankBlocks& blocks, RankEntry entry);
  void erase_from_root(RankBlocks& blocks, std::int32_t rank);
  void grow_root(RankBlocks& blocks, RankEntry second);
  void shrink_root(RankBlocks& blocks);
  void find_touch(RankBlocks& blocks);
  void close_below(RankBlocks& blocks, std::uint32_t block, std::uint32_t height);

  template <class Visit>
  static bool visit_below(const RankBlocks& blocks, std::uint32_t block_index, std::uint32_t height,
                          Visit& visit);

  std::int32_t best_rank_ = rank_none;
  NodeIndex best_ = 0;
  RankBlock* touch_ = nullptr;            ///< the last leaf
  std::int32_t touch_floor_ = rank_none;  ///< ranks from here on belong to the touch
  std::uint32_t touch_count_min_ = 0;     ///< with fewer entries the touch needs its neighbour's
  std::uint32_t root_ = 0;
  std::uint32_t height_ = 0;  ///< steps from the root to a leaf
  std::uint32_t block_count_ = 0;
};

inline NodeIndex LevelIndex::find_or_insert(RankBlocks& blocks, std::int32_t rank, NodeIndex new_level) {
  if (rank > best_rank_ && !touch_->full()) {
    touch_->entries[touch_->count++] = {rank, new_level};
    best_rank_ = rank;
    best_ = new_level;
    return new_level;
  }
  if (rank == best_rank_) return best_;
  return find_or_insert_behind(blocks, rank, new_level);
}

inline void LevelIndex::erase_best(RankBlocks& blocks) {
  const std::uint32_t count = touch_->count - 1;
  if (count < touch_count_min_) [[unlikely]] {
    erase_from_root(blocks, best_rank_);
    return;
  }
  touch_->count = count;
  const bool any = count != 0;
  best_rank_ = any ? touch_->last().rank : rank_none;
  best_ = any ? touch_->last().index : 0;
}

inline void LevelIndex::erase(RankBlocks& blocks, std::int32_t rank) {
  if (rank == best_rank_) {
    erase_best(blocks);
  } else {
    erase_behind(blocks, rank);
  }
}

template <class Visit>
bool LevelIndex::visit_below(const RankBlocks& blocks, std::uint32_t block_index, std::uint32_t height,
                             Visit& visit) {
  const RankBlock& block = blocks[block_index];
  for (std::uint32_t place = block.count; place-- > 0;) {
    const std::uint32_t index = block.entries[place].index;
    if (!(height == 0 ? visit(index) : visit_below(blocks, index, height - 1, visit))) return false;
  }
  return true;
}

}  // namespace trade::detail
