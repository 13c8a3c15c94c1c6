// Broken frames: whatever happens to the bytes, a decoder answers with an error or with a message that can be
// encoded and decoded again. Reading outside a frame is what the sanitizers and the guard bytes would show.
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lib/wire/samples.hpp"
#include "support/seeds.hpp"
#include "wire/wire.hpp"

namespace trade::wire::test {

namespace {

struct Outcome {
  std::size_t refused = 0;
  std::size_t taken = 0;
};

/// Decodes what may be broken; what is taken must be good enough to go round once more.
void expect_refused_or_valid(const SampleFrame& frame, const std::vector<std::byte>& bytes,
                             Outcome& outcome) {
  AlignedBuffer buffer;
  buffer.assign(bytes);
  const auto encoded = frame.decode_and_encode(buffer.bytes());
  if (!encoded) {
    ++outcome.refused;
    ASSERT_EQ(encoded.error().code, ErrorCode::corrupt);
    ASSERT_TRUE(encoded.error().message.starts_with("frame refused: ") ||
                encoded.error().message.starts_with("journal batch refused: "))
        << encoded.error().message;
    ASSERT_EQ(encoded.error().message.find('\n'), std::string::npos);
    return;
  }
  ++outcome.taken;
  buffer.assign(*encoded);
  const auto again = frame.decode_and_encode(buffer.bytes());
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(*again, *encoded);
}

TEST(MutationTest, EveryBitOfEveryByteFlipped) {
  Outcome outcome;
  for (const SampleFrame& frame : sample_frames()) {
    SCOPED_TRACE(frame.name);
    std::vector<std::byte> bytes = frame.bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      SCOPED_TRACE(i);
      for (const unsigned mask : {0x01u, 0x02u, 0x04u, 0x10u, 0x80u, 0xFFu}) {
        bytes[i] = frame.bytes[i] ^ static_cast<std::byte>(mask);
        expect_refused_or_valid(frame, bytes, outcome);
        if (HasFatalFailure()) return;
      }
      bytes[i] = frame.bytes[i];
    }
  }
  // Neither outcome may be the only one: the test would then prove little.
  EXPECT_GT(outcome.refused, 1'000u);
  EXPECT_GT(outcome.taken, 1'000u);
}

TEST(MutationTest, CutAtEveryLength) {
  Outcome outcome;
  for (const SampleFrame& frame : sample_frames()) {
    SCOPED_TRACE(frame.name);
    for (std::size_t size = 0; size < frame.bytes.size(); ++size) {
      SCOPED_TRACE(size);
      expect_refused_or_valid(
          frame, {frame.bytes.begin(), frame.bytes.begin() + static_cast<std::ptrdiff_t>(size)}, outcome);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(outcome.refused, 1'000u);
}

TEST(MutationTest, FramesOfOtherKindsAreRefused) {
  const std::vector<SampleFrame> frames = sample_frames();
  const auto kind = [](const SampleFrame& frame) { return frame.name.substr(0, 4); };
  for (const SampleFrame& frame : frames) {
    for (const SampleFrame& other : frames) {
      const bool requests =
          frame.name.find("request") != std::string::npos && other.name.find("request") != std::string::npos;
      if (requests || kind(frame) == kind(other)) continue;
      AlignedBuffer buffer;
      buffer.assign(other.bytes);
      const auto decoded = frame.decode_and_encode(buffer.bytes());
      ASSERT_FALSE(decoded) << other.name << " taken for " << frame.name;
      EXPECT_NE(decoded.error().message.find("is expected"), std::string::npos) << decoded.error().message;
    }
  }
}

TEST(MutationTest, RandomSplices) {
  const std::uint64_t seed = trade::test::seed_of_run();
  SCOPED_TRACE("TRADE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::vector<SampleFrame> frames = sample_frames();
  Outcome outcome;
  for (int round = 0; round < 60'000; ++round) {
    const SampleFrame& frame = frames[random() % frames.size()];
    std::vector<std::byte> bytes = frame.bytes;
    const std::uint64_t changes = 1 + random() % 4;
    for (std::uint64_t change = 0; change < changes; ++change) {
      const SampleFrame& other = random() % 2 == 0 ? frame : frames[random() % frames.size()];
      switch (random() % 4) {
        case 0: {  // a piece of another frame over a piece of this one
          const std::size_t size = 1 + random() % 32;
          const std::size_t to = random() % bytes.size();
          const std::size_t from = random() % other.bytes.size();
          for (std::size_t i = 0; i < size && to + i < bytes.size() && from + i < other.bytes.size(); ++i) {
            bytes[to + i] = other.bytes[from + i];
          }
          break;
        }
        case 1: {  // the head of this frame and the tail of another
          const std::size_t at = random() % bytes.size();
          const std::size_t from = random() % other.bytes.size();
          bytes.resize(at);
          bytes.insert(bytes.end(), other.bytes.begin() + static_cast<std::ptrdiff_t>(from),
                       other.bytes.end());
          break;
        }
        case 2:  // a number that is likely to hurt
          for (std::size_t i = random() % bytes.size(), n = 0; n < 4 && i < bytes.size(); ++i, ++n) {
            bytes[i] = static_cast<std::byte>(n == 3 ? 0x7F : 0xFF);
          }
          break;
        default:  // bytes of the frame's own: offsets that point elsewhere
          bytes[random() % bytes.size()] = bytes[random() % bytes.size()];
      }
      if (bytes.empty()) bytes.push_back(std::byte{0});
    }
    expect_refused_or_valid(frame, bytes, outcome);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(outcome.refused, 1'000u);
  EXPECT_GT(outcome.taken, 1'000u);
}

}  // namespace

}  // namespace trade::wire::test
