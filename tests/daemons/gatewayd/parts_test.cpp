// The gateway's parts that need no socket: input, routes, rates, ids.
#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "gatewayd/all_routes.hpp"
#include "gatewayd/alpaca.hpp"
#include "gatewayd/ask_queue.hpp"
#include "gatewayd/credentials.hpp"
#include "gatewayd/disk_worker.hpp"
#include "gatewayd/fresh_quotes.hpp"
#include "gatewayd/input.hpp"
#include "gatewayd/order_follower.hpp"
#include "gatewayd/outbox.hpp"
#include "gatewayd/rate_limiter.hpp"
#include "gatewayd/router.hpp"
#include "gatewayd/service_routes.hpp"
#include "gatewayd/watches.hpp"
#include "support/temporary_directory.hpp"

namespace trade::gatewayd::test {

namespace {

TEST(InputTest, NumbersKeepTheirText) {
  const auto input =
      parse_input(R"({"a":150.10,"b":"150.1","c":1e2,"d":12345678901234567890123,"e":-3,"f":5.0})");
  ASSERT_TRUE(input);
  Fields fields(*input);
  EXPECT_EQ(fields.price("a"), Price{1'501'000});
  EXPECT_EQ(fields.price("b"), Price{1'501'000});
  EXPECT_EQ(fields.quantity("f"), Quantity{5});
  EXPECT_FALSE(fields.error());
  EXPECT_FALSE(fields.price("c"));
  ASSERT_TRUE(fields.error());
  EXPECT_TRUE(fields.error()->message.starts_with("c: "));
  EXPECT_EQ(input->find("d")->text, "12345678901234567890123");
  EXPECT_EQ(input->find("e")->text, "-3");
  // What a binary fraction cannot hold arrives as it was written.
  EXPECT_EQ(parse_input("0.1")->text, "0.1");
  EXPECT_EQ(parse_input("199999.9999")->text, "199999.9999");
}

TEST(InputTest, HostileTextsAreRefused) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("{}x"), std::string("{\"a\":1,\"a\":2}"),
        std::string("\"\xff\xfe\""), std::string("{\"a\":\"\xc3\"}"), std::string("NaN"), std::string("[1,]"),
        std::string("\x00\x01", 2), std::string(100'000, '['),
        std::string("{\"a\":") + std::string(50, '[')}) {
    EXPECT_FALSE(parse_input(text)) << text.substr(0, 20);
  }
  std::string many = "[0";
  for (std::size_t i = 0; i < input_values_max; ++i)
    many += ",0";
  EXPECT_FALSE(parse_input(many + "]"));
  for (const std::string& bytes : {std::string("\x81"), std::string("\xdd\xff\xff\xff\xff"),
                                   std::string(1'000, '\x91'), std::string("\xc7\xff")}) {
    EXPECT_FALSE(parse_msgpack_input(bytes));
  }
  EXPECT_TRUE(
      parse_msgpack_input("\x81\xa1"
                          "a\xa1"
                          "b"));
}

TEST(InputTest, EveryCutAndEveryChangedByteIsTakenOrRefused) {
  const std::string text =
      R"({"symbol":"AAPL","side":"buy","quantity":5,"price":"1.5","list":[1,2.5,null,true,{"x":"é"}]})";
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(parse_input(text.substr(0, size))) << size;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[i] = static_cast<char>(byte);
      if (const auto input = parse_input(changed)) {
        Fields fields(*input);
        static_cast<void>(fields.text("symbol"));
        static_cast<void>(fields.quantity("quantity"));
        static_cast<void>(fields.price("price"));
        static_cast<void>(fields.texts("list"));
        fields.refuse_others();
      }
      static_cast<void>(parse_msgpack_input(changed));
    }
  }
}

TEST(FieldsTest, WrongTypesAndUnknownFieldsAreNamed) {
  const auto input = parse_input(R"({"side":"hold","quantity":true,"extra":1})");
  ASSERT_TRUE(input);
  Fields side(*input);
  EXPECT_FALSE(side.enumeration<Side>("side"));
  EXPECT_EQ(side.error()->message, "side: 'hold' is none of buy, sell");
  Fields quantity(*input);
  EXPECT_FALSE(quantity.quantity("quantity"));
  EXPECT_TRUE(quantity.error());
  Fields others(*input);
  others.refuse_others();
  EXPECT_TRUE(others.error());
  const auto list = parse_input("[]");
  EXPECT_TRUE(Fields(*list).error());
}

std::string found(const Router& router, std::string_view method, const std::vector<std::string>& segments) {
  const auto match = router.find(method, segments);
  return match.route == nullptr ? "" : std::string(match.route->pattern);
}

TEST(RouterTest, PathsFindTheirRoutes) {
  const Router router = router_of_all();
  EXPECT_EQ(found(router, "GET", {"healthz"}), "/healthz");
  EXPECT_EQ(found(router, "GET", {"api", "v1", "orders"}), "/api/v1/orders");
  EXPECT_EQ(found(router, "GET", {"api", "v1", "orders", "7"}), "/api/v1/orders/{id}");
  EXPECT_EQ(found(router, "GET", {"v2", "stocks", "AAPL", "quotes", "latest"}),
            "/v2/stocks/{symbol}/quotes/latest");
  EXPECT_EQ(found(router, "GET", {"v2", "stocks", "quotes", "latest"}), "/v2/stocks/quotes/latest");
  EXPECT_EQ(found(router, "GET", {"v2", "stocks", "BARS", "bars", "latest"}),
            "/v2/stocks/{symbol}/bars/latest");
  EXPECT_EQ(found(router, "HEAD", {"api", "v1", "account"}), "/api/v1/account");
  EXPECT_EQ(found(router, "GET", {}), "/");
  EXPECT_EQ(found(router, "GET", {"assets", "app.js"}), "/assets/{name}");
  EXPECT_EQ(found(router, "GET", {"assets", "a", "b"}), "");
  const auto match = router.find("PUT", {"v2", "orders", "x"});
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(match.surface, Surface::alpaca);
  EXPECT_EQ(match.allowed, "GET, PATCH, DELETE");
  EXPECT_EQ(router.find("DELETE", {"v2", "watchlists", "a", "b"}).arguments,
            (std::vector<std::string>{"a", "b"}));
}

TEST(RouterTest, NoRouteIsListedTwiceAndChangesNeedATradersKey) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Route* route : router_of_all().routes()) {
    EXPECT_TRUE(seen.emplace(route->method, route->pattern).second) << route->method << " " << route->pattern;
    const bool signing_in_or_out = route->pattern == "/api/v1/session";
    if (route->method != "GET" && !signing_in_or_out) {
      EXPECT_GE(route->access, Access::trade) << route->pattern;
    }
  }
}

