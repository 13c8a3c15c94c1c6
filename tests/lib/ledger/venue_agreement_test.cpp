// The books against the engine's own account of orders at another market: the same after every command,
// whatever the venue tells and the session loses.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agreement.hpp"
#include "ledger/ledger.hpp"
#include "lib/engine/venue_simulation.hpp"

namespace trade::ledger {
namespace {

/// Of an event that names an order: what it is here and there.
template <class Body>
void compare_named(const Engine& engine, const Ledger& ledger, const Body& body) {
  if constexpr (requires { OrderId{body.order}; }) {
    const auto order = engine.order(body.order);
    if (!order) return;
    const auto sight = ledger.orders().look(body.order, nullptr);
    ASSERT_TRUE(sight) << "order " << body.order.value;
    EXPECT_EQ(test::difference(*order, order_view(ledger, *sight)), "") << "order " << body.order.value;
  }
}

TEST(VenueAgreement, AfterEveryCommand) {
  const char* const wanted = std::getenv("TRADE_TEST_SEEDS");
  const unsigned seeds = wanted == nullptr ? 10 : static_cast<unsigned>(std::atoi(wanted));
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Ledger ledger;
    std::vector<Entry> entries;
    const Engine* engine = nullptr;
    const auto observe = [&](const std::vector<Event>& events) {
      const Status folded = ledger.fold(events, entries);
      ASSERT_TRUE(folded) << folded.error().message;
      if (engine == nullptr) return;
      test::compare_holdings(*engine, ledger);
      // Those that the events name; all of them at the end.
      for (const Event& event : events) {
        std::visit([&](const auto& body) { compare_named(*engine, ledger, body); }, event.body);
      }
    };
    engine_test::VenueSimulation simulation(seed, observe);
    engine = &simulation.engine;
    for (int step = 0; step < 800; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      simulation.step();
      if (::testing::Test::HasFailure()) return;
    }
    simulation.reconcile();
    simulation.wind_down();
    EXPECT_GT(test::compare_orders(simulation.engine, ledger, simulation.newest()), 100U);
    EXPECT_EQ(simulation.engine.open_order_count(), ledger.orders().open_count());
    const Status invariants = ledger.check_invariants();
    EXPECT_TRUE(invariants) << invariants.error().message;
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace trade::ledger
