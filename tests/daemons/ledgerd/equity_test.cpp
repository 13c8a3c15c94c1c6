// What accounts were worth, as it is noted and told again.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "books_support.hpp"
#include "calendar/calendar.hpp"
#include "journal_script.hpp"
#include "ledger/views.hpp"
#include "ledgerd/books.hpp"
#include "lib/ledger/event_feed.hpp"

namespace trade::ledgerd {
namespace {

using ledger::test::dollars;
using ledger::test::EventFeed;
using ledger::test::price_cents;
using ledger::test::RandomMarket;
using test::open_books;
using test::options_for;
using test::TemporaryDirectory;

constexpr std::int64_t minute_ns = 60 * nanoseconds_per_second;
constexpr std::int64_t day_ns = 1'440 * minute_ns;

/// A journal whose batches come at times that the test says.
class TimedJournal {
 public:
  /// The events of the feed as one batch, all at this time.
  const wire::Batch& batch_at(Timestamp time, std::vector<Event> events) {
    batch_.header.batch += 1;
    batch_.header.first_sequence = next_sequence_;
    batch_.header.state_hash = batch_.header.batch * 7;
    next_sequence_ += events.size();
    batch_.events = std::move(events);
    for (Event& event : batch_.events)
      event.timestamp = time;
    return batch_;
  }

 private:
  wire::Batch batch_;
  Sequence next_sequence_ = 1;
};

EquityHistoryReply ask(Books& books, const EquityHistoryRequest& request) {
  ReplyBody body = books.answer(request);
  if (auto* error = std::get_if<ErrorReply>(&body)) {
    ADD_FAILURE() << error->error.message;
    return {};
  }
  return std::get<EquityHistoryReply>(std::move(body));
}

class Equity : public testing::Test {
 protected:
  /// Folds what the feed has as one batch at 14:30 in UTC of 30 January 2026, and so many minutes later.
  void apply(std::int64_t minutes) {
    const Status applied = books_->apply(journal_.batch_at(at(minutes), feed_.take()));
    ASSERT_TRUE(applied) << applied.error().message;
    ASSERT_TRUE(books_->commit());
  }
  static Timestamp at(std::int64_t minutes) {
    return {1'769'783'400'000'000'000 + minutes * minute_ns + 7 * nanoseconds_per_second};
  }
  /// The start of the minute.
  static Timestamp minute(std::int64_t minutes) {
    return {at(minutes).nanoseconds - 7 * nanoseconds_per_second};
  }

