// Orders that are looked at where they are saved: how many pages that takes at most, and what is said where
// one cannot be read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ledger/ledger.hpp"
#include "ledger/views.hpp"
#include "open_orders.hpp"
#include "saved_pages.hpp"

namespace trade::ledger {
namespace {

using test::page_orders;
using test::restore;
using test::SavedPages;

class SavedOrdersTest : public test::OpenOrdersTest {};

TEST_F(SavedOrdersTest, WhatWasListedBeforeALedgerWasLoadedIsListedOnceItsOrdersAreBack) {
  // More pages with an open order than a request may look at where they are saved; carol's is in the first,
  // and she has more orders after it than her chain is followed through.
  constexpr std::uint32_t sparse_pages = saved_pages_looked_at_max + 100;
  LedgerCapacity capacity = none_kept;
  capacity.older_orders_kept_max = 2 * sparse_pages * order_page_records;
  std::optional<Ledger> ledger(std::in_place, capacity, saved.reader());
  const AccountId carol = feed.open_account("carol");
  OrderAccepted resting;
  resting.account = carol;
  resting.symbol = acme;
  resting.side = Side::buy;
  resting.type = OrderType::limit;
  resting.quantity = Quantity{1};
  for (std::uint32_t page = 0; page < sparse_pages; ++page) {
    resting.order = OrderTable::first_of(page);
    feed.add(resting);
    resting.account = alice;
    if (page % 500 == 499) save_first_records(*ledger);
  }
  save_first_records(*ledger);
  resting.account = carol;
  for (std::uint32_t number = 0; number <= saved_chain_looked_at_max + order_page_records; ++number) {
    resting.order = OrderId{OrderTable::first_of(sparse_pages).value + number};
    feed.add(resting);
    cancel(resting.order, carol, 1);
  }
  fold(*ledger);
  save(*ledger);
  FirstRecords source(saved);
  const auto of_carol = [&](const Ledger& of) {
    OrdersRequest request;
    request.account = "carol";
    request.filter = OrderFilter::open;
    request.limit = 10;
    const auto found = orders_view(of, request, &source);
    return found && found->size() == 1 && found->front().id == OrderId{1};
  };
  EXPECT_TRUE(of_carol(*ledger));
  const std::uint32_t pages_in_memory = ledger->orders().pages_in_memory();
  ledger.reset();

  auto loaded = saved.load(capacity, saved.reader());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_FALSE(of_carol(*loaded));
  // A few with each call, and none once all are back.
  loaded->bring_orders_back(1'000);
  EXPECT_EQ(loaded->orders().pages_in_memory(), 1'001u);
  for (int call = 0; call < 20; ++call)
    loaded->bring_orders_back(1'000);
  EXPECT_EQ(loaded->orders().pages_in_memory(), pages_in_memory);
  EXPECT_FALSE(loaded->crowded());
  EXPECT_TRUE(of_carol(*loaded));
}

TEST_F(SavedOrdersTest, ADamagedPageIsAnErrorThatSaysSo) {
  add_pages(4);
  Ledger ledger(none_kept, saved.reader());
  fold(ledger);
  save(ledger);
  cancel(OrderTable::first_of(1), alice, 5);
  const std::vector<Event> cancelled = feed.take();
  replace(OrderTable::first_of(3), "open1");  // whose that is must be read
  const std::vector<Event> named = feed.take();
  const std::vector<std::byte> whole = saved.pages[{PageKind::orders, 1}];
  // Without texts, with another count of open orders, cut off, and gone.
  std::vector<std::optional<std::vector<std::byte>>> damaged(4, whole);
  damaged[0]->resize(16 + page_orders * sizeof(StoredOrder));
  std::ranges::fill(std::span(*damaged[0]).subspan(8, 4), std::byte{0});
  (*damaged[1])[4] = std::byte{2};
  damaged[2]->pop_back();
  damaged[3].reset();
  for (std::size_t kind = 0; kind < damaged.size(); ++kind) {
    SCOPED_TRACE(kind);
    saved.pages[{PageKind::orders, 1}] = whole;
    auto loaded = saved.load(none_kept, saved.reader());
    ASSERT_TRUE(loaded);
    auto other = saved.load(none_kept, saved.reader());
    ASSERT_TRUE(other);
    if (damaged[kind]) {
      saved.pages[{PageKind::orders, 1}] = *damaged[kind];
    } else {
      saved.pages.erase({PageKind::orders, 1});
    }
    std::vector<Entry> ignored;
    const Status folded = loaded->fold(cancelled, ignored);
    ASSERT_FALSE(folded);
    EXPECT_EQ(folded.error().code, ErrorCode::corrupt);
    EXPECT_NE(folded.error().message.find("page 1"), std::string::npos) << folded.error().message;
    // A count of open orders does not matter to whoever looks for a client id.
    if (kind == 1) continue;
    std::vector<Event> second = cancelled;
    second[0].body = named[0].body;
    const Status renamed = other->fold(second, ignored);
    ASSERT_FALSE(renamed);
    EXPECT_EQ(renamed.error().code, ErrorCode::corrupt);
    EXPECT_NE(renamed.error().message.find("page 1"), std::string::npos) << renamed.error().message;
    EXPECT_FALSE(by_client_id(*other, "alice", "open1"));
    EXPECT_FALSE(saved.load(none_kept, saved.reader()));
  }
}

TEST_F(SavedOrdersTest, AnOrderThatCannotBeReadIsNeverSaidNotToBeThere) {
  add_pages(5);
  Ledger ledger(none_kept, saved.reader());
  fold(ledger);
  save(ledger);
  const OrderId unreadable{OrderTable::first_of(2).value + 7};
  const std::vector<std::byte> whole = saved.pages[{PageKind::orders, 2}];
  std::vector<OrdersRequest> requests(7);
  requests[0].order = unreadable;
  requests[1].orders = {OrderTable::first_of(3), unreadable};
  requests[2].limit = 1'000;
  requests[2].before = OrderTable::first_of(4);
  requests[3].limit = 1'000;
  requests[3].account = "bob";
  requests[4].limit = 10;
  requests[4].account = "bob";
  requests[4].before = unreadable;
  requests[5].limit = 1'000;
  requests[5].filter = OrderFilter::open;
  requests[6].account = "alice";
  requests[6].client_order_id = "open2";
  // Gone, cut off, and of fewer orders than there were.
  for (int kind = 0; kind < 3; ++kind) {
    SCOPED_TRACE(kind);
    saved.pages[{PageKind::orders, 2}] = whole;
    for (OrdersRequest& request : requests)
      ASSERT_TRUE(orders_view(ledger, request, &saved));
    ASSERT_TRUE(fills_view(ledger, {{}, {}, unreadable, 10}, &saved));
    if (kind == 0) saved.pages.erase({PageKind::orders, 2});
    if (kind == 1) saved.pages[{PageKind::orders, 2}].pop_back();
    if (kind == 2) {
      std::vector<std::byte>& page = saved.pages[{PageKind::orders, 2}];
      page.resize(4 * sizeof(std::uint32_t));
      page[0] = page[1] = std::byte{0};
    }
    for (std::size_t number = 0; number < requests.size(); ++number) {
      SCOPED_TRACE(number);
      const auto answer = orders_view(ledger, requests[number], &saved);
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().code, ErrorCode::corrupt);
      EXPECT_NE(answer.error().message.find("page 2"), std::string::npos) << answer.error().message;
    }
    const auto fills = fills_view(ledger, {{}, {}, unreadable, 10}, &saved);
    ASSERT_FALSE(fills);
    EXPECT_EQ(fills.error().code, ErrorCode::corrupt);
    // What does not need the page is told, and what is not there is not there.
    OrdersRequest request;
    request.order = OrderTable::first_of(3);
    EXPECT_TRUE(orders_view(ledger, request, &saved));
    request.order = OrderId{5 * page_orders + 1};
    EXPECT_EQ(orders_view(ledger, request, &saved).error().name, "unknown_order");
  }
}

TEST_F(SavedOrdersTest, ListingThemLooksAtNoMoreSavedPagesThanItMay) {
  // An order a page, so that there are more saved pages than one request may look at.
  Ledger ledger(none_kept, saved.reader());
  const SymbolId rare = feed.add_symbol("RARE");
  const AccountId carol = feed.open_account("carol");
  OrderAccepted first;
  first.account = carol;
  first.symbol = rare;
  first.side = Side::buy;
  first.type = OrderType::limit;
  first.quantity = Quantity{1};
  first.order = OrderId{1};
  feed.add(first);
  for (std::uint32_t page = 1; page <= saved_pages_looked_at_max + 10; ++page) {
    OrderAccepted event = first;
    event.account = alice;
    event.symbol = acme;
    event.order = OrderTable::first_of(page);
    feed.add(event);
    if (page % 500 == 0) save_first_records(ledger);
  }
  save_first_records(ledger);
  EXPECT_EQ(ledger.orders().pages_in_memory(), 1u);
  OrdersRequest request;
  request.filter = OrderFilter::open;
  request.limit = answer_rows_max;
  FirstRecords source(saved);
  const auto all = orders_view(ledger, request, &source);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->size(), answer_rows_max);
  request.limit = 10;
  request.symbol = "RARE";
  saved.orders_read_back = 0;
  const auto rare_ones = orders_view(ledger, request, &source);
  ASSERT_FALSE(rare_ones);
  EXPECT_EQ(rare_ones.error().code, ErrorCode::usage);
  // Of an account with few orders they are found at once, and those of the newest pages are as well.
  saved.orders_read_back = 0;
  request.account = "carol";
  ASSERT_TRUE(orders_view(ledger, request, &source));
  EXPECT_EQ(orders_view(ledger, request, &source)->size(), 1u);
  EXPECT_EQ(saved.orders_read_back, 2);
  request.account = "alice";
  request.symbol = "ACME";
  EXPECT_EQ(orders_view(ledger, request, &source)->size(), 10u);
  request.symbol = "RARE";
  EXPECT_FALSE(orders_view(ledger, request, &source));
}

}  // namespace
}  // namespace trade::ledger