TEST(RouterTest, EveryRouteOfTheApiIsDescribed) {
  const std::string_view text = openapi_text;
  for (const Route* route : router_of_all().routes()) {
    if (!route->pattern.starts_with("/api/v1/")) continue;
    EXPECT_NE(text.find("\"" + std::string(route->pattern) + "\": {"), std::string_view::npos)
        << route->pattern;
  }
}

TEST(RateLimiterTest, TokensComeBackEvenly) {
  RateLimiter limiter;
  constexpr std::int64_t second = 1'000'000'000;
  for (std::uint32_t i = 0; i < 60; ++i) {
    const auto verdict = limiter.take("a", 60, 5);
    ASSERT_TRUE(verdict.allowed) << i;
    EXPECT_EQ(verdict.remaining, 59 - i);
  }
  auto verdict = limiter.take("a", 60, 5);
  EXPECT_FALSE(verdict.allowed);
  EXPECT_EQ(verdict.retry_in_seconds, 1);
  EXPECT_EQ(verdict.full_in_seconds, 60);
  EXPECT_TRUE(limiter.take("b", 60, 5).allowed) << "others have their own";
  EXPECT_TRUE(limiter.take("a", 60, 5 + second).allowed);
  EXPECT_FALSE(limiter.take("a", 60, 5 + second).allowed);
  verdict = limiter.take("a", 60, 5 + 1'000 * second);
  EXPECT_EQ(verdict.remaining, 59U) << "no more than full";
  EXPECT_TRUE(limiter.take("c", 0, 5).allowed);
  EXPECT_EQ(limiter.take("c", 0, 5).limit, 0U);
}

TEST(AlpacaIdTest, AreUuidsAndComeBack) {
  using alpaca::IdKind;
  EXPECT_EQ(alpaca::uuid_of(IdKind::order, 7), "74726164-0000-4001-8000-000000000007");
  for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{0xffff'ffff'ffff}, UINT64_MAX}) {
    const std::string uuid = alpaca::uuid_of(IdKind::asset, number);
    EXPECT_EQ(uuid.size(), 36U);
    EXPECT_EQ(alpaca::number_of(IdKind::asset, uuid), number);
    EXPECT_FALSE(alpaca::number_of(IdKind::order, uuid));
  }
  EXPECT_EQ(alpaca::number_of(IdKind::order, "74726164-0000-4001-8000-00000000000A"), 10U);
  for (const char* wrong :
       {"", "7", "74726164-0000-4001-8000-000000000000", "74726164-0000-4001-8000-00000000000g",
        "84726164-0000-4001-8000-000000000001", "74726164-0000-4001-8000-0000000000010"}) {
    EXPECT_FALSE(alpaca::number_of(IdKind::order, wrong)) << wrong;
  }
}

