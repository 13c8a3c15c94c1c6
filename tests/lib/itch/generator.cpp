#include "itch/generator.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "itch/file_reader.hpp"
#include "itch/random.hpp"
#include "itch/reference_market.hpp"
#include "lib/itch/support.hpp"

namespace trade::itch::test {

namespace {

/// FNV-1a of 64 bits.
std::uint64_t hash_of(std::string_view bytes) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
  for (const char byte : bytes)
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x0000'0100'0000'01B3;
  return hash;
}

Stock stock_of(const Applied& applied) {
  return applied.order.stock;
}

/// What a stream that was applied to a reference market turned out to be.
struct Survey {
  std::map<char, std::uint64_t> by_type;
  std::uint64_t exact_executions = 0;
  std::uint64_t resting_orders = 0;
};

/// Applies every message; each must apply, leave its book uncrossed and, if an execution, hit the queue's
/// head.
Survey survey(const std::vector<Message>& messages) {
  Survey result;
  ReferenceMarket market;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& message = messages[i];
    SCOPED_TRACE("message " + std::to_string(i) + " of type " + type_of(message));
    ++result.by_type[type_of(message)];
    EXPECT_GE(header_of(message).nanoseconds, last);
    last = header_of(message).nanoseconds;
    const Result<Applied> applied = market.apply(message);
    EXPECT_TRUE(applied) << applied.error().message;
    if (!applied) break;
    if (applied->effect == Applied::Effect::none) continue;
    EXPECT_FALSE(market.crossed(stock_of(*applied)));
    if (applied->effect == Applied::Effect::executed) {
      EXPECT_TRUE(applied->at_best_price);
      EXPECT_TRUE(applied->at_queue_head);
      if (applied->at_best_price && applied->at_queue_head) ++result.exact_executions;
    }
    if (testing::Test::HasFailure()) break;
  }
  result.resting_orders = market.resting_orders();
  return result;
}

