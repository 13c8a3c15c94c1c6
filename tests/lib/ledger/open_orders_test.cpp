// Open orders that have left memory: what is said of them, and how they come back.
#include "open_orders.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <span>
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
using test::OpenOrdersTest;
using test::page_orders;
using test::price_cents;
using test::RandomMarket;
using test::restore;
using test::SavedPages;

TEST_F(OpenOrdersTest, LeaveMemoryAndAreFoundAllTheSame) {
  add_pages(8);
  Ledger ledger(none_kept, saved.reader());
  fold(ledger);
  ledger.evict_orders();  // nothing is saved yet, so nothing may go
  EXPECT_EQ(ledger.orders().pages_in_memory(), 8u);
  const std::string before = description(ledger, nullptr);
  save(ledger);
  EXPECT_EQ(ledger.orders().pages_in_memory(), 1u);
  EXPECT_EQ(ledger.orders().find(OrderTable::first_of(3)), nullptr);
  EXPECT_EQ(ledger.orders().open_count(), 8u);
  EXPECT_EQ(ledger.orders().open_pages().size(), 8u);
  EXPECT_EQ(ledger.orders().open_in_page(3), 1u);
  EXPECT_EQ(description(ledger, &saved), before);
  EXPECT_EQ(by_client_id(ledger, "alice", "open3"), OrderTable::first_of(3));
  EXPECT_FALSE(by_client_id(ledger, "bob", "open3"));
  EXPECT_FALSE(by_client_id(ledger, "bob", "ended3"));
  EXPECT_EQ(by_client_id(ledger, "bob", "ended7"), OrderId{OrderTable::first_of(7).value + 1});
  EXPECT_EQ(saved.pages_brought_back, 0);

  const auto all = open(ledger);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 8u);
  EXPECT_EQ(all->front().id, OrderTable::first_of(7));
  const auto rest = open(ledger, {}, OrderTable::first_of(4));
  ASSERT_TRUE(rest);
  ASSERT_EQ(rest->size(), 4u);
  EXPECT_EQ(rest->front().id, OrderTable::first_of(3));
  const auto of_alice = open(ledger, "alice", OrderTable::first_of(4), 2);
  ASSERT_TRUE(of_alice);
  ASSERT_EQ(of_alice->size(), 2u);
  EXPECT_EQ(of_alice->back().id, OrderTable::first_of(2));
  EXPECT_TRUE(open(ledger, "bob")->empty());
}

TEST_F(OpenOrdersTest, ComeBackWhenAnEventChangesThem) {
  add_pages(8);
  Ledger ledger(none_kept, saved.reader());
  fold(ledger);
  save(ledger);
  replace(OrderTable::first_of(2), "renamed");
  cancel(OrderTable::first_of(3), alice, 5);
  fold(ledger);
  EXPECT_EQ(saved.pages_brought_back, 2);
  EXPECT_EQ(ledger.orders().pages_brought_back(), 2u);
  EXPECT_EQ(ledger.orders().pages_in_memory(), 3u);
  EXPECT_EQ(ledger.orders().older_pages_in_memory(), 2u);
  EXPECT_EQ(ledger.orders().open_count(), 7u);
  EXPECT_EQ(by_client_id(ledger, "alice", "renamed"), OrderTable::first_of(2));
  EXPECT_EQ(by_client_id(ledger, "alice", "open2"), OrderTable::first_of(2));
  EXPECT_EQ(by_client_id(ledger, "alice", "open3"), OrderTable::first_of(3));
  // What had ended before its page left is not found by its client id any more.
  EXPECT_FALSE(by_client_id(ledger, "bob", "ended3"));
  const std::string before = description(ledger, &saved);
  ledger.evict_orders();  // changed and not saved, so they stay
  EXPECT_EQ(ledger.orders().pages_in_memory(), 3u);
  save(ledger);
  EXPECT_EQ(ledger.orders().pages_in_memory(), 1u);
  EXPECT_EQ(description(ledger, &saved), before);
  EXPECT_EQ(by_client_id(ledger, "alice", "renamed"), OrderTable::first_of(2));
  EXPECT_EQ(by_client_id(ledger, "alice", "open2"), OrderTable::first_of(2));
  EXPECT_FALSE(by_client_id(ledger, "alice", "open3"));
  // And again: the version that comes back is the one saved last.
  cancel(OrderTable::first_of(2), alice, 5);
  fold(ledger);
  save(ledger);
  EXPECT_FALSE(by_client_id(ledger, "alice", "renamed"));
  EXPECT_FALSE(by_client_id(ledger, "alice", "open2"));
  EXPECT_EQ(ledger.orders().open_count(), 6u);
}

