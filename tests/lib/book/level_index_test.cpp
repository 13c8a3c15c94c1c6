// The index of levels against a std::map: in the orders of insertion and erasure that split, merge and level
// its blocks, and in random ones.
#include "book/level_index.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "model/numbers.hpp"

namespace trade::detail {
namespace {

class LevelIndexTest : public testing::Test {
 protected:
  LevelIndexTest() { index.open(blocks); }
  ~LevelIndexTest() override {
    index.close(blocks);
    EXPECT_EQ(blocks.used(), 0U) << "every block was given back";
  }

  void insert(std::int32_t rank) {
    const NodeIndex level = ++last_level;
    ASSERT_EQ(index.find_or_insert(blocks, rank, level), expected.emplace(rank, level).first->second);
    check_best();
  }

  void erase(std::int32_t rank) {
    index.erase(blocks, rank);
    expected.erase(rank);
    check_best();
  }

  void erase_best() {
    index.erase_best(blocks);
    expected.erase(std::prev(expected.end()));
    check_best();
  }

  void check_best() {
    ASSERT_EQ(index.empty(), expected.empty());
    ASSERT_EQ(index.best_rank(), expected.empty() ? LevelIndex::rank_none : expected.rbegin()->first);
    ASSERT_EQ(index.best(), expected.empty() ? 0 : expected.rbegin()->second);
  }

  void check_everything() {
    std::vector<NodeIndex> levels;
    index.for_each(blocks, [&](NodeIndex level) {
      levels.push_back(level);
      return true;
    });
    std::vector<NodeIndex> expected_levels;
    for (auto entry = expected.rbegin(); entry != expected.rend(); ++entry)
      expected_levels.push_back(entry->second);
    ASSERT_EQ(levels, expected_levels);
    for (const auto& [rank, level] : expected) {
      ASSERT_EQ(index.find(blocks, rank), level);
      if (!expected.contains(rank + 1)) {
        ASSERT_EQ(index.find(blocks, rank + 1), 0U);
      }
      if (!expected.contains(rank - 1)) {
        ASSERT_EQ(index.find(blocks, rank - 1), 0U);
      }
    }
    // Blocks are at least fill_min full but for the root: leaves at most a seventh of the levels, what is
    // above them at most a sixth of that again.
    ASSERT_EQ(index.memory_bytes(), blocks.used() * sizeof(RankBlock));
    ASSERT_LE(blocks.used(), expected.size() / (RankBlock::fill_min - 1) + 1);
  }

  void check_all() {
    check_best();
    check_everything();
  }