TEST(CredentialsTest, AreFoundInEitherPlace) {
  http::Request request;
  EXPECT_EQ(credentials_of(request).id, "");
  request.headers = {{"authorization", "bearer a:b:c"}};
  EXPECT_EQ(credentials_of(request).id, "a");
  EXPECT_EQ(credentials_of(request).secret, "b:c");
  request.headers = {{"authorization", "Basic a:b"}};
  EXPECT_EQ(credentials_of(request).id, "");
  request.headers = {{"apca-api-key-id", "x"}, {"apca-api-secret-key", "y"}};
  EXPECT_EQ(credentials_of(request).secret, "y");
}

TEST(FreshQuotesTest, EverybodyWhoWaitsIsAnsweredAndMayAskAgain) {
  const trade::test::TemporaryDirectory home;
  http::Loop loop;
  Upstream upstream(loop, ClientOptions{home / "none", std::chrono::milliseconds(200)});
  FreshQuotes quotes(upstream);
  constexpr int askers = 100;
  int answered = 0;
  const auto twice = [&](std::string symbol) -> Task<bool> {
    for (int round = 0; round < 2; ++round) {
      std::string name = symbol;
      const auto text = co_await quotes.ask(std::move(name));
      EXPECT_FALSE(text);
      EXPECT_EQ(text.error().code, ErrorCode::not_running);
    }
    co_return true;
  };
  for (int i = 0; i < askers; ++i) {
    start<bool>(
        twice(i % 3 == 0 ? "AAPL" : "MSFT"),
        [&](bool) {
          if (++answered == askers) loop.stop();
        },
        [](const std::exception_ptr&) { FAIL(); });
  }
  EXPECT_EQ(answered, 0);
  loop.run();
  EXPECT_EQ(answered, askers);
}

TEST(DiskWorkerTest, WorksInAThreadOfItsOwnAndGoesOnInTheLoops) {
  http::Loop loop;
  DiskWorker worker(loop);
  std::thread::id worked_in;
  std::optional<Result<int>> result;
  std::optional<std::thread::id> went_on_in;
  start<Result<int>>(
      worker.perform<int>([&]() -> Result<int> {
        worked_in = std::this_thread::get_id();
        return 7;
      }),
      [&](Result<int> value) {
        result = std::move(value);
        went_on_in = std::this_thread::get_id();
        loop.stop();
      },
      [](const std::exception_ptr&) { FAIL(); });
  loop.run();
  ASSERT_TRUE(result && *result);
  EXPECT_EQ(**result, 7);
  EXPECT_NE(worked_in, std::this_thread::get_id());
  EXPECT_EQ(went_on_in, std::this_thread::get_id());
}

