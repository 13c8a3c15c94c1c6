// feedd as its clients see it: a journal in a temporary home, real sockets, the client library.
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/client.hpp"
#include "feedd/feed.hpp"
#include "follower/follower.hpp"
#include "lib/follower/test_journal.hpp"
#include "lib/market/market_events.hpp"
#include "support/temporary_directory.hpp"

namespace trade::feedd {
namespace {

using market::dollars;
using std::chrono::milliseconds;

constexpr milliseconds patience{10'000};

class StreamTest : public testing::Test {
 protected:
  StreamTest() {
    journal_.append({SymbolAdded{SymbolId{1}, *Symbol::make("AAPL"), dollars(150), Price{100}, Quantity{1}},
                     SymbolAdded{SymbolId{2}, *Symbol::make("IBM"), dollars(200), Price{100}, Quantity{1}}});
    FeedOptions feed_options;
    feed_options.directory = home_ / "feed";
    auto feed = Feed::open(feed_options);
    EXPECT_TRUE(feed) << feed.error().message;
    feed_ = std::move(*feed);
    follower::Options options;
    options.daemon = "feedd";
    options.home = home_.path();
    options.publishes = true;
    options.open_journal = [this] { return journal::open_reader(home_ / "journal"); };
    auto follower = follower::Follower::start(options, *feed_);
    EXPECT_TRUE(follower) << follower.error().message;
    follower_.emplace(std::move(*follower));
    thread_ = std::thread([this] { outcome_ = follower_->run(); });
  }
  ~StreamTest() override {
    follower_->stop();
    thread_.join();
    EXPECT_TRUE(outcome_) << outcome_.error().message;
  }

  MarketStream open(MarketStream::Kind kind, const std::vector<std::string>& symbols) {
    auto stream = MarketStream::open(client_options_, kind, symbols);
    EXPECT_TRUE(stream) << stream.error().message;
    return std::move(*stream);
  }
  template <class Publication>
  static std::optional<Publication> next(MarketStream& stream, milliseconds timeout = patience) {
    const auto publication = stream.next(timeout);
    EXPECT_TRUE(publication) << publication.error().message;
    if (!publication || !*publication) return std::nullopt;
    return std::get<Publication>(**publication);
  }
  TradePrinted print(std::uint32_t symbol, Price price, std::int64_t shares = 10) {
    return {TradeId{++trade_}, SymbolId{symbol}, price, Quantity{shares}};
  }
  static OrderRested bid(std::uint32_t symbol, Price price, std::int64_t shares) {
    return {OrderId{1}, SymbolId{symbol}, Side::buy, price, Quantity{shares}};
  }

  const test::TemporaryDirectory home_;
  const ClientOptions client_options_{.home = home_.path(), .timeout = patience};
  test::TestJournal journal_{home_ / "journal"};
  std::uint64_t trade_ = 0;
  std::unique_ptr<Feed> feed_;
  std::optional<follower::Follower> follower_;
  Status outcome_;
  std::thread thread_;
};

TEST_F(StreamTest, AnAnswerHoldsWhatWasJustJournaled) {
  Client client(client_options_);
  for (int i = 1; i <= 50; ++i) {
    journal_.append({print(1, dollars(100 + i)), bid(2, dollars(100 + i), i)});
    const auto quotes = client.quotes({"AAPL"});
    ASSERT_TRUE(quotes) << quotes.error().message;
    ASSERT_EQ(quotes->at(0).last, dollars(100 + i));
    const auto depth = client.depth("IBM", 3);
    ASSERT_TRUE(depth) << depth.error().message;
    ASSERT_EQ(depth->bids.at(0).price, dollars(100 + i));
    const auto tape = client.tape("AAPL", 1);
    ASSERT_TRUE(tape) << tape.error().message;
    ASSERT_EQ(tape->at(0).price, dollars(100 + i));
  }
  const auto status = client.status("feedd");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, "running");
  EXPECT_EQ(status->sequence, journal_.head().last_sequence);
  EXPECT_EQ(status->counters.at("symbols"), 2);
}

TEST_F(StreamTest, AnUnknownSymbolIsNotFound) {
  Client client(client_options_);
  const auto quotes = client.quotes({"NONE"});
  ASSERT_FALSE(quotes);
  EXPECT_EQ(quotes.error().code, ErrorCode::not_found);
}

TEST_F(StreamTest, AQuoteComesAtOnceAndThenWithEachChange) {
  MarketStream stream = open(MarketStream::Kind::quotes, {"AAPL"});
  auto quote = next<QuotePublished>(stream);
  ASSERT_TRUE(quote);
  EXPECT_EQ(quote->quote.symbol, "AAPL");
  EXPECT_EQ(quote->quote.previous_close, dollars(150));
  EXPECT_EQ(quote->quote.last, Price{});
  for (int i = 1; i <= 20; ++i) {
    journal_.append({print(1, dollars(100 + i)), print(2, dollars(50))});
    quote = next<QuotePublished>(stream);
    ASSERT_TRUE(quote);
    EXPECT_EQ(quote->quote.symbol, "AAPL");
    EXPECT_EQ(quote->quote.last, dollars(100 + i));
    EXPECT_EQ(quote->quote.sequence + 1, journal_.head().last_sequence);
  }
}

TEST_F(StreamTest, AfterABurstTheNewestStateHasCome) {
  MarketStream stream = open(MarketStream::Kind::quotes, {"AAPL"});
  ASSERT_TRUE(next<QuotePublished>(stream));
  for (int batch = 0; batch < 50; ++batch) {
    std::vector<EventBody> events;
    for (int i = 0; i < 200; ++i)
      events.emplace_back(print(1, dollars(1 + batch * 200 + i)));
    journal_.append(std::move(events));
  }
  Sequence last_sequence = 0;
  int received = 0;
  std::optional<QuotePublished> quote;
  do {
    quote = next<QuotePublished>(stream);
    ASSERT_TRUE(quote) << "the newest state never came";
    ASSERT_GT(quote->quote.sequence, last_sequence);
    last_sequence = quote->quote.sequence;
    ++received;
  } while (quote->quote.last != dollars(10'000));
  EXPECT_EQ(quote->quote.volume, Quantity{100'000});
  // Conflated: once a group at most, not once a change.
  EXPECT_LE(received, 50);
}

TEST_F(StreamTest, DepthAndTradesComeAsTheyChange) {
  journal_.append({bid(1, dollars(149), 10), print(1, dollars(150))});
  MarketStream depths = open(MarketStream::Kind::depth, {"AAPL"});
  auto depth = next<DepthPublished>(depths);
  ASSERT_TRUE(depth);
  EXPECT_EQ(depth->depth.bids.at(0).size, Quantity{10});
  MarketStream trades = open(MarketStream::Kind::tape, {"AAPL"});
  auto trade = next<TapePublished>(trades);
  ASSERT_TRUE(trade);
  EXPECT_EQ(trade->entry.id, TradeId{1});
  journal_.append({bid(1, dollars(149), 5), print(1, dollars(151)), print(1, dollars(152))});
  depth = next<DepthPublished>(depths);
  ASSERT_TRUE(depth);
  EXPECT_EQ(depth->depth.bids.at(0).size, Quantity{15});
  EXPECT_EQ(depth->depth.bids.at(0).orders, 2);
  for (const std::uint64_t id : {2u, 3u}) {
    trade = next<TapePublished>(trades);
    ASSERT_TRUE(trade);
    EXPECT_EQ(trade->entry.id, TradeId{id});
  }
}

}  // namespace
}  // namespace trade::feedd
