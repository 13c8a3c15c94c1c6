// What the engine makes of orders at another market is what happened there, whatever the session loses,
// repeats or reorders.
#include "venue_simulation.hpp"

#include <cstring>

#include "support/seeds.hpp"

namespace trade::engine_test {
namespace {

TEST(VenueSimulationTest, BothSidesAgreeOneForOne) {
  std::size_t trades = 0;
  const std::vector<std::uint64_t> seeds = trade::test::seeds(30);
  for (const std::uint64_t seed : seeds) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    VenueSimulation simulation(seed, [](const std::vector<Event>&) {});
    for (int step = 0; step < 1'500; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      simulation.step();
      simulation.check_always();
      if (::testing::Test::HasFailure()) return;
      if (step % 500 == 499) {
        simulation.reconcile();
        simulation.check();
      }
    }
    simulation.wind_down();
    simulation.check();
    trades += simulation.trades();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(trades, seeds.size() * 50U);
}

TEST(VenueSimulationTest, ASavedStateGoesOnAsTheEngineItself) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    VenueSimulation whole(seed, [](const std::vector<Event>&) {});
    VenueSimulation reloaded(seed, [](const std::vector<Event>&) {});
    for (int step = 0; step < 600; ++step) {
      whole.step();
      reloaded.step();
      if (step % 20 == 0) reloaded.reload();
      ASSERT_EQ(whole.engine.state_hash(), reloaded.engine.state_hash()) << "step " << step;
    }
    EXPECT_EQ(whole.engine.full_state_hash(), reloaded.engine.full_state_hash());
  }
}

constexpr EngineCapacity small{.accounts_max = 20,
                               .symbols_max = 10,
                               .open_orders_max = 300,
                               .ended_orders_kept = 300,
                               .positions_max = 100};

std::vector<std::byte> saved(const Engine& engine) {
  ByteWriter writer;
  engine.save(writer);
  return writer.take();
}

TEST(VenueSimulationTest, EveryChangedByteOfASavedStateIsRefused) {
  VenueSimulation simulation(3, [](const std::vector<Event>&) {});
  for (int step = 0; step < 150; ++step)
    simulation.step();
  std::vector<std::byte> bytes = saved(simulation.engine);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto flip = static_cast<std::byte>(1U << at % 8U);
    bytes[at] ^= flip;
    ByteReader reader(bytes);
    ASSERT_FALSE(Engine::load(reader, small).has_value()) << "byte " << at;
    bytes[at] ^= flip;
  }
  for (std::size_t size = 0; size < bytes.size(); size += 5) {
    const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    ByteReader reader(part);
    ASSERT_FALSE(Engine::load(reader, small).has_value()) << size;
  }
  for (const std::uint64_t number :
       {std::uint64_t{0x7fff'ffff'ffff'ffff}, std::uint64_t{0x8000'0000'0000'0000}, ~std::uint64_t{0},
        std::uint64_t{0x1bc1'6d67'4ec8'0000}}) {
    for (std::size_t at = 0; at + sizeof number <= bytes.size(); at += 7) {
      std::vector<std::byte> changed = bytes;
      std::memcpy(changed.data() + at, &number, sizeof number);
      ByteReader reader(changed);
      if (changed != bytes) {
        ASSERT_FALSE(Engine::load(reader, small).has_value()) << "byte " << at << ", number " << number;
      }
    }
  }
  ByteReader reader(bytes);
  EXPECT_TRUE(Engine::load(reader, small).has_value());
}

}  // namespace
}  // namespace trade::engine_test
