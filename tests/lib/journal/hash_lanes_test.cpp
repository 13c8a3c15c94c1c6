#include "journal/hash_lanes.hpp"

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace trade::journal {
namespace {

using Message = std::vector<std::byte>;

Message random_message(std::mt19937_64& random, std::size_t bytes) {
  Message message(bytes);
  for (std::byte& byte : message)
    byte = static_cast<std::byte>(random());
  return message;
}

void expect_same_hashes(const std::vector<Message>& messages) {
  const std::vector<std::span<const std::byte>> spans(messages.begin(), messages.end());
  for (const HashLanes lanes : {HashLanes::one, HashLanes::four, HashLanes::eight}) {
    if (lanes > hash_lanes()) continue;
    std::vector<Hash> hashes(messages.size());
    hash_side_by_side(spans, hashes, lanes);
    for (std::size_t i = 0; i < messages.size(); ++i) {
      ASSERT_EQ(hashes[i], hash_of({messages[i]}))
          << messages[i].size() << " bytes, the " << i << "th of " << messages.size() << " in "
          << static_cast<unsigned>(lanes);
    }
  }
}

TEST(HashLanes, AgreeWithOneHashAtATimeAroundTheEndsOfBlocks) {
  std::mt19937_64 random(1);
  std::vector<Message> messages;
  for (std::size_t bytes = 0; bytes <= 520; ++bytes)
    messages.push_back(random_message(random, bytes));
  expect_same_hashes(messages);
}

TEST(HashLanes, AgreeWhereMessagesAreOfAnyLengthAndNumber) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (std::size_t count = 0; count <= 20; ++count) {
    std::vector<Message> messages;
    while (messages.size() < count) {
      const std::size_t bytes_max = std::size_t{1} << random() % 18;
      messages.push_back(random_message(random, random() % bytes_max));
    }
    expect_same_hashes(messages);
  }
}

}  // namespace
}  // namespace trade::journal
