// Who was meant by a name that there is not.
#include "format/nearest.hpp"

#include <gtest/gtest.h>

namespace trade::format {
namespace {

TEST(Nearest, IsTheOneThatTakesTheFewestChanges) {
  EXPECT_EQ(nearest("plaec", {"replace", "place", "trace"}), "place");
  EXPECT_EQ(nearest("AAPLL", {"AAP", "AAPL", "AA"}), "AAPL");
}

TEST(Nearest, OfTwoAsNearIsTheOneWithTheSameFirstLetter) {
  EXPECT_EQ(nearest("qoute", {"route", "quote"}), "quote");
  EXPECT_EQ(nearest("qoute", {"quote", "route"}), "quote");
  EXPECT_EQ(nearest("xoute", {"route", "route2"}), "route");
}

TEST(Nearest, IsNobodyWhereNoneIsNear) {
  EXPECT_EQ(nearest("xyzzy", {"quote", "route"}), "");
  EXPECT_EQ(nearest("", {"quote"}), "");
  EXPECT_EQ(nearest("quote", {}), "");
}

}  // namespace
}  // namespace trade::format
