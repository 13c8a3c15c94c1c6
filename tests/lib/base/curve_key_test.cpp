#include "base/curve_key.hpp"

#include <gtest/gtest.h>

namespace trade {
namespace {

TEST(CurveKeyTest, IsWrittenAndReadAsDigits) {
  CurveKey key{};
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<unsigned char>(255 - 7 * i);
  const std::string text = hex_of(key);
  EXPECT_EQ(text.size(), 64u);
  EXPECT_EQ(text.substr(0, 6), "fff8f1");
  EXPECT_EQ(parse_curve_key(text), key);
  EXPECT_EQ(parse_curve_key("FFF8F1" + text.substr(6)), key);
}

TEST(CurveKeyTest, OtherTextsAreNone) {
  const std::string good(64, 'a');
  EXPECT_TRUE(parse_curve_key(good));
  EXPECT_FALSE(parse_curve_key(good + "a"));
  EXPECT_FALSE(parse_curve_key(good.substr(1)));
  EXPECT_FALSE(parse_curve_key(""));
  EXPECT_FALSE(parse_curve_key(good.substr(1) + "g"));
  EXPECT_FALSE(parse_curve_key(good.substr(1) + " "));
}

}  // namespace
}  // namespace trade
