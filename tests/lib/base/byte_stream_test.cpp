#include "base/byte_stream.hpp"

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

}  // namespace
}  // namespace trade
