// Books whose memory is bounded, of orders that rest for long too.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "books_support.hpp"
#include "journal_script.hpp"
#include "ledgerd/books.hpp"
#include "lib/ledger/description.hpp"

namespace trade::ledgerd {
namespace {

using ledger::order_page_records;
using ledger::test::description;
using ledger::test::EventFeed;
using test::ask;
using test::JournalScript;
using test::open_books;
using test::options_for;
using test::TemporaryDirectory;
using test::told_of;

/// Of no more orders in memory than there must be.
BooksOptions narrow_options(const TemporaryDirectory& home) {
  BooksOptions options = options_for(home);
  options.capacity.orders_kept_max = options.capacity.older_orders_kept_max = 0;
  return options;
}

std::int64_t counter(const Books& books, const std::string& name) {
  DaemonView view;
  books.describe(view);
  return view.counters.at(name);
}

/// Batches of events that one test makes up.
class Feeder {
 public:
  explicit Feeder(Books& books) : books_(books) {}
  void use(std::vector<Event> events) {
    wire::Batch batch;
    batch.header.batch = ++batch_;
    batch.header.first_sequence = events.front().sequence;
    batch.events = std::move(events);
    last_ = books_.apply(batch);
  }
  [[nodiscard]] const Status& last() const { return last_; }