TEST_F(OpenOrdersTest, ThoseLongestUnchangedLeaveFirst) {
  add_pages(8);
  LedgerCapacity capacity = none_kept;
  capacity.older_orders_kept_max = 3 * page_orders;
  Ledger ledger(capacity, saved.reader());
  fold(ledger);
  save(ledger);
  const auto in_memory = [&ledger] {
    std::vector<std::uint32_t> found;
    for (std::uint32_t page = 0; page < ledger.orders().page_count(); ++page) {
      if (ledger.orders().in_memory(page)) found.push_back(page);
    }
    return found;
  };
  EXPECT_EQ(in_memory(), (std::vector<std::uint32_t>{4, 5, 6, 7}));
  replace(OrderTable::first_of(1), "renamed1");
  replace(OrderTable::first_of(4), "renamed4");
  fold(ledger);
  save(ledger);
  EXPECT_EQ(in_memory(), (std::vector<std::uint32_t>{1, 4, 6, 7}));
  replace(OrderTable::first_of(6), "renamed6");
  fold(ledger);
  save(ledger);
  add_pages(1);
  fold(ledger);
  save(ledger);
  // The last but one, which was among the newest so far, is the one that did not change for longest.
  EXPECT_EQ(in_memory(), (std::vector<std::uint32_t>{1, 4, 6, 8}));
}

TEST_F(OpenOrdersTest, StayWhereTheyCannotComeBack) {
  add_pages(8);
  Ledger ledger(none_kept);
  fold(ledger);
  save(ledger);
  EXPECT_EQ(ledger.orders().pages_in_memory(), 8u);
  EXPECT_FALSE(ledger.crowded());
  // Nor does an ended one of theirs that did leave keep them from being listed.
  OrdersRequest request;
  request.account = "alice";
  request.filter = OrderFilter::open;
  request.limit = 100;
  ASSERT_EQ(orders_view(ledger, request, nullptr)->size(), 8u);
  cancel(OrderTable::first_of(4), alice, 5);
  fold(ledger);
  save(ledger);
  EXPECT_EQ(ledger.orders().pages_in_memory(), 7u);
  const auto open = orders_view(ledger, request, nullptr);
  ASSERT_TRUE(open) << open.error().message;
  EXPECT_EQ(open->size(), 7u);
  auto loaded = saved.load(none_kept);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->orders().pages_in_memory(), 7u);
}

TEST_F(OpenOrdersTest, StayOutOfMemoryWhenALedgerIsLoaded) {
  add_pages(8);
  Ledger ledger(none_kept, saved.reader());
  fold(ledger);
  const std::string before = description(ledger, nullptr);
  save(ledger);
  cancel(OrderTable::first_of(0), alice, 5);
  const std::vector<Event> events = feed.take();
  LedgerCapacity capacity = none_kept;
  for (const std::uint32_t kept : {0U, 2U, 100U}) {
    SCOPED_TRACE(kept);
    capacity.older_orders_kept_max = kept * order_page_records;
    auto loaded = saved.load(capacity, saved.reader());
    ASSERT_TRUE(loaded) << loaded.error().message;
    ASSERT_TRUE(restore(*loaded, entries));
    EXPECT_EQ(loaded->orders().pages_in_memory(), 1u);  // the last, which goes on
    EXPECT_EQ(loaded->orders().open_count(), 8u);
    EXPECT_EQ(loaded->orders().open_pages(), ledger.orders().open_pages());
    EXPECT_EQ(description(*loaded, &saved), before);
    EXPECT_EQ(by_client_id(*loaded, "alice", "open0"), OrderTable::first_of(0));
    EXPECT_EQ(by_client_id(*loaded, "bob", "ended0"), std::nullopt);
    EXPECT_EQ(saved.pages_brought_back, 0);
    std::vector<Entry> more;
    ASSERT_TRUE(loaded->fold(events, more));
    EXPECT_EQ(std::exchange(saved.pages_brought_back, 0), 1);
    EXPECT_EQ(loaded->orders().open_count(), 7u);
    EXPECT_EQ(loaded->orders().older_pages_in_memory(), 1u);
    // None of these is among the newest, so just those come back that have a place among the older ones.
    loaded->bring_orders_back(100);
    EXPECT_EQ(loaded->orders().pages_in_memory(), 1 + std::clamp(kept, 1U, 7U));
    if (kept == 2) {
      EXPECT_NE(loaded->orders().find(OrderTable::first_of(6)), nullptr);
    }
    EXPECT_FALSE(loaded->crowded());
    saved.pages_brought_back = 0;
  }
}

