// What the owner of an account is told of the journal, portion by portion.
#include "follower/account_journal.hpp"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "journal/archive.hpp"
#include "lib/follower/test_journal.hpp"
#include "lib/journal/support.hpp"
#include "support/temporary_directory.hpp"

namespace trade::follower {
namespace {

constexpr AccountId alice{1};
constexpr AccountId bob{2};

class AccountJournalTest : public testing::Test {
 protected:
  AccountJournal::Open opener() {
    return [this] {
      ++opened_;
      return journal::open_reader(directory_.path());
    };
  }
  [[nodiscard]] Position end() const { return {journal_.head().batch, journal_.head().last_sequence, 0}; }
  /// The sequences of all events from this one on, asked for until nothing is left.
  std::vector<Sequence> all(AccountJournal& of, AccountId account, Sequence from, std::uint32_t limit,
                            bool remember_batch = true) {
    std::vector<Sequence> found;
    std::uint64_t batch = 0;
    for (int i = 0; i < 10'000; ++i) {
      const auto reply = of.read({.account = "a", .from_sequence = from, .from_batch = batch, .limit = limit},
                                 account, end());
      EXPECT_TRUE(reply) << reply.error().message;
      if (!reply) break;
      EXPECT_LE(reply->events.size(), limit);
      for (const Event& event : reply->events) {
        EXPECT_EQ(std::get<CashMoved>(event.body).account, account);
        found.push_back(event.sequence);
      }
      EXPECT_TRUE(reply->next_sequence > from || reply->events.empty());
      from = reply->next_sequence;
      batch = remember_batch ? reply->next_batch : 0;
      EXPECT_EQ(reply->head_sequence, end().last_sequence);
      if (from > reply->head_sequence) break;
    }
    return found;
  }

  test::TemporaryDirectory directory_;
  test::TestJournal journal_{directory_.path()};
  int opened_ = 0;
};

TEST_F(AccountJournalTest, TheEndIsToldWithoutReadingAnything) {
  journal_.append_any(3);
  AccountJournal of(opener());
  const auto reply = of.read({.account = "alice"}, alice, end());
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->events.empty());
  EXPECT_EQ(reply->next_sequence, 4u);
  EXPECT_EQ(reply->next_batch, 2u);
  EXPECT_EQ(reply->head_sequence, 3u);
  EXPECT_EQ(opened_, 0);
}

TEST_F(AccountJournalTest, EveryEventComesOnceWhateverThePortions) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::pair<AccountId, Sequence>> written;
  Sequence next = 1;
  for (int batch = 0; batch < 120; ++batch) {
    std::vector<EventBody> bodies;
    const std::uint64_t count = random() % 12;
    for (std::uint64_t i = 0; i < count; ++i) {
      const AccountId account = random() % 3 == 0 ? alice : bob;
      bodies.emplace_back(CashMoved{account, Money{1}, Money{1}});
      written.emplace_back(account, next++);
    }
    journal_.append(std::move(bodies));
  }
  const auto expected = [&](AccountId account, Sequence from) {
    std::vector<Sequence> sequences;
    for (const auto& [owner, sequence] : written) {
      if (owner == account && sequence >= from) sequences.push_back(sequence);
    }
    return sequences;
  };
  AccountJournal wide(opener());
  AccountJournal narrow(opener(), {.events_max = 4'096, .batches_max = 1, .time_ns_max = 0});
  for (const AccountId account : {alice, bob}) {
    for (const Sequence from : {Sequence{1}, next / 2, next - 1}) {
      EXPECT_EQ(all(wide, account, from, 4'096), expected(account, from));
      EXPECT_EQ(all(wide, account, from, 1), expected(account, from));
      EXPECT_EQ(all(wide, account, from, 5, false), expected(account, from));
      EXPECT_EQ(all(narrow, account, from, 3), expected(account, from));
    }
  }
  EXPECT_TRUE(all(wide, AccountId{9}, 1, 100).empty());
}

TEST_F(AccountJournalTest, WhatComesLaterIsFoundFromWhereItWasLeft) {
  journal_.append_any(2);
  AccountJournal of(opener());
  auto reply = of.read({.account = "alice", .from_sequence = 1}, alice, end());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->events.size(), 2u);
  const Sequence from = reply->next_sequence;
  const std::uint64_t batch = reply->next_batch;
  reply = of.read({.account = "alice", .from_sequence = from, .from_batch = batch}, alice, end());
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->events.empty());
  EXPECT_EQ(reply->next_sequence, from);
  journal_.append_any(1);
  reply = of.read({.account = "alice", .from_sequence = from, .from_batch = batch}, alice, end());
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->events.size(), 1u);
  EXPECT_EQ(reply->events.front().sequence, 3u);
}

TEST_F(AccountJournalTest, TextsAreGoodAsLongAsTheAnswer) {
  for (int i = 0; i < 5; ++i) {
    const std::string id = "order-" + std::to_string(i);
    OrderAccepted accepted{.order = OrderId{static_cast<std::uint64_t>(i + 1)}, .account = alice};
    accepted.client_order_id = id;
    journal_.append({accepted});
  }
  AccountJournal of(opener());
  const auto reply = of.read({.account = "alice", .from_sequence = 1}, alice, end());
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->events.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(std::get<OrderAccepted>(reply->events[i].body).client_order_id, "order-" + std::to_string(i));
  }
}

TEST_F(AccountJournalTest, ABatchThatIsNotThereIsSaid) {
  journal_.append_any(1);
  AccountJournal of(opener());
  Position beyond = end();
  beyond.batch = 5;
  beyond.last_sequence = 9;
  const auto reply = of.read({.account = "alice", .from_sequence = 2, .from_batch = 2}, alice, beyond);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::not_found);
}

TEST_F(AccountJournalTest, AnEventThatWasRemovedIsNotPassedOver) {
  const auto old = directory_.path() / "old";
  journal::make_journal(old, 30);
  const auto go_on = [](std::uint64_t, std::uint64_t) { return true; };
  ASSERT_TRUE(journal::save_checkpoint(old, 30, {}));
  ASSERT_TRUE(journal::archive(old, 20, go_on));
  ASSERT_TRUE(journal::prune(old, 20, go_on));
  std::filesystem::remove_all(old / "archive");
  AccountJournal of([&] { return journal::open_reader(old); });
  const Position last{30, 180, 0};
  const auto removed = of.read({.account = "alice", .from_sequence = 120}, alice, last);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().name, journal::batch_not_archived);
  EXPECT_EQ(removed.error().hint, "begin with event 121");
  const auto left = of.read({.account = "alice", .from_sequence = 121}, alice, last);
  ASSERT_TRUE(left) << left.error().message;
  EXPECT_EQ(left->events.front().sequence, 121u);
}

}  // namespace
}  // namespace trade::follower
