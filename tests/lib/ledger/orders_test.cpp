// What becomes of orders, and how they and their fills are found.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "event_feed.hpp"
#include "ledger/ledger.hpp"
#include "ledger/views.hpp"
#include "saved_pages.hpp"

namespace trade::ledger {
namespace {

using test::dollars;
using test::EventFeed;
using test::price_cents;

class OrdersTest : public ::testing::Test {
 protected:
  OrdersTest() {
    alice = feed.open_account("alice");
    bob = feed.open_account("bob");
    acme = feed.add_symbol("ACME");
    beta = feed.add_symbol("BETA");
  }
  void fold() {
    const std::vector<Event> events = feed.take();
    const Status status = ledger.fold(events, entries);
    ASSERT_TRUE(status) << status.error().message;
  }
  OrderView view(OrderId id) {
    fold();
    OrdersRequest request;
    request.order = id;
    const auto found = orders_view(ledger, request, nullptr);
    EXPECT_TRUE(found);
    return found ? found->at(0) : OrderView{};
  }
  /// A trade of part of two orders.
  void trade(OrderId maker, AccountId maker_account, std::int64_t maker_leaves, OrderId taker,
             AccountId taker_account, std::int64_t taker_leaves, std::int64_t quantity, Side taker_side,
             Price price) {
    feed.add(TradeExecuted{feed.next_trade(), acme, price, Quantity{quantity}, taker_side, maker,
                           maker_account, Quantity{maker_leaves}, taker, taker_account,
                           Quantity{taker_leaves}});
  }
  void cancel(OrderId id, CancelReason reason) {
    feed.add(OrderCancelled{id, alice, acme, Side::buy, reason, false, {}, {}});
  }
  std::vector<std::uint64_t> ids(const OrdersRequest& request) {
    fold();
    const auto orders = orders_view(ledger, request, nullptr);
    EXPECT_TRUE(orders) << orders.error().message;
    std::vector<std::uint64_t> result;
    for (const OrderView& order : *orders)
      result.push_back(order.id.value);
    return result;
  }
  std::optional<std::uint64_t> by_client_id(const std::string& text) {
    OrdersRequest request;
    request.account = "alice";
    request.client_order_id = text;
    const auto found = orders_view(ledger, request, nullptr);
    if (!found) return std::nullopt;
    return found->at(0).id.value;
  }
  OrdersRequest listing(OrderFilter filter, const std::string& account = {}) {
    OrdersRequest request;
    request.account = account;
    request.filter = filter;
    return request;
  }

