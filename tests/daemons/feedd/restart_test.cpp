// What feedd stores and takes up again: after a clean stop, a kill, damage, and a disk that was full.
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "daemons/feedd/made_up_day.hpp"
#include "feedd/feed.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace trade::feedd {
namespace {

constexpr std::uint64_t seed = 20'260'130;
constexpr std::chrono::milliseconds patience{10'000};

FeedOptions options_in(const std::filesystem::path& directory) {
  FeedOptions options;
  options.directory = directory;
  options.map_bytes = std::size_t{1} << 20;
  options.save_interval = std::chrono::milliseconds(0);
  options.save_time_share = 1;
  return options;
}

std::unique_ptr<Feed> open(const FeedOptions& options) {
  auto feed = Feed::open(options);
  if (!feed) {
    ADD_FAILURE() << feed.error().message;
    return nullptr;
  }
  return std::move(*feed);
}

std::int64_t counter(const Feed& feed, const std::string& name) {
  DaemonView view;
  feed.describe(view);
  return view.counters.at(name);
}

/// Gives the feed time until it has stored the batch that it has applied.
bool store_all(Feed& feed) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (counter(feed, "stored_batch") != static_cast<std::int64_t>(feed.position().batch)) {
    if (std::chrono::steady_clock::now() > deadline || !feed.idle({})) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

/// Applies batches of `day` up to this one.
void apply_until(Feed& feed, MadeUpDay& day, std::uint64_t batch) {
  while (feed.position().batch < batch) {
    const Status applied = feed.apply(day.next());
    ASSERT_TRUE(applied) << applied.error().message;
    ASSERT_TRUE(feed.commit());
  }
}

TEST(FeedRestart, ANewStoreIsEmpty) {
  const test::TemporaryDirectory directory;
  const auto feed = open(options_in(directory / "feed"));
  EXPECT_EQ(feed->position(), follower::Position{});
  EXPECT_EQ(feed->market().symbol_count(), 0u);
}

TEST(FeedRestart, GoesOnWhereItStopped) {
  const test::TemporaryDirectory directory;
  const FeedOptions options = options_in(directory / "feed");
  MadeUpDay day(seed);
  std::mt19937_64 random(seed);
  std::uint64_t batch = 0;
  for (int round = 0; round < 12; ++round) {
    const auto feed = open(options);
    ASSERT_EQ(feed->position().batch, batch);
    ASSERT_EQ(contents_of(feed->market()), contents_of(market_after(seed, batch))) << "batch " << batch;
    if (batch > 0) {
      ASSERT_EQ(feed->position(), day.position());
    }
    for (int saves = 0; saves < 3; ++saves) {
      batch += 1 + random() % 70;
      apply_until(*feed, day, batch);
      ASSERT_TRUE(store_all(*feed));
    }
    batch += random() % 5;
    apply_until(*feed, day, batch);
    ASSERT_TRUE(feed->stop());
  }
  // The rings have gone round: what is stored is bounded.
  EXPECT_GT(market_after(seed, batch).symbol(SymbolId{1}).tape.count(), market::tape_entries_max);
}

TEST(FeedRestart, WithoutAStopItGoesOnFromTheLastStore) {
  const test::TemporaryDirectory directory;
  const FeedOptions options = options_in(directory / "feed");
  MadeUpDay day(seed);
  {
    const auto feed = open(options);
    apply_until(*feed, day, 20);
    ASSERT_TRUE(store_all(*feed));
    apply_until(*feed, day, 30);
  }
  const auto feed = open(options);
  EXPECT_EQ(feed->position().batch, 20u);
  EXPECT_EQ(contents_of(feed->market()), contents_of(market_after(seed, 20)));
}

TEST(FeedRestart, WithManyEventsItStoresThemEvenWhereStoringTakesLong) {
  const test::TemporaryDirectory directory;
  FeedOptions options = options_in(directory / "feed");
  options.save_time_share = 1'000'000;  // the next is not due in this life
  options.save_events = 500;
  MadeUpDay day(seed);
  const auto feed = open(options);
  apply_until(*feed, day, 1);
  ASSERT_TRUE(store_all(*feed));
  std::int64_t saves = counter(*feed, "saves");
  for (int round = 0; round < 3; ++round) {
    const Sequence stored = feed->position().last_sequence;
    while (feed->position().last_sequence - stored < options.save_events) {
      ASSERT_TRUE(feed->idle({}));
      EXPECT_EQ(counter(*feed, "saves"), saves);
      apply_until(*feed, day, feed->position().batch + 1);
    }
    ASSERT_TRUE(store_all(*feed));
    EXPECT_EQ(counter(*feed, "saves"), ++saves);
  }
}

TEST(FeedRestart, AfterAKillAtAnyTimeTheStoreIsThatOfOneBatch) {
  const test::TemporaryDirectory directory;
  const FeedOptions options = options_in(directory / "feed");
  std::mt19937_64 random(std::random_device{}());
  std::uint64_t last_batch = 0;
  for (int round = 0; round < 8; ++round) {
    test::Pipe started;
    const std::uint64_t life_us = random() % 60'000;
    SCOPED_TRACE(testing::Message() << "killed after " << life_us << " us of round " << round);
    test::ChildProcess child([&] {
      auto feed = Feed::open(options);
      if (!feed) return 1;
      MadeUpDay day(seed);
      for (std::uint64_t i = 0; i < (*feed)->position().batch; ++i)
        day.next();
      started.send(char{1});
      while (true) {
        if (!(*feed)->apply(day.next()) || !(*feed)->commit() || !(*feed)->idle({})) return 2;
      }
    });
    char ready = 0;
    started.close_writing();
    ASSERT_TRUE(started.receive(ready));
    std::this_thread::sleep_for(std::chrono::microseconds(life_us));
    ASSERT_EQ(child.kill(), -SIGKILL);
    const auto feed = open(options);
    const std::uint64_t batch = feed->position().batch;
    ASSERT_GE(batch, last_batch);
    ASSERT_EQ(contents_of(feed->market()), contents_of(market_after(seed, batch))) << "batch " << batch;
    last_batch = batch;
  }
  EXPECT_GT(last_batch, 0u) << "nothing was ever stored";
}

TEST(FeedRestart, AFullDiskStopsTheStoringAndNotTheMarket) {
  const test::TemporaryDirectory directory;
  const FeedOptions options = options_in(directory / "feed");
  test::ChildProcess child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    auto opened = Feed::open(options);
    if (!opened) return 1;
    Feed& feed = **opened;
    MadeUpDay day(seed);
    struct rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 40 << 10;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (counter(feed, "save_failures") == 0) {
      if (std::chrono::steady_clock::now() > deadline) return 2;
      if (!feed.apply(day.next()) || !feed.commit() || !feed.idle({})) return 3;
    }
    const ReplyBody reply = feed.answer(QuotesRequest{});
    if (!std::holds_alternative<QuotesReply>(reply)) return 4;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    if (!store_all(feed)) return 5;
    return contents_of(feed.market()) == contents_of(market_after(seed, feed.position().batch)) ? 0 : 6;
  });
  ASSERT_EQ(child.wait(), 0);
  const auto feed = open(options);
  EXPECT_GT(feed->position().batch, 0u);
  EXPECT_EQ(contents_of(feed->market()), contents_of(market_after(seed, feed->position().batch)));
}

class DamagedStore : public testing::Test {
 protected:
  DamagedStore() {
    MadeUpDay day(seed);
    const auto feed = open(options_);
    apply_until(*feed, day, 40);
    EXPECT_TRUE(feed->stop());
  }
  /// Changes one database as `damage` says, and expects that the store is then made anew.
  void expect_made_anew_after(const std::string& name,
                              const std::function<Status(store::Transaction&, store::Database)>& damage) {
    {
      auto environment = store::Environment::open(options_.directory);
      ASSERT_TRUE(environment) << environment.error().message;
      const auto database = (*environment)->open_database(name, false);
      ASSERT_TRUE(database) << database.error().message;
      const Status damaged = (*environment)->write([&](store::Transaction& transaction) {
        return damage(transaction, *database);
      });
      ASSERT_TRUE(damaged) << damaged.error().message;
    }
    expect_made_anew();
  }
  void expect_made_anew() {
    MadeUpDay day(seed);
    {
      const auto feed = open(options_);
      ASSERT_EQ(feed->position(), follower::Position{});
      ASSERT_EQ(feed->market().symbol_count(), 0u);
      apply_until(*feed, day, 45);
      ASSERT_TRUE(feed->stop());
    }
    EXPECT_EQ(contents_of(open(options_)->market()), contents_of(market_after(seed, 45)));
  }
  const test::TemporaryDirectory directory_;
  const FeedOptions options_ = options_in(directory_ / "feed");
};

TEST_F(DamagedStore, WithoutASymbol) {
  expect_made_anew_after("symbols", [](store::Transaction& transaction, store::Database symbols) -> Status {
    EXPECT_TRUE(transaction.remove(symbols, store::Key().number(std::uint32_t{1})).value());
    return {};
  });
}

TEST_F(DamagedStore, WithoutATradeOfTheTape) {
  expect_made_anew_after("tape", [](store::Transaction& transaction, store::Database tape) -> Status {
    auto cursor = transaction.cursor(tape);
    EXPECT_TRUE(cursor->first().value());
    const std::vector<std::byte> key(cursor->key().begin(), cursor->key().end());
    EXPECT_TRUE(transaction.remove(tape, key).value());
    return {};
  });
}

TEST_F(DamagedStore, WithATradeCutFromAStretch) {
  expect_made_anew_after("tape", [](store::Transaction& transaction, store::Database tape) -> Status {
    auto cursor = transaction.cursor(tape);
    EXPECT_TRUE(cursor->first().value());
    const std::vector<std::byte> key(cursor->key().begin(), cursor->key().end());
    const std::vector<std::byte> value(cursor->value().begin(), cursor->value().end());
    constexpr std::size_t trade_bytes = 41;
    EXPECT_EQ(value.size() % trade_bytes, 0u);
    return transaction.put(tape, key, std::span(value).first(value.size() - trade_bytes));
  });
}

TEST_F(DamagedStore, WithACutRecord) {
  expect_made_anew_after("symbols", [](store::Transaction& transaction, store::Database symbols) {
    const store::Key key = store::Key().number(std::uint32_t{1});
    auto value = transaction.get(symbols, key).value().value();
    const std::vector<std::byte> cut(value.begin(), value.end() - 1);
    return transaction.put(symbols, key, cut);
  });
}

TEST_F(DamagedStore, OfAnotherFormat) {
  expect_made_anew_after("about", [](store::Transaction& transaction, store::Database about) {
    ByteWriter format;
    format.write(store_format + 1);
    return transaction.put(about, std::as_bytes(std::span(std::string_view("format"))), format.bytes());
  });
}

TEST_F(DamagedStore, ThatIsNoLmdbFile) {
  {
    std::ofstream file(options_.directory / "data.mdb", std::ios::binary | std::ios::in);
    file << std::string(16'384, 'x');
  }
  expect_made_anew();
}

TEST_F(DamagedStore, ThatIsCutShort) {
  std::filesystem::resize_file(options_.directory / "data.mdb", 8'192);
  expect_made_anew();
}

}  // namespace
}  // namespace trade::feedd
