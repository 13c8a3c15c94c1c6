// Loading refuses what is not a saved state, whatever the bytes, and never crashes over them.
#include <cstring>

#include "engine_test_support.hpp"
#include "random_flow.hpp"

namespace trade::engine_test {
namespace {

constexpr EngineCapacity capacity{.accounts_max = 20,
                                  .symbols_max = 10,
                                  .open_orders_max = 300,
                                  .ended_orders_kept = 20,
                                  .positions_max = 100};

std::vector<std::byte> saved(const Engine& engine) {
  ByteWriter writer;
  engine.save(writer);
  return writer.take();
}

/// A state with a little of everything.
Engine some_engine(int commands = 600) {
  Engine engine(capacity);
  std::vector<Event> events;
  RandomFlow flow(7);
  const auto apply = [&](const Command& command) {
    events.clear();
    engine.apply(command, events);
    for (const Event& event : events)
      flow.see(event);
  };
  flow.set_up(apply);
  for (int step = 0; step < commands; ++step)
    apply(flow.next());
  return engine;
}

Result<Engine> load(std::span<const std::byte> bytes, const EngineCapacity& of = capacity) {
  ByteReader reader(bytes);
  return Engine::load(reader, of);
}

TEST(SavedStateTest, AnEmptyEngineCanBeSaved) {
  const Engine empty(capacity);
  const Result<Engine> loaded = load(saved(empty));
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->full_state_hash(), empty.full_state_hash());
  EXPECT_EQ(loaded->last_sequence(), 0U);
}

TEST(SavedStateTest, SavingIsCanonical) {
  const Engine engine = some_engine();
  const std::vector<std::byte> bytes = saved(engine);
  const Result<Engine> loaded = load(bytes);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(saved(*loaded), bytes);
}

TEST(SavedStateTest, OneOfBeforeThereWereTiersIsRead) {
  Engine engine(capacity);
  std::vector<Event> events;
  const auto apply = [&](std::int64_t seconds, const CommandBody& body) {
    EXPECT_EQ(engine.apply({Timestamp{seconds * nanoseconds_per_second}, body}, events).reason,
              RejectReason::none);
  };
  apply(1, AddSymbol{.symbol = *Symbol::make("ABC"), .previous_close = price("10.00")});
  apply(2, SetPriceBands{.symbol = SymbolId{1}, .basis_points = 500, .pause_seconds = 60});
  ByteWriter writer;
  engine.save(writer, engine::SavedLayout::without_tiers);
  const Result<Engine> loaded = load(writer.bytes());
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
  // What it did not know is not there.
  apply(3, SetPriceBands{.symbol = SymbolId{1}, .pause_seconds = 60, .tier = BandTier::tier_2});
  ByteWriter later;
  engine.save(later, engine::SavedLayout::without_tiers);
  const Result<Engine> without = load(later.bytes());
  ASSERT_TRUE(without.has_value()) << without.error().message;
  EXPECT_EQ(without->symbol(SymbolId{1})->bands.tier, std::nullopt);
  EXPECT_EQ(without->symbol(SymbolId{1})->bands.upper, price("11.00"));
}

/// Money lent on margin that was withdrawn by whoever sold: more cash went out than ever came in.
class LentMoneyTest : public EngineTest {};

TEST_F(LentMoneyTest, IsSavedAndLoaded) {
  const SymbolId symbol = add_symbol("ABC", "10.00");
  const AccountId margin = open("margin", AccountType::margin, "10000");
  const AccountId seller = open("seller", AccountType::cash, "0");
  apply(TransferShares{.account = seller, .symbol = symbol, .quantity = {2000}, .cost_price = price("1")});
  placed({seller, symbol, Side::sell, 2000, "10.00"});
  placed({margin, symbol, Side::buy, 2000, "10.00"});
  EXPECT_EQ(apply(WithdrawCash{seller, money("20000")}).reason, RejectReason::none);
  ByteWriter writer;
  engine.save(writer);
  ByteReader reader(writer.bytes());
  const Result<Engine> loaded = Engine::load(reader);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
}

TEST(SavedStateTest, TruncationIsRefused) {
  const std::vector<std::byte> bytes = saved(some_engine(100));
  for (std::size_t size = 0; size < bytes.size(); size += 5) {
    const Result<Engine> loaded = load(std::span(bytes).first(size));
    ASSERT_FALSE(loaded.has_value()) << size;
    ASSERT_EQ(loaded.error().code, ErrorCode::corrupt);
  }
}

TEST(SavedStateTest, EveryChangedByteIsRefused) {
  std::vector<std::byte> bytes = saved(some_engine(100));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto flip = static_cast<std::byte>(1U << at % 8U);
    bytes[at] ^= flip;
    const Result<Engine> loaded = load(bytes);
    ASSERT_FALSE(loaded.has_value()) << "byte " << at;
    ASSERT_EQ(loaded.error().code, ErrorCode::corrupt);
    bytes[at] ^= flip;
  }
  EXPECT_TRUE(load(bytes).has_value());
}

TEST(SavedStateTest, HugeNumbersAreRefusedWhereverTheyStand) {
  const std::vector<std::byte> bytes = saved(some_engine(100));
  for (const std::uint64_t number :
       {std::uint64_t{0x7fff'ffff'ffff'ffff}, std::uint64_t{0x8000'0000'0000'0000}, ~std::uint64_t{0},
        std::uint64_t{0}, std::uint64_t{0x7fff'ffff'7fff'ffff}}) {
    for (std::size_t at = 0; at + sizeof number <= bytes.size(); at += 7) {
      std::vector<std::byte> changed = bytes;
      std::memcpy(changed.data() + at, &number, sizeof number);
      if (changed == bytes) continue;
      ASSERT_FALSE(load(changed).has_value()) << "byte " << at << ", number " << number;
    }
  }
}

TEST(SavedStateTest, GarbageIsRefused) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::byte> bytes(random() % 400);
    for (std::byte& byte : bytes)
      byte = static_cast<std::byte>(random());
    ASSERT_FALSE(load(bytes).has_value());
  }
  const Result<Engine> loaded = load({});
  EXPECT_EQ(loaded.error().message, "not a saved state of the engine: it ends early");
}

TEST(SavedStateTest, ASmallerCapacityIsToldApart) {
  const std::vector<std::byte> bytes = saved(some_engine());
  EngineCapacity smaller = capacity;
  smaller.accounts_max = 2;
  Result<Engine> loaded = load(bytes, smaller);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().message,
            "not a saved state of the engine: more accounts than the capacity allows");
  // Fewer ended orders to keep is no obstacle: the oldest go.
  smaller = capacity;
  smaller.ended_orders_kept = 3;
  loaded = load(bytes, smaller);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
}

TEST(SavedStateTest, WhatFollowsTheStateIsLeftInTheReader) {
  std::vector<std::byte> bytes = saved(some_engine(50));
  bytes.push_back(std::byte{42});
  ByteReader reader(bytes);
  EXPECT_TRUE(Engine::load(reader, capacity).has_value());
  EXPECT_EQ(reader.remaining(), 1U);
}

}  // namespace
}  // namespace trade::engine_test
