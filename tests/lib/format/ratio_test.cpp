#include "format/ratio.hpp"

#include <array>

#include <gtest/gtest.h>

namespace trade::format {
namespace {

TEST(Ratio, ReadsAndWritesFactors) {
  EXPECT_EQ(parse_ratio("2").value(), 20'000);
  EXPECT_EQ(parse_ratio("2.5x").value(), 25'000);
  EXPECT_EQ(parse_ratio("1.2345").value(), 12'345);
  EXPECT_EQ(format_ratio(12'345), "1.2345");
  for (const std::string_view wrong : {"", "x", "0", "-1", "2.00001", "1e3", "two"}) {
    EXPECT_EQ(parse_ratio(wrong).error().code, ErrorCode::usage) << wrong;
  }
}

TEST(Ratio, ReadsAndWritesPercentages) {
  EXPECT_EQ(parse_percent("10%").value(), 1'000);
  EXPECT_EQ(parse_percent("12.5%").value(), 1'250);
  EXPECT_EQ(parse_percent("0.01%").value(), 1);
  EXPECT_EQ(parse_percent("0%").value(), 0);
  EXPECT_EQ(parse_percent("1000%").value(), 100'000);
  EXPECT_EQ(format_percent(1'000), "10%");
  EXPECT_EQ(format_percent(1'250), "12.5%");
  EXPECT_EQ(format_percent(1'205), "12.05%");
  EXPECT_EQ(format_percent(0), "0%");
  for (const std::string_view wrong : {"", "%", "10", "-1%", "0.001%", "1000.01%", "ten%"}) {
    EXPECT_EQ(parse_percent(wrong).error().code, ErrorCode::usage) << wrong;
  }
}

TEST(Ratio, EveryPercentageComesBack) {
  for (std::int64_t basis_points = 0; basis_points <= 100'000; basis_points += 7) {
    EXPECT_EQ(parse_percent(format_percent(basis_points)).value(), basis_points);
  }
}

}  // namespace
}  // namespace trade::format
