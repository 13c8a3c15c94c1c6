#include "base/byte_stream.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace trade {
namespace {

enum class Colour : std::uint16_t { red = 7 };

TEST(ByteStream, ReadsBackWhatWasWritten) {
  ByteWriter writer;
  writer.write(std::int64_t{-5});
  writer.write(Colour::red);
  writer.write_text("abc");
  writer.write(true);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(reader.read<std::int64_t>(), -5);
  EXPECT_EQ(reader.read<Colour>(), Colour::red);
  EXPECT_EQ(reader.read_text(), "abc");
  EXPECT_TRUE(reader.read<bool>());
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
}

TEST(ByteStream, GivesZeroAndRemembersAReadPastTheEnd) {
  ByteWriter writer;
  writer.write(std::uint32_t{100});  // a text length with no text behind it
  ByteReader reader(writer.bytes());
  EXPECT_EQ(reader.read_text(), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.read<std::uint64_t>(), 0u);
  EXPECT_FALSE(reader.ok());
}

TEST(ByteStream, GrowsAsFarAsItIsWrittenAndNoFurther) {
  for (const std::size_t reserved : {0u, 10u, 100'000u}) {
    ByteWriter writer;
    writer.reserve(reserved);
    std::vector<std::byte> expected;
    for (std::uint32_t i = 0; i < 30'000; ++i) {
      writer.write(i);
      const auto bytes = std::as_bytes(std::span(&i, 1));
      expected.insert(expected.end(), bytes.begin(), bytes.end());
    }
    EXPECT_TRUE(std::ranges::equal(writer.bytes(), expected));
    EXPECT_EQ(writer.take(), expected);
    EXPECT_TRUE(writer.bytes().empty());
    writer.write_text("anew");
    EXPECT_EQ(writer.bytes().size(), 8u);
  }
}

TEST(ByteStream, HandsOnWhatIsWrittenAndKeepsABlockAtMost) {
  std::vector<std::byte> handed_on;
  std::size_t largest = 0;
  ByteWriter writer(64, [&](std::span<const std::byte> bytes) {
    largest = std::max(largest, bytes.size());
    handed_on.insert(handed_on.end(), bytes.begin(), bytes.end());
  });
  ByteWriter whole;
  writer.reserve(1'000'000);
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    for (ByteWriter* one : {&writer, &whole}) {
      one->write(i);
      one->write_text("text");
    }
  }
  EXPECT_LE(writer.bytes().size(), 64u);
  EXPECT_LE(largest, 64u);
  // One that no block has room for.
  const std::string large(1'000, 'x');
  writer.write_text(large);
  whole.write_text(large);
  writer.write(true);
  whole.write(true);
  writer.drain_rest();
  EXPECT_TRUE(writer.bytes().empty());
  EXPECT_TRUE(std::ranges::equal(handed_on, whole.bytes()));
}

TEST(ByteStream, BeginsAnewInTheSameMemory) {
  ByteWriter writer;
  writer.write_text("the first");
  const std::byte* const memory = writer.bytes().data();
  writer.clear();
  EXPECT_TRUE(writer.bytes().empty());
  writer.write_text("then");
  EXPECT_EQ(writer.bytes().data(), memory);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(reader.read_text(), "then");
  EXPECT_TRUE(reader.at_end());
}

}  // namespace
}  // namespace trade
