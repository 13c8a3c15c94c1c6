#include "store/key.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "support.hpp"

namespace trade::store {
namespace {

std::string hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text.push_back(digits[static_cast<std::size_t>(byte >> 4)]);
    text.push_back(digits[static_cast<std::size_t>(byte & std::byte{15})]);
  }
  return text;
}

bool sorts_before(const Key& left, const Key& right) {
  return std::ranges::lexicographical_compare(left.bytes(), right.bytes());
}

TEST(Key, LooksAsDocumented) {
  EXPECT_EQ(hex(Key().number(std::uint32_t{7}).number(std::uint64_t{258})), "000000070000000000000102");
  EXPECT_EQ(hex(Key().text("AB").number(std::uint8_t{1})), "4142000001");
  EXPECT_EQ(hex(Key().text(std::string_view("a\0b", 3))), "6100ff620000");
  EXPECT_EQ(hex(Key().number(std::int32_t{-1})), "7fffffff");
  EXPECT_EQ(hex(Key().number(std::int32_t{0})), "80000000");
}

TEST(Key, SortsAsItsPartsDo) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  using Parts = std::tuple<std::string, std::uint32_t, std::int64_t>;
  // Few letters, zero and 0xff among them, so that prefixes and equal parts are frequent.
  const auto draw = [&] {
    constexpr std::string_view letters("\0\1A\xff", 4);
    std::string text(random() % 4, 'A');
    for (char& letter : text)
      letter = letters[random() % letters.size()];
    const std::uint32_t numbers[] = {0, 1, 255, 256, 65'536, std::numeric_limits<std::uint32_t>::max()};
    const std::int64_t times[] = {std::numeric_limits<std::int64_t>::min(), -256, -1, 0, 1,
                                  std::numeric_limits<std::int64_t>::max()};
    return Parts{text, numbers[random() % std::size(numbers)], times[random() % std::size(times)]};
  };
  const auto less = [](const Parts& left, const Parts& right) {
    // Bytes of text compare as unsigned.
    const auto& a = std::get<0>(left);
    const auto& b = std::get<0>(right);
    const int order = a.compare(b);
    if (order != 0) return order < 0;
    return std::tie(std::get<1>(left), std::get<2>(left)) < std::tie(std::get<1>(right), std::get<2>(right));
  };
  const auto pack = [](const Parts& parts) {
    return Key().text(std::get<0>(parts)).number(std::get<1>(parts)).number(std::get<2>(parts));
  };
  for (int i = 0; i < 20'000; ++i) {
    const Parts left = draw();
    const Parts right = draw();
    ASSERT_EQ(less(left, right), sorts_before(pack(left), pack(right)))
        << hex(pack(left)) << " and " << hex(pack(right));
    const Key key = pack(left);
    KeyReader reader(key.bytes());
    ASSERT_EQ(reader.text(), std::get<0>(left));
    ASSERT_EQ(reader.number<std::uint32_t>(), std::get<1>(left));
    ASSERT_EQ(reader.number<std::int64_t>(), std::get<2>(left));
    ASSERT_TRUE(reader.ok() && reader.at_end());
  }
}

TEST(Key, TooLongBecomesEmpty) {
  EXPECT_EQ(Key().text(std::string(key_bytes_max - 2, 'x')).bytes().size(), key_bytes_max);
  EXPECT_TRUE(Key().text(std::string(key_bytes_max - 1, 'x')).bytes().empty());
  EXPECT_TRUE(Key().text(std::string(2 * key_bytes_max, 'x')).number(std::uint8_t{1}).bytes().empty());
}

TEST(KeyReader, TellsWhatIsNotAKey) {
  KeyReader short_number(bytes_of("abc"));
  EXPECT_EQ(short_number.number<std::uint32_t>(), 0u);
  EXPECT_FALSE(short_number.ok());
  for (const std::string_view text : {std::string_view("abc"), std::string_view("abc\0", 4),
                                      std::string_view("a\0\1b\0\0", 6), std::string_view()}) {
    KeyReader reader(bytes_of(text));
    EXPECT_EQ(reader.text(), "");
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.number<std::uint8_t>(), 0);
  }
}

}  // namespace
}  // namespace trade::store
