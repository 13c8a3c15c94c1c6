// Fills that are read from the postings frames, where memory holds too few trades: what is told of them is
// what a ledger tells that holds all.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "books_support.hpp"
#include "journal_script.hpp"
#include "ledger/views.hpp"
#include "ledgerd/books.hpp"

namespace trade::ledgerd {
namespace {

using ledger::test::EventFeed;
using ledger::test::price_cents;
using test::ask;
using test::JournalScript;
using test::open_books;
using test::options_for;
using test::TemporaryDirectory;

/// The fewest trades that can be held in memory.
constexpr std::uint32_t trades_kept_min = 4'096;

std::string text_of(const std::vector<FillView>& fills) {
  std::string text;
  for (const FillView& fill : fills) {
    text += std::to_string(fill.id.value) + " " + fill.account + " " + std::to_string(fill.order_id.value) +
            " " + std::to_string(fill.quantity.shares) + " " + fill.symbol + " " + fill.venue +
            (fill.busted ? " busted\n" : "\n");
  }
  return text;
}

/// Books that are fed in small batches, each a frame of its own.
class FillsTest : public ::testing::Test {
 protected:
  FillsTest() : options_(options_for(home_)) {
    options_.capacity.trades_kept_max = trades_kept_min;
    books_ = open_books(options_);
    alice_ = feed_.open_account("alice");
    bob_ = feed_.open_account("bob");
    acme_ = feed_.add_symbol("ACME");
    nyx_ = feed_.add_venue("NYX");
  }
  void apply() {
    const std::vector<Event> events = feed_.take();
    for (std::size_t at = 0; at < events.size(); at += 100) {
      wire::Batch batch;
      batch.header.batch = ++batch_;
      batch.header.first_sequence = events[at].sequence;
      for (std::size_t index = at; index < std::min(at + 100, events.size()); ++index)
        batch.events.push_back(events[index]);
      const Status applied = books_->apply(batch);
      ASSERT_TRUE(applied) << applied.error().message;
      ASSERT_TRUE(books_->flush());
    }
  }
  void reopen() {
    ASSERT_TRUE(books_->stop());
    books_.reset();
    books_ = open_books(options_);
  }
  /// More trades than memory holds, all of others.
  void push_out() {
    for (std::uint32_t number = 0; number <= trades_kept_min; ++number)
      feed_.trade(bob_, bob_, acme_, Quantity{1}, price_cents(100));
  }
  OrderId route(std::int64_t quantity) {
    return feed_.route(alice_, acme_, nyx_, Side::buy, Quantity{quantity});
  }
  TradeId trade(OrderId order, std::int64_t quantity, std::int64_t leaves) {
    return feed_.venue_trade(order, alice_, acme_, nyx_, Side::buy, Quantity{quantity}, price_cents(100),
                             Quantity{leaves});
  }
  void bust(TradeId trade, OrderId order, std::int64_t quantity) {
    feed_.add(VenueTradeBusted{trade, order, alice_, acme_, nyx_, feed_.clearing_account(nyx_), Side::buy,
                               price_cents(100), Quantity{quantity}, Quantity{0}, OrderStatus::filled, "E",
                               false});
  }
  /// The fills that are told, as their trades' ids, those of busted ones below zero.
  std::vector<std::int64_t> fills(const FillsRequest& request) {
    const auto reply = ask<FillsReply>(*books_, request);
    EXPECT_TRUE(reply) << reply.error().message;
    std::vector<std::int64_t> trades;
    for (const FillView& fill : reply ? reply->fills : std::vector<FillView>())
      trades.push_back(static_cast<std::int64_t>(fill.id.value) * (fill.busted ? -1 : 1));
    return trades;
  }

