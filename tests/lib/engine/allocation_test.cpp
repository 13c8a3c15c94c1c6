// In steady state a command allocates nothing. This file replaces the global operator new to count.
#include <atomic>
#include <cstdlib>
#include <new>

#include "base/large_pages.hpp"
#include "engine_test_support.hpp"

// Both functions are replaced and match; the compiler sees through one of them at a time.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {
std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* counted(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, alignment);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace trade::engine_test {
namespace {

class AllocationTest : public EngineTest {
 protected:
  AllocationTest()
      : EngineTest(
            {.accounts_max = 100, .symbols_max = 10, .open_orders_max = 10'000, .ended_orders_kept = 500}) {
    for (int i = 0; i < 4; ++i)
      symbols.push_back(add_symbol("SYM" + std::to_string(i), "10.00"));
    for (int i = 0; i < 10; ++i) {
      const AccountType type = i % 2 == 0 ? AccountType::cash : AccountType::margin;
      accounts.push_back(open("account" + std::to_string(i), type, "1000000"));
      for (const SymbolId symbol : symbols)
        give_shares(accounts.back(), symbol, 100'000, "10.00");
    }
    events.reserve(1'000);
  }
  ApplyResult run(const CommandBody& body) {
    now.nanoseconds += 1;
    events.clear();
    return engine.apply({now, body}, events);
  }
  /// Rests a few orders, trades, cancels and replaces, each with a client id, and stops on top.
  void one_round(std::uint64_t round) {
    const auto account = [&](std::uint64_t of) { return accounts[of % accounts.size()]; };
    const SymbolId symbol = symbols[round % symbols.size()];
    char text[32];
    const auto name = [&](std::uint64_t number) {
      const int size =
          std::snprintf(text, sizeof text, "order-%020llu", static_cast<unsigned long long>(number));
      return std::string_view(text, static_cast<std::size_t>(size));
    };
    PlaceOrder order{.account = account(round),
                     .symbol = symbol,
                     .side = Side::sell,
                     .type = OrderType::limit,
                     .time_in_force = TimeInForce::gtc,
                     .quantity = {100},
                     .limit_price = {100'000}};
    order.client_order_id = name(round * 4);
    const OrderId maker = run(order).order;
    order.limit_price.units += 100 * static_cast<std::int64_t>(1 + round % 7);
    order.client_order_id = name(round * 4 + 1);
    const OrderId second = run(order).order;
    order.type = OrderType::stop_limit;
    order.stop_price = {90'000};
    order.client_order_id = {};
    const OrderId stop = run(order).order;

    PlaceOrder taker{.account = account(round + 1),
                     .symbol = symbol,
                     .side = Side::buy,
                     .type = OrderType::limit,
                     .time_in_force = TimeInForce::day,
                     .quantity = {150},
                     .limit_price = {100'000}};
    taker.client_order_id = name(round * 4 + 2);
    const OrderId bid = run(taker).order;
    ReplaceOrder replace{.account = taker.account, .order = bid, .quantity = Quantity{140}};
    replace.new_client_order_id = name(round * 4 + 3);
    ASSERT_EQ(run(replace).reason, RejectReason::none);
    ASSERT_EQ(run(CancelOrder{.account = taker.account, .order = bid, .client_order_id = {}}).reason,
              RejectReason::none);
    ASSERT_EQ(run(CancelOrder{.account = order.account, .order = second, .client_order_id = {}}).reason,
              RejectReason::none);
    ASSERT_EQ(run(CancelAllOrders{order.account, {}}).affected, 1U);
    ASSERT_EQ(engine.order_state(stop)->status, OrderStatus::cancelled);
    ASSERT_EQ(engine.order_state(maker)->status, OrderStatus::filled);
    // The shares go back, so that every round is like the others.
    taker.quantity = {100};
    taker.client_order_id = {};
    std::swap(taker.account, order.account);
    run(taker);
    order.type = OrderType::market;
    order.limit_price = {};
    order.stop_price = {};
    ASSERT_EQ(run(order).reason, RejectReason::none);
    ASSERT_EQ(engine.open_order_count(), 0U);
  }

  /// One of each of the kinds that wait, show a part, or are looked at with care.
  void one_careful_round(std::uint64_t round) {
    const AccountId seller = accounts[round % accounts.size()];
    const AccountId buyer = accounts[(round + 1) % accounts.size()];
    const SymbolId symbol = symbols[round % symbols.size()];
    const PlaceOrder plain{.account = seller,
                           .symbol = symbol,
                           .side = Side::sell,
                           .type = OrderType::limit,
                           .time_in_force = TimeInForce::gtc,
                           .quantity = {300},
                           .limit_price = {100'000}};
    PlaceOrder iceberg = plain;
    iceberg.instructions.display_quantity = {100};
    const OrderId shows_a_part = run(iceberg).order;
    PlaceOrder until = plain;
    until.time_in_force = TimeInForce::gtd;
    until.limit_price = {101'000};
    until.instructions.expires_at = {now.nanoseconds + 1'000'000'000};
    ASSERT_EQ(run(until).reason, RejectReason::none);
    PlaceOrder whole = plain;
    whole.limit_price = {102'000};
    whole.instructions.all_or_none = true;
    ASSERT_EQ(run(whole).reason, RejectReason::none);
    PlaceOrder trailing = plain;
    trailing.type = OrderType::trailing_stop;
    trailing.limit_price = {};
    trailing.instructions.trail_amount = {50'000};
    run(trailing);  // refused until there was a trade

    PlaceOrder bid = plain;
    bid.account = buyer;
    bid.side = Side::buy;
    bid.quantity = {100};
    bid.limit_price = {99'000};
    bid.instructions.post_only = PostOnly::slide;
    ASSERT_EQ(run(bid).reason, RejectReason::none);
    PlaceOrder taker = plain;
    taker.account = buyer;
    taker.side = Side::buy;
    taker.instructions.minimum_quantity = {200};
    taker.instructions.self_trade_prevention = SelfTradePrevention::cancel_resting;
    ASSERT_EQ(run(taker).reason, RejectReason::none);
    ASSERT_EQ(engine.order_state(shows_a_part)->status, OrderStatus::filled);
    run(CancelAllOrders{seller, {}});
    run(CancelAllOrders{buyer, {}});
    // The shares go back.
    PlaceOrder back = plain;
    back.account = buyer;
    run(back);
    back.account = seller;
    back.side = Side::buy;
    ASSERT_EQ(run(back).reason, RejectReason::none);
    ASSERT_EQ(engine.open_order_count(), 0U);
  }

  /// A bracket whose exits grow, shrink and end, and an oco that ends with its session.
  void one_linked_round(std::uint64_t round) {
    const AccountId market = accounts[round % accounts.size()];
    const AccountId owner = accounts[(round + 1) % accounts.size()];
    const SymbolId symbol = symbols[round % symbols.size()];
    PlaceOrder bracket{.account = owner,
                       .symbol = symbol,
                       .side = Side::buy,
                       .type = OrderType::limit,
                       .time_in_force = TimeInForce::gtc,
                       .quantity = {100},
                       .limit_price = {100'000}};
    bracket.legs = {OrderClass::bracket, Price{110'000}, Price{90'000}, {}};
    bracket.session = {7};
    const OrderId entry = run(bracket).order;
    PlaceOrder other{.account = market,
                     .symbol = symbol,
                     .side = Side::sell,
                     .type = OrderType::limit,
                     .quantity = {50},
                     .limit_price = {100'000}};
    run(other);
    run(other);
    other.side = Side::buy;
    other.limit_price = {110'000};
    run(other);
    run(other);
    ASSERT_EQ(engine.order_state({entry.value + 1})->status, OrderStatus::filled);
    ASSERT_EQ(engine.order_state({entry.value + 2})->status, OrderStatus::cancelled);
    PlaceOrder oco = bracket;
    oco.side = Side::sell;
    oco.limit_price = {120'000};
    oco.legs = {OrderClass::oco, {}, Price{90'000}, {}};
    ASSERT_EQ(run(oco).reason, RejectReason::none);
    ASSERT_EQ(run(CancelAllOrders{.account = owner, .symbol = {}, .session = {7}}).affected, 2U);
    ASSERT_EQ(engine.open_order_count(), 0U);
  }

  std::vector<SymbolId> symbols;
  std::vector<AccountId> accounts;
};

TEST_F(AllocationTest, NorDoLinkedOrders) {
  std::uint64_t round = 0;
  for (; round < 2'000; ++round)
    ASSERT_NO_FATAL_FAILURE(one_linked_round(round));
  const std::uint64_t before = allocations;
  const std::uint64_t grants_before = large_memory_grants();
  for (; round < 4'000; ++round)
    ASSERT_NO_FATAL_FAILURE(one_linked_round(round));
  EXPECT_EQ(allocations - before, 0U) << "in 14,000 commands";
  EXPECT_EQ(large_memory_grants() - grants_before, 0U);
}

TEST_F(AllocationTest, NorDoOrdersWithInstructions) {
  std::uint64_t round = 0;
  for (; round < 2'000; ++round)
    ASSERT_NO_FATAL_FAILURE(one_careful_round(round));
  const std::uint64_t before = allocations;
  const std::uint64_t grants_before = large_memory_grants();
  for (; round < 4'000; ++round)
    ASSERT_NO_FATAL_FAILURE(one_careful_round(round));
  EXPECT_EQ(allocations - before, 0U) << "in 20,000 commands";
  EXPECT_EQ(large_memory_grants() - grants_before, 0U);
}

TEST_F(AllocationTest, SteadyStateAllocatesNothing) {
  std::uint64_t round = 0;
  for (; round < 3'000; ++round)
    one_round(round);
  const std::uint64_t before = allocations;
  const std::uint64_t grants_before = large_memory_grants();
  for (; round < 6'000; ++round)
    one_round(round);
  EXPECT_EQ(allocations - before, 0U) << "in 30,000 commands";
  EXPECT_EQ(large_memory_grants() - grants_before, 0U);
  // The counter counts.
  const auto probe = std::make_unique<int>(1);
  EXPECT_GT(allocations, before);
  EXPECT_EQ(*probe, 1);
}

}  // namespace
}  // namespace trade::engine_test
