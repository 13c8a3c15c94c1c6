// Watchlists: kept across openings, bounded, and each account's own.
#include "access/watchlist_store.hpp"

#include <gtest/gtest.h>

#include "access/key_store.hpp"
#include "support/temporary_directory.hpp"

namespace trade::access::test {

namespace {

constexpr Timestamp now{1'000};
constexpr Timestamp later{2'000};
using Symbols = std::vector<std::string>;

class WatchlistStoreTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    store_.reset();
    auto opened = WatchlistStore::open(directory_.path() / "access");
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }

  trade::test::TemporaryDirectory directory_;
  std::unique_ptr<WatchlistStore> store_;
};

TEST_F(WatchlistStoreTest, ListsAreKeptInOrderAndEachSymbolOnce) {
  const auto made = store_->create("alice", "tech", {"AAPL", "MSFT", "AAPL"}, now);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->symbols, (Symbols{"AAPL", "MSFT"}));
  ASSERT_TRUE(store_->create("alice", "empty", {}, now));
  Watchlist wanted = *made;
  wanted.name = "big";
  wanted.symbols.emplace_back("IBM");
  ASSERT_TRUE(store_->change(wanted, later));
  open();
  const auto lists = store_->list("alice");
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_EQ(lists[0].name, "big");
  EXPECT_EQ(lists[0].symbols, (Symbols{"AAPL", "MSFT", "IBM"}));
  EXPECT_EQ(lists[0].created_at, now);
  EXPECT_EQ(lists[0].updated_at, later);
  EXPECT_EQ(lists[1].name, "empty");
  ASSERT_TRUE(store_->remove("alice", lists[0].number));
  open();
  EXPECT_EQ(store_->list("alice").size(), 1U);
  EXPECT_GT(store_->create("alice", "next", {}, now)->number, lists[1].number);
}

TEST_F(WatchlistStoreTest, AnotherAccountsListDoesNotExist) {
  const auto made = store_->create("alice", "mine", {}, now);
  ASSERT_TRUE(made);
  EXPECT_EQ(store_->find("bob", made->number).error().code, ErrorCode::not_found);
  EXPECT_EQ(store_->find("bob", "mine").error().code, ErrorCode::not_found);
  EXPECT_EQ(store_->remove("bob", made->number).error().code, ErrorCode::not_found);
  Watchlist wanted = *made;
  wanted.account = "bob";
  EXPECT_FALSE(store_->change(wanted, later));
  EXPECT_TRUE(store_->create("bob", "mine", {}, now)) << "names are an account's own";
  EXPECT_TRUE(store_->find("alice", "mine"));
}

TEST_F(WatchlistStoreTest, WhatIsTooMuchOrTakenIsRefused) {
  ASSERT_TRUE(store_->create("alice", "one", {}, now));
  EXPECT_EQ(store_->create("alice", "one", {}, now).error().name, "duplicate_watchlist");
  for (const std::string& name : {std::string(), std::string("a\nb"), std::string(65, 'x')})
    EXPECT_EQ(store_->create("alice", name, {}, now).error().code, ErrorCode::usage);
  Symbols many;
  for (std::size_t i = 0; i <= WatchlistStore::symbols_max; ++i)
    many.push_back("S" + std::to_string(i));
  EXPECT_EQ(store_->create("alice", "many", many, now).error().code, ErrorCode::usage);
  for (std::size_t i = 1; i < WatchlistStore::lists_of_account_max; ++i)
    ASSERT_TRUE(store_->create("alice", "list " + std::to_string(i), {}, now));
  EXPECT_EQ(store_->create("alice", "more", {}, now).error().name, "capacity_reached");
  EXPECT_TRUE(store_->create("bob", "more", {}, now));
}

TEST_F(WatchlistStoreTest, LiesBesideTheKeys) {
  auto keys = KeyStore::open(directory_.path() / "access");
  ASSERT_TRUE(keys);
  ASSERT_TRUE((*keys)->create({.account = "alice"}, now));
  ASSERT_TRUE(store_->create("alice", "one", {}, now));
  EXPECT_EQ((*keys)->list().size(), 1U);
}

}  // namespace

}  // namespace trade::access::test