  EventFeed feed;
  Ledger ledger;
  std::vector<Entry> entries;
  AccountId alice;
  AccountId bob;
  SymbolId acme;
  SymbolId beta;
};

using Ids = std::vector<std::uint64_t>;

TEST_F(OrdersTest, EveryFieldOfAnAcceptedOrder) {
  OrderAccepted event;
  event.account = alice;
  event.symbol = acme;
  event.side = Side::sell;
  event.type = OrderType::stop_limit;
  event.time_in_force = TimeInForce::gtc;
  event.status = OrderStatus::validated;
  event.quantity = Quantity{12};
  event.limit_price = price_cents(990);
  event.stop_price = price_cents(1'000);
  event.client_order_id = "mine";
  const Timestamp at = feed.timestamp();
  OrderView expected;
  expected.id = feed.accept(event);
  expected.client_order_id = "mine";
  expected.account = "alice";
  expected.symbol = "ACME";
  expected.type = OrderType::stop_limit;
  expected.side = Side::sell;
  expected.time_in_force = TimeInForce::gtc;
  expected.status = OrderStatus::validated;
  expected.quantity = Quantity{12};
  expected.limit_price = price_cents(990);
  expected.stop_price = price_cents(1'000);
  expected.created_at = expected.updated_at = at;
  EXPECT_EQ(view(expected.id), expected);

  expected.updated_at = feed.timestamp();
  expected.status = OrderStatus::submitted;
  feed.add(OrderTriggered{expected.id, alice, acme, price_cents(1'000)});
  EXPECT_EQ(view(expected.id), expected);
}

TEST_F(OrdersTest, PartlyThenWhollyFilled) {
  const OrderId buy = feed.accept(alice, acme, Side::buy, Quantity{10});
  feed.add(OrderRested{buy, acme, Side::buy, Price{10'000}, Quantity{10}});
  EXPECT_EQ(view(buy).status, OrderStatus::submitted);
  const OrderId sell = feed.accept(bob, acme, Side::sell, Quantity{4});
  const Timestamp at = feed.timestamp();
  trade(buy, alice, 6, sell, bob, 0, 4, Side::sell, price_cents(150));
  OrderView bought = view(buy);
  EXPECT_EQ(bought.status, OrderStatus::partially_filled);
  EXPECT_EQ(bought.filled_quantity, Quantity{4});
  EXPECT_EQ(bought.filled_notional, dollars(6));
  EXPECT_EQ(bought.updated_at, at);
  EXPECT_EQ(view(sell).status, OrderStatus::filled);
  const OrderId more = feed.accept(bob, acme, Side::sell, Quantity{9});
  trade(buy, alice, 0, more, bob, 3, 6, Side::sell, price_cents(200));
  bought = view(buy);
  EXPECT_EQ(bought.status, OrderStatus::filled);
  EXPECT_EQ(bought.filled_quantity, Quantity{10});
  EXPECT_EQ(bought.filled_notional, dollars(18));
  EXPECT_EQ(view(more).status, OrderStatus::partially_filled);
  EXPECT_EQ(ledger.orders().open_count(), 1u);
  EXPECT_EQ(ledger.account(alice)->open_orders, 0u);
  EXPECT_EQ(ledger.account(bob)->open_orders, 1u);
}

TEST_F(OrdersTest, EachWayToEnd) {
  const auto ended = [&](CancelReason reason, bool partly) {
    const OrderId id = feed.accept(alice, acme, Side::buy, Quantity{10});
    if (partly) {
      const OrderId sell = feed.accept(bob, acme, Side::sell, Quantity{1});
      trade(id, alice, 9, sell, bob, 0, 1, Side::sell, price_cents(100));
    }
    cancel(id, reason);
    return view(id);
  };
  for (const bool partly : {false, true}) {
    EXPECT_EQ(ended(CancelReason::requested, partly).status, OrderStatus::cancelled);
    EXPECT_EQ(ended(CancelReason::requested, partly).cancel_reason, CancelReason::requested);
    EXPECT_EQ(ended(CancelReason::requested, partly).reject_reason, RejectReason::none);
    EXPECT_EQ(ended(CancelReason::session_end, partly).status, OrderStatus::expired);
    EXPECT_EQ(ended(CancelReason::immediate_or_cancel, partly).status, OrderStatus::cancelled);
    EXPECT_EQ(ended(CancelReason::fill_or_kill, partly).reject_reason, RejectReason::none);
    EXPECT_EQ(ended(CancelReason::replaced_below_filled, partly).reject_reason, RejectReason::none);
  }
  EXPECT_EQ(ended(CancelReason::no_liquidity, false).reject_reason, RejectReason::no_liquidity);
  EXPECT_EQ(ended(CancelReason::price_collar, false).reject_reason, RejectReason::price_collar);
  EXPECT_EQ(ended(CancelReason::insufficient_buying_power, false).reject_reason,
            RejectReason::insufficient_buying_power);
  EXPECT_EQ(ended(CancelReason::no_liquidity, true).reject_reason, RejectReason::none);
  EXPECT_EQ(ended(CancelReason::price_collar, true).cancel_reason, CancelReason::price_collar);
  EXPECT_EQ(ledger.orders().open_count(), 0u);
}

TEST_F(OrdersTest, ExitsComeToWorkOrAreRejected) {
  const auto exit = [&](OrderRole role) {
    OrderAccepted event;
    event.account = alice;
    event.symbol = acme;
    event.side = Side::sell;
    event.type = OrderType::limit;
    event.status = OrderStatus::pending;
    event.quantity = Quantity{10};
    event.limit_price = price_cents(1'000);
    event.link = {OrderClass::bracket, role};
    return feed.accept(event);
  };
  const OrderId entry = feed.accept(alice, acme, Side::buy, Quantity{10});
  const OrderId works = exit(OrderRole::take_profit);
  const OrderId refused = exit(OrderRole::stop_loss);
  EXPECT_EQ(view(works).status, OrderStatus::pending);
  EXPECT_EQ(view(works).parent(), entry);
  EXPECT_EQ(view(works).link, (OrderLink{OrderClass::bracket, OrderRole::take_profit}));
  feed.add(ExitActivated{works, alice, acme, OrderStatus::submitted, RejectReason::none, Quantity{4}});
  feed.add(ExitActivated{refused, alice, acme, OrderStatus::rejected, RejectReason::pattern_day_trader,
                         Quantity{10}});
  EXPECT_EQ(view(works).status, OrderStatus::submitted);
  EXPECT_EQ(view(works).quantity, Quantity{4});
  EXPECT_EQ(view(refused).status, OrderStatus::rejected);
  EXPECT_EQ(view(refused).reject_reason, RejectReason::pattern_day_trader);
  EXPECT_EQ(ids(listing(OrderFilter::open)), (Ids{works.value, entry.value}));
  // Just these, as far as they are there.
  OrdersRequest named;
  named.orders = {refused, OrderId{99}, entry};
  EXPECT_EQ(ids(named), (Ids{refused.value, entry.value}));
  // One that works is not activated again.
  feed.add(ExitActivated{works, alice, acme, OrderStatus::submitted, RejectReason::none, Quantity{5}});
  EXPECT_FALSE(ledger.fold(feed.take(), entries));
}

TEST_F(OrdersTest, RejectedOrdersAreKept) {
  OrderRejected event;
  event.account = alice;
  event.symbol = acme;
  event.type = OrderType::market;
  event.reason = RejectReason::insufficient_buying_power;
  event.quantity = Quantity{7};
  event.client_order_id = "r1";
  const OrderId known = feed.reject(event);
  // Nothing about it need be right.
  event.account = {};
  event.symbol = {};
  event.reason = RejectReason::unknown_account;
  event.quantity = Quantity{-3};
  event.client_order_id = " not well formed ";
  const OrderId wild = feed.reject(event);
  EXPECT_EQ(view(known).status, OrderStatus::rejected);
  EXPECT_EQ(view(known).reject_reason, RejectReason::insufficient_buying_power);
  EXPECT_EQ(view(known).client_order_id, "r1");
  EXPECT_EQ(view(wild).account, "");
  EXPECT_EQ(view(wild).symbol, "");
  EXPECT_EQ(view(wild).quantity, Quantity{-3});
  EXPECT_EQ(view(wild).client_order_id, "");
  EXPECT_EQ(view(wild).limit_price, Price{});
  EXPECT_EQ(ids(listing(OrderFilter::all)), (Ids{2, 1}));
  EXPECT_EQ(ids(listing(OrderFilter::all, "alice")), (Ids{1}));
  EXPECT_EQ(ids(listing(OrderFilter::open)), Ids{});
}

TEST_F(OrdersTest, WhatARejectedOrderAskedForIsShownWhateverItWas) {
  constexpr std::int64_t wild[] = {INT64_MIN, -1, 0, 1, UINT32_MAX, std::int64_t{UINT32_MAX} + 1, INT64_MAX};
  OrderRejected event;
  event.type = OrderType::stop_limit;
  event.reason = RejectReason::invalid_order;
  std::vector<std::pair<OrderId, OrderRejected>> rejected;
  for (const std::int64_t quantity : wild) {
    for (const std::int64_t limit : wild) {
      for (const std::int64_t stop : wild) {
        event.quantity = {quantity};
        event.limit_price = {limit};
        event.stop_price = {stop};
        rejected.emplace_back(feed.reject(event), event);
      }
    }
  }
  const auto expect_all = [](const OrderTable& orders, OrderPageSource* source, const auto& expected) {
    for (const auto& [id, asked] : expected) {
      const auto sight = orders.look(id, source);
      ASSERT_TRUE(sight && *sight);
      const OrderRecord& record = (*sight)->record;
      EXPECT_EQ(record.quantity, asked.quantity);
      EXPECT_EQ(record.limit_price, asked.limit_price);
      EXPECT_EQ(record.stop_price, asked.stop_price);
    }
  };
  fold();
  expect_all(ledger.orders(), nullptr, rejected);
  test::SavedPages saved;
  saved.save(ledger);
  for (const test::SavedPages& pages : {saved, test::saved_in_layout_before(saved)}) {
    auto loaded = pages.load();
    ASSERT_TRUE(loaded) << loaded.error().message;
    expect_all(loaded->orders(), nullptr, rejected);
  }
}

TEST_F(OrdersTest, Replaced) {
  const OrderId id = feed.accept(alice, acme, Side::buy, Quantity{10}, price_cents(100), "first");
  OrderReplaced event;
  event.order = id;
  event.account = alice;
  event.symbol = acme;
  event.quantity = Quantity{20};
  event.leaves = Quantity{20};
  event.limit_price = price_cents(110);
  const Timestamp at = feed.timestamp();
  feed.add(event);
  OrderView order = view(id);
  EXPECT_EQ(order.quantity, Quantity{20});
  EXPECT_EQ(order.limit_price, price_cents(110));
  EXPECT_EQ(order.updated_at, at);
  EXPECT_EQ(order.status, OrderStatus::submitted);
  EXPECT_EQ(order.client_order_id, "first");
  event.client_order_id = "second";
  feed.add(event);
  EXPECT_EQ(view(id).client_order_id, "second");
  // It answers to its old name too.
  EXPECT_EQ(by_client_id("second"), id.value);
  EXPECT_EQ(by_client_id("first"), id.value);
}

TEST_F(OrdersTest, AnOrderAnswersToTheFirstAndTheNewestOfItsClientIds) {
  const OrderId id = feed.accept(alice, acme, Side::buy, Quantity{10}, price_cents(100), "n0");
  OrderReplaced event;
  event.order = id;
  event.account = alice;
  event.symbol = acme;
  event.quantity = event.leaves = Quantity{10};
  for (int number = 1; number <= 3'000; ++number) {
    event.client_order_id = feed.keep("n" + std::to_string(number));
    feed.add(event);
  }
  fold();
  EXPECT_EQ(by_client_id("n3000"), id.value);
  EXPECT_EQ(by_client_id("n2986"), id.value);
  EXPECT_EQ(by_client_id("n2985"), std::nullopt);
  EXPECT_EQ(by_client_id("n1"), std::nullopt);
  EXPECT_EQ(by_client_id("n0"), id.value);
  EXPECT_EQ(view(id).client_order_id, "n3000");
}

TEST_F(OrdersTest, ClientIdsBelongToTheirAccount) {
  const OrderId hers = feed.accept(alice, acme, Side::buy, Quantity{1}, price_cents(100), "same");
  feed.accept(bob, acme, Side::buy, Quantity{1}, price_cents(100), "same");
  fold();
  EXPECT_EQ(by_client_id("same"), hers.value);
  EXPECT_EQ(by_client_id("other"), std::nullopt);
  OrdersRequest request;
  request.account = "alice";
  request.client_order_id = "other";
  EXPECT_EQ(orders_view(ledger, request, nullptr).error().message,
            "no order with client id 'other' in account 'alice'");
  request.account.clear();
  EXPECT_EQ(orders_view(ledger, request, nullptr).error().code, ErrorCode::usage);
}

TEST_F(OrdersTest, TheClientIdMeansTheOrderThatTookIt) {
  const auto rejected = [&](RejectReason reason, std::string_view client_order_id) {
    OrderRejected event;
    event.account = alice;
    event.symbol = acme;
    event.reason = reason;
    event.client_order_id = client_order_id;
    const OrderId id = feed.reject(event);
    fold();
    return id.value;
  };
  const OrderId first = feed.accept(alice, acme, Side::buy, Quantity{1}, price_cents(100), "a");
  rejected(RejectReason::duplicate_client_order_id, "a");
  rejected(RejectReason::invalid_price, "a");
  EXPECT_EQ(by_client_id("a"), first.value);
  for (unsigned number = 1; number <= UINT8_MAX; ++number) {
    const auto reason = reject_reason_numbered(static_cast<std::uint8_t>(number));
    if (!reason) continue;
    rejected(*reason, "a");
    EXPECT_EQ(by_client_id("a"), first.value) << "reason " << number;
  }
  feed.add(OrderCancelled{first, alice, acme, Side::buy, CancelReason::requested, true, {}, {}});
  for (const RejectReason reason : {RejectReason::invalid_legs, RejectReason::invalid_expiry}) {
    rejected(reason, "a");
    EXPECT_EQ(by_client_id("a"), first.value);
  }
  // A later order under the same id, long after the first: the newer one is meant.
  const std::uint64_t newer = rejected(RejectReason::market_closed, "a");
  EXPECT_EQ(by_client_id("a"), newer);
  const std::uint64_t only = rejected(RejectReason::invalid_quantity, "b");
  EXPECT_EQ(by_client_id("b"), only);
  rejected(RejectReason::duplicate_client_order_id, "c");
  EXPECT_EQ(by_client_id("c"), std::nullopt);
}

TEST_F(OrdersTest, ListsAreNewestFirstFilteredAndPaged) {
  Ids alices;
  for (int number = 0; number < 700; ++number) {
    const AccountId account = number % 3 == 0 ? bob : alice;
    const OrderId id = feed.accept(account, number % 2 == 0 ? acme : beta, Side::buy, Quantity{1});
    if (account == alice) alices.insert(alices.begin(), id.value);
    if (number % 5 != 0)
      feed.add(OrderCancelled{id, account, acme, Side::buy, CancelReason::requested, true, {}, {}});
  }
  OrdersRequest request = listing(OrderFilter::all, "alice");
  request.limit = 10'000;
  EXPECT_EQ(ids(request), alices);
  Ids paged;
  request.limit = 37;
  while (true) {
    const Ids page = ids(request);
    if (page.empty()) break;
    paged.insert(paged.end(), page.begin(), page.end());
    request.before = OrderId{page.back()};
  }
  EXPECT_EQ(paged, alices);
  // An order of somebody else will do to go on from.
  request.before = OrderId{100};
  request.limit = 2;
  EXPECT_EQ(ids(request), (Ids{99, 98}));
  request = listing(OrderFilter::all);
  request.limit = 3;
  EXPECT_EQ(ids(request), (Ids{700, 699, 698}));
  request.before = OrderId{4};
  EXPECT_EQ(ids(request), (Ids{3, 2, 1}));
  request.before = OrderId{1};
  EXPECT_EQ(ids(request), Ids{});
  request.before = OrderId{5'000};
  EXPECT_EQ(ids(request), (Ids{700, 699, 698}));

  for (const OrderFilter filter : {OrderFilter::open, OrderFilter::closed}) {
    for (const std::string account : {"", "alice", "bob"}) {
      for (const std::string symbol : {"", "ACME", "BETA"}) {
        request = listing(filter, account);
        request.symbol = symbol;
        request.limit = 10'000;
        Ids expected;
        for (std::uint64_t id = 700; id >= 1; --id) {
          const OrderView order = view(OrderId{id});
          const bool wanted = (account.empty() || order.account == account) &&
                              (symbol.empty() || order.symbol == symbol) &&
                              is_terminal(order.status) == (filter == OrderFilter::closed);
          if (wanted) expected.push_back(id);
        }
        EXPECT_FALSE(expected.empty());
        EXPECT_EQ(ids(request), expected) << account << " " << symbol;
        request.limit = 4;
        request.before = OrderId{expected[2]};
        EXPECT_EQ(ids(request), (Ids{expected[3], expected[4], expected[5], expected[6]}));
      }
    }
  }
}

TEST_F(OrdersTest, WhatIsNotThereIsNotFound) {
  fold();
  OrdersRequest request;
  request.order = OrderId{17};
  auto answer = orders_view(ledger, request, nullptr);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::not_found);
  EXPECT_EQ(answer.error().message, "no order 17");
  EXPECT_EQ(orders_view(ledger, listing(OrderFilter::all, "carol"), nullptr).error().message,
            "no account 'carol'");
  request = {};
  request.symbol = "NOPE";
  EXPECT_EQ(orders_view(ledger, request, nullptr).error().message, "no symbol 'NOPE'");
  request = {};
  request.limit = answer_rows_max + 1;
  EXPECT_EQ(orders_view(ledger, request, nullptr).error().code, ErrorCode::usage);
}

std::vector<std::string> texts(const std::vector<FillView>& fills) {
  std::vector<std::string> lines;
  for (const FillView& fill : fills) {
    lines.push_back(std::to_string(fill.id.value) + " " + fill.account + " " +
                    std::string(name_of(fill.side)) + " " + std::to_string(fill.quantity.shares) + " " +
                    fill.symbol + " " + format_price(fill.price) + " order " +
                    std::to_string(fill.order_id.value) + " " + std::string(name_of(fill.liquidity)));
  }
  return lines;
}

TEST_F(OrdersTest, FillsAreNewestFirstOneForEachSide) {
  feed.trade(alice, bob, acme, Quantity{1}, price_cents(101));
  feed.trade(bob, alice, beta, Quantity{2}, price_cents(102), true);
  feed.trade(alice, alice, acme, Quantity{3}, price_cents(103));
  fold();
  const auto fills = [&](FillsWanted wanted) {
    const auto found = fills_view(ledger, wanted);
    EXPECT_TRUE(found);
    EXPECT_FALSE(found->older_on_disk);
    return texts(found->fills);
  };
  using Lines = std::vector<std::string>;
  EXPECT_EQ(fills({alice, {}, {}, 100}),
            (Lines{"3 alice buy 3 ACME 1.03 order 5 taker", "3 alice sell 3 ACME 1.03 order 6 maker",
                   "2 alice sell 2 BETA 1.02 order 4 taker", "1 alice buy 1 ACME 1.01 order 1 taker"}));
  EXPECT_EQ(fills({bob, {}, {}, 100}),
            (Lines{"2 bob buy 2 BETA 1.02 order 3 maker", "1 bob sell 1 ACME 1.01 order 2 maker"}));
  EXPECT_EQ(fills({{}, beta, {}, 100}),
            (Lines{"2 alice sell 2 BETA 1.02 order 4 taker", "2 bob buy 2 BETA 1.02 order 3 maker"}));
  EXPECT_EQ(fills({{}, {}, OrderId{6}, 100}), (Lines{"3 alice sell 3 ACME 1.03 order 6 maker"}));
  // The two of one trade stay together.
  EXPECT_EQ(fills({alice, {}, {}, 1}),
            (Lines{"3 alice buy 3 ACME 1.03 order 5 taker", "3 alice sell 3 ACME 1.03 order 6 maker"}));
  EXPECT_EQ(fills({bob, acme, OrderId{3}, 100}), Lines{});
  EXPECT_EQ(fills({bob, {}, {}, 100, TradeId{2}}), (Lines{"1 bob sell 1 ACME 1.01 order 2 maker"}));
  EXPECT_EQ(fills({alice, {}, {}, 1, TradeId{3}}), (Lines{"2 alice sell 2 BETA 1.02 order 4 taker"}));
  EXPECT_EQ(fills({alice, {}, {}, 100, TradeId{1}}), Lines{});
}

}  // namespace
}  // namespace trade::ledger