TEST_F(OpenOrdersTest, TheNewestAreFoundByClientIdBeforeTheyAreBackInMemory) {
  add_pages(8);
  LedgerCapacity capacity = none_kept;
  capacity.orders_kept_max = 3 * order_page_records;  // and the last page
  Ledger ledger(capacity, saved.reader());
  fold(ledger);
  save(ledger);
  auto loaded = saved.load(capacity, saved.reader());
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_TRUE(restore(*loaded, entries));
  const auto ended_found = [&](const Ledger& of) {
    std::vector<bool> found;
    for (int page = 0; page < 8; ++page)
      found.push_back(by_client_id(of, "bob", "ended" + std::to_string(page)).has_value());
    return found;
  };
  const std::vector<bool> newest{false, false, false, false, true, true, true, true};
  EXPECT_EQ(ended_found(*loaded), newest);
  EXPECT_EQ(ended_found(ledger), newest);
  EXPECT_EQ(loaded->orders().pages_in_memory(), 1u);

  // They come back, the newest first, and no others.
  saved.pages_brought_back = 0;
  loaded->bring_orders_back(1);
  EXPECT_EQ(loaded->orders().pages_in_memory(), 2u);
  EXPECT_NE(loaded->orders().find(OrderTable::first_of(6)), nullptr);
  cancel(OrderTable::first_of(4), alice, 5);  // this one because it changes
  fold(*loaded);
  EXPECT_EQ(loaded->orders().pages_in_memory(), 3u);
  EXPECT_EQ(ended_found(*loaded), newest);

  // With new pages they are newest no more: 4 and 6, which are in memory, and 5, which is not.
  add_pages(3);
  fold(*loaded);
  save(*loaded);
  EXPECT_EQ(ended_found(*loaded), (std::vector<bool>{false, false, false, false, false, false, false, true}));
  EXPECT_EQ(by_client_id(*loaded, "alice", "open5"), OrderTable::first_of(5));
  loaded->bring_orders_back(100);
  EXPECT_NE(loaded->orders().find(OrderTable::first_of(7)), nullptr);
  EXPECT_EQ(loaded->orders().find(OrderTable::first_of(5)), nullptr);
}

TEST_F(OpenOrdersTest, AClientIdMeansTheNewestOrderThatTookItWhereverTheOlderIs) {
  add_pages(4);
  Ledger ledger(none_kept, saved.reader());
  fold(ledger);
  save(ledger);
  replace(OrderTable::first_of(1), "other");  // so that its first id may be used again
  fold(ledger);
  save(ledger);
  EXPECT_EQ(by_client_id(ledger, "alice", "open1"), OrderTable::first_of(1));
  const OrderId newer = feed.accept(alice, acme, Side::buy, Quantity{5}, price_cents(100), "open1");
  fold(ledger);
  EXPECT_EQ(by_client_id(ledger, "alice", "open1"), newer);
  add_pages(2);
  fold(ledger);
  save(ledger);
  EXPECT_EQ(by_client_id(ledger, "alice", "open1"), newer);
  EXPECT_EQ(by_client_id(ledger, "alice", "other"), OrderTable::first_of(1));
  // The older one comes back, which does not give it the id again; nor does loading.
  cancel(OrderTable::first_of(1), alice, 5);
  fold(ledger);
  EXPECT_EQ(by_client_id(ledger, "alice", "open1"), newer);
  save(ledger);
  EXPECT_EQ(by_client_id(ledger, "alice", "open1"), newer);
  EXPECT_FALSE(by_client_id(ledger, "alice", "other"));
  auto loaded = saved.load(none_kept, saved.reader());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(by_client_id(*loaded, "alice", "open1"), newer);
}

