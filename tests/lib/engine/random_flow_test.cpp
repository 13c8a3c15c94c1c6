// What must hold after every command, whatever the commands were; and that a saved state goes on alike.
#include "random_flow.hpp"

#include "follower.hpp"
#include "support/seeds.hpp"

namespace trade::engine_test {
namespace {

constexpr EngineCapacity small_capacity{.accounts_max = 100,
                                        .symbols_max = 100,
                                        .open_orders_max = 300,
                                        .ended_orders_kept = 50,
                                        .positions_max = 100};

class RandomFlowTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  RandomFlowTest() : engine(small_capacity), flow(GetParam()) {
    flow.set_up([&](const Command& command) { apply(command); });
  }
  ApplyResult apply(const Command& command) {
    events.clear();
    // What has come to its expiry ends first, which a check of the command does not foresee.
    if (const auto expiry = engine.next_expiry(); expiry && *expiry <= command.timestamp) {
      engine.apply({command.timestamp, ExpireOrders{}}, events);
    }
    const ApplyResult foreseen = engine.check(command);
    const ApplyResult result = engine.apply(command, events);
    EXPECT_EQ(foreseen.reason, result.reason);
    EXPECT_EQ(foreseen.order, result.order);
    EXPECT_EQ(foreseen.duplicate, result.duplicate);
    EXPECT_EQ(foreseen.affected, result.affected);
    if (result.reason == RejectReason::none && !result.duplicate) ++accepted;
    for (const Event& event : events) {
      EXPECT_EQ(event.sequence, ++sequence);
      if (const auto* moved = std::get_if<CashMoved>(&event.body)) brought_in += moved->amount.units;
      follower.follow(event);
      flow.see(event);
    }
    return result;
  }
  Command next() { return flow.next(); }

  void expect_invariants() const {
    std::int64_t cash = 0;
    for (std::uint32_t number = 1; number <= RandomFlow::accounts; ++number) {
      const AccountId id{number};
      const AccountView view = *engine.account(id);
      const HoldingsRow row = *engine.holdings(id);
      cash += view.cash_balance.units;
      EXPECT_EQ(row.cash_balance.units, follower.cash.at(number));
      if (follower.buys_in_auction(id)) {
        EXPECT_GE(view.reserved.units, follower.reserved(id)) << "account " << number;
      } else {
        EXPECT_EQ(view.reserved.units, follower.reserved(id)) << "account " << number;
      }
      if (view.type == AccountType::cash) {
        EXPECT_GE(view.cash_balance, view.reserved);
      }
      for (const HoldingsRow::Holding& holding : row.holdings) {
        EXPECT_TRUE(view.type != AccountType::cash || holding.quantity.shares > 0);
      }
      for (std::uint32_t symbol = 1; symbol <= RandomFlow::symbols; ++symbol) {
        expect_position(view, row, {symbol});
        expect_locate(view, {symbol});
      }
    }
    std::int64_t expected_cash = 0;
    for (const auto& [account, amount] : follower.cash)
      expected_cash += amount;
    EXPECT_EQ(cash, expected_cash);
    EXPECT_EQ(cash, brought_in - follower.fees);
    EXPECT_TRUE(follower.fees_due.empty()) << "a short position that was not charged";
    follower.expect_groups();
    EXPECT_EQ(engine.open_order_count(), follower.open.size());
    for (const auto& [id, order] : follower.open) {
      const OrderView view = *engine.order(OrderId{id});
      EXPECT_FALSE(is_terminal(view.status));
      EXPECT_EQ(view.quantity.shares - view.filled_quantity.shares, order.leaves);
      EXPECT_EQ(view.filled_notional.units, order.filled_notional);
      EXPECT_EQ(view.status == OrderStatus::validated, order.waiting);
      EXPECT_EQ(view.status == OrderStatus::pending, order.held);
      EXPECT_EQ(view.status == OrderStatus::partially_filled, order.filled > 0);
    }
  }
  /// What is located, held and used as the events say.
  void expect_locate(const AccountView& account, SymbolId symbol) const {
    LocateView told;
    for (const LocateView& locate : account.locates) {
      if (locate.symbol == engine.symbol(symbol)->symbol) told = locate;
    }
    EXPECT_EQ(told.held.shares, follower.held(account.number, symbol));
    const auto granted = follower.locates.find({account.number.value, symbol.value});
    if (granted == follower.locates.end()) return;
    EXPECT_EQ(told.quantity.shares, granted->second.shares);
    if (told.quantity || told.held) {
      EXPECT_EQ(told.used.shares, granted->second.used);
    }
  }
  /// Shares as the events say; and exactly those not promised can be sold.
  void expect_position(const AccountView& account, const HoldingsRow& row, SymbolId symbol) const {
    std::int64_t held = 0;
    for (const HoldingsRow::Holding& holding : row.holdings) {
      if (holding.symbol == symbol) held = holding.quantity.shares;
    }
    const auto found = follower.shares.find({account.number.value, symbol.value});
    EXPECT_EQ(held, found == follower.shares.end() ? 0 : found->second);
    if (account.type != AccountType::cash) return;
    const auto sell = [&](std::int64_t quantity) {
      const PlaceOrder order{.account = account.number,
                             .symbol = symbol,
                             .side = Side::sell,
                             .type = OrderType::limit,
                             .quantity = {quantity},
                             .limit_price = {100}};
      return engine.check({Timestamp{}, order}).reason;
    };
    const std::int64_t free = held - follower.promised(account.number, symbol);
    const RejectReason all = free > 0 ? sell(free) : RejectReason::none;
    const RejectReason more = sell(free + 1);
    EXPECT_NE(all, RejectReason::insufficient_shares);
    // Another check may come first: a halt, a limit.
    if (all == RejectReason::none && more != RejectReason::order_size &&
        more != RejectReason::account_not_active && more != RejectReason::market_closed &&
        more != RejectReason::symbol_halted && more != RejectReason::account_kill_switch &&
        more != RejectReason::symbol_kill_switch && more != RejectReason::market_kill_switch) {
      EXPECT_EQ(more, RejectReason::insufficient_shares);
    }
  }

