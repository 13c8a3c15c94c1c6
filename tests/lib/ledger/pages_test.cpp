// Saving a ledger page by page and loading it again, and orders and trades that have left memory.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "description.hpp"
#include "event_feed.hpp"
#include "ledger/ledger.hpp"
#include "ledger/views.hpp"
#include "saved_pages.hpp"

namespace trade::ledger {
namespace {

using test::description;
using test::EventFeed;
using test::price_cents;
using test::RandomMarket;
using test::restore;
using test::saved_in_layout_before;
using test::SavedPages;

std::vector<Entry> trades_of(const std::vector<Entry>& entries) {
  std::vector<Entry> trades;
  for (const Entry& entry : entries) {
    if (has_two_sides(entry.kind)) trades.push_back(entry);
  }
  return trades;
}

TEST(LedgerPages, ALoadedLedgerGoesOnAsTheSavedOne) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomMarket market(seed, {.accounts = 150, .symbols = 5, .with_venue = seed % 2 == 0});
    Ledger ledger;
    SavedPages saved;
    std::vector<Entry> entries;
    for (int round = 0; round < 5; ++round) {
      for (int step = 0; step < 800; ++step)
        market.step();
      const std::vector<Event> events = market.feed().take();
      ASSERT_TRUE(ledger.fold(events, entries));
      saved.save(ledger);
      EXPECT_EQ(ledger.changed_page_count(), 0u);

      auto loaded = saved.load();
      ASSERT_TRUE(loaded) << loaded.error().message;
      const Status restored = restore(*loaded, entries);
      ASSERT_TRUE(restored) << restored.error().message;
      EXPECT_EQ(loaded->changed_page_count(), 0u);
      EXPECT_TRUE(loaded->check_invariants());
      ASSERT_EQ(description(*loaded, nullptr), description(ledger, nullptr));
      auto from_before = saved_in_layout_before(saved).load();
      ASSERT_TRUE(from_before) << from_before.error().message;
      EXPECT_EQ(from_before->lacks_busts(), seed % 2 == 0);
      ASSERT_TRUE(restore(*from_before, entries));
      EXPECT_FALSE(from_before->lacks_busts());
      ASSERT_EQ(description(*from_before, nullptr), description(ledger, nullptr));
      if (round % 2 == 0) ledger = std::move(*(round % 4 == 0 ? from_before : loaded));
    }
  }
}

