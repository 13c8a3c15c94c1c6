#include "base/boxed_optional.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace trade {
namespace {

TEST(BoxedOptional, IsEmptyAtFirstAndOfThePointersSize) {
  const BoxedOptional<std::string> empty;
  EXPECT_FALSE(empty);
  EXPECT_FALSE(empty.has_value());
  EXPECT_FALSE(BoxedOptional<std::string>(std::nullopt).has_value());
  EXPECT_FALSE(BoxedOptional<std::string>(std::optional<std::string>()).has_value());
  static_assert(sizeof empty == sizeof(void*));
}

TEST(BoxedOptional, TakesAValueOrAnOptionalOfOne) {
  BoxedOptional<std::string> box = std::string("one");
  ASSERT_TRUE(box);
  EXPECT_EQ(*box, "one");
  EXPECT_EQ(box->size(), 3u);
  box = std::optional<std::string>("two");
  EXPECT_EQ(*box, "two");
  box = std::nullopt;
  EXPECT_FALSE(box);
}

TEST(BoxedOptional, ACopyHasAValueOfItsOwn) {
  BoxedOptional<std::string> box = std::string("one");
  BoxedOptional<std::string> copy = box;
  *copy = "other";
  EXPECT_EQ(*box, "one");
  copy = box;
  EXPECT_EQ(*copy, "one");
  const BoxedOptional<std::string> moved = std::move(copy);
  EXPECT_EQ(*moved, "one");
  EXPECT_EQ(*std::move(box), "one");
}

}  // namespace
}  // namespace trade