TEST(DiskWorkerTest, TooMuchWorkIsRefusedAtOnce) {
  http::Loop loop;
  DiskWorker worker(loop);
  std::mutex holding;
  std::unique_lock held(holding);
  std::size_t done = 0;
  std::size_t refused = 0;
  const std::size_t pieces = DiskWorker::waiting_max + 5;
  for (std::size_t i = 0; i < pieces; ++i) {
    start<Result<bool>>(
        worker.perform<bool>([&]() -> Result<bool> {
          const std::lock_guard waits(holding);
          return true;
        }),
        [&](Result<bool> value) {
          if (!value) {
            EXPECT_EQ(value.error().name, "overloaded");
          }
          ++(value ? done : refused);
          if (done + refused == pieces) loop.stop();
        },
        [](const std::exception_ptr&) { FAIL(); });
  }
  EXPECT_GE(refused, 4u);
  held.unlock();
  loop.run();
  EXPECT_EQ(done + refused, pieces);
}

MessageText words(const std::string& text) {
  return std::make_shared<const std::string>(text);
}

/// What is sent of a change; empty: nothing.
std::string change(Watches& watches, Watches::Kind kind, Sequence sequence, const std::string& text) {
  MessageText sent;
  EXPECT_TRUE(watches.change(kind, "A", sequence, [&] { return words(text); }, sent));
  return sent ? *sent : "";
}

std::string joined(const Watches::Begun& begun) {
  std::string all;
  for (const MessageText& text : begun.present)
    all += *text + " ";
  for (const MessageText& text : begun.changes)
    all += "+" + *text + " ";
  return all;
}

TEST(AskQueueTest, EachThingIsAskedOnceAndFewAtATime) {
  AskQueue<int> asks;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 100; ++i)
      asks.add(i);
  asks.remove(99);
  int asked = 0;
  while (asks.next())
    ++asked;
  EXPECT_EQ(asked, AskQueue<int>::at_once_max);
  EXPECT_FALSE(asks.next());
  for (int under_way = asked; under_way > 0; --under_way) {
    asks.done();
    while (asks.next()) {
      ++asked;
      ++under_way;
    }
  }
  EXPECT_EQ(asked, 99);
}

TEST(RepeatedAskTest, WhoAsksMeanwhileIsAnsweredByOneMore) {
  RepeatedAsk ask;
  EXPECT_TRUE(ask.begin());
  EXPECT_FALSE(ask.begin());
  EXPECT_FALSE(ask.begin());
  EXPECT_TRUE(ask.done());
  EXPECT_FALSE(ask.done());
  EXPECT_TRUE(ask.begin());
  EXPECT_FALSE(ask.done());
}

TEST(WatchesTest, WhatChangesBeforeThePresentStateIsToldWaitsForIt) {
  const auto kind = Watches::Kind::quotes;
  Watches watches;
  const Watches::Wish wish = watches.begin({kind}, {"A"});
  EXPECT_EQ(change(watches, kind, 4, "four"), "");
  EXPECT_EQ(change(watches, kind, 6, "six"), "");
  EXPECT_EQ(joined(watches.tell_present(kind, "A", wish, {{5, words("five")}})), "five +six ");
  EXPECT_EQ(change(watches, kind, 6, "six"), "") << "it was sent";
  EXPECT_EQ(change(watches, kind, 7, "seven"), "seven");
  // Asked again: the answer may be older than what was sent.
  const Watches::Wish again = watches.begin({kind}, {"A"});
  EXPECT_EQ(joined(watches.tell_present(kind, "A", again, {{6, words("six")}})), "");
  EXPECT_EQ(change(watches, kind, 8, "eight"), "eight");
  // Of trades each is told.
  const auto tape = Watches::Kind::tape;
  const Watches::Wish trades = watches.begin({tape}, {"A"});
  EXPECT_EQ(change(watches, tape, 3, "three"), "");
  EXPECT_EQ(change(watches, tape, 4, "four"), "");
  EXPECT_EQ(change(watches, tape, 5, "five"), "");
  EXPECT_EQ(joined(watches.tell_present(tape, "A", trades, {{2, words("two")}, {3, words("three")}})),
            "two three +four +five ");
}

