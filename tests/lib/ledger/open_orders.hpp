// Pages of orders of which one rests, in a ledger that keeps few of them in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "event_feed.hpp"
#include "ledger/ledger.hpp"
#include "ledger/views.hpp"
#include "saved_pages.hpp"

namespace trade::ledger::test {

constexpr std::uint64_t page_orders = order_page_records;

/// Pages of orders of which the first stays open.
class OpenOrdersTest : public ::testing::Test {
 protected:
  static constexpr LedgerCapacity none_kept{
      .orders_kept_max = 0, .older_orders_kept_max = 0, .trades_kept_max = 4'096};

  OpenOrdersTest() {
    alice = feed.open_account("alice");
    bob = feed.open_account("bob");
    acme = feed.add_symbol("ACME");
  }
  void add_pages(int count) {
    for (int page = 0; page < count; ++page) {
      const std::string number = std::to_string(pages++);
      feed.accept(alice, acme, Side::buy, Quantity{5}, price_cents(100), "open" + number);
      for (std::uint64_t slot = 1; slot < page_orders; ++slot) {
        const std::string id = slot == 1 ? "ended" + number : std::string();
        cancel(feed.accept(bob, acme, Side::buy, Quantity{1}, price_cents(100), id), bob, 1);
      }
    }
  }
  void cancel(OrderId id, AccountId account, std::int64_t leaves) {
    feed.add(
        OrderCancelled{id, account, acme, Side::buy, CancelReason::requested, true, {}, Quantity{leaves}});
  }
  void replace(OrderId id, std::string_view client_order_id) {
    OrderReplaced event{.order = id, .account = alice, .symbol = acme, .side = Side::buy};
    event.quantity = Quantity{5};
    event.leaves = event.old_leaves = Quantity{5};
    event.client_order_id = feed.keep(client_order_id);
    feed.add(event);
  }
  Status try_fold(Ledger& ledger) {
    const std::vector<Event> events = feed.take();
    return ledger.fold(events, entries);
  }
  void fold(Ledger& ledger) {
    const Status folded = try_fold(ledger);
    ASSERT_TRUE(folded) << folded.error().message;
  }
  void save(Ledger& ledger) {
    saved.save(ledger);
    ledger.evict_orders();
  }
  /// Of each page just its first record, so that many pages take little memory.
  void save_first_records(Ledger& ledger) {
    fold(ledger);
    save(ledger);
    for (auto& [name, bytes] : saved.pages) {
      if (name.kind != PageKind::orders) continue;
      bytes.resize(4 * sizeof(std::uint32_t) + sizeof(StoredOrder));
      bytes[0] = std::byte{1};
      bytes[1] = std::byte{0};
    }
  }
  /// Hands out pages of which just the first record was saved as the whole ones that they were, without other
  /// orders.
  struct FirstRecords final : OrderPageSource {
    explicit FirstRecords(SavedPages& saved_pages) : saved(saved_pages) {}
    Result<std::span<const std::byte>> page(std::uint32_t number) override {
      const auto first = saved.page(number);
      constexpr std::size_t whole_bytes = 4 * sizeof(std::uint32_t) + page_orders * sizeof(StoredOrder);
      if (!first || first->size() >= whole_bytes) return first;
      if (std::exchange(number_of_whole, number) == number) return whole;
      whole.assign(first->begin(), first->end());
      whole.resize(whole_bytes);
      whole[0] = std::byte{page_orders % 256};
      whole[1] = std::byte{page_orders / 256};
      return whole;
    }

    SavedPages& saved;
    std::vector<std::byte> whole;  ///< the page that was asked for last
    std::optional<std::uint32_t> number_of_whole;
  };
  std::optional<OrderId> by_client_id(const Ledger& ledger, const std::string& account,
                                      const std::string& text) {
    OrdersRequest request;
    request.account = account;
    request.client_order_id = text;
    const auto found = orders_view(ledger, request, &saved);
    if (!found) return std::nullopt;
    return found->at(0).id;
  }
  Result<std::vector<OrderView>> open(const Ledger& ledger, const std::string& account = {},
                                      OrderId before = {}, std::uint32_t limit = 1'000) {
    OrdersRequest request;
    request.account = account;
    request.filter = OrderFilter::open;
    request.before = before;
    request.limit = limit;
    return orders_view(ledger, request, &saved);
  }

  EventFeed feed;
  SavedPages saved;
  std::vector<Entry> entries;
  AccountId alice;
  AccountId bob;
  SymbolId acme;
  std::uint64_t pages = 0;
};

}  // namespace trade::ledger::test
