// Frames are counted whatever their length, and however their bytes are cut.
#include "http/frame_counter.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "support/seeds.hpp"

namespace trade::http {
namespace {

std::string frame(std::size_t payload, bool masked = true, unsigned char kind = 0x81) {
  std::string bytes(1, static_cast<char>(kind));
  const int mark = masked ? 0x80 : 0;
  if (payload < 126) {
    bytes += static_cast<char>(mark | static_cast<int>(payload));
  } else {
    const bool is_short = payload < 65'536;
    bytes += static_cast<char>(mark | (is_short ? 126 : 127));
    for (int shift = is_short ? 8 : 56; shift >= 0; shift -= 8)
      bytes += static_cast<char>(payload >> shift & 0xff);
  }
  if (masked) bytes += "mask";
  // As if each byte began a frame of its own.
  return bytes.append(payload, '\x81');
}

TEST(FrameCounter, CountsFramesOfEveryLength) {
  for (const std::size_t payload : {0u, 1u, 125u, 126u, 127u, 128u, 65'535u, 65'536u, 200'000u}) {
    for (const bool masked : {true, false}) {
      FrameCounter counter;
      EXPECT_EQ(counter.take(frame(payload, masked) + frame(payload, masked)), 2u) << payload << masked;
    }
  }
}

TEST(FrameCounter, CountsFramesWithNothingInThem) {
  std::string many;
  for (int i = 0; i < 1'000; ++i)
    many += frame(0, true, 0x00);
  FrameCounter counter;
  EXPECT_EQ(counter.take(many), 1'000u);
}

TEST(FrameCounter, PassesOverALengthBeyondAllBounds) {
  FrameCounter counter;
  EXPECT_EQ(counter.take(std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xffmask", 14)), 1u);
  EXPECT_EQ(counter.take(std::string(100'000, '\0')), 0u);
}

TEST(FrameCounter, CountsTheSameHoweverTheBytesAreCut) {
  for (const std::uint64_t seed : test::seeds(20)) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
    std::string bytes;
    const std::size_t frames = 1 + below(50);
    for (std::size_t i = 0; i < frames; ++i)
      bytes += frame(below(5) == 0 ? below(70'000) : below(200), below(2) == 0);
    FrameCounter counter;
    std::size_t counted = 0;
    for (std::string_view rest = bytes; !rest.empty();) {
      const std::size_t part = std::min(rest.size(), 1 + below(below(2) == 0 ? 3 : 2'000));
      counted += counter.take(rest.substr(0, part));
      rest.remove_prefix(part);
    }
    EXPECT_EQ(counted, frames) << "seed " << seed;
  }
}

}  // namespace
}  // namespace trade::http