TEST_F(OpenOrdersTest, AVenueMayBeLateWithOrdersThatHaveLeft) {
  const VenueId venue = feed.add_venue("NYX");
  const OrderId routed = feed.route(alice, acme, venue, Side::buy, Quantity{5});
  const TradeId trade =
      feed.venue_trade(routed, alice, acme, venue, Side::buy, Quantity{5}, price_cents(100), Quantity{0});
  const Event executed = feed.events().back();
  add_pages(4);
  Ledger ledger(none_kept, saved.reader());
  fold(ledger);
  save(ledger);
  ASSERT_EQ(ledger.orders().find(routed), nullptr);
  const auto& told = std::get<VenueTradeExecuted>(executed.body);
  feed.add(VenueTradeBusted{trade, routed, alice, acme, venue, told.clearing_account, Side::buy, told.price,
                            told.quantity, Quantity{0}, OrderStatus::cancelled, "E", false});
  fold(ledger);
  EXPECT_EQ((*ledger.orders().look(routed, &saved))->record.filled_quantity, Quantity{0});
  EXPECT_TRUE(ledger.check_invariants());
}

TEST_F(OpenOrdersTest, FillsAreListedWhereverTheirOrderIs) {
  const OrderId maker = feed.accept(alice, acme, Side::sell, Quantity{10'000}, price_cents(100), "maker");
  std::int64_t leaves = 10'000;
  const auto trade = [&](int count) {
    for (int number = 0; number < count; ++number) {
      const OrderId taker = feed.accept(bob, acme, Side::buy, Quantity{1}, price_cents(100));
      feed.add(TradeExecuted{feed.next_trade(), acme, price_cents(100), Quantity{1}, Side::buy, maker, alice,
                             Quantity{--leaves}, taker, bob, Quantity{0}});
    }
  };
  Ledger ledger(none_kept, saved.reader());
  const auto fills = [&](const Ledger& of) {
    const auto found = fills_view(of, {{}, {}, maker, 10'000}, &saved);
    EXPECT_TRUE(found);
    return found ? found->fills.size() : 0;
  };
  trade(600);
  add_pages(2);
  fold(ledger);
  save(ledger);
  ASSERT_EQ(ledger.orders().find(maker), nullptr);
  EXPECT_EQ(fills(ledger), 600u);
  auto loaded = saved.load(none_kept, saved.reader());
  ASSERT_TRUE(loaded);
  ASSERT_TRUE(restore(*loaded, entries));
  ASSERT_EQ(loaded->orders().find(maker), nullptr);
  EXPECT_EQ(saved.pages_brought_back, 0);
  EXPECT_EQ(fills(*loaded), 600u);
  // The chain goes on when the order is back, and when it has left again.
  trade(50);
  add_pages(2);
  fold(*loaded);
  EXPECT_EQ(saved.pages_brought_back, 1);
  EXPECT_EQ(fills(*loaded), 650u);
  save(*loaded);
  ASSERT_EQ(loaded->orders().find(maker), nullptr);
  EXPECT_EQ(fills(*loaded), 650u);
}

TEST_F(OpenOrdersTest, ALedgerIsCrowdedWhenManyPagesCameBack) {
  add_pages(300);
  Ledger ledger(none_kept, saved.reader());
  fold(ledger);
  save(ledger);
  EXPECT_FALSE(ledger.crowded());
  for (std::uint32_t page = 0; page < 256; ++page)
    cancel(OrderTable::first_of(page), alice, 5);
  fold(ledger);
  EXPECT_FALSE(ledger.crowded());
  cancel(OrderTable::first_of(256), alice, 5);
  fold(ledger);
  EXPECT_TRUE(ledger.crowded());
  save(ledger);
  EXPECT_FALSE(ledger.crowded());
  EXPECT_EQ(ledger.orders().pages_in_memory(), 1u);
}

/// All that is asked about single orders, too.
std::string told_of_orders(const Ledger& ledger, OrderPageSource* source) {
  std::string text = description(ledger, source);
  for (OrderId id{1}; id <= ledger.orders().newest(); ++id.value) {
    const auto fills = fills_view(ledger, {{}, {}, id, answer_rows_max}, source);
    if (!fills) return fills.error().message;
    text += std::to_string(id.value) + (fills->older_on_disk ? " older" : " whole");
    for (const FillView& fill : fills->fills)
      text += " " + std::to_string(fill.id.value);
    text += "\n";
  }
  return text;
}

TEST(OpenOrders, HoweverTheyComeAndGoALedgerSaysTheSame) {
  for (std::uint64_t seed = 31; seed <= 38; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomMarket market(seed, {.accounts = 40, .symbols = 6, .with_venue = seed % 2 == 0});
    std::mt19937_64 random(seed);
    const auto one_in = [&random](std::uint64_t count) { return random() % count == 0; };
    const std::uint32_t older_kept = static_cast<std::uint32_t>(random() % 4);
    const LedgerCapacity small{
        .orders_kept_max = 256, .older_orders_kept_max = older_kept * 256, .trades_kept_max = 4'096};
    Ledger large({.trades_kept_max = 4'096});
    SavedPages saved;
    Ledger ledger(small, saved.reader());
    std::vector<Entry> entries;
    std::vector<Entry> same;
    std::vector<std::pair<AccountId, std::string>> client_ids;
    const auto fold_some = [&] {
      for (std::uint64_t steps = random() % 400; steps > 0; --steps)
        market.step();
      const std::vector<Event> events = market.feed().take();
      for (const Event& event : events) {
        if (const auto* order = std::get_if<OrderAccepted>(&event.body))
          client_ids.emplace_back(order->account, order->client_order_id);
        if (const auto* order = std::get_if<OrderReplaced>(&event.body))
          client_ids.emplace_back(order->account, order->client_order_id);
      }
      const Status folded = ledger.fold(events, entries);
      ASSERT_TRUE(folded) << folded.error().message;
      ASSERT_TRUE(large.fold(events, same));
    };
    for (int round = 0; round < 60; ++round) {
      fold_some();
      if (one_in(2)) {
        saved.begin(ledger);
        const bool goes_on = one_in(2);
        if (goes_on) fold_some();
        saved.finish(ledger);
        ledger.evict_orders();
        if (!goes_on) {
          ASSERT_LE(ledger.orders().pages_in_memory(), 2 + older_kept);
          if (one_in(3)) {
            auto loaded = saved.load(small, saved.reader());
            ASSERT_TRUE(loaded) << loaded.error().message;
            const int brought_back = saved.pages_brought_back;
            ASSERT_TRUE(restore(*loaded, entries));
            ASSERT_EQ(saved.pages_brought_back, brought_back);
            ledger = std::move(*loaded);
            ASSERT_LE(ledger.orders().pages_in_memory(), 2 + older_kept);
          }
        }
      }
      ASSERT_EQ(ledger.orders().open_count(), large.orders().open_count());
      ASSERT_EQ(ledger.orders().open_pages(), large.orders().open_pages());
      if (!one_in(6)) continue;
      ASSERT_TRUE(ledger.check_invariants());
      ASSERT_EQ(told_of_orders(ledger, &saved), told_of_orders(large, nullptr));
      for (const auto& [account, text] : client_ids) {
        if (text.empty()) continue;
        const OrderId owner = *large.orders().find_client_id(account, text, nullptr);
        const auto found = ledger.orders().find_client_id(account, text, &saved);
        ASSERT_TRUE(found) << found.error().message;
        const bool open = owner && !is_terminal(large.orders().find(owner)->status);
        if (open || *found) {
          ASSERT_EQ(*found, owner) << text;
        }
      }
    }
    EXPECT_EQ(entries, same);
    EXPECT_GT(saved.pages_brought_back, 20);
    EXPECT_GT(ledger.orders().page_count(), 10u);
  }
}

TEST(OpenOrders, ClientIdsThatAreUsedAgainMeanTheSameOrders) {
  for (std::uint64_t seed = 51; seed <= 58; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto below = [&random](std::uint64_t bound) { return random() % bound; };
    EventFeed feed;
    const std::vector<AccountId> accounts = {feed.open_account("alice"), feed.open_account("bob")};
    const SymbolId acme = feed.add_symbol("ACME");
    SavedPages saved;
    const LedgerCapacity small{.orders_kept_max = 0,
                               .older_orders_kept_max = static_cast<std::uint32_t>(below(3) * 256)};
    Ledger ledger(small, saved.reader());
    Ledger large;
    std::vector<Entry> none;
    std::map<std::uint64_t, AccountId> open;
    /// Which orders had an id at some time.
    std::map<std::pair<std::uint32_t, std::string>, std::set<std::uint64_t>> had;
    const auto some_id = [&] { return "id" + std::to_string(below(600)); };
    const auto any_open = [&] {
      return std::next(open.begin(), static_cast<std::ptrdiff_t>(below(open.size())));
    };
    const auto may_take = [&](AccountId account, const std::string& text) {
      // As the engine has it: an open order keeps the id that it has now, and those before.
      for (const std::uint64_t id : had[{account.value, text}]) {
        if (open.contains(id)) return false;
      }
      return true;
    };
    for (int step = 0; step < 6'000; ++step) {
      const AccountId account = accounts[below(2)];
      const std::string text = some_id();
      if (below(3) > 0 || open.empty()) {
        const bool taken = !may_take(account, text);
        const OrderId id = feed.accept(account, acme, Side::buy, Quantity{5}, price_cents(100),
                                       taken || below(2) == 0 ? std::string() : text);
        if (!std::get<OrderAccepted>(feed.events().back().body).client_order_id.empty())
          had[{account.value, text}].insert(id.value);
        open.emplace(id.value, account);
      } else if (const auto at = any_open(); below(6) == 0) {
        if (!may_take(at->second, text)) continue;
        OrderReplaced event{.order = OrderId{at->first}, .account = at->second, .symbol = acme};
        event.quantity = event.leaves = event.old_leaves = Quantity{5};
        event.client_order_id = feed.keep(text);
        feed.add(event);
        had[{at->second.value, text}].insert(at->first);
      } else {
        feed.add(OrderCancelled{
            OrderId{at->first}, at->second, acme, Side::buy, CancelReason::requested, true, {}, Quantity{5}});
        open.erase(at);
      }
      if (below(40) > 0) continue;
      const std::vector<Event> events = feed.take();
      const Status folded = ledger.fold(events, none);
      ASSERT_TRUE(folded) << folded.error().message;
      ASSERT_TRUE(large.fold(events, none));
      if (below(2) == 0) {
        saved.save(ledger);
        ledger.evict_orders();
        if (below(4) == 0) ledger = *saved.load(small, saved.reader());
      }
      for (const auto& [key, orders] : had) {
        const AccountId owner{key.first};
        const OrderId expected = *large.orders().find_client_id(owner, key.second, nullptr);
        const auto found = ledger.orders().find_client_id(owner, key.second, &saved);
        ASSERT_TRUE(found) << found.error().message;
        if (expected && open.contains(expected.value)) {
          ASSERT_EQ(*found, expected) << key.second;
        } else if (*found) {
          ASSERT_TRUE(orders.contains(found->value)) << key.second;
          ASSERT_FALSE(open.contains(found->value)) << key.second;
        }
      }
    }
    EXPECT_GT(saved.pages_brought_back, 20);
  }
}

}  // namespace
}  // namespace trade::ledger
