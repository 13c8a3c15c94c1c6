#include "book/level_index.hpp"

#include "base/assert.hpp"

namespace trade::detail {

namespace {

/// Every block but the root has at least fill_min entries, so this many steps reach more levels than there
/// are nodes.
constexpr std::uint32_t height_max = 10;

/// Two neighbours become one at so many entries together: far enough below the capacity that the next few
/// insertions do not split it again.
constexpr std::uint32_t merged_count_max = 22;

constexpr std::uint32_t half = RankBlock::capacity / 2;

/// The entry of the block below that `rank` belongs to. What is lower than all belongs to the first.
std::uint32_t place_of_child(const RankBlock& block, std::int32_t rank) {
  const std::uint32_t after = block.upper_bound(rank);
  return after == 0 ? 0 : after - 1;
}

}  // namespace

/// The way from the root to a leaf.
struct LevelIndex::Path {
  struct Step {
    RankBlock* block;
    std::uint32_t place;  ///< of the entry that was followed
  };
  Step steps[height_max];  ///< the first `height_` of them
};

void LevelIndex::open(RankBlocks& blocks) {
  root_ = blocks.allocate();
  blocks[root_].count = 0;
  height_ = 0;
  block_count_ = 1;
  find_touch(blocks);
}

void LevelIndex::close(RankBlocks& blocks) {
  close_below(blocks, root_, height_);
  *this = LevelIndex{};
}

void LevelIndex::close_below(RankBlocks& blocks, std::uint32_t block, std::uint32_t height) {
  if (height > 0) {
    for (std::uint32_t place = 0; place < blocks[block].count; ++place) {
      close_below(blocks, blocks[block].entries[place].index, height - 1);
    }
  }
  blocks.free(block);
}

NodeIndex LevelIndex::find(const RankBlocks& blocks, std::int32_t rank) const {
  const RankBlock* block = &blocks[root_];
  for (std::uint32_t step = 0; step < height_; ++step) {
    block = &blocks[block->entries[place_of_child(*block, rank)].index];
  }
  const std::uint32_t after = block->upper_bound(rank);
  return after != 0 && block->entries[after - 1].rank == rank ? block->entries[after - 1].index : 0;
}

RankBlock& LevelIndex::descend(RankBlocks& blocks, std::int32_t rank, Path& path) const {
  RankBlock* block = &blocks[root_];
  for (std::uint32_t step = 0; step < height_; ++step) {
    const std::uint32_t place = place_of_child(*block, rank);
    path.steps[step] = {block, place};
    block = &blocks[block->entries[place].index];
  }
  return *block;
}

/// What is not done at the best price.
NodeIndex LevelIndex::find_or_insert_behind(RankBlocks& blocks, std::int32_t rank, NodeIndex new_level) {
  if (rank >= touch_floor_) {
    const std::uint32_t place = touch_->upper_bound(rank);
    if (place != 0 && touch_->entries[place - 1].rank == rank) return touch_->entries[place - 1].index;
    if (!touch_->full()) {
      touch_->insert(place, {rank, new_level});
      return new_level;
    }
  } else if (const NodeIndex level = find(blocks, rank)) {
    return level;
  }
  insert_from_root(blocks, {rank, new_level});
  return new_level;
}

void LevelIndex::erase_behind(RankBlocks& blocks, std::int32_t rank) {
  if (rank >= touch_floor_ && touch_->count > touch_count_min_) {
    touch_->erase(touch_->upper_bound(rank) - 1);
  } else {
    erase_from_root(blocks, rank);
  }
}

/// Inserts into the leaf; as long as a block is full, it is split and its new right half goes into the block
/// above in the same way.
void LevelIndex::insert_from_root(RankBlocks& blocks, RankEntry entry) {
  Path path;
  RankBlock* block = &descend(blocks, entry.rank, path);
  for (std::uint32_t step = height_;; --step) {
    const std::uint32_t place = block->upper_bound(entry.rank);
    if (!block->full()) {
      block->insert(place, entry);
      break;
    }
    const std::uint32_t right_index = blocks.allocate();
    ++block_count_;
    RankBlock& right = blocks[right_index];
    right.count = 0;
    block->move_tail_to_back_of(right, half);
    if (place <= half) {
      block->insert(place, entry);
    } else {
      right.insert(place - half, entry);
    }
    entry = {right.entries[0].rank, right_index};
    if (step == 0) {
      grow_root(blocks, entry);
      break;
    }
    block = path.steps[step - 1].block;
  }
  find_touch(blocks);
}

/// The root was split: a new one comes above it and its right half.
void LevelIndex::grow_root(RankBlocks& blocks, RankEntry second) {
  TRADE_ASSERT(height_ < height_max, "the index of levels is deeper than it can be");
  const std::uint32_t index = blocks.allocate();
  ++block_count_;
  RankBlock& root = blocks[index];
  root.count = 2;
  root.entries[0] = {rank_none, root_};
  root.entries[1] = second;
  root_ = index;
  ++height_;
}

/// Erases from the leaf; as long as a block has too few entries, it merges with a neighbour, which takes an
/// entry from the block above, or gets some of its neighbour's.
void LevelIndex::erase_from_root(RankBlocks& blocks, std::int32_t rank) {
  Path path;
  RankBlock* block = &descend(blocks, rank, path);
  block->erase(block->upper_bound(rank) - 1);
  for (std::uint32_t step = height_; step > 0 && block->count < RankBlock::fill_min; --step) {
    RankBlock& above = *path.steps[step - 1].block;
    const std::uint32_t place = path.steps[step - 1].place;
    const std::uint32_t right_place = place == 0 ? 1 : place;
    const std::uint32_t right_index = above.entries[right_place].index;
    RankBlock& left = blocks[above.entries[right_place - 1].index];
    RankBlock& right = blocks[right_index];
    const std::uint32_t together = left.count + right.count;
    if (together > merged_count_max) {
      if (left.count > right.count) {
        left.move_tail_to_front_of(right, together / 2);
      } else {
        right.move_head_to_back_of(left, together / 2 - left.count);
      }
      above.entries[right_place].rank = right.entries[0].rank;
      break;
    }
    right.move_tail_to_back_of(left, 0);
    blocks.free(right_index);
    --block_count_;
    above.erase(right_place);
    block = &above;
  }
  shrink_root(blocks);
  find_touch(blocks);
}

/// A root with one block below it gives way to that block.
void LevelIndex::shrink_root(RankBlocks& blocks) {
  if (height_ == 0 || blocks[root_].count > 1) return;
  const std::uint32_t below = blocks[root_].entries[0].index;
  blocks.free(root_);
  --block_count_;
  root_ = below;
  --height_;
}

void LevelIndex::find_touch(RankBlocks& blocks) {
  touch_ = &blocks[root_];
  touch_floor_ = rank_none;
  for (std::uint32_t step = 0; step < height_; ++step) {
    touch_floor_ = touch_->last().rank;
    touch_ = &blocks[touch_->last().index];
  }
  touch_count_min_ = height_ == 0 ? 0 : RankBlock::fill_min;
  best_rank_ = touch_->count == 0 ? rank_none : touch_->last().rank;
  best_ = touch_->count == 0 ? 0 : touch_->last().index;
}

}  // namespace trade::detail
