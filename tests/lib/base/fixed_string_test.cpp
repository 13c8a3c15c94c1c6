#include "base/fixed_string.hpp"

#include <gtest/gtest.h>

namespace trade {
namespace {

TEST(FixedString, HoldsUpToItsCapacity) {
  EXPECT_EQ(FixedString<4>::make("ABCD")->view(), "ABCD");
  EXPECT_FALSE(FixedString<4>::make("ABCDE").has_value());
  EXPECT_TRUE(FixedString<4>::make("")->empty());
}

TEST(FixedString, ComparesAndHashesByContent) {
  const auto short_one = *FixedString<8>::make("AA");
  const auto long_one = *FixedString<8>::make("AAB");
  EXPECT_LT(short_one, long_one);
  EXPECT_EQ(short_one, *FixedString<8>::make("AA"));
  EXPECT_EQ(std::hash<FixedString<8>>{}(short_one), std::hash<FixedString<8>>{}(*FixedString<8>::make("AA")));
}

}  // namespace
}  // namespace trade