TEST(WatchesTest, WhatIsEndedBeforeItBeginsIsNotTold) {
  const auto kind = Watches::Kind::depth;
  Watches watches;
  const Watches::Wish first = watches.begin({kind}, {"A"});
  EXPECT_TRUE(watches.end(kind, "A"));
  EXPECT_FALSE(watches.end(kind, "A"));
  EXPECT_EQ(joined(watches.tell_present(kind, "A", first, {{1, words("one")}})), "");
  EXPECT_EQ(change(watches, kind, 2, "two"), "");
  const Watches::Wish second = watches.begin({kind}, {"A"});
  EXPECT_FALSE(watches.awaits(kind, "A", first));
  EXPECT_EQ(joined(watches.tell_present(kind, "A", second, {{2, words("two")}})), "two ");
}

TEST(WatchesTest, WhatCannotBeHadEndsUnlessItWasThereBefore) {
  const auto kind = Watches::Kind::quotes;
  Watches watches;
  EXPECT_FALSE(watches.fail(kind, "A", watches.begin({kind}, {"A"})));
  EXPECT_EQ(change(watches, kind, 1, "one"), "");
  watches.tell_present(kind, "A", watches.begin({kind}, {"A"}), {{1, words("one")}});
  const Watches::Wish again = watches.begin({kind}, {"A"});
  EXPECT_EQ(change(watches, kind, 2, "two"), "");
  const auto goes_on = watches.fail(kind, "A", again);
  ASSERT_TRUE(goes_on);
  EXPECT_EQ(joined(*goes_on), "+two ");
  EXPECT_EQ(change(watches, kind, 3, "three"), "three");
}

TEST(WatchesTest, SymbolsAreCountedOnceAndBoundedWhateverIsUnsubscribed) {
  const auto kind = Watches::Kind::quotes;
  Watches watches;
  std::vector<std::string> many;
  for (std::size_t i = 0; i < Watches::symbols_max; ++i)
    many.push_back("S" + std::to_string(i));
  EXPECT_NE(watches.begin({kind, Watches::Kind::tape}, many), 0U);
  EXPECT_NE(watches.begin({kind}, many), 0U) << "the same ones again";
  for (const char* nobodys : {"X", "Y", "Z"})
    EXPECT_FALSE(watches.end(kind, nobodys));
  EXPECT_EQ(watches.begin({Watches::Kind::depth, kind}, {"X"}), 0U);
  EXPECT_FALSE(watches.end(Watches::Kind::depth, "X")) << "nothing of it was begun";
  EXPECT_TRUE(watches.end(kind, "S0"));
  EXPECT_NE(watches.begin({kind}, {"X", "X"}), 0U);
}

TEST(WatchesTest, ChangesWaitInABoundedNumber) {
  Watches watches;
  watches.begin({Watches::Kind::tape}, {"A"});
  MessageText none;
  const auto make = [] { return words("x"); };
  for (Sequence i = 1; i <= Watches::waiting_max; ++i)
    ASSERT_TRUE(watches.change(Watches::Kind::tape, "A", i, make, none));
  EXPECT_FALSE(watches.change(Watches::Kind::tape, "A", Watches::waiting_max + 1, make, none));
  EXPECT_FALSE(none);
}

TEST(OutboxTest, NewerStatesTakeThePlaceOfOlderAndTheQueueIsBounded) {
  const auto text = [](const std::string& words) { return std::make_shared<const std::string>(words); };
  Outbox outbox;
  outbox.put("q:A", text("a1"));
  outbox.put("q:B", text("b1"));
  outbox.put("q:A", text("a2"));
  ASSERT_TRUE(outbox.push(text("order")));
  EXPECT_EQ(**outbox.next(), "order");
  EXPECT_EQ(**outbox.next(), "a2");
  outbox.forget("q:B");
  EXPECT_FALSE(outbox.next());
  for (std::size_t i = 0; i < Outbox::queue_max; ++i)
    ASSERT_TRUE(outbox.push(text("x")));
  EXPECT_FALSE(outbox.push(text("x")));
}

