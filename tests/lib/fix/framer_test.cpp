#include "fix/framer.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lib/fix/made_message.hpp"
#include "support/seeds.hpp"

namespace trade::fix::test {
namespace {

const std::string first = framed("35=0|34=1|49=A|56=B|");
const std::string second = framed("35=1|34=2|49=A|56=B|112=hello|");

std::vector<std::string> taken(Framer& framer, const std::string& bytes) {
  std::vector<std::string> messages;
  EXPECT_TRUE(framer.add(bytes.data(), bytes.size()));
  for (std::string message; framer.next(message);)
    messages.push_back(message);
  return messages;
}

TEST(Framer, CutsWhatComesAtOnce) {
  Framer framer;
  EXPECT_EQ(taken(framer, first + second), (std::vector<std::string>{first, second}));
  EXPECT_EQ(framer.garbled(), 0u);
}

TEST(Framer, CutsWhatComesByteByByte) {
  Framer framer;
  std::vector<std::string> messages;
  for (const char byte : first + second) {
    for (const std::string& message : taken(framer, std::string(1, byte)))
      messages.push_back(message);
  }
  EXPECT_EQ(messages, (std::vector<std::string>{first, second}));
}

TEST(Framer, PassesOverAWrongChecksum) {
  std::string wrong = first;
  wrong[wrong.size() - 2] = wrong[wrong.size() - 2] == '0' ? '1' : '0';
  Framer framer;
  EXPECT_EQ(taken(framer, wrong + second), (std::vector<std::string>{second}));
  EXPECT_EQ(framer.garbled(), 1u);
}

TEST(Framer, PassesOverABodyLengthThatIsTooShort) {
  std::string wrong = first;
  wrong.replace(wrong.find("\0019="), 5, "\0019=10");
  Framer framer;
  EXPECT_EQ(taken(framer, wrong + second), (std::vector<std::string>{second}));
}

TEST(Framer, PassesOverABodyLengthThatReachesIntoTheNextMessage) {
  const std::string body = separated("35=0|34=1|49=A|56=B|");
  const std::string head = separated("8=FIX.4.4|9=" + std::to_string(body.size() + 20) + "|") + body;
  Framer framer;
  EXPECT_EQ(taken(framer, head + "10=" + checksum_of(head) + "\001" + second + first),
            (std::vector<std::string>{second, first}));
}

TEST(Framer, PassesOverALengthThatNoMessageHas) {
  Framer framer;
  EXPECT_EQ(taken(framer, separated("8=FIX.4.4|9=99999999999999999999|35=0|") + first),
            (std::vector<std::string>{first}));
  EXPECT_EQ(taken(framer, separated("8=FIX.4.4|9=|35=0|") + first), (std::vector<std::string>{first}));
  EXPECT_EQ(taken(framer, separated("8=FIX.4.4|35=0|") + first), (std::vector<std::string>{first}));
  EXPECT_EQ(taken(framer, "8=FIX.4.4.4.4.4.4.4.4.4.4.4.4.4.4.4.4.4" + first),
            (std::vector<std::string>{first}));
}

TEST(Framer, DoesNotFillUpWithGarbage) {
  // Far more in all than may wait at a time.
  Framer framer;
  const std::string garbage(10'000, 'x');
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(taken(framer, garbage + first), (std::vector<std::string>{first}));
}

TEST(Framer, RefusesMoreThanMayWait) {
  Framer framer;
  const std::string start = separated("8=FIX.4.4|9=65000|");
  ASSERT_TRUE(framer.add(start.data(), start.size()));
  const std::string part(64 << 10, 'x');
  bool fits = true;
  for (int i = 0; i < 8 && fits; ++i)
    fits = framer.add(part.data(), part.size());
  EXPECT_FALSE(fits);
}

/// Whatever comes between, what is whole is found, as long as it is not within something that claims to be
/// longer.
TEST(Framer, FindsEveryMessageAmongGarbage) {
  for (const std::uint64_t seed : trade::test::seeds(50)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::string stream;
    std::vector<std::string> sent;
    for (int i = 0; i < 50; ++i) {
      for (std::uint64_t count = random() % 20; count > 0; --count)
        stream += static_cast<char>("89=FIX.10\001|5"[random() % 13]);
      sent.push_back(random() % 2 == 0 ? first : second);
      // A garbled head before it would take its first bytes for the rest of a field.
      stream += std::string(40, '\001') + sent.back();
    }
    Framer framer;
    std::vector<std::string> found;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = 1 + random() % 100;
      for (const std::string& message : taken(framer, stream.substr(at, size)))
        found.push_back(message);
      at += size;
    }
    EXPECT_EQ(found, sent);
  }
}

}  // namespace
}  // namespace trade::fix::test
