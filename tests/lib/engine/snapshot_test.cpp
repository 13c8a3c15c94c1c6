// What a child of fork sees of an engine that goes on: exactly the state of the fork, whatever comes after.
#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/fork_snapshot.hpp"
#include "engine/engine.hpp"
#include "random_flow.hpp"
#include "support/seeds.hpp"
#include "support/snapshot_child.hpp"

namespace trade::engine_test {
namespace {

class SnapshotTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  SnapshotTest()
      : engine_({.accounts_max = 100,
                 .symbols_max = 100,
                 .open_orders_max = 300,
                 .ended_orders_kept = 50,
                 .positions_max = 100}),
        flow_(GetParam()),
        random_(GetParam()) {
    flow_.set_up([&](const Command& command) { apply(command); });
  }
  void apply(const Command& command) {
    events_.clear();
    engine_.apply(command, events_);
    for (const Event& event : events_)
      flow_.see(event);
  }
  void apply_some(std::size_t commands_max) {
    for (std::size_t left = random_() % commands_max; left > 0; --left)
      apply(flow_.next());
  }

  Engine engine_;
  RandomFlow flow_;
  std::mt19937_64 random_;
  std::vector<Event> events_;
};

TEST_P(SnapshotTest, TheChildHasTheStateOfTheFork) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  // All tables, however small, as a large engine's.
  ForkSnapshot snapshot(1);
  for (int round = 0; round < 12; ++round) {
    apply_some(1'000);
    const std::uint64_t then = engine_.full_state_hash();
    ByteWriter saved;
    engine_.save(saved);
    snapshot.end();
    engine_.add_to(snapshot);
    test::SnapshotChild child(snapshot, [&] {
      ByteWriter writer;
      engine_.save(writer);
      return std::ranges::equal(writer.bytes(), saved.bytes()) ? engine_.full_state_hash() : 0;
    });
    ASSERT_GT(child.pid(), 0);
    // From all of it copied because it is written to, to all of it copied by steps.
    if (round % 3 != 0) apply_some(2'000);
    while (!snapshot.complete()) {
      ASSERT_FALSE(snapshot.failed());
      snapshot.step(1);
      if (round % 3 == 2) apply_some(30);
    }
    apply_some(100);
    EXPECT_EQ(child.look(), then) << "round " << round;
  }
  EXPECT_NE(snapshot.bytes_kept(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SnapshotTest, ::testing::ValuesIn(trade::test::seeds(6)));

TEST(LargeSnapshotTest, WhatIsCopiedBeforeWritesIsCountedAndTheRestIsLeftToTheKernel) {
  Engine engine;
  std::vector<Event> events;
  const auto apply = [&](const CommandBody& body) {
    events.clear();
    return engine.apply({Timestamp{1}, body}, events);
  };
  apply(OpenAccount{*AccountName::make("a")});
  apply(DepositCash{AccountId{1}, Money{units_per_dollar * 1'000'000'000}});
  apply(AddSymbol{.symbol = *Symbol::make("ABC"), .previous_close = {100'000}});
  PlaceOrder order{.account = AccountId{1}, .symbol = SymbolId{1}};
  order.side = Side::buy;
  order.type = OrderType::limit;
  order.quantity = {1};
  order.limit_price = {100'000};
  constexpr std::uint64_t orders = 40'000;  // 5 MB of them
  for (std::uint64_t i = 0; i < orders; ++i)
    ASSERT_EQ(apply(order).reason, RejectReason::none);
  ForkSnapshot snapshot;
  engine.add_to(snapshot);
  const std::uint64_t then = engine.full_state_hash();
  test::SnapshotChild child(snapshot, [&] { return engine.full_state_hash(); });
  EXPECT_EQ(snapshot.bytes_kept(), 0U);
  ASSERT_EQ(
      apply(CancelOrder{.account = AccountId{1}, .order = OrderId{orders / 2}, .client_order_id = {}}).reason,
      RejectReason::none);
  EXPECT_GT(snapshot.bytes_kept(), 0U);
  EXPECT_LT(snapshot.bytes_kept(), std::size_t{16} * ForkSnapshot::page_bytes);
  EXPECT_EQ(snapshot.bytes_kept(), snapshot.bytes_kept_before_writes());
  while (!snapshot.complete())
    snapshot.step(std::size_t{1} << 20);
  EXPECT_GT(snapshot.bytes_kept(), std::size_t{4} << 20);
  EXPECT_EQ(child.look(), then);
}

}  // namespace
}  // namespace trade::engine_test