TEST(LedgerPages, AnAccountOfBeforeThereWereFeesHasNone) {
  // What was the upper half of the count of open orders, and a field that was not used, were zero.
  AccountRecord record;
  record.open_orders = 7;
  std::array<std::byte, sizeof record> bytes{};
  std::memcpy(bytes.data(), &record, sizeof record);
  std::uint64_t open_orders = 0;
  std::memcpy(&open_orders, bytes.data() + offsetof(AccountRecord, open_orders), sizeof open_orders);
  EXPECT_EQ(open_orders, 7u);
  EXPECT_EQ(record.fees(), Money{});
  record.set_fees({0x1234'5678'9abc'def0});
  EXPECT_EQ(record.fees(), Money{0x1234'5678'9abc'def0});
  EXPECT_EQ(record.open_orders, 7u);
}

TEST(LedgerPages, WhatIsFoldedWhileSavingDoesNotShow) {
  for (std::uint64_t seed = 21; seed <= 24; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomMarket market(seed, {.accounts = 150, .symbols = 5});
    Ledger ledger;
    Ledger as_saved;
    SavedPages saved;
    std::vector<Entry> entries;
    std::vector<Entry> entries_as_saved;
    for (int round = 0; round < 6; ++round) {
      for (int step = 0; step < 500; ++step)
        market.step();
      std::vector<Event> events = market.feed().take();
      ASSERT_TRUE(ledger.fold(events, entries));
      ASSERT_TRUE(as_saved.fold(events, entries_as_saved));
      saved.begin(ledger);
      for (int step = 0; step < 300; ++step)
        market.step();
      events = market.feed().take();
      ASSERT_TRUE(ledger.fold(events, entries));
      saved.finish(ledger);
      auto loaded = saved.load();
      ASSERT_TRUE(loaded) << loaded.error().message;
      ASSERT_TRUE(restore(*loaded, entries));
      ASSERT_EQ(description(*loaded, nullptr), description(as_saved, nullptr));
      ASSERT_TRUE(as_saved.fold(events, entries_as_saved));
      ASSERT_EQ(description(ledger, nullptr), description(as_saved, nullptr));
    }
  }
}

TEST(LedgerPages, OnlyWhatChangedIsSaved) {
  RandomMarket market(7, {.accounts = 1'000, .symbols = 5});
  Ledger ledger;
  std::vector<Entry> entries;
  for (int step = 0; step < 5'000; ++step)
    market.step();
  std::vector<Event> events = market.feed().take();
  ASSERT_TRUE(ledger.fold(events, entries));
  SavedPages saved;
  saved.save(ledger);
  market.feed().move_cash(AccountId{1}, Money{5});
  events = market.feed().take();
  ASSERT_TRUE(ledger.fold(events, entries));
  EXPECT_EQ(ledger.changed_page_count(), 1u);
}

TEST(LedgerPages, EndedOrdersLeaveMemoryAndAreFoundAgain) {
  const LedgerCapacity small{.orders_kept_max = 256, .trades_kept_max = 4'096};
  EventFeed feed;
  const AccountId alice = feed.open_account("alice");
  const AccountId bob = feed.open_account("bob");
  const SymbolId acme = feed.add_symbol("ACME");
  const OrderId old_open = feed.accept(alice, acme, Side::buy, Quantity{5}, price_cents(100), "old-open");
  const OrderId old_ended = feed.accept(alice, acme, Side::buy, Quantity{5}, price_cents(100), "old-ended");
  for (int number = 0; number < 300; ++number)
    feed.accept(bob, acme, Side::buy, Quantity{1});
  feed.add(OrderCancelled{old_ended, alice, acme, Side::buy, CancelReason::requested, true, {}, Quantity{5}});
  const OrderId middle = feed.accept(alice, acme, Side::buy, Quantity{1}, price_cents(100), "middle");
  for (int number = 0; number < 2'000; ++number)
    feed.trade(alice, bob, acme, Quantity{1}, price_cents(100));
  feed.add(OrderCancelled{middle, alice, acme, Side::buy, CancelReason::requested, true, {}, Quantity{1}});
  for (std::uint64_t id = 3; id <= 302; ++id)
    feed.add(
        OrderCancelled{OrderId{id}, bob, acme, Side::buy, CancelReason::requested, true, {}, Quantity{1}});

  Ledger ledger(small);
  std::vector<Entry> entries;
  ASSERT_TRUE(ledger.fold(feed.events(), entries));
  const std::string before = description(ledger, nullptr);
  ledger.evict_orders();  // nothing is saved yet, so nothing may go
  EXPECT_NE(ledger.orders().find(middle), nullptr);
  SavedPages saved;
  saved.save(ledger);
  ledger.evict_orders();
  EXPECT_EQ(ledger.orders().find(middle), nullptr);
  EXPECT_NE(ledger.orders().find(old_open), nullptr);   // still open
  EXPECT_NE(ledger.orders().find(old_ended), nullptr);  // in the same page
  EXPECT_EQ(description(ledger, &saved), before);
  EXPECT_GT(saved.orders_read_back, 0);

  OrdersRequest request;
  request.account = "alice";
  request.client_order_id = "middle";
  EXPECT_FALSE(orders_view(ledger, request, &saved));
  request.client_order_id = "old-open";
  EXPECT_TRUE(orders_view(ledger, request, &saved));
  request = {};
  request.order = middle;
  ASSERT_TRUE(orders_view(ledger, request, &saved));
  EXPECT_EQ(orders_view(ledger, request, &saved)->at(0).client_order_id, "middle");

  auto loaded = saved.load(small);
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_TRUE(restore(*loaded, entries));
  EXPECT_EQ(loaded->orders().find(middle), nullptr);
  EXPECT_EQ(description(*loaded, &saved), before);
}

TEST(LedgerPages, TradesBeyondTheCapacityAreOnDiskOnly) {
  const LedgerCapacity small{.orders_kept_max = 1'000'000, .trades_kept_max = 4'096};
  EventFeed feed;
  const AccountId alice = feed.open_account("alice");
  const AccountId bob = feed.open_account("bob");
  const AccountId carol = feed.open_account("carol");
  const SymbolId acme = feed.add_symbol("ACME");
  feed.trade(carol, bob, acme, Quantity{1}, price_cents(100));
  for (int number = 0; number < 5'000; ++number)
    feed.trade(alice, bob, acme, Quantity{1}, price_cents(100));
  Ledger ledger(small);
  std::vector<Entry> entries;
  ASSERT_TRUE(ledger.fold(feed.events(), entries));
  EXPECT_EQ(ledger.trades().next(), 5'001u);
  EXPECT_EQ(ledger.trades().oldest(), 905u);

  // Going on in the frames gives the rest, none twice.
  const auto all_fills = [&](FillsWanted wanted) {
    auto found = fills_view(ledger, wanted);
    EXPECT_TRUE(found);
    EXPECT_TRUE(found->older_on_disk);
    const std::vector<Entry> trades = trades_of(entries);
    for (auto entry = trades.rbegin(); entry != trades.rend(); ++entry) {
      if (entry->sequence < found->before) append_fills(ledger, wanted, *entry, *found);
    }
    std::set<std::uint64_t> ids;
    for (const FillView& fill : found->fills)
      ids.insert(fill.id.value);
    EXPECT_EQ(ids.size(), found->fills.size());
    return found->fills.size();
  };
  EXPECT_EQ(all_fills({alice, {}, {}, answer_rows_max}), 5'000u);
  EXPECT_EQ(all_fills({bob, acme, {}, answer_rows_max}), 5'001u);
  EXPECT_EQ(all_fills({carol, {}, {}, answer_rows_max}), 1u);
  EXPECT_EQ(all_fills({{}, {}, OrderId{1}, 10}), 1u);
  // What memory holds whole needs no looking further.
  EXPECT_FALSE(fills_view(ledger, {alice, {}, {}, 100})->older_on_disk);
  EXPECT_FALSE(fills_view(ledger, {{}, {}, OrderId{10'001}, 100})->older_on_disk);

  // Restoring a window of trades gives the same chains.
  SavedPages saved;
  saved.save(ledger);
  auto loaded = saved.load(small);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->first_trade_to_restore(), 905u);
  const std::vector<Entry> trades = trades_of(entries);
  const std::span<const Entry> all = trades;
  EXPECT_FALSE(loaded->restore_trades(906, all.subspan(906)));  // one is missing at the start,
  ASSERT_TRUE(loaded->restore_trades(900, all.subspan(900, 1'000)));
  EXPECT_FALSE(loaded->restore_trades(1'901, all.subspan(1'901)));  // in between,
  ASSERT_TRUE(loaded->restore_trades(1'900, all.subspan(1'900, 3'000)));
  EXPECT_FALSE(loaded->finish_restoring());  // or at the end
  ASSERT_TRUE(loaded->restore_trades(4'900, all.subspan(4'900)));
  ASSERT_TRUE(loaded->finish_restoring());
  EXPECT_EQ(description(*loaded, nullptr), description(ledger, nullptr));
}

TEST(LedgerPages, ExtrasThatFitNoOrderAreRefused) {
  EventFeed feed;
  const AccountId alice = feed.open_account("alice");
  const SymbolId acme = feed.add_symbol("ACME");
  const VenueId nyx = feed.add_venue("NYX");
  for (int number = 0; number < 3; ++number) {
    feed.accept(alice, acme, Side::buy, Quantity{5}, price_cents(100));
    feed.route(alice, acme, nyx, Side::buy, Quantity{10});
  }
  Ledger ledger;
  std::vector<Entry> entries;
  ASSERT_TRUE(ledger.fold(feed.take(), entries));
  SavedPages saved;
  saved.save(ledger);
  ASSERT_TRUE(saved.load());
  const PageName name{PageKind::orders, 0};
  constexpr std::size_t header_bytes = 16;
  const auto flags_at = [](std::size_t slot) {
    return header_bytes + slot * sizeof(StoredOrder) + offsetof(StoredOrder, flags);
  };
  const auto slot_at = [](std::size_t number) {
    return header_bytes + 6 * sizeof(StoredOrder) + number * sizeof(OrderExtras) +
           offsetof(OrderExtras, slot);
  };
  const std::pair<std::size_t, int> changes[] = {
      {flags_at(0), 5},   // one more that should have some
      {flags_at(1), 1},   // one fewer
      {slot_at(0), 0},    // of one that has none
      {slot_at(1), 1},    // of one that has some already
      {slot_at(2), 200},  // of one that is not there
      {12, 2},            // fewer than follow
      {12, 255},          // more than there are orders
      {2, 2},             // a layout that is not known
  };
  for (const auto& [at, value] : changes) {
    SCOPED_TRACE(at);
    SavedPages broken = saved;
    broken.pages[name][at] = static_cast<std::byte>(value);
    EXPECT_FALSE(broken.load());
    // Whoever looks at single orders of such a page comes to no harm.
    const auto image = OrderPageImage::open(broken.pages[name]);
    for (std::uint32_t slot = 0; image && slot < image->used(); ++slot)
      EXPECT_EQ(image->record(slot).account, alice);
  }
}

TEST(LedgerPages, BrokenPagesAreRefused) {
  RandomMarket market(11, {});
  for (int step = 0; step < 2'000; ++step)
    market.step();
  Ledger ledger;
  std::vector<Entry> entries;
  ASSERT_TRUE(ledger.fold(market.feed().events(), entries));
  SavedPages saved;
  saved.save(ledger);
  ASSERT_TRUE(saved.load());
  for (const auto& [name, bytes] : saved.pages) {
    SavedPages broken = saved;
    broken.pages.erase(name);
    EXPECT_FALSE(broken.load());
    broken.pages[name] = bytes;
    broken.pages[name].pop_back();
    EXPECT_FALSE(broken.load());
  }
  for (std::size_t size = 0; size < saved.summary.size(); ++size) {
    SavedPages broken = saved;
    broken.summary.resize(size);
    EXPECT_FALSE(broken.load()) << size;
  }
}

}  // namespace
}  // namespace trade::ledger
