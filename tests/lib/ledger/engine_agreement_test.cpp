// The books against the engine's own account of things, which they are folded from: the same cash and shares
// to the unit, and the same orders field by field, whatever the commands were.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
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
using test::SavedPages;

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

TEST(EngineAgreement, AnOrderAnswersToTheSameClientIdsHoweverOftenItIsRenamed) {
  Engine engine;
  Ledger ledger;
  std::vector<Event> events;
  std::vector<Entry> entries;
  Timestamp now{1'700'000'000'000'000'000};
  const auto apply = [&](const CommandBody& body) {
    events.clear();
    ++now.nanoseconds;
    const ApplyResult result = engine.apply({now, body}, events);
    EXPECT_EQ(result.reason, RejectReason::none);
    const Status folded = ledger.fold(events, entries);
    EXPECT_TRUE(folded) << folded.error().message;
    return result.order;
  };
  const AccountId alice{1};
  apply(OpenAccount{*AccountName::make("alice"), AccountType::cash});
  apply(DepositCash{alice, Money{units_per_dollar * 10'000}});
  apply(AddSymbol{.symbol = *Symbol::make("ACME"), .previous_close = Price{100'000}});
  PlaceOrder place{.account = alice, .symbol = SymbolId{1}, .type = OrderType::limit};
  place.quantity = Quantity{1};
  place.limit_price = Price{90'000};
  const auto name = [](char letter, int number) { return letter + std::to_string(number); };
  // One that was placed under an id, and one that was placed without.
  const std::string placed = name('a', 0);
  place.client_order_id = placed;
  std::vector<std::pair<char, OrderId>> orders{{'a', apply(place)}};
  place.client_order_id = {};
  orders.emplace_back('b', apply(place));
  SavedPages saved;
  for (int renamed = 1; renamed <= 20; ++renamed) {
    SCOPED_TRACE(renamed);
    for (const auto& [letter, order] : orders) {
      const std::string newest = name(letter, renamed);
      apply(ReplaceOrder{.account = alice, .order = order, .new_client_order_id = newest});
    }
    saved.save(ledger);
    const auto loaded = saved.load();
    ASSERT_TRUE(loaded) << loaded.error().message;
    int found = 0;
    for (const auto& [letter, order] : orders) {
      for (int number = 0; number <= renamed; ++number) {
        const std::string text = name(letter, number);
        const OrderId here = engine.check({now, CancelOrder{alice, {}, text}}).order;
        EXPECT_EQ(*ledger.orders().find_client_id(alice, text, nullptr), here) << text;
        EXPECT_EQ(*loaded->orders().find_client_id(alice, text, nullptr), here) << text;
        if (here == order) ++found;
      }
    }
    EXPECT_EQ(found, std::min(renamed + 1, 16) + std::min(renamed, 16));
  }
}

}  // namespace
}  // namespace trade::ledger
