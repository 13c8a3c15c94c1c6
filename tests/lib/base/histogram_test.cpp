#include "base/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace trade {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.min(), 0U);
  EXPECT_EQ(histogram.max(), 0U);
  EXPECT_EQ(histogram.percentile(50), 0U);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 100; ++value)
    histogram.record(value);
  EXPECT_EQ(histogram.percentile(0), 1U);
  EXPECT_EQ(histogram.percentile(1), 1U);
  EXPECT_EQ(histogram.percentile(50), 50U);
  EXPECT_EQ(histogram.percentile(99), 99U);
  EXPECT_EQ(histogram.percentile(100), 100U);
}

TEST(Histogram, OneValueIsEveryPercentile) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128},
                                    std::uint64_t{129}, std::uint64_t{1'000'003}, Histogram::value_max}) {
    Histogram histogram;
    histogram.record(value);
    for (const double percent : {0.0, 50.0, 100.0})
      EXPECT_EQ(histogram.percentile(percent), value);
    EXPECT_EQ(histogram.min(), value);
    EXPECT_EQ(histogram.max(), value);
  }
}

TEST(Histogram, LargerValuesCountAsTheLargest) {
  Histogram histogram;
  histogram.record(Histogram::value_max + 1);
  histogram.record(~std::uint64_t{0});
  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.max(), Histogram::value_max);
}

TEST(Histogram, AgreesWithSortingWithinOnePercent) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> distribution(12, 3);
  Histogram halves[2];
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 100'000; ++i) {
    const auto value = std::min(static_cast<std::uint64_t>(distribution(random)), Histogram::value_max);
    values.push_back(value);
    halves[i % 2].record(value);
  }
  halves[0].merge(halves[1]);
  std::ranges::sort(values);
  EXPECT_EQ(halves[0].count(), values.size());
  EXPECT_EQ(halves[0].min(), values.front());
  EXPECT_EQ(halves[0].max(), values.back());
  for (const double percent : {0.1, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(values.size())));
    const std::uint64_t exact = values[rank - 1];
    const std::uint64_t found = halves[0].percentile(percent);
    EXPECT_GE(found, exact) << percent;
    EXPECT_LE(found, exact + exact / 128) << percent;
  }
}

TEST(Histogram, RecordsManyAtOnceAndForgets) {
  Histogram histogram;
  histogram.record(5, 99);
  histogram.record(500, 1);
  EXPECT_EQ(histogram.count(), 100U);
  EXPECT_EQ(histogram.percentile(99), 5U);
  EXPECT_EQ(histogram.percentile(99.5), 500U);
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0U);
}

}  // namespace
}  // namespace trade
