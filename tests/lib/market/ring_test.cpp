#include <vector>

#include <gtest/gtest.h>

#include "market/numbered_ring.hpp"

namespace trade::market {
namespace {

using Ring = NumberedRing<int, 4>;

TEST(NumberedRing, RestoresAtEveryCountWhatItWas) {
  Ring ring;
  for (int count = 0; count <= 13; ++count) {
    std::vector<int> kept;
    for (std::uint64_t number = ring.first_kept(); number <= ring.count(); ++number) {
      EXPECT_EQ(ring.numbered(number), static_cast<int>(number) * 10);
      kept.push_back(ring.numbered(number));
    }
    Ring restored;
    ASSERT_TRUE(restored.restore(ring.count(), kept));
    restored.push(777);
    EXPECT_EQ(restored.newest(), 777);
    EXPECT_EQ(restored.count(), ring.count() + 1);
    for (std::uint64_t number = restored.first_kept(); number <= ring.count(); ++number) {
      EXPECT_EQ(restored.numbered(number), static_cast<int>(number) * 10) << "after " << count;
    }
    ring.push((count + 1) * 10);
  }
}

TEST(NumberedRing, RefusesElementsThatDoNotFitTheCount) {
  Ring ring;
  EXPECT_FALSE(ring.restore(3, {1, 2}));
  EXPECT_FALSE(ring.restore(9, {1, 2, 3}));
  EXPECT_FALSE(ring.restore(5, {1, 2, 3, 4, 5}));
  EXPECT_TRUE(ring.empty());
  EXPECT_EQ(ring.first_kept(), 1u);
}

}  // namespace
}  // namespace trade::market
