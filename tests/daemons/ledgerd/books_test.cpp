#include "ledgerd/books.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/byte_stream.hpp"
#include "books_support.hpp"
#include "journal_script.hpp"
#include "ledgerd/ledger_store.hpp"
#include "lib/ledger/description.hpp"
#include "lib/ledger/saved_pages.hpp"
#include "store/environment.hpp"
#include "store/key.hpp"

namespace trade::ledgerd {
namespace {

using ledger::test::description;
using test::ask;
using test::JournalScript;
using test::open_books;
using test::options_for;
using test::ScriptReader;
using test::small_map_bytes;
using test::TemporaryDirectory;
using test::told_of;

void apply(Books& books, const wire::Batch& batch) {
  const Status applied = books.apply(batch);
  ASSERT_TRUE(applied) << applied.error().message;
}

/// All postings of an account, asked for page by page.
std::vector<PostingView> statement(Books& books, const std::string& account, std::uint32_t page) {
  std::vector<PostingView> postings;
  PostingsRequest request{account, 0, page};
  while (true) {
    auto reply = ask<PostingsReply>(books, request);
    EXPECT_TRUE(reply) << reply.error().message;
    if (!reply || (reply->postings.empty() && reply->next_after == 0)) return postings;
    request.after = reply->postings.empty() ? reply->next_after : reply->postings.back().sequence;
    std::ranges::move(reply->postings, std::back_inserter(postings));
  }
}

std::string text_of(const PostingView& posting) {
  return std::to_string(posting.sequence) + " " + posting.account + " " + posting.ledger + " " +
         posting.symbol + " " + std::to_string(posting.quantity.shares) + " " + format_money(posting.amount) +
         " " + format_timestamp(posting.timestamp);
}

/// Books and the store under them agree with a fold from the start: state, orders, fills and every posting
/// once.
void expect_truth(Books& books, const JournalScript& script) {
  const auto truth = script.truth(books.position().batch);
  ASSERT_TRUE(books.flush());
  EXPECT_EQ(told_of(books), description(truth.ledger, nullptr));
  EXPECT_EQ(books.ledger().posting_count(), truth.ledger.posting_count());
  const Status invariants = books.ledger().check_invariants();
  EXPECT_TRUE(invariants) << invariants.error().message;
  for (std::uint32_t number = 1; number <= truth.ledger.account_count(); ++number) {
    std::vector<PostingView> expected;
    for (const ledger::Entry& entry : truth.entries)
      append_postings(truth.ledger, AccountId{number}, entry, expected);
    const auto found = statement(books, truth.ledger.account(AccountId{number})->name.string(), 777);
    ASSERT_EQ(found.size(), expected.size()) << "account " << number;
    for (std::size_t index = 0; index < found.size(); ++index)
      ASSERT_EQ(text_of(found[index]), text_of(expected[index]));
  }
}

TEST(Books, AFreshStoreHasNothing) {
  const TemporaryDirectory home;
  const auto books = open_books(options_for(home));
  EXPECT_EQ(books->position(), Position{});
  EXPECT_TRUE(books->stop());
  EXPECT_FALSE(ask<PortfolioReply>(*books, PortfolioRequest{"alice"}));
}

TEST(Books, ReopenedAfterAStopTheyGoOnWithoutFoldingAgain) {
  const JournalScript script(1, 3'000);
  const TemporaryDirectory home;
  const BooksOptions options = options_for(home);
  std::uint64_t half = script.batch_count() / 2;
  {
    const auto books = open_books(options);
    for (std::uint64_t number = 1; number <= half; ++number)
      apply(*books, script.batch(number));
    ASSERT_TRUE(books->stop());
  }
  const auto books = open_books(options);
  EXPECT_EQ(books->position(), follower::position_after(script.batch(half)));
  expect_truth(*books, script);
  for (std::uint64_t number = half + 1; number <= script.batch_count(); ++number)
    apply(*books, script.batch(number));
  expect_truth(*books, script);
}

TEST(Books, HoweverTheyAreClosedNothingIsLostOrDoubled) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const JournalScript script(seed, 4'000, {.accounts = 200, .symbols = 6});
    const TemporaryDirectory home;
    BooksOptions options = options_for(home);
    options.frame_bytes_max = 2'000;
    options.checkpoint_portion_bytes = 5'000;  // so that it is interrupted, too
    std::mt19937_64 random(seed);
    const auto one_in = [&random](std::uint64_t count) { return random() % count == 0; };
    auto books = open_books(options);
    while (books->position().batch < script.batch_count()) {
      apply(*books, script.batch(books->position().batch + 1));
      if (one_in(3)) {
        ASSERT_TRUE(books->commit());
      }
      if (one_in(10)) {
        ASSERT_TRUE(books->flush());
      }
      if (one_in(15)) books->begin_checkpoint();
      if (one_in(20)) {
        // Closed without a word: what is in memory is gone.
        books.reset();
        books = open_books(options);
        ScriptReader journal(script, script.batch_count());
        ASSERT_TRUE(books->check_origin(journal));
      }
    }
    expect_truth(*books, script);
    ASSERT_TRUE(books->stop());
    books.reset();
    books = open_books(options);
    EXPECT_EQ(books->position().batch, script.batch_count());
    expect_truth(*books, script);
  }
}

/// How many versions of pages are stored, and of how many pages.
std::pair<std::size_t, std::size_t> stored_pages(const BooksOptions& options) {
  store::EnvironmentOptions environment_options;
  environment_options.sync = options.store.sync;
  const auto environment = store::Environment::open(options.store.directory, environment_options);
  const auto database = (*environment)->open_database("pages", false);
  auto transaction = (*environment)->begin_read();
  auto cursor = transaction->cursor(*database);
  std::set<std::pair<std::uint8_t, std::uint32_t>> pages;
  std::size_t versions = 0;
  for (auto found = cursor->first(); found && *found; found = cursor->next()) {
    store::KeyReader key(cursor->key());
    const auto kind = key.number<std::uint8_t>();
    pages.emplace(kind, key.number<std::uint32_t>());
    ++versions;
  }
  return {versions, pages.size()};
}

TEST(Books, WhatAnInterruptedCheckpointLeftIsRemoved) {
  const JournalScript script(2, 4'000, {.accounts = 300, .symbols = 5});
  const TemporaryDirectory home;
  BooksOptions options = options_for(home);
  options.checkpoint_portion_bytes = 5'000;
  auto books = open_books(options);
  std::uint64_t number = 0;
  const auto apply_some = [&] {
    for (int count = 0; count < 20; ++count)
      apply(*books, script.batch(++number));
  };
  const auto portions = [&](int count) {
    for (int portion = 0; portion < count && books->checkpoint_under_way(); ++portion) {
      ASSERT_TRUE(books->flush());
      ASSERT_TRUE(books->commit());
    }
    ASSERT_TRUE(books->flush());
  };
  apply_some();
  books->begin_checkpoint();
  portions(1'000);
  EXPECT_FALSE(books->checkpoint_under_way());
  std::pair<std::size_t, std::size_t> pages = stored_pages(options);
  EXPECT_EQ(pages.first, pages.second);
  const std::size_t whole = pages.second;

  apply_some();
  books->begin_checkpoint();
  portions(3);
  EXPECT_TRUE(books->checkpoint_under_way());
  EXPECT_GT(stored_pages(options).first, whole);
  books.reset();
  books = open_books(options);
  EXPECT_EQ(books->position().batch, 20u);  // the checkpoint before
  pages = stored_pages(options);
  EXPECT_EQ(pages.first, pages.second);
  EXPECT_EQ(pages.second, whole);
  number = 20;
  apply_some();
  expect_truth(*books, script);
}

TEST(Books, CheckpointsAreDueAfterEventsIdlenessAndTime) {
  const JournalScript script(3, 2'000);
  const TemporaryDirectory home;
  BooksOptions options = options_for(home);
  options.checkpoint_events = 500;
  const auto books = open_books(options);
  std::uint64_t number = 0;
  std::uint64_t events = 0;
  const auto next = [&] {
    ++number;
    events += script.batch(number).events.size();
    apply(*books, script.batch(number));
  };
  Timestamp now{1'000'000'000'000};
  const auto pass = [&now](std::int64_t milliseconds) {
    now.nanoseconds += milliseconds * nanoseconds_per_millisecond;
    return now;
  };
  const auto counters = [&] {
    DaemonView view;
    books->describe(view);
    return view.counters;
  };
  const auto finish = [&] {
    while (books->checkpoint_under_way()) {
      ASSERT_TRUE(books->idle(now));
    }
  };
  ASSERT_TRUE(books->idle(now));
  while (events < 100)
    next();
  ASSERT_TRUE(books->idle(pass(10)));
  ASSERT_TRUE(books->idle(pass(900)));
  EXPECT_FALSE(books->checkpoint_under_way());
  ASSERT_TRUE(books->idle(pass(200)));  // more than a second without an event
  EXPECT_TRUE(books->checkpoint_under_way());
  finish();
  EXPECT_EQ(counters()["checkpoints"], 1);
  EXPECT_EQ(counters()["checkpoint_sequence"], static_cast<std::int64_t>(books->position().last_sequence));
  ASSERT_TRUE(books->idle(pass(60'000)));  // nothing changed since
  EXPECT_FALSE(books->checkpoint_under_way());
  events = 0;
  while (events < 500)
    next();
  ASSERT_TRUE(books->idle(pass(1)));
  EXPECT_TRUE(books->checkpoint_under_way());
  finish();
  // A little now and then, never idle for long: the interval sees to it.
  for (int step = 0; step < 35; ++step) {
    next();
    ASSERT_TRUE(books->idle(pass(990)));
    finish();
  }
  EXPECT_EQ(counters()["checkpoints"], 3);
}

TEST(Books, AnotherJournalIsRefused) {
  const JournalScript script(4, 500);
  const JournalScript other(5, 500);
  const TemporaryDirectory home;
  const BooksOptions options = options_for(home);
  auto books = open_books(options);
  for (std::uint64_t number = 1; number <= 10; ++number)
    apply(*books, script.batch(number));
  books->begin_checkpoint();
  ASSERT_TRUE(books->flush());
  books.reset();
  books = open_books(options);

  ScriptReader same(script, 12);
  EXPECT_TRUE(books->check_origin(same));
  ScriptReader shorter(script, 9);
  const Status ahead = books->check_origin(shorter);
  ASSERT_FALSE(ahead);
  EXPECT_THAT(ahead.error().message,
              testing::HasSubstr("goes up to batch 10, but the journal ends with batch 9"));
  EXPECT_THAT(ahead.error().hint,
              testing::HasSubstr("ledgerd --home " + home.path().string() + " --rebuild"));
  ScriptReader different(other, 12);
  const Status foreign = books->check_origin(different);
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error().message, testing::HasSubstr("made from another journal"));
}

TEST(Books, WhatHasLeftMemoryIsAnsweredFromDisk) {
  ledger::test::EventFeed feed;
  const AccountId alice = feed.open_account("alice");
  const AccountId bob = feed.open_account("bob");
  const AccountId carol = feed.open_account("carol");
  const SymbolId acme = feed.add_symbol("ACME");
  const SymbolId rare = feed.add_symbol("RARE");
  feed.trade(carol, bob, rare, Quantity{3}, Price{50'000});
  for (int number = 0; number < 9'000; ++number)
    feed.trade(alice, bob, acme, Quantity{1}, Price{10'000 + number});
  const TemporaryDirectory home;
  BooksOptions options = options_for(home);
  options.capacity.orders_kept_max = 512;
  options.capacity.trades_kept_max = 4'096;
  auto books = open_books(options);
  const std::vector<Event> events = feed.take();
  std::uint64_t batch_number = 0;
  for (std::size_t at = 0; at < events.size(); at += 100) {
    wire::Batch batch;
    batch.header.batch = ++batch_number;
    batch.header.first_sequence = events[at].sequence;
    const auto end = std::min(at + 100, events.size());
    batch.events.assign(events.begin() + static_cast<std::ptrdiff_t>(at),
                        events.begin() + static_cast<std::ptrdiff_t>(end));
    apply(*books, batch);
    if (batch_number % 10 == 0) {
      ASSERT_TRUE(books->flush());
    }
  }
  for (int opened = 0; opened < 2; ++opened) {
    SCOPED_TRACE(opened);
    const auto fills_of = [&](const FillsRequest& request) {
      auto reply = ask<FillsReply>(*books, request);
      EXPECT_TRUE(reply) << reply.error().message;
      return reply ? reply->fills : std::vector<FillView>{};
    };
    EXPECT_EQ(fills_of({"alice", "", {}, 50'000}).size(), 9'000u);
    EXPECT_EQ(fills_of({"bob", "ACME", {}, 50'000}).size(), 9'000u);
    EXPECT_EQ(fills_of({"carol", "", {}, 50'000}).size(), 1u);
    EXPECT_EQ(fills_of({"", "", {}, 50'000}).size(), 18'002u);
    EXPECT_EQ(fills_of({"", "RARE", {}, 10}).size(), 2u);
    const auto first = fills_of({"", "", OrderId{1}, 10});
    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(first[0].account, "carol");
    EXPECT_EQ(first[0].price, Price{50'000});
    const auto newest = fills_of({"alice", "", {}, 5'000});
    ASSERT_EQ(newest.size(), 5'000u);
    for (std::size_t index = 0; index < newest.size(); ++index)
      ASSERT_EQ(newest[index].price.units, 18'999 - static_cast<std::int64_t>(index));
    // Page by page it is the same.
    std::vector<FillView> paged;
    for (FillsRequest page{"bob", "", {}, 700}; paged.size() % 700 == 0; page.before = paged.back().id)
      std::ranges::move(fills_of(page), std::back_inserter(paged));
    ASSERT_EQ(paged.size(), 9'001u);
    for (std::size_t index = 0; index < paged.size(); ++index)
      ASSERT_EQ(paged[index].id.value, 9'001 - index);

    ASSERT_TRUE(books->stop());  // all orders are ended and saved: those beyond the bound leave memory
    EXPECT_EQ(books->ledger().orders().find(OrderId{1}), nullptr);
    OrdersRequest request;
    request.order = OrderId{1};
    const auto order = ask<OrdersReply>(*books, request);
    ASSERT_TRUE(order) << order.error().message;
    EXPECT_EQ(order->orders.at(0).account, "carol");
    EXPECT_EQ(order->orders.at(0).status, OrderStatus::filled);
    request = {};
    request.account = "alice";
    request.limit = 9'000;
    const auto orders = ask<OrdersReply>(*books, request);
    ASSERT_TRUE(orders) << orders.error().message;
    ASSERT_EQ(orders->orders.size(), 9'000u);
    EXPECT_EQ(orders->orders.back().id, OrderId{3});
    books.reset();
    books = open_books(options);
  }
}

TEST(Books, StatementsComePageByPageWithEntriesWhole) {
  ledger::test::EventFeed feed;
  const AccountId alice = feed.open_account("alice");
  const AccountId bob = feed.open_account("bob");
  feed.open_account("carol");
  const SymbolId acme = feed.add_symbol("ACME");
  feed.move_cash(alice, Money{1'000'000});
  feed.trade(alice, bob, acme, Quantity{2}, Price{10'000});
  feed.trade(bob, alice, acme, Quantity{1}, Price{30'000});
  wire::Batch batch;
  batch.header.batch = 1;
  batch.header.first_sequence = 1;
  batch.events = feed.take();
  const TemporaryDirectory home;
  const auto books = open_books(options_for(home));
  apply(*books, batch);

  const auto lines = [&](const std::string& account, std::uint32_t page) {
    std::vector<std::string> texts;
    for (const PostingView& posting : statement(*books, account, page)) {
      texts.push_back(std::to_string(posting.sequence) + " " + posting.ledger + " " + posting.symbol + " " +
                      std::to_string(posting.quantity.shares) + " " + format_money(posting.amount));
    }
    return texts;
  };
  const std::vector<std::string> expected = {"5 cash  0 100.00",
                                             "5 external  0 -100.00",
                                             "8 securities ACME 2 2.00",
                                             "8 cash  0 -2.00",
                                             "11 securities ACME -1 -1.00",
                                             "11 cash  0 3.00",
                                             "11 realized_pnl ACME 0 -2.00"};
  EXPECT_EQ(lines("alice", 10'000), expected);
  EXPECT_EQ(lines("alice", 1), expected);
  EXPECT_EQ(lines("alice", 3), expected);
  EXPECT_TRUE(lines("carol", 10).empty());
  EXPECT_EQ((ask<PostingsReply>(*books, PostingsRequest{"dave", 0, 10}).error().code), ErrorCode::not_found);
  EXPECT_EQ((ask<PostingsReply>(*books, PostingsRequest{"alice", 0, 0}).error().code), ErrorCode::usage);
}

TEST(Books, AStatementIsLookedForABitAtATime) {
  ledger::test::EventFeed feed;
  const AccountId alice = feed.open_account("alice");
  const AccountId bob = feed.open_account("bob");
  const SymbolId acme = feed.add_symbol("ACME");
  const TemporaryDirectory home;
  BooksOptions options = options_for(home);
  options.looking_time_max = std::chrono::nanoseconds(0);
  const auto books = open_books(options);
  std::uint64_t number = 0;
  Sequence next = 1;
  // Each in a frame of its own.
  const auto commit = [&] {
    wire::Batch batch;
    batch.header.batch = ++number;
    batch.header.first_sequence = next;
    batch.events = feed.take();
    next += batch.events.size();
    apply(*books, batch);
    ASSERT_TRUE(books->flush());
  };
  feed.move_cash(alice, Money{1'000'000});
  commit();
  for (int trade = 0; trade < 50; ++trade) {
    feed.trade(bob, bob, acme, Quantity{1}, Price{10'000});
    commit();
  }
  feed.move_cash(alice, Money{2'000'000});
  commit();
  const auto first = ask<PostingsReply>(*books, PostingsRequest{"alice", 0, 100});
  ASSERT_TRUE(first);
  ASSERT_EQ(first->postings.size(), 2u);
  std::size_t requests = 0;
  PostingsRequest request{"alice", first->postings.back().sequence, 100};
  auto reply = ask<PostingsReply>(*books, request);
  for (; reply && reply->postings.empty() && reply->next_after > request.after; ++requests) {
    request.after = reply->next_after;
    reply = ask<PostingsReply>(*books, request);
  }
  ASSERT_TRUE(reply);
  EXPECT_GE(requests, 50u);
  EXPECT_EQ(reply->postings.size(), 2u);
  EXPECT_EQ(statement(*books, "alice", 100).size(), 4u);
  EXPECT_EQ(statement(*books, "bob", 3).size(), 50u * 4);
}

TEST(Books, FeesComeNewestFirst) {
  ledger::test::EventFeed feed;
  wire::Batch batch;
  batch.header = {.batch = 1, .first_command = 1, .first_sequence = 1, .state_hash = 0};
  const AccountId alice = feed.open_account("alice", AccountType::margin);
  const AccountId bob = feed.open_account("bob");
  const SymbolId acme = feed.add_symbol("ACME");
  for (std::int64_t number = 1; number <= 3; ++number) {
    BorrowFeeCharged fee{.account = alice, .symbol = acme, .quantity = {10 * number}};
    fee.price = ledger::test::price_cents(500);
    fee.amount = ledger::test::cents(number);
    feed.add(fee);
    feed.move_cash(bob, ledger::test::dollars(1));
  }
  batch.events = feed.take();
  const TemporaryDirectory home;
  const auto books = open_books(options_for(home));
  apply(*books, batch);
  const auto fees = [&](const FeesRequest& request) {
    std::string text;
    const auto reply = ask<FeesReply>(*books, request);
    EXPECT_TRUE(reply) << reply.error().message;
    for (const FeeView& fee : reply ? reply->fees : std::vector<FeeView>()) {
      text += std::to_string(fee.sequence) + " " + fee.account + " " + fee.symbol + " " +
              std::to_string(fee.quantity.shares) + "@" + format_price(fee.price) + " " +
              format_money(fee.amount) + "; ";
    }
    return text;
  };
  EXPECT_EQ(fees({"alice", 10}),
            "8 alice ACME 30@5.00 0.03; 6 alice ACME 20@5.00 0.02; 4 alice ACME 10@5.00 0.01; ");
  EXPECT_EQ(fees({"alice", 2}), "8 alice ACME 30@5.00 0.03; 6 alice ACME 20@5.00 0.02; ");
  EXPECT_EQ(fees({"alice", 2, 6}), "4 alice ACME 10@5.00 0.01; ");
  EXPECT_EQ(fees({"bob", 10}), "");
  EXPECT_EQ((ask<FeesReply>(*books, FeesRequest{"dave", 10}).error().code), ErrorCode::not_found);
  EXPECT_EQ((ask<FeesReply>(*books, FeesRequest{"alice", 0}).error().code), ErrorCode::usage);
}

TEST(Books, RequestsOfOthersAreNotServedHere) {
  const TemporaryDirectory home;
  const auto books = open_books(options_for(home));
  const auto reply = ask<QuotesReply>(*books, QuotesRequest{});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().name, "not_served_here");
}

TEST(Books, WaitWithASyncUntilItIsWorthOneOrNothingElseIsToDo) {
  const JournalScript script(8, 4'000);
  const TemporaryDirectory home;
  BooksOptions options = options_for(home);
  options.commit_bytes_min = 2'000;
  auto books = open_books(options);
  const auto commits = [&books] {
    DaemonView view;
    books->describe(view);
    return view.counters["commits"];
  };
  std::uint64_t number = 0;
  while (commits() == 0 && number < script.batch_count()) {
    apply(*books, script.batch(++number));
    ASSERT_TRUE(books->commit());
  }
  EXPECT_EQ(commits(), 1);
  EXPECT_GT(number, 10u);
  EXPECT_LT(number, script.batch_count());
  apply(*books, script.batch(++number));
  ASSERT_TRUE(books->flush());
  const auto before = commits();
  apply(*books, script.batch(++number));
  ASSERT_TRUE(books->commit());
  EXPECT_EQ(commits(), before);
  ASSERT_TRUE(books->idle({nanoseconds_per_second}));
  EXPECT_EQ(commits(), before + 1);
  ASSERT_TRUE(books->flush());
  apply(*books, script.batch(++number));
  ASSERT_TRUE(books->idle({nanoseconds_per_second + 100 * nanoseconds_per_millisecond}));
  EXPECT_EQ(commits(), before + 1);
  ASSERT_TRUE(books->idle({nanoseconds_per_second + 200 * nanoseconds_per_millisecond}));
  EXPECT_EQ(commits(), before + 2);
  // Closed without a word: what was not handed over is folded again.
  books.reset();
  books = open_books(options);
  ScriptReader journal(script, script.batch_count());
  EXPECT_TRUE(books->check_origin(journal));
  for (number = books->position().batch; number < script.batch_count();)
    apply(*books, script.batch(++number));
  expect_truth(*books, script);
}

TEST(Books, AFailedWriteIsNotForgotten) {
  // A frame as far as this is on disk already, so the next one cannot be written.
  const JournalScript script(6, 200);
  const TemporaryDirectory home;
  const BooksOptions options = options_for(home);
  const auto books = open_books(options);
  {
    auto store = LedgerStore::open(options.store);
    ASSERT_TRUE(store);
    ledger::FrameWriter frame;
    frame.append(script.truth(script.batch_count()).entries.back());
    const auto bytes = frame.finish(0);
    StoreChange change;
    change.frame.assign(bytes.begin(), bytes.end());
    change.frame_last_sequence = 1'000'000;
    ASSERT_TRUE(store->write(change));
  }
  for (std::uint64_t number = 1; number <= 3; ++number)
    apply(*books, script.batch(number));
  EXPECT_FALSE(books->flush());
  EXPECT_FALSE(books->commit());
  EXPECT_FALSE(books->idle({}));
  EXPECT_FALSE(books->stop());
}

TEST(LedgerStore, OneOfTheFormatBeforeIsTakenOver) {
  const JournalScript script(9, 2'000, {.with_venue = true});
  const TemporaryDirectory home;
  const BooksOptions options = options_for(home);
  const std::uint64_t half = script.batch_count() / 2;
  {
    const auto books = open_books(options);
    for (std::uint64_t number = 1; number <= half; ++number)
      apply(*books, script.batch(number));
    ASSERT_TRUE(books->stop());
  }
  test::put_into_format_before(options.store.directory);
  {
    const auto books = open_books(options);
    ASSERT_EQ(books->position().batch, half);
    for (std::uint64_t number = half + 1; number <= script.batch_count(); ++number)
      apply(*books, script.batch(number));
    ASSERT_TRUE(books->stop());
    expect_truth(*books, script);
  }
  expect_truth(*open_books(options), script);
  // The program before would not know what to do with it.
  auto environment = store::Environment::open(options.store.directory);
  ASSERT_TRUE(environment);
  auto meta = (*environment)->open_database("meta");
  auto transaction = (*environment)->begin_read();
  ASSERT_TRUE(meta && transaction);
  const auto format = transaction->get(*meta, std::as_bytes(std::span("format", 6)));
  ASSERT_TRUE(format && *format);
  EXPECT_EQ((**format)[0], std::byte{4});
}

TEST(LedgerStore, DamageIsNoticedAndSaysWhatToDo) {
  const JournalScript script(7, 1'000);
  const TemporaryDirectory home;
  const BooksOptions options = options_for(home);
  {
    const auto books = open_books(options);
    for (const wire::Batch& batch : script.batches())
      apply(*books, batch);
    ASSERT_TRUE(books->stop());
  }
  const std::filesystem::path file = options.store.directory / "data.mdb";
  std::string bytes;
  {
    std::ifstream stream(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(stream), {});
  }
  // The names of accounts stand in a page of the checkpoint and nowhere else.
  const std::size_t at = bytes.find("account3");
  ASSERT_NE(at, std::string::npos);
  for (std::size_t found = at; found != std::string::npos; found = bytes.find("account3", found + 1))
    bytes[found] = 'A';
  {
    std::ofstream stream(file, std::ios::binary);
    stream << bytes;
  }
  const auto books = Books::open(options);
  ASSERT_FALSE(books);
  EXPECT_EQ(books.error().code, ErrorCode::corrupt);
  EXPECT_THAT(books.error().hint,
              testing::HasSubstr("ledgerd --home " + home.path().string() + " --rebuild"));
}

}  // namespace
}  // namespace trade::ledgerd