 private:
  Books& books_;
  std::uint64_t batch_ = 0;
  Status last_;
};

/// Pages of orders of which the first rests, "rests0" and so on.
class RestingOrders {
 public:
  RestingOrders() {
    alice = feed.open_account("alice");
    acme = feed.add_symbol("ACME");
  }
  std::vector<Event> next_page() {
    feed.accept(alice, acme, Side::buy, Quantity{5}, Price{10'000}, "rests" + std::to_string(pages_++));
    for (std::uint32_t slot = 1; slot < order_page_records; ++slot)
      cancel(feed.accept(alice, acme, Side::buy, Quantity{1}));
    return feed.take();
  }
  void cancel(OrderId id) {
    feed.add(OrderCancelled{id, alice, acme, Side::buy, CancelReason::requested, true, {}, Quantity{1}});
  }

  EventFeed feed;
  AccountId alice;
  SymbolId acme;

 private:
  int pages_ = 0;
};

TEST(OpenOrders, BooksThatKeepFewInMemorySayWhatOthersSay) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const JournalScript script(seed, 12'000, {.accounts = 60, .symbols = 6, .with_venue = seed % 2 == 0});
    const TemporaryDirectory home;
    BooksOptions options = narrow_options(home);
    options.capacity.older_orders_kept_max = static_cast<std::uint32_t>(seed % 3 * order_page_records);
    options.checkpoint_portion_bytes = 20'000;  // so that events come in between
    std::mt19937_64 random(seed);
    const auto one_in = [&random](std::uint64_t count) { return random() % count == 0; };
    auto books = open_books(options);
    std::int64_t brought_back = 0;
    while (books->position().batch < script.batch_count()) {
      const Status applied = books->apply(script.batch(books->position().batch + 1));
      ASSERT_TRUE(applied) << applied.error().message;
      if (one_in(2)) {
        ASSERT_TRUE(books->commit());
      }
      if (one_in(2)) {
        ASSERT_TRUE(books->flush());
      }
      if (one_in(3)) books->begin_checkpoint();
      if (one_in(60)) {
        ASSERT_EQ(told_of(*books), description(script.truth(books->position().batch).ledger, nullptr));
      }
      if (one_in(100)) {
        brought_back += counter(*books, "order_pages_brought_back");
        if (one_in(2)) {
          ASSERT_TRUE(books->stop());
        }
        books.reset();
        books = open_books(options);
      }
    }
    brought_back += counter(*books, "order_pages_brought_back");
    EXPECT_GT(brought_back, 5);
    ASSERT_TRUE(books->stop());
    const auto truth = script.truth(script.batch_count());
    EXPECT_EQ(told_of(*books), description(truth.ledger, nullptr));
    EXPECT_TRUE(books->ledger().check_invariants());
    EXPECT_LE(counter(*books, "order_pages_in_memory"), static_cast<std::int64_t>(1 + seed % 3));
  }
}

TEST(OpenOrders, FoldingWaitsWhenOrdersComeBackFasterThanTheyCanLeave) {
  const TemporaryDirectory home;
  const auto books = open_books(narrow_options(home));
  Feeder feeder(*books);
  RestingOrders orders;
  constexpr std::uint64_t pages = 700;
  for (std::uint32_t page = 0; page < pages; ++page) {
    feeder.use(orders.next_page());
    ASSERT_TRUE(feeder.last());
    ASSERT_TRUE(books->commit());
    if (page % 100 == 99) {
      ASSERT_TRUE(books->flush());
      ASSERT_TRUE(books->stop());
      EXPECT_EQ(counter(*books, "order_pages_in_memory"), 1);
    }
  }
  EXPECT_EQ(counter(*books, "open_orders"), static_cast<std::int64_t>(pages));
  EXPECT_EQ(counter(*books, "checkpoint_waits"), 0);
  // All are cancelled at once, without a pause in which a checkpoint would be begun.
  std::int64_t most = 0;
  for (std::uint32_t page = 0; page < pages; ++page) {
    orders.cancel(ledger::OrderTable::first_of(page));
    feeder.use(orders.feed.take());
    ASSERT_TRUE(feeder.last()) << feeder.last().error().message;
    most = std::max(most, counter(*books, "order_pages_in_memory"));
  }
  EXPECT_EQ(counter(*books, "open_orders"), 0);
  EXPECT_EQ(counter(*books, "order_pages_brought_back"), static_cast<std::int64_t>(pages) - 1);
  EXPECT_EQ(counter(*books, "checkpoint_waits"), 2);
  EXPECT_LE(most, 258);
  ASSERT_TRUE(books->stop());
  EXPECT_EQ(counter(*books, "order_pages_in_memory"), 1);
}

TEST(OpenOrders, AreListedAndFoundByClientIdWhereTheyAreSaved) {
  const TemporaryDirectory home;
  const BooksOptions options = narrow_options(home);
  auto books = open_books(options);
  Feeder feeder(*books);
  RestingOrders orders;
  for (int page = 0; page < 20; ++page)
    feeder.use(orders.next_page());
  for (int opened = 0; opened < 2; ++opened) {
    SCOPED_TRACE(opened);
    ASSERT_TRUE(books->stop());
    EXPECT_EQ(counter(*books, "order_pages_in_memory"), 1);
    OrdersRequest request;
    request.account = "alice";
    request.client_order_id = "rests7";
    const auto found = ask<OrdersReply>(*books, request);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->orders.at(0).id, ledger::OrderTable::first_of(7));
    EXPECT_EQ(found->orders.at(0).client_order_id, "rests7");
    request = {};
    request.filter = OrderFilter::open;
    for (const char* account : {"", "alice"}) {
      request.account = account;
      const auto open = ask<OrdersReply>(*books, request);
      ASSERT_TRUE(open) << open.error().message;
      ASSERT_EQ(open->orders.size(), 20u);
      EXPECT_EQ(open->orders.back().id, ledger::OrderTable::first_of(0));
    }
    EXPECT_EQ(counter(*books, "order_pages_brought_back"), 0);
    books.reset();
    books = open_books(options);
  }
}

TEST(OpenOrders, APageThatIsDamagedEndsFoldingAndSaysWhatToDo) {
  const TemporaryDirectory home;
  const BooksOptions options = narrow_options(home);
  const auto books = open_books(options);
  Feeder feeder(*books);
  RestingOrders orders;
  for (int page = 0; page < 5; ++page)
    feeder.use(orders.next_page());
  ASSERT_TRUE(books->stop());
  const std::filesystem::path file = options.store.directory / "data.mdb";
  std::string bytes;
  {
    std::ifstream stream(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(stream), {});
  }
  // The file is mapped, so that what is written into it is seen at once.
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  std::size_t found = 0;
  for (std::size_t at = bytes.find("rests2"); at != std::string::npos; at = bytes.find("rests2", at + 1)) {
    stream.seekp(static_cast<std::streamoff>(at));
    stream << 'R';
    ++found;
  }
  stream.close();
  ASSERT_GT(found, 0u);
  // Whoever asks is told as well, rather than that there is no such order.
  const OrderId damaged = ledger::OrderTable::first_of(2);
  OrdersRequest by_id;
  by_id.order = damaged;
  OrdersRequest all;
  all.limit = 1'000;
  for (const OrdersRequest& request : {by_id, all}) {
    const auto told = ask<OrdersReply>(*books, request);
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code, ErrorCode::corrupt);
    EXPECT_THAT(told.error().message, testing::HasSubstr("is damaged"));
  }
  const auto fills = ask<FillsReply>(*books, FillsRequest{"", "", damaged, 10});
  ASSERT_FALSE(fills);
  EXPECT_EQ(fills.error().code, ErrorCode::corrupt);
  orders.cancel(ledger::OrderTable::first_of(1));
  feeder.use(orders.feed.take());
  EXPECT_TRUE(feeder.last());
  orders.cancel(ledger::OrderTable::first_of(2));
  feeder.use(orders.feed.take());
  ASSERT_FALSE(feeder.last());
  EXPECT_EQ(feeder.last().error().code, ErrorCode::corrupt);
  EXPECT_THAT(feeder.last().error().message, testing::HasSubstr("is damaged"));
  EXPECT_THAT(feeder.last().error().hint,
              testing::HasSubstr("ledgerd --home " + home.path().string() + " --rebuild"));
}

}  // namespace
}  // namespace trade::ledgerd