  RankBlocks blocks{0};
  LevelIndex index;
  std::map<std::int32_t, NodeIndex> expected;
  NodeIndex last_level = 0;
};

std::vector<std::int32_t> shuffled(std::int32_t count, std::uint64_t seed) {
  std::vector<std::int32_t> ranks(static_cast<std::size_t>(count));
  std::iota(ranks.begin(), ranks.end(), -count / 2);
  std::shuffle(ranks.begin(), ranks.end(), std::mt19937_64(seed));
  return ranks;
}

TEST_F(LevelIndexTest, EmptyHasNothing) {
  ASSERT_NO_FATAL_FAILURE(check_all());
  EXPECT_EQ(index.find(blocks, 0), 0U);
  EXPECT_EQ(index.find(blocks, static_cast<std::int32_t>(price_units_max)), 0U);
  EXPECT_EQ(index.memory_bytes(), sizeof(RankBlock));
}

TEST_F(LevelIndexTest, LowestAndHighestRanks) {
  const auto highest = static_cast<std::int32_t>(price_units_max);
  for (const std::int32_t rank : {highest, -highest, 1, -1, highest - 1, 1 - highest, 0}) {
    ASSERT_NO_FATAL_FAILURE(insert(rank));
    ASSERT_NO_FATAL_FAILURE(check_everything());
  }
  while (!expected.empty())
    ASSERT_NO_FATAL_FAILURE(erase_best());
}

TEST_F(LevelIndexTest, EverySizeAroundASplitRisingAndFalling) {
  // 30 entries fill a block; some 450 fill the root above the leaves when every leaf is half full.
  for (std::int32_t rank = 0; rank < 1'000; ++rank) {
    ASSERT_NO_FATAL_FAILURE(insert(rank));
    ASSERT_NO_FATAL_FAILURE(check_everything());
  }
  while (!expected.empty()) {
    ASSERT_NO_FATAL_FAILURE(erase_best());
    ASSERT_NO_FATAL_FAILURE(check_everything());
  }
  for (std::int32_t rank = 0; rank > -1'000; --rank) {
    ASSERT_NO_FATAL_FAILURE(insert(rank));
    ASSERT_NO_FATAL_FAILURE(check_everything());
  }
  while (!expected.empty()) {
    ASSERT_NO_FATAL_FAILURE(erase(expected.begin()->first));
    ASSERT_NO_FATAL_FAILURE(check_everything());
  }
}

TEST_F(LevelIndexTest, ErasedFromTheMiddleOutwards) {
  for (std::int32_t rank = 0; rank < 2'000; ++rank)
    ASSERT_NO_FATAL_FAILURE(insert(rank * 10));
  for (std::int32_t distance = 0; distance < 1'000; ++distance) {
    ASSERT_NO_FATAL_FAILURE(erase((1'000 + distance) * 10));
    ASSERT_NO_FATAL_FAILURE(erase((999 - distance) * 10));
    if (distance % 10 == 0) {
      ASSERT_NO_FATAL_FAILURE(check_everything());
    }
  }
  ASSERT_NO_FATAL_FAILURE(check_everything());
  EXPECT_EQ(index.memory_bytes(), sizeof(RankBlock));
}

TEST_F(LevelIndexTest, OneLeafEmptiedWhileItsNeighboursAreFull) {
  for (std::int32_t rank = 0; rank < 300; ++rank)
    ASSERT_NO_FATAL_FAILURE(insert(rank * 100));
  for (std::int32_t rank = 0; rank < 300; ++rank) {
    if (rank < 100 || rank >= 130) {
      for (std::int32_t more = 1; more < 10; ++more)
        ASSERT_NO_FATAL_FAILURE(insert(rank * 100 + more));
    }
  }
  for (std::int32_t rank = 100; rank < 130; ++rank) {
    ASSERT_NO_FATAL_FAILURE(erase(rank * 100));
    ASSERT_NO_FATAL_FAILURE(check_everything());
  }
}

TEST_F(LevelIndexTest, TouchThatGoesToAndFro) {
  for (const std::int32_t base : {0, 6, 7, 8, 29, 30, 31, 200, 900}) {
    while (std::cmp_less(expected.size(), base))
      ASSERT_NO_FATAL_FAILURE(insert(static_cast<std::int32_t>(expected.size())));
    for (std::int32_t swing = 1; swing <= 64; ++swing) {
      for (std::int32_t step = 0; step < swing; ++step)
        ASSERT_NO_FATAL_FAILURE(insert(base + step));
      for (std::int32_t step = 0; step < swing; ++step)
        ASSERT_NO_FATAL_FAILURE(erase_best());
    }
    ASSERT_NO_FATAL_FAILURE(check_all());
  }
}

TEST_F(LevelIndexTest, ManyLevelsInRandomOrder) {
  constexpr std::uint64_t seed = 7;
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (const std::int32_t rank : shuffled(100'000, seed))
    ASSERT_NO_FATAL_FAILURE(insert(rank));
  ASSERT_NO_FATAL_FAILURE(check_everything());
  int erased = 0;
  for (const std::int32_t rank : shuffled(100'000, seed + 1)) {
    ASSERT_NO_FATAL_FAILURE(erase(rank));
    if (++erased % 10'000 == 0) {
      ASSERT_NO_FATAL_FAILURE(check_everything());
    }
  }
  EXPECT_EQ(index.memory_bytes(), sizeof(RankBlock));
}

TEST_F(LevelIndexTest, RandomInsertionsAndErasures) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto number = [&](std::int32_t low, std::int32_t high) {
      return std::uniform_int_distribution<std::int32_t>(low, high)(random);
    };
    for (int operation = 0; operation < 100'000; ++operation) {
      // Phases of growth and decline, so that blocks split and merge all the time.
      const bool growing = operation / 5'000 % 2 == 0;
      if (expected.empty() || number(1, 100) <= (growing ? 70 : 30)) {
        ASSERT_NO_FATAL_FAILURE(insert(number(-3'000, 3'000)));
      } else if (number(1, 100) <= 30) {
        ASSERT_NO_FATAL_FAILURE(erase_best());
      } else {
        const auto at_or_after = expected.lower_bound(number(-3'000, 3'000));
        ASSERT_NO_FATAL_FAILURE(
            erase(at_or_after == expected.end() ? expected.begin()->first : at_or_after->first));
      }
      if (operation % 1'000 == 0) {
        ASSERT_NO_FATAL_FAILURE(check_everything());
      }
    }
  }
}

TEST(RankBlock, UpperBoundAtEverySizeAndPlace) {
  RankBlock block{};
  for (std::uint32_t count = 0; count <= RankBlock::capacity; ++count) {
    // What lies behind the entries must not matter, so it is made to look like the lowest and the highest.
    for (const std::int32_t rest : {LevelIndex::rank_none, std::numeric_limits<std::int32_t>::max()}) {
      for (std::uint32_t place = 0; place < RankBlock::capacity; ++place) {
        block.entries[place] = {place < count ? static_cast<std::int32_t>(place) * 10 - 100 : rest, 0};
      }
      block.count = count;
      const auto expect = [&](std::int32_t rank, std::uint32_t expected) {
        EXPECT_EQ(block.upper_bound(rank), expected);
        EXPECT_EQ(block.upper_bound_portable(rank), expected);
      };
      for (std::uint32_t place = 0; place < count; ++place) {
        const std::int32_t rank = block.entries[place].rank;
        expect(rank - 1, place);
        expect(rank, place + 1);
        expect(rank + 1, place + 1);
      }
      expect(static_cast<std::int32_t>(price_units_max), count);
      expect(-static_cast<std::int32_t>(price_units_max), 0);
    }
  }
}

}  // namespace
}  // namespace trade::detail
