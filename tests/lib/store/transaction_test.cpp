#include "store/transaction.hpp"

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support.hpp"
#include "support/temporary_directory.hpp"

namespace trade::store {
namespace {

class TransactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Environment::open(directory_.path(), {.sync = false});
    ASSERT_TRUE(succeeded(opened));
    environment_ = *opened;
    auto database = environment_->open_database("things");
    ASSERT_TRUE(succeeded(database));
    things_ = *database;
  }
  Transaction begin_write() {
    auto transaction = environment_->begin_write();
    EXPECT_TRUE(succeeded(transaction));
    return std::move(*transaction);
  }

  test::TemporaryDirectory directory_;
  std::shared_ptr<Environment> environment_;
  Database things_;
};

TEST_F(TransactionTest, AbortsUnlessCommitted) {
  {
    auto transaction = begin_write();
    ASSERT_TRUE(succeeded(transaction.put(things_, bytes_of("a"), bytes_of("1"))));
    const auto value = transaction.get(things_, bytes_of("a"));
    ASSERT_TRUE(value && value->has_value());
    EXPECT_EQ(text_of(**value), "1");
  }
  EXPECT_EQ(value_of(*environment_, things_, bytes_of("a")), "(none)");
  {
    auto transaction = begin_write();
    ASSERT_TRUE(succeeded(transaction.put(things_, bytes_of("a"), bytes_of("2"))));
    ASSERT_TRUE(succeeded(transaction.commit()));
    EXPECT_FALSE(transaction.put(things_, bytes_of("b"), bytes_of("3")));
    EXPECT_FALSE(transaction.get(things_, bytes_of("a")));
    EXPECT_FALSE(transaction.commit());
  }
  EXPECT_EQ(value_of(*environment_, things_, bytes_of("a")), "2");
}

TEST_F(TransactionTest, PutModes) {
  auto transaction = begin_write();
  ASSERT_TRUE(succeeded(transaction.put(things_, bytes_of("m"), bytes_of("1"), PutMode::insert)));
  ASSERT_TRUE(succeeded(transaction.put(things_, bytes_of("m"), bytes_of("2"))));
  const auto again = transaction.put(things_, bytes_of("m"), bytes_of("3"), PutMode::insert);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().name, "key_exists");
  ASSERT_TRUE(succeeded(transaction.put(things_, bytes_of("n"), bytes_of("4"), PutMode::append)));
  const auto before = transaction.put(things_, bytes_of("a"), bytes_of("5"), PutMode::append);
  ASSERT_FALSE(before);
  EXPECT_EQ(before.error().name, "key_exists");
  ASSERT_TRUE(succeeded(transaction.commit()));
  EXPECT_EQ(value_of(*environment_, things_, bytes_of("m")), "2");
  EXPECT_EQ(value_of(*environment_, things_, bytes_of("n")), "4");
  EXPECT_EQ(value_of(*environment_, things_, bytes_of("a")), "(none)");
}

TEST_F(TransactionTest, RefusesKeysThatAreNone) {
  auto transaction = begin_write();
  const std::string too_long(key_bytes_max + 1, 'x');
  for (const Bytes key : {Bytes{}, bytes_of(too_long)}) {
    const auto put = transaction.put(things_, key, bytes_of("1"));
    ASSERT_FALSE(put);
    EXPECT_NE(put.error().message.find("cannot write a record"), std::string::npos) << put.error().message;
  }
}

