// The slab: indices that are never zero or handed out twice, the last freed first, and a bound that holds.
#include "book/slab.hpp"

#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace trade::detail {
namespace {

struct Thing {
  std::uint32_t value;
  std::uint32_t next_free;
};
constexpr std::uint32_t things_max = 20'000;
using Things = Slab<Thing, &Thing::next_free, things_max>;

TEST(Slab, HandsOutEveryIndexOnceFromTheLowest) {
  Things things(0);
  for (std::uint32_t expected = 1; expected < things_max; ++expected) {
    const std::uint32_t index = things.allocate();
    ASSERT_EQ(index, expected);
    things[index].value = index;
  }
  for (std::uint32_t index = 1; index < things_max; ++index)
    ASSERT_EQ(things[index].value, index);
  EXPECT_EQ(things.used(), things_max - 1);
}

TEST(Slab, HandsOutTheLastFreedFirst) {
  Things things(0);
  const std::uint32_t first = things.allocate();
  const std::uint32_t second = things.allocate();
  const std::uint32_t third = things.allocate();
  things.free(third);
  things.free(first);
  things.free(second);
  EXPECT_EQ(things.allocate(), second);
  EXPECT_EQ(things.allocate(), first);
  EXPECT_EQ(things.allocate(), third);
}

TEST(Slab, TwoAtOnceAreAsOneAfterTheOther) {
  Things things(0);
  std::set<std::uint32_t> in_use;
  // Past several steps of memory, with an odd number in between so that pairs span the end of a step.
  while (in_use.size() < things_max - 10) {
    const Things::Two both = things.next_two();
    ASSERT_NE(both.first, 0U);
    ASSERT_NE(both.second, 0U);
    if (in_use.size() % 7 == 0) {
      things.take_first(both);
      ASSERT_TRUE(in_use.insert(both.first).second);
    } else {
      things.take(both);
      ASSERT_TRUE(in_use.insert(both.first).second);
      ASSERT_TRUE(in_use.insert(both.second).second);
    }
  }
  EXPECT_EQ(things.used(), in_use.size());
  const std::vector<std::uint32_t> all(in_use.begin(), in_use.end());
  things.free({all[3], all[8]});
  EXPECT_EQ(things.used(), in_use.size() - 2);
  EXPECT_EQ(things.allocate(), all[3]);
  EXPECT_EQ(things.allocate(), all[8]);
}

TEST(Slab, ReservedThingsNeedNoMoreMemory) {
  Things things(10'000);
  const std::size_t bytes = things.memory_bytes();
  EXPECT_GE(bytes, 10'000 * sizeof(Thing));
  for (int i = 0; i < 10'000; ++i)
    static_cast<void>(things.allocate());
  EXPECT_EQ(things.memory_bytes(), bytes);
}

TEST(Slab, StopsTheProcessAtItsBound) {
  Things things(things_max - 1);
  for (std::uint32_t i = 1; i < things_max; ++i)
    static_cast<void>(things.allocate());
  EXPECT_DEATH(static_cast<void>(things.allocate()), "bound");
}

}  // namespace
}  // namespace trade::detail