TEST(GeneratorTest, EverythingHoldsTogetherForManySeeds) {
  for (const std::uint64_t seed : {0ull, 1ull, 2ull, 42ull, 4711ull, ~0ull}) {
    for (const std::uint32_t symbols : {1u, 7u, 60u}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", symbols " + std::to_string(symbols));
      const std::vector<Message> messages = generated({.symbols = symbols, .messages = 12'000, .seed = seed});
      EXPECT_EQ(messages.size(), 12'000u);
      const Survey found = survey(messages);
      ASSERT_FALSE(HasFailure());
      EXPECT_EQ(found.by_type.at('S'), 6u);
      for (const char type : {'R', 'H', 'Y'})
        EXPECT_EQ(found.by_type.at(type), symbols);
      EXPECT_EQ(found.by_type.at('L'), 2 * symbols);
      EXPECT_GT(found.exact_executions, 100u);
    }
  }
}

TEST(GeneratorTest, MessagesAreAboutAsFrequentAsInARealDay) {
  const std::vector<Message> messages = generated({.symbols = 20, .messages = 200'000, .seed = 9});
  const Survey found = survey(messages);
  const auto share = [&](char type) { return static_cast<double>(found.by_type.at(type)) / 2'000.0; };
  EXPECT_NEAR(share('A'), 47, 1);
  EXPECT_NEAR(share('D'), 41, 1);
  EXPECT_NEAR(share('E'), 8.5, 0.3);
  EXPECT_NEAR(share('P'), 2.4, 0.2);
  for (const char type : {'U', 'X', 'F', 'C'}) {
    EXPECT_GT(share(type), 0.03) << type;
    EXPECT_LT(share(type), 1.0) << type;
  }
  // The books neither dry up nor fill without end.
  EXPECT_GT(found.resting_orders, 1'000u);
  EXPECT_LT(found.resting_orders, 10'000u);
}

TEST(GeneratorTest, PricesAreCentsAndSharesMostlyRoundLots) {
  std::uint64_t adds = 0;
  std::uint64_t round = 0;
  std::map<Stock, std::set<std::int64_t>> prices;
  for (const Message& message : generated({.symbols = 4, .messages = 20'000, .seed = 3})) {
    const auto* added = std::get_if<AddOrder>(&message);
    if (added == nullptr) continue;
    ++adds;
    EXPECT_EQ(added->price.units % 100, 0);
    EXPECT_GT(added->price.units, 0);
    EXPECT_GT(added->shares.shares, 0);
    if (added->shares.shares % 100 == 0) ++round;
    prices[added->stock].insert(added->price.units);
  }
  EXPECT_GT(round * 100, adds * 80);
  EXPECT_EQ(prices.size(), 4u);
  for (const auto& [stock, of_stock] : prices) {
    EXPECT_GT(of_stock.size(), 10u) << "the price wanders";
    EXPECT_LE(*of_stock.rbegin() - *of_stock.begin(), 129 * 100) << "and stays near";
  }
}

TEST(GeneratorTest, TheSameSeedGivesTheSameBytesOnEveryMachine) {
  const GeneratorOptions options{.symbols = 10, .messages = 10'000, .seed = 42};
  const std::string bytes = framed(generated(options));
  EXPECT_EQ(framed(generated(options)), bytes);
  EXPECT_EQ(hash_of(bytes), 1'034'680'498'254'916'780u);
  GeneratorOptions other = options;
  other.seed = 43;
  EXPECT_NE(framed(generated(other)), bytes);
}

TEST(GeneratorTest, OptionsOutsideTheirBoundsAreUsageErrors) {
  const auto never = [](const Message&) {
    ADD_FAILURE() << "nothing may be generated";
    return Status();
  };
  for (const GeneratorOptions options :
       {GeneratorOptions{.symbols = 0, .messages = 100, .seed = 1},
        GeneratorOptions{.symbols = 20'001, .messages = 1'000'000, .seed = 1},
        GeneratorOptions{.symbols = 10, .messages = 55, .seed = 1},
        GeneratorOptions{.symbols = 10, .messages = generator_messages_max + 1, .seed = 1}}) {
    const Status status = generate(options, never);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::usage);
    EXPECT_FALSE(status.error().hint.empty());
  }
}

TEST(GeneratorTest, TheLeastDayAndTheWidestDayAreGenerated) {
  EXPECT_EQ(generated({.symbols = 10, .messages = 56, .seed = 1}).size(), 56u);
  const std::vector<Message> wide = generated({.symbols = 20'000, .messages = 150'000, .seed = 1});
  EXPECT_EQ(wide.size(), 150'000u);
  survey(wide);
}

TEST(GeneratorTest, AnErrorOfTheSinkEndsIt) {
  int calls = 0;
  const Status status =
      generate({.symbols = 1, .messages = 100, .seed = 1}, [&calls](const Message&) -> Status {
        if (++calls == 30) return fail(ErrorCode::out_of_space, "full");
        return {};
      });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "full");
  EXPECT_EQ(calls, 30);
}

TEST(GeneratorTest, TickersAreDistinctAndInOrder) {
  EXPECT_EQ(generated_stock(0).view(), "AAAA");
  EXPECT_EQ(generated_stock(1).view(), "AAAB");
  EXPECT_EQ(generated_stock(26).view(), "AABA");
  EXPECT_EQ(generated_stock(19'999).view(), "BDPF");
}

TEST(RandomTest, IsXoshiro256StarStarSeededBySplitMix64) {
  // The first numbers of the authors' reference implementations for this seed.
  Random random(0);
  EXPECT_EQ(random.next(), 0x99EC'5F36'CB75'F2B4u);
  EXPECT_EQ(random.next(), 0xBF6E'1F78'4956'452Au);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_LT(random.below(7), 7u);
    const std::int64_t between = random.between(-3, 3);
    EXPECT_TRUE(between >= -3 && between <= 3);
  }
}

TEST(RealFileTest, AnHourOfARealStockHoldsTogether) {
  const auto path = real_file();
  if (!path) GTEST_SKIP() << "no real data here";
  const Result<std::vector<Message>> messages = read_all(*path);
  ASSERT_TRUE(messages) << messages.error().message;
  const Survey found = survey(*messages);
  EXPECT_EQ(found.by_type, (std::map<char, std::uint64_t>{{'A', 4758},
                                                          {'D', 4083},
                                                          {'E', 849},
                                                          {'P', 240},
                                                          {'L', 52},
                                                          {'U', 7},
                                                          {'X', 6},
                                                          {'F', 2},
                                                          {'R', 1},
                                                          {'H', 1},
                                                          {'Y', 1}}));
  EXPECT_EQ(found.exact_executions, 849u);
  EXPECT_GT(found.resting_orders, 0u);
}

TEST(RealFileTest, ReadsBackToTheSameBytes) {
  const auto path = real_file();
  if (!path) GTEST_SKIP() << "no real data here";
  const Result<std::vector<Message>> messages = read_all(*path);
  ASSERT_TRUE(messages) << messages.error().message;
  const TemporaryDirectory directory;
  const std::string copy = directory.write("copy", framed(*messages));
  EXPECT_EQ(std::filesystem::file_size(copy), std::filesystem::file_size(*path));
  const Result<std::vector<Message>> again = read_all(copy);
  ASSERT_TRUE(again);
  EXPECT_TRUE(*again == *messages);
}

}  // namespace

}  // namespace trade::itch::test