TEST_F(TransactionTest, ReservesRemovesCountsAndClears) {
  auto transaction = begin_write();
  auto space = transaction.reserve(things_, bytes_of("big"), 100'000);
  ASSERT_TRUE(succeeded(space));
  ASSERT_EQ(space->size(), 100'000u);
  std::ranges::fill(*space, std::byte{7});
  ASSERT_TRUE(succeeded(transaction.put(things_, bytes_of("small"), bytes_of(""))));
  EXPECT_EQ(transaction.count(things_).value_or(0), 2u);
  EXPECT_EQ(transaction.remove(things_, bytes_of("small")).value_or(false), true);
  EXPECT_EQ(transaction.remove(things_, bytes_of("small")).value_or(true), false);
  ASSERT_TRUE(succeeded(transaction.commit()));
  EXPECT_EQ(value_of(*environment_, things_, bytes_of("big")), std::string(100'000, '\7'));
  ASSERT_TRUE(succeeded(environment_->write([&](Transaction& next) { return next.clear(things_); })));
  EXPECT_EQ(value_of(*environment_, things_, bytes_of("big")), "(none)");
}

TEST_F(TransactionTest, CursorGoesInOrder) {
  ASSERT_TRUE(succeeded(environment_->write([&](Transaction& transaction) -> Status {
    for (std::uint64_t number : {300u, 2u, 70'000u, 1u, 255u, 256u}) {
      const auto text = std::to_string(number);
      if (auto put = transaction.put(things_, Key().number(number), bytes_of(text)); !put) return put;
    }
    return {};
  })));
  auto transaction = environment_->begin_read();
  ASSERT_TRUE(succeeded(transaction));
  auto cursor = transaction->cursor(things_);
  ASSERT_TRUE(succeeded(cursor));
  std::vector<std::string> found;
  for (auto there = cursor->first(); there.value_or(false); there = cursor->next()) {
    found.push_back(text_of(cursor->value()));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"1", "2", "255", "256", "300", "70000"}));
  EXPECT_TRUE(cursor->key().empty());
  found.clear();
  for (auto there = cursor->last(); there.value_or(false); there = cursor->previous()) {
    found.push_back(text_of(cursor->value()));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"70000", "300", "256", "255", "2", "1"}));
  ASSERT_TRUE(cursor->seek(Key().number(std::uint64_t{257})).value_or(false));
  EXPECT_EQ(text_of(cursor->value()), "300");
  EXPECT_EQ(KeyReader(cursor->key()).number<std::uint64_t>(), 300u);
  EXPECT_FALSE(cursor->seek(Key().number(std::uint64_t{70'001})).value_or(true));
}

TEST_F(TransactionTest, CursorOfAnEndedTransactionFails) {
  std::optional<Cursor> cursor;
  {
    auto transaction = begin_write();
    ASSERT_TRUE(succeeded(transaction.put(things_, bytes_of("a"), bytes_of("1"))));
    auto opened = transaction.cursor(things_);
    ASSERT_TRUE(succeeded(opened));
    cursor.emplace(std::move(*opened));
    EXPECT_TRUE(cursor->first().value_or(false));
    auto moved = std::move(transaction);
    EXPECT_TRUE(cursor->first().value_or(false));
    ASSERT_TRUE(succeeded(moved.commit()));
    EXPECT_FALSE(cursor->next());
  }
  EXPECT_FALSE(cursor->first());
}

TEST_F(TransactionTest, ReaderSeesItsSnapshot) {
  ASSERT_TRUE(succeeded(put_one(*environment_, things_, bytes_of("a"), bytes_of("old"))));
  auto snapshot = environment_->begin_read();
  ASSERT_TRUE(succeeded(snapshot));
  ASSERT_TRUE(succeeded(put_one(*environment_, things_, bytes_of("a"), bytes_of("new"))));
  EXPECT_EQ(text_of(snapshot->get(things_, bytes_of("a")).value().value()), "old");
  EXPECT_EQ(value_of(*environment_, things_, bytes_of("a")), "new");
}

TEST_F(TransactionTest, FailedChangeChangesNothing) {
  const auto failed = environment_->write([&](Transaction& transaction) -> Status {
    if (auto put = transaction.put(things_, bytes_of("a"), bytes_of("1")); !put) return put;
    return fail(ErrorCode::usage, "no");
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "no");
  EXPECT_EQ(value_of(*environment_, things_, bytes_of("a")), "(none)");
}

TEST_F(TransactionTest, WritersTakeTurns) {
  constexpr int threads_count = 4;
  constexpr int rounds = 50;
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_count; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < rounds; ++round) {
        const auto counted = environment_->write([&](Transaction& transaction) -> Status {
          const auto value = transaction.get(things_, bytes_of("counter"));
          if (!value) return std::unexpected(value.error());
          const int old = value->has_value() ? std::stoi(text_of(**value)) : 0;
          return transaction.put(things_, bytes_of("counter"), bytes_of(std::to_string(old + 1)));
        });
        EXPECT_TRUE(succeeded(counted));
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(value_of(*environment_, things_, bytes_of("counter")), std::to_string(threads_count * rounds));
}

}  // namespace
}  // namespace trade::store