  const TemporaryDirectory home_;
  std::unique_ptr<Books> books_ = open_books(options_for(home_));
  TimedJournal journal_;
  EventFeed feed_;
};

TEST_F(Equity, IsNotedAtTheEndOfEachMinuteThatChangedIt) {
  const AccountId alice = feed_.open_account("alice");
  const AccountId bob = feed_.open_account("bob");
  const SymbolId apple = feed_.add_symbol("AAPL", price_cents(10'000));
  feed_.move_cash(alice, dollars(1'000));
  apply(0);
  feed_.add(SharesTransferred{bob, apple, Quantity{10}, price_cents(10'000)});
  apply(1);
  feed_.trade(alice, bob, apple, Quantity{2}, price_cents(10'000));
  apply(1);
  // A print moves what shares are worth; nothing else happens for a while.
  feed_.add(TradePrinted{feed_.next_trade(), apple, price_cents(11'000), Quantity{1}});
  apply(5);
  feed_.move_cash(bob, dollars(5));
  apply(20);

  const auto minutes = ask(*books_, {"alice", EquityStep::minute, {}, {}});
  EXPECT_FALSE(minutes.before);
  EXPECT_THAT(minutes.rows, testing::ElementsAre(EquityView{minute(0), dollars(1'000), dollars(1'000)},
                                                 EquityView{minute(5), dollars(1'020), dollars(1'000)}));
  EXPECT_EQ(minutes.now, (EquityView{at(20), dollars(1'020), dollars(1'000)}));
  const auto of_bob = ask(*books_, {"bob", EquityStep::minute, minute(2), minute(5)});
  EXPECT_EQ(of_bob.before, (EquityView{minute(1), dollars(1'000), dollars(1'000)}));
  EXPECT_THAT(of_bob.rows, testing::ElementsAre(EquityView{minute(5), dollars(1'080), dollars(1'000)}));
  EXPECT_EQ(of_bob.now.equity, dollars(1'085));
  const auto quarters = ask(*books_, {"alice", EquityStep::quarter_hour, {}, {}});
  EXPECT_THAT(quarters.rows, testing::ElementsAre(EquityView{minute(0), dollars(1'020), dollars(1'000)}));
  EXPECT_THAT(ask(*books_, {"alice", EquityStep::day, {}, {}}).rows, testing::IsEmpty());
  EXPECT_TRUE(std::holds_alternative<ErrorReply>(
      books_->answer(EquityHistoryRequest{"nobody", EquityStep::day, {}, {}})));
}

TEST_F(Equity, ADayEndsAtMidnightInNewYork) {
  const AccountId alice = feed_.open_account("alice");
  feed_.move_cash(alice, dollars(1));
  apply(0);
  feed_.move_cash(alice, dollars(1));
  apply(14 * 60);  // 04:30 in UTC of the next date, 23:30 in New York of the same
  feed_.move_cash(alice, dollars(1));
  apply(15 * 60);
  const Timestamp date{minute(0).nanoseconds / day_ns * day_ns};
  EXPECT_THAT(ask(*books_, {"alice", EquityStep::day, {}, {}}).rows,
              testing::ElementsAre(EquityView{date, dollars(2), dollars(2)}));
}

TEST_F(Equity, WhatDidNotChangeForLongIsKnownFromCoarserNotes) {
  const AccountId alice = feed_.open_account("alice");
  const AccountId bob = feed_.open_account("bob");
  feed_.move_cash(alice, dollars(1'000));
  apply(0);
  for (std::int64_t day = 1; day <= 60; ++day) {
    feed_.move_cash(bob, dollars(1));
    apply(day * 1'440);
  }
  const auto found = ask(*books_, {"alice", EquityStep::minute, minute(59 * 1'440), {}});
  ASSERT_TRUE(found.before);
  EXPECT_EQ(found.before->equity, dollars(1'000));
  EXPECT_THAT(found.rows, testing::IsEmpty());
  // Of the minutes, those of a week are kept; of the days all.
  const auto of_bob = ask(*books_, {"bob", EquityStep::minute, {}, {}});
  EXPECT_EQ(of_bob.rows.size(), 7u);
  EXPECT_EQ(ask(*books_, {"bob", EquityStep::quarter_hour, {}, {}}).rows.size(), 35u);
  EXPECT_EQ(ask(*books_, {"bob", EquityStep::day, {}, {}}).rows.size(), 60u);
}

TEST_F(Equity, IsAskedForFromAnyMomentToAny) {
  const AccountId alice = feed_.open_account("alice");
  feed_.move_cash(alice, dollars(1'000));
  apply(0);
  feed_.move_cash(alice, dollars(1));
  apply(3 * 1'440);
  for (const EquityStep step : {EquityStep::minute, EquityStep::quarter_hour, EquityStep::day}) {
    SCOPED_TRACE(static_cast<int>(step));
    const auto all = ask(*books_, {"alice", step, {}, {}});
    ASSERT_EQ(all.rows.size(), 1u);
    for (const std::int64_t from : {INT64_MIN, std::int64_t{-1}, std::int64_t{1}}) {
      for (const std::int64_t to : {std::int64_t{0}, INT64_MAX}) {
        const auto found = ask(*books_, {"alice", step, {from}, {to}});
        EXPECT_EQ(found.rows, all.rows);
        EXPECT_FALSE(found.before);
      }
      EXPECT_THAT(ask(*books_, {"alice", step, {from}, {INT64_MIN}}).rows, testing::IsEmpty());
    }
    // Near the end of time there is nothing any more; what came before is told.
    for (const std::int64_t from : {INT64_MAX, INT64_MAX - 1, INT64_MAX - day_ns}) {
      const auto found = ask(*books_, {"alice", step, {from}, {INT64_MAX}});
      EXPECT_THAT(found.rows, testing::IsEmpty());
      ASSERT_TRUE(found.before);
      EXPECT_EQ(found.before->equity, dollars(1'000));
    }
    EXPECT_EQ(step_end(step, UINT32_MAX).nanoseconds, INT64_MAX);
    EXPECT_EQ(step_start(step, UINT32_MAX).nanoseconds, INT64_MAX);
    const std::uint32_t beyond = first_step_from(step, {INT64_MAX});
    EXPECT_EQ(step_of(EquityStep::minute, {INT64_MAX}) / 1'440 + 1,
              first_step_from(EquityStep::day, {INT64_MAX}));
    EXPECT_EQ(step_start(step, beyond).nanoseconds, INT64_MAX);
    EXPECT_LT(step_start(step, beyond - 1).nanoseconds, INT64_MAX);
  }
}

/// However the books are closed meanwhile, they tell the history that a fold from the start tells.
TEST(EquityHistory, IsThatOfTheJournalHoweverOftenTheBooksAreReopened) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const TemporaryDirectory home;
    auto books = open_books(options_for(home));
    RandomMarket market(seed, {.accounts = 12});
    TimedJournal journal;
    ledger::Ledger truth;
    std::vector<ledger::Entry> entries;
    std::vector<wire::Batch> batches;
    std::int64_t now_ns = 1'769'783'400'000'000'000;
    // By minute, what each account was worth at its end.
    std::map<std::int64_t, std::vector<EquityView>> expected;
    for (int number = 0; number < 150; ++number) {
      for (std::int64_t steps = 1 + market.below(12); steps > 0; --steps)
        market.step();
      const std::int64_t passed = market.below(10);
      if (passed > 4) now_ns += (passed - 4) * 17 * nanoseconds_per_second;
      if (passed == 9) now_ns += market.below(600) * minute_ns;
      batches.push_back(journal.batch_at({now_ns}, market.feed().take()));
      ASSERT_TRUE(truth.fold(batches.back().events, entries));
      auto& rows = expected[now_ns / minute_ns];
      rows.clear();
      for (std::uint32_t account = 1; account <= truth.account_count(); ++account) {
        const ledger::AccountRecord& record = *truth.account(AccountId{account});
        rows.push_back({{now_ns / minute_ns * minute_ns}, *equity_of(truth, record), record.external});
      }
      ASSERT_TRUE(books->apply(batches.back()));
      ASSERT_TRUE(books->commit());
      const std::int64_t fate = market.below(30);
      if (fate == 0) {
        ASSERT_TRUE(books->stop());
      }
      if (fate == 1) books->begin_checkpoint();
      if (fate > 1) continue;
      books.reset();
      books = open_books(options_for(home));
      for (std::uint64_t again = books->position().batch; again < batches.size(); ++again)
        ASSERT_TRUE(books->apply(batches[again]));
    }
    const std::int64_t last_minute = expected.rbegin()->first;
    for (std::uint32_t account = 1; account <= truth.account_count(); ++account) {
      const std::string name = truth.account(AccountId{account})->name.string();
      const auto told = ask(*books, {name, EquityStep::minute, {}, {}});
      std::map<std::int64_t, EquityView> rows;
      for (const EquityView& row : told.rows)
        rows[row.start.nanoseconds / minute_ns] = row;
      for (const auto& [minute, views] : expected) {
        if (minute == last_minute) break;
        const auto next = rows.upper_bound(minute);
        ASSERT_NE(next, rows.begin()) << name << " has nothing by minute " << minute;
        EXPECT_EQ(std::prev(next)->second.equity, views[account - 1].equity) << name << " minute " << minute;
        EXPECT_EQ(std::prev(next)->second.deposited, views[account - 1].deposited);
      }
      EXPECT_EQ(told.now.equity, expected.rbegin()->second[account - 1].equity);
    }
  }
}

TEST(EquityRows, AreFoundByAccountAndRefusedWhenCut) {
  ByteWriter writer;
  for (const std::uint32_t account : {2u, 5u, 9u}) {
    writer.write(account);
    writer.write(std::int64_t{account} * 10);
    writer.write(std::int64_t{account} * 100);
  }
  const auto rows = writer.bytes();
  for (std::uint32_t account = 1; account <= 10; ++account) {
    const auto found = find_equity(rows, AccountId{account});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->has_value(), account == 2 || account == 5 || account == 9) << account;
    if (*found) {
      EXPECT_EQ((*found)->equity, Money{std::int64_t{account} * 10});
    }
  }
  EXPECT_FALSE(find_equity(std::span(rows).first(rows.size() - 1), AccountId{2}));
  EXPECT_TRUE(find_equity({}, AccountId{2}));
}

}  // namespace
}  // namespace trade::ledgerd
