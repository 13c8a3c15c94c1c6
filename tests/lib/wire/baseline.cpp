// Frames that a released version wrote, kept as hexadecimal text: this version reads them, and writes what it
// read as the same bytes, or, of a batch, as one that is read alike. Fields that were added since are absent
// in them and stay so.
//
// With each release the file is written anew: TRADE_WRITE_BASELINE=FILE test_wire --gtest_filter='Baseline*'
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lib/wire/samples.hpp"

namespace trade::wire::test {

namespace {

constexpr const char* baseline_path = TRADE_SOURCE_DIR "/tests/lib/wire/baseline_frames.txt";

std::string to_hex(const std::vector<std::byte>& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const std::byte byte : bytes) {
    hex += digits[std::to_integer<std::size_t>(byte >> 4)];
    hex += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return hex;
}

std::vector<std::byte> from_hex(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

void expect_same_batch(Bytes left, Bytes right) {
  Batch batches[2];
  batches[0].buffer.assign(left);
  batches[1].buffer.assign(right);
  for (Batch& batch : batches)
    ASSERT_TRUE(decode_batch(batch));
  EXPECT_TRUE(same(batches[0].header, batches[1].header));
  EXPECT_TRUE(same(batches[0].commands, batches[1].commands));
  EXPECT_EQ(batches[0].events_per_command, batches[1].events_per_command);
  EXPECT_TRUE(same(batches[0].events, batches[1].events));
}

TEST(BaselineTest, FramesOfTheReleasedVersionAreReadAndWrittenAlike) {
  const std::vector<SampleFrame> frames = sample_frames();
  if (const char* path = std::getenv("TRADE_WRITE_BASELINE")) {
    std::ofstream file(path);
    for (const SampleFrame& frame : frames)
      file << frame.name << '\t' << to_hex(frame.bytes) << '\n';
    ASSERT_TRUE(file) << "cannot write " << path;
  }
  std::map<std::string, const SampleFrame*> by_name;
  for (const SampleFrame& frame : frames)
    by_name[frame.name] = &frame;
  std::ifstream file(baseline_path);
  ASSERT_TRUE(file) << "cannot read " << baseline_path;
  std::size_t read = 0;
  std::string name;
  std::string hex;
  while (std::getline(file, name, '\t') && std::getline(file, hex)) {
    SCOPED_TRACE(name);
    ++read;
    ASSERT_TRUE(by_name.contains(name));
    const std::vector<std::byte> stored = from_hex(hex);
    AlignedBuffer buffer;
    buffer.assign(stored);
    const auto again = by_name[name]->decode_and_encode(buffer.bytes());
    ASSERT_TRUE(again) << again.error().message;
    if (name == "batch") {
      // Written with a table to each command and event; the same batch is written packed now.
      expect_same_batch(*again, stored);
    } else {
      EXPECT_EQ(to_hex(*again), hex);
    }
  }
  EXPECT_GE(read, 35u);
}

}  // namespace

}  // namespace trade::wire::test
