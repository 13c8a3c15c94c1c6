// The books against the engine's own account of things, which they are folded from: the same cash and shares
// to the unit, and the same orders field by field, whatever the commands were.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agreement.hpp"
#include "engine/engine.hpp"
#include "ledger/ledger.hpp"
#include "lib/engine/random_flow.hpp"

namespace trade::ledger {
namespace {

using test::compare_holdings;
using test::compare_orders;

TEST(EngineAgreement, RandomCommands) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    engine_test::RandomFlow flow(seed);
    Engine engine;
    Ledger ledger;
    std::vector<Event> events;
    std::vector<Entry> entries;
    const auto apply = [&](const Command& command) {
      events.clear();
      engine.apply(command, events);
      for (const Event& event : events)
        flow.see(event);
      const Status folded = ledger.fold(events, entries);
      ASSERT_TRUE(folded) << folded.error().message;
    };
    flow.set_up(apply);
    for (int step = 1; step <= 12'000; ++step) {
      apply(flow.next());
      ASSERT_EQ(engine.last_sequence(), ledger.sequence());
      if (step % 400 == 0) compare_holdings(engine, ledger);
    }
    const Status invariants = ledger.check_invariants();
    EXPECT_TRUE(invariants) << invariants.error().message;
    EXPECT_GT(compare_orders(engine, ledger, flow.newest()), 3'000u);
    test::compare_reloaded_orders(engine, ledger, flow.newest());
    EXPECT_GT(entries.size(), 800u);
    EXPECT_EQ(engine.open_order_count(), ledger.orders().open_count());
  }
}

}  // namespace
}  // namespace trade::ledger