  TemporaryDirectory home_;
  BooksOptions options_;
  std::unique_ptr<Books> books_;
  EventFeed feed_;
  AccountId alice_;
  AccountId bob_;
  SymbolId acme_;
  VenueId nyx_;
  std::uint64_t batch_ = 0;
};

using Trades = std::vector<std::int64_t>;

TEST_F(FillsTest, ABustOfATradeThatHasLeftMemoryIsTold) {
  const OrderId order = route(300);
  trade(order, 100, 200);
  trade(order, 100, 100);
  const TradeId last = trade(order, 100, 0);
  push_out();
  apply();
  EXPECT_EQ(fills({"", "", order, 10}), (Trades{3, 2, 1}));
  bust(last, order, 100);
  apply();
  for (int opened = 0; opened < 2; ++opened) {
    SCOPED_TRACE(opened);
    EXPECT_EQ(fills({"", "", order, 10}), (Trades{-3, 2, 1}));
    EXPECT_EQ(fills({"alice", "", {}, 10}), (Trades{-3, 2, 1}));
    EXPECT_EQ(fills({"alice", "", {}, 10, last}), (Trades{2, 1}));
    reopen();
  }
}

TEST_F(FillsTest, BustedTradesThatAreOlderThanTheLastGoodOneAreTold) {
  const OrderId earlier = route(100);
  trade(earlier, 100, 0);
  const OrderId order = route(300);
  bust(trade(order, 100, 200), order, 100);
  trade(order, 100, 100);
  bust(trade(order, 50, 50), order, 50);
  trade(order, 50, 0);
  apply();
  const Trades all{5, -4, 3, -2};
  EXPECT_EQ(fills({"", "", order, 10}), all);
  push_out();
  apply();
  for (int opened = 0; opened < 2; ++opened) {
    SCOPED_TRACE(opened);
    EXPECT_EQ(fills({"", "", order, 10}), all);
    EXPECT_EQ(fills({"alice", "", order, 3}), (Trades{5, -4, 3}));
    EXPECT_EQ(fills({"alice", "", order, 3, TradeId{4}}), (Trades{3, -2}));
    EXPECT_EQ(fills({"bob", "", order, 10}), Trades{});
    EXPECT_EQ(fills({"", "", earlier, 10}), Trades{1});
    reopen();
  }
}

TEST_F(FillsTest, AStoreThatDidNotKeepWhichTradesAreBustedFindsThemInItsFrames) {
  const OrderId order = route(300);
  bust(trade(order, 100, 200), order, 100);
  trade(order, 100, 100);
  push_out();
  apply();
  ASSERT_TRUE(books_->stop());
  books_.reset();
  test::put_into_format_before(options_.store.directory);
  // The second time from its own pages.
  for (int opened = 0; opened < 2; ++opened) {
    SCOPED_TRACE(opened);
    books_ = open_books(options_);
    EXPECT_EQ(fills({"", "", order, 10}), (Trades{2, -1}));
    EXPECT_EQ(books_->ledger().changed_page_count(), opened == 0 ? 1u : 0u);
    ASSERT_TRUE(books_->stop());
    books_.reset();
  }
}

TEST_F(FillsTest, TheTwoOfATradeWithOneselfComeTogether) {
  for (int number = 0; number < 3; ++number)
    feed_.trade(alice_, alice_, acme_, Quantity{1}, price_cents(100));
  feed_.trade(alice_, bob_, acme_, Quantity{1}, price_cents(100));
  apply();
  for (int round = 0; round < 2; ++round) {
    SCOPED_TRACE(round == 0 ? "from memory" : "from disk");
    for (std::uint32_t limit = 1; limit <= 8; ++limit) {
      Trades all;
      FillsRequest request{"alice", "", {}, limit};
      for (Trades page = fills(request); !page.empty(); page = fills(request)) {
        EXPECT_LE(page.size(), limit + 1);
        all.insert(all.end(), page.begin(), page.end());
        request.before = TradeId{static_cast<std::uint64_t>(page.back())};
      }
      EXPECT_EQ(all, (Trades{4, 3, 3, 2, 2, 1, 1})) << limit;
    }
    push_out();
    apply();
  }
}

TEST_F(FillsTest, OfAnAccountThatNeverTradedNothingIsRead) {
  const AccountId carol = feed_.open_account("carol");
  push_out();
  apply();
  for (const AccountId account : {alice_, carol}) {
    const auto found =
        fills_view(books_->ledger(), {.account = account, .symbol = {}, .order = {}, .limit = 5});
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->older_on_disk);
  }
  const auto found =
      fills_view(books_->ledger(), {.account = bob_, .symbol = {}, .order = {}, .limit = 50'000});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->older_on_disk);
}

TEST_F(FillsTest, OfAnOrderThatMemoryHoldsInPartTheRestIsRead) {
  const OrderId order = route(300);
  bust(trade(order, 100, 200), order, 100);
  trade(order, 100, 100);
  push_out();
  const TradeId last = trade(order, 100, 0);
  bust(last, order, 100);
  apply();
  const auto number = static_cast<std::int64_t>(last.value);
  EXPECT_EQ(fills({"", "", order, 10}), (Trades{-number, 2, -1}));
  reopen();
  EXPECT_EQ(fills({"", "", order, 10}), (Trades{-number, 2, -1}));
}

TEST_F(FillsTest, WhereTradesBeforeOneEndIsFoundToTheFrame) {
  // Frames with trades, and stretches of them without.
  std::mt19937_64 random(1);
  for (int stretch = 0; stretch < 40; ++stretch) {
    for (std::uint64_t count = random() % 300; count > 0; --count) {
      if (stretch % 3 == 0) {
        feed_.move_cash(alice_, Money{1});
      } else {
        feed_.trade(alice_, bob_, acme_, Quantity{1}, price_cents(100));
      }
    }
  }
  std::vector<std::pair<TradeId, Sequence>> trades;
  for (const Event& event : feed_.events()) {
    if (const auto* trade = std::get_if<TradeExecuted>(&event.body))
      trades.emplace_back(trade->trade, event.sequence);
  }
  const Sequence end = feed_.sequence() + 1;
  apply();
  auto reader = books_->store().begin_read();
  ASSERT_TRUE(reader);
  for (std::size_t index = 0; index <= trades.size(); ++index) {
    const TradeId trade{index + 1};
    const auto found = reader->end_of_trades_before(trade, end);
    ASSERT_TRUE(found);
    ASSERT_LE(*found, end);
    if (index > 0) {
      ASSERT_GT(*found, trades[index - 1].second);
    }
    // A frame has the entries of a hundred events at most.
    std::size_t passed_over = 0;
    while (index + passed_over < trades.size() && trades[index + passed_over].second < *found)
      ++passed_over;
    ASSERT_LE(passed_over, 100U) << "trade " << trade.value;
    const auto sooner = reader->end_of_trades_before(trade, 200);
    ASSERT_TRUE(sooner);
    ASSERT_LE(*sooner, 200U);
  }
}

TEST(Fills, FromDiskAreThoseOfALedgerThatHoldsThemAll) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const JournalScript script(seed, 40'000, {.accounts = 30, .symbols = 5, .with_venue = true});
    const TemporaryDirectory home;
    BooksOptions options = options_for(home);
    options.capacity.trades_kept_max = trades_kept_min;
    std::mt19937_64 random(seed);
    const auto below = [&random](std::uint64_t bound) { return random() % bound; };
    auto books = open_books(options);
    ledger::Ledger whole;
    std::vector<ledger::Entry> entries;
    std::uint64_t asked = 0;
    while (books->position().batch < script.batch_count()) {
      const wire::Batch& batch = script.batch(books->position().batch + 1);
      if (batch.header.first_sequence > whole.sequence()) {
        ASSERT_TRUE(whole.fold(batch.events, entries));
      }
      ASSERT_TRUE(books->apply(batch));
      if (below(4) == 0) {
        ASSERT_TRUE(books->flush());
      }
      if (below(200) == 0) {
        books->begin_checkpoint();
        ASSERT_TRUE(books->flush());
      }
      if (below(400) == 0) {
        if (below(2) == 0) {
          ASSERT_TRUE(books->stop());
        }
        books.reset();
        books = open_books(options);
        continue;
      }
      if (below(100) > 0 || books->ledger().trades().oldest() == 0) continue;
      if (books->ledger().sequence() != whole.sequence()) continue;  // it folds again what was lost
      for (int number = 0; number < 40; ++number) {
        FillsRequest request;
        request.limit = static_cast<std::uint32_t>(1 + below(below(2) == 0 ? 20 : ledger::answer_rows_max));
        const auto account = AccountId{static_cast<std::uint32_t>(1 + below(whole.account_count()))};
        if (below(2) == 0) request.account = whole.account(account)->name.string();
        if (below(4) == 0) request.symbol = "S" + std::to_string(1 + below(5));
        if (below(2) == 0) request.order = OrderId{1 + below(whole.orders().newest().value)};
        if (below(2) == 0) request.before = TradeId{1 + below(entries.back().trade.value + 2)};
        ledger::FillsWanted wanted{whole.find_account(request.account), whole.find_symbol(request.symbol),
                                   request.order, request.limit, request.before};
        const auto expected = fills_view(whole, wanted);
        const auto told = ask<FillsReply>(*books, request);
        ASSERT_TRUE(expected && told) << told.error().message;
        ASSERT_EQ(text_of(told->fills), text_of(expected->fills))
            << "account '" << request.account << "', symbol '" << request.symbol << "', order "
            << request.order.value << ", limit " << request.limit << ", before " << request.before.value;
        ++asked;
      }
    }
    EXPECT_GT(books->ledger().trades().oldest(), 1'000u);
    EXPECT_GT(asked, 100u);
  }
}

}  // namespace
}  // namespace trade::ledgerd