/// A batch with these events, numbered from `first`.
wire::Batch batch_of(Sequence first, std::vector<EventBody> bodies) {
  wire::Batch batch;
  batch.header.first_sequence = first;
  for (EventBody& body : bodies)
    batch.events.push_back({first++, Timestamp{1'000}, std::move(body)});
  return batch;
}

TEST(OrderFollowerTest, TellsEveryStepOfOrdersOfThoseWhoListen) {
  OrderView book;
  book.id = OrderId{7};
  book.account = "alice";
  book.symbol = "AAPL";
  // The books are further on than the events that are told.
  book.status = OrderStatus::cancelled;
  book.quantity = Quantity{10};
  book.filled_quantity = Quantity{4};
  int fetched = 0;
  OrderFollower follower([&](OrderId) -> Result<OrdersReply> {
    ++fetched;
    return OrdersReply{.orders = {book}, .sequence = 100};
  });
  OrderAccepted accepted;
  accepted.order = OrderId{7};
  accepted.account = AccountId{1};
  accepted.quantity = Quantity{10};
  TradeExecuted trade;
  trade.taker_order = OrderId{7};
  trade.taker_account = AccountId{1};
  trade.maker_order = OrderId{3};
  trade.maker_account = AccountId{2};
  trade.price = Price{1'500'000};
  trade.quantity = Quantity{4};
  trade.taker_leaves = Quantity{6};
  OrderCancelled cancelled;
  cancelled.order = OrderId{7};
  cancelled.account = AccountId{1};
  EXPECT_TRUE(follower.apply(batch_of(1, {accepted})).empty());
  EXPECT_EQ(fetched, 0);
  follower.listen(AccountId{1});
  const auto news = follower.apply(batch_of(1, {accepted, trade, cancelled}));
  ASSERT_EQ(news.size(), 3U);
  EXPECT_EQ(fetched, 1);
  EXPECT_EQ(news[0].order.status, OrderStatus::submitted);
  EXPECT_EQ(news[0].order.filled_quantity, Quantity{0});
  EXPECT_EQ(news[1].order.status, OrderStatus::partially_filled);
  EXPECT_EQ(news[1].order.filled_quantity, Quantity{4});
  EXPECT_EQ(news[1].order.filled_notional, Money{6'000'000});
  EXPECT_EQ(news[1].price, Price{1'500'000});
  EXPECT_EQ(news[2].order.status, OrderStatus::cancelled);
  follower.leave(AccountId{1});
  EXPECT_TRUE(follower.apply(batch_of(4, {accepted})).empty());
}

TEST(OrderFollowerTest, TellsHowAnOrderStandsWithItsVenueAndOfTradesThere) {
  OrderView book;
  book.id = OrderId{7};
  book.venue = "NYX";
  book.quantity = Quantity{10};
  OrderFollower follower(
      [&](OrderId) -> Result<OrdersReply> { return OrdersReply{.orders = {book}, .sequence = 100}; });
  follower.listen(AccountId{1});
  OrderAccepted accepted;
  accepted.order = OrderId{7};
  accepted.account = AccountId{1};
  accepted.status = OrderStatus::pending;
  accepted.quantity = Quantity{10};
  VenueStateChanged working;
  working.order = OrderId{7};
  working.account = AccountId{1};
  working.state = VenueState::working;
  working.status = OrderStatus::submitted;
  working.venue_order_id = "N-17";
  VenueTradeExecuted trade;
  trade.order = OrderId{7};
  trade.account = AccountId{1};
  trade.trade = TradeId{5};
  trade.price = Price{10'000};
  trade.quantity = Quantity{4};
  trade.leaves = Quantity{6};
  VenueTradeBusted bust;
  bust.order = OrderId{7};
  bust.account = AccountId{1};
  bust.trade = TradeId{5};
  bust.price = Price{10'000};
  bust.quantity = Quantity{4};
  bust.leaves = Quantity{10};
  bust.status = OrderStatus::submitted;
  VenueStateChanged rejected = working;
  rejected.state = VenueState::ended;
  rejected.status = OrderStatus::rejected;
  const auto news = follower.apply(batch_of(1, {accepted, working, trade, bust, rejected}));
  ASSERT_EQ(news.size(), 5U);
  EXPECT_EQ(news[0].order.status, OrderStatus::pending);
  EXPECT_EQ(news[1].kind, OrderNews::Kind::venue_state);
  EXPECT_EQ(news[1].order.status, OrderStatus::submitted);
  EXPECT_EQ(news[1].order.venue_order_id, "N-17");
  EXPECT_EQ(news[2].kind, OrderNews::Kind::filled);
  EXPECT_EQ(news[2].order.filled_quantity, Quantity{4});
  EXPECT_EQ(news[3].kind, OrderNews::Kind::busted);
  EXPECT_EQ(news[3].trade, TradeId{5});
  EXPECT_EQ(news[3].order.filled_notional, Money{});
  EXPECT_EQ(news[4].kind, OrderNews::Kind::rejected);
  EXPECT_EQ(news[4].order.reject_reason, RejectReason::venue_rejected);
}

TEST(OrderFollowerTest, AnOrderFromBeforeIsToldAsTheBooksHaveIt) {
  OrderView book;
  book.id = OrderId{7};
  book.quantity = Quantity{10};
  book.filled_quantity = Quantity{4};
  book.status = OrderStatus::partially_filled;
  OrderFollower follower(
      [&](OrderId) -> Result<OrdersReply> { return OrdersReply{.orders = {book}, .sequence = 50}; });
  follower.listen(AccountId{1});
  TradeExecuted trade;
  trade.maker_order = OrderId{7};
  trade.maker_account = AccountId{1};
  trade.price = Price{10'000};
  trade.quantity = Quantity{4};
  trade.maker_leaves = Quantity{6};
  auto news = follower.apply(batch_of(50, {trade}));
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].order.filled_quantity, Quantity{4}) << "the books' answer holds it already";
  trade.quantity = Quantity{6};
  trade.maker_leaves = Quantity{0};
  news = follower.apply(batch_of(51, {trade}));
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].order.filled_quantity, Quantity{10});
  EXPECT_EQ(news[0].order.status, OrderStatus::filled);
}

TEST(OrderFollowerTest, BooksThatDoNotAnswerAreAskedOnceAndThenLeftAlone) {
  int asked = 0;
  const auto no_books = [&](OrderId) -> Result<OrdersReply> {
    ++asked;
    return fail(ErrorCode::timed_out, "ledgerd did not answer in time");
  };
  TradeExecuted trade;
  trade.maker_account = AccountId{1};
  std::vector<EventBody> trades;
  for (std::uint64_t order = 1; order <= 100; ++order) {
    trade.maker_order = OrderId{order};
    trades.emplace_back(trade);
  }
  OrderFollower patient(no_books, std::chrono::hours(1));
  patient.listen(AccountId{1});
  EXPECT_TRUE(patient.apply(batch_of(1, trades)).empty());
  EXPECT_TRUE(patient.apply(batch_of(101, trades)).empty());
  EXPECT_EQ(asked, 1) << "each question takes as long as the thread may stand at all";
  asked = 0;
  OrderFollower eager(no_books, std::chrono::nanoseconds(0));
  eager.listen(AccountId{1});
  EXPECT_TRUE(eager.apply(batch_of(1, trades)).empty());
  EXPECT_EQ(asked, 100) << "after the pause they are asked again";
}

TEST(OrderFollowerTest, AnOrderThatTheBooksDoNotHaveIsNoSilence) {
  int asked = 0;
  OrderFollower follower(
      [&](OrderId) -> Result<OrdersReply> {
        ++asked;
        return fail(ErrorCode::not_found, "no such order");
      },
      std::chrono::hours(1));
  follower.listen(AccountId{1});
  TradeExecuted trade;
  trade.maker_account = AccountId{1};
  trade.maker_order = OrderId{7};
  EXPECT_TRUE(follower.apply(batch_of(1, {trade, trade})).empty());
  EXPECT_EQ(asked, 2);
}

}  // namespace

}  // namespace trade::gatewayd::test