  Engine engine;
  RandomFlow flow;
  Follower follower;
  std::vector<Event> events;
  Sequence sequence = 0;
  std::uint64_t accepted = 0;
  std::int64_t brought_in = 0;  ///< cash, less what was withdrawn
};

TEST_P(RandomFlowTest, InvariantsHold) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  for (int step = 1; step <= 20'000 && !HasFailure(); ++step) {
    apply(next());
    if (step % 50 == 0) expect_invariants();
  }
  expect_invariants();
  // The flow did what it is for, though kill switches and closed markets may last long.
  EXPECT_GT(accepted, 2'500U);
  EXPECT_GT(follower.trades, 100U);
  EXPECT_GT(follower.auction_trades, 10U);
  EXPECT_GT(follower.exit_fills, 20U);
  EXPECT_GT(follower.short_fills, 0U);
  EXPECT_GT(follower.fees, 0);
  EXPECT_GT(follower.rested_at_bands, 5U);

  for (std::uint32_t number = 1; number <= RandomFlow::accounts; ++number) {
    // Not CancelAllOrders: opg and cls orders stand as their auction is about to execute.
    apply({engine.last_timestamp(), SetKillSwitch{.account = AccountId{number}, .symbol = {}}});
    EXPECT_EQ(engine.account(AccountId{number})->reserved, Money{});
  }
  EXPECT_EQ(engine.open_order_count(), 0U);
  expect_invariants();
}

TEST_P(RandomFlowTest, TwoEnginesThatAreToldTheSameAreTheSame) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  Engine twin(small_capacity);
  RandomFlow(GetParam()).set_up([&](const Command& command) {
    std::vector<Event> twin_events;
    twin.apply(command, twin_events);
  });
  for (int step = 1; step <= 5'000; ++step) {
    const Command command = next();
    apply(command);
    std::vector<Event> twin_events;
    twin.apply(command, twin_events);
    ASSERT_EQ(engine.state_hash(), twin.state_hash());
    if (step % 500 == 0) {
      ASSERT_EQ(engine.full_state_hash(), twin.full_state_hash());
    }
  }
  // And no longer so after one that is told something else.
  std::vector<Event> twin_events;
  twin.apply({twin.last_timestamp(), DepositCash{AccountId{1}, Money{1}}}, twin_events);
  EXPECT_NE(engine.state_hash(), twin.state_hash());
  EXPECT_NE(engine.full_state_hash(), twin.full_state_hash());
}

TEST_P(RandomFlowTest, ASavedStateGoesOnAlike) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  for (int round = 0; round < 6; ++round) {
    for (int step = 0; step < 700; ++step)
      apply(next());
    ByteWriter writer;
    engine.save(writer);
    ByteReader reader(writer.bytes());
    Result<Engine> loaded = Engine::load(reader, small_capacity);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_TRUE(reader.at_end());
    ASSERT_EQ(loaded->full_state_hash(), engine.full_state_hash());
    ASSERT_EQ(loaded->state_hash(), engine.state_hash());
    ASSERT_EQ(loaded->last_sequence(), engine.last_sequence());
    ASSERT_EQ(loaded->last_timestamp(), engine.last_timestamp());
    ASSERT_EQ(loaded->session().rules, engine.session().rules);
    ASSERT_EQ(loaded->open_order_count(), engine.open_order_count());
    ASSERT_EQ(loaded->account_count(), engine.account_count());

    for (int step = 0; step < 700; ++step) {
      const Command command = next();
      const ApplyResult result = apply(command);
      std::vector<Event> loaded_events;
      const ApplyResult loaded_result = loaded->apply(command, loaded_events);
      ASSERT_EQ(loaded_result.reason, result.reason);
      ASSERT_EQ(loaded_result.order, result.order);
      ASSERT_EQ(loaded_result.duplicate, result.duplicate);
      ASSERT_EQ(loaded_events.size(), events.size());
      ASSERT_EQ(loaded->state_hash(), engine.state_hash());
    }
    ASSERT_EQ(loaded->full_state_hash(), engine.full_state_hash());
    for (std::uint64_t id = 1; id <= flow.newest().value; ++id) {
      ASSERT_EQ(loaded->order(OrderId{id}), engine.order(OrderId{id})) << id;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomFlowTest, ::testing::ValuesIn(trade::test::seeds(6)));

}  // namespace
}  // namespace trade::engine_test
