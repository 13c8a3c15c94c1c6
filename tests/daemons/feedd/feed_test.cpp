// What feedd answers and publishes.
#include "feedd/feed.hpp"

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bus/topics.hpp"
#include "daemons/feedd/made_up_day.hpp"
#include "lib/market/market_events.hpp"
#include "support/temporary_directory.hpp"

namespace trade::feedd {
namespace {

using market::dollars;
using market::MarketFeed;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Keeps what is published.
class KeepingPublisher final : public follower::Publisher {
 public:
  [[nodiscard]] bool wanted(std::string_view topic) const override { return topic.starts_with(prefix); }
  void publish(std::string_view topic, const PublicationBody& body) override {
    published.emplace_back(std::string(topic), body);
  }
  template <class Publication>
  [[nodiscard]] std::vector<Publication> all(const bus::Topic& topic) const {
    std::vector<Publication> found;
    for (const auto& [name, body] : published) {
      if (name == topic.view()) found.push_back(std::get<Publication>(body));
    }
    return found;
  }

  std::string prefix;
  std::vector<std::pair<std::string, PublicationBody>> published;
};

class FeedTest : public testing::Test {
 protected:
  FeedTest() {
    FeedOptions options;
    options.directory = directory_ / "feed";
    auto feed = Feed::open(options);
    EXPECT_TRUE(feed) << feed.error().message;
    feed_ = std::move(*feed);
  }
  /// One batch of these events.
  void apply(std::vector<EventBody> bodies) {
    batch_.header.batch += 1;
    batch_.header.first_sequence = feed_->position().last_sequence + 1;
    batch_.events.clear();
    for (EventBody& body : bodies) {
      batch_.events.push_back({batch_.header.first_sequence + batch_.events.size(),
                               Timestamp{static_cast<std::int64_t>(1'000 * batch_.header.batch)},
                               std::move(body)});
    }
    const Status applied = feed_->apply(batch_);
    ASSERT_TRUE(applied) << applied.error().message;
    ASSERT_TRUE(feed_->commit());
  }
  void publish() {
    publisher_.published.clear();
    feed_->publish(publisher_);
  }
  void add_apple_and_ibm() {
    apply({SymbolAdded{SymbolId{1}, *Symbol::make("IBM"), dollars(200), Price{100}, Quantity{1}},
           SymbolAdded{SymbolId{2}, *Symbol::make("AAPL"), dollars(150), Price{100}, Quantity{1}}});
  }
  static OrderRested rested(std::uint32_t symbol, Side side, Price price, std::int64_t shares) {
    return {OrderId{1}, SymbolId{symbol}, side, price, Quantity{shares}};
  }
  static TradePrinted printed(std::uint32_t symbol, std::uint64_t trade, Price price, std::int64_t shares) {
    return {TradeId{trade}, SymbolId{symbol}, price, Quantity{shares}};
  }
  template <class Answer>
  Answer ask(const RequestBody& request) {
    ReplyBody reply = feed_->answer(request);
    if (auto* found = std::get_if<Answer>(&reply)) return std::move(*found);
    ADD_FAILURE() << "another kind of answer";
    return {};
  }

  const test::TemporaryDirectory directory_;
  std::unique_ptr<Feed> feed_;
  wire::Batch batch_;
  KeepingPublisher publisher_;
};

TEST_F(FeedTest, QuotesOfSymbolsThatNeverTradedAreThere) {
  add_apple_and_ibm();
  const auto all = ask<QuotesReply>(QuotesRequest{}).quotes;
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].symbol, "AAPL");
  EXPECT_EQ(all[0].previous_close, dollars(150));
  EXPECT_EQ(all[0].last, Price{});
  EXPECT_EQ(all[1].symbol, "IBM");
  const auto asked = ask<QuotesReply>(QuotesRequest{{"ibm", "AAPL", "IBM"}}).quotes;
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked[0].symbol, "IBM");
  EXPECT_EQ(asked[1].symbol, "AAPL");
}

TEST_F(FeedTest, AnUnknownSymbolIsNotFound) {
  add_apple_and_ibm();
  for (const RequestBody& request : {RequestBody(QuotesRequest{{"AAPL", "NONE"}}),
                                     RequestBody(DepthRequest{"NONE"}), RequestBody(TapeRequest{"NONE"})}) {
    const Error error = ask<ErrorReply>(request).error;
    EXPECT_EQ(error.code, ErrorCode::not_found);
    EXPECT_EQ(error.message, "no symbol 'NONE'");
    EXPECT_THAT(error.hint, HasSubstr("trade symbol list"));
  }
  EXPECT_EQ(ask<ErrorReply>(QuotesRequest{{"not a symbol"}}).error.code, ErrorCode::usage);
  EXPECT_EQ(ask<ErrorReply>(SessionRequest{}).error.name, "not_served_here");
}

TEST_F(FeedTest, DepthAndTapeAreLimited) {
  add_apple_and_ibm();
  apply({rested(2, Side::buy, dollars(149), 10), rested(2, Side::buy, dollars(148), 20),
         rested(2, Side::sell, dollars(151), 5), printed(2, 1, dollars(150), 1),
         printed(2, 2, dollars(151), 2), printed(1, 3, dollars(199), 3), printed(2, 4, dollars(152), 4)});
  const DepthView depth = ask<DepthReply>(DepthRequest{"AAPL", 1}).depth;
  EXPECT_THAT(depth.bids, ElementsAre(DepthLevelView{dollars(149), Quantity{10}, 1}));
  EXPECT_THAT(depth.asks, ElementsAre(DepthLevelView{dollars(151), Quantity{5}, 1}));
  EXPECT_EQ(ask<DepthReply>(DepthRequest{"AAPL", 1'000'000}).depth.bids.size(), 2u);
  EXPECT_THAT(ask<DepthReply>(DepthRequest{"AAPL", 0}).depth.bids, IsEmpty());
  const auto tape = ask<TapeReply>(TapeRequest{"AAPL", 2}).entries;
  ASSERT_EQ(tape.size(), 2u);
  EXPECT_EQ(tape[0].id, TradeId{4});
  EXPECT_EQ(tape[1].id, TradeId{2});
  EXPECT_EQ(ask<TapeReply>(TapeRequest{"AAPL", 100}).entries.size(), 3u);
  EXPECT_THAT(ask<TapeReply>(TapeRequest{"AAPL", 0}).entries, IsEmpty());
}

TEST_F(FeedTest, TheTapeIsReadInPagesEitherWay) {
  add_apple_and_ibm();
  for (std::uint64_t trade = 1; trade <= 7; ++trade)
    apply({printed(2, trade, dollars(150), 1)});
  const auto pages = [&](TapeRequest request) {
    std::vector<std::uint64_t> trades;
    for (request.limit = 3;;) {
      const auto page = ask<TapeReply>(request).entries;
      if (page.empty()) return trades;
      for (const TapeEntryView& entry : page)
        trades.push_back(entry.id.value);
      request.beyond = page.back().sequence;
    }
  };
  EXPECT_THAT(pages({.symbol = "AAPL"}), ElementsAre(7, 6, 5, 4, 3, 2, 1));
  EXPECT_THAT(pages({.symbol = "AAPL", .oldest_first = true}), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  const auto all = ask<TapeReply>(TapeRequest{"AAPL"}).entries;
  EXPECT_THAT(
      pages({.symbol = "AAPL", .from = all[4].executed_at, .to = all[2].executed_at, .oldest_first = true}),
      ElementsAre(3, 4, 5));
}

TEST_F(FeedTest, QuotesOfThePastAreReadInPagesEitherWay) {
  add_apple_and_ibm();
  for (std::int64_t shares = 1; shares <= 5; ++shares)
    apply({OrderRested{OrderId{1}, SymbolId{2}, Side::buy, dollars(150), Quantity{1}}});
  const auto pages = [&](QuoteHistoryRequest request) {
    std::vector<std::int64_t> sizes;
    for (request.limit = 2;;) {
      const auto page = ask<QuoteHistoryReply>(request).entries;
      if (page.empty()) return sizes;
      for (const TopOfBookView& entry : page)
        sizes.push_back(entry.bid_size.shares);
      request.beyond = page.back().sequence;
    }
  };
  EXPECT_THAT(pages({.symbol = "AAPL"}), ElementsAre(5, 4, 3, 2, 1));
  EXPECT_THAT(pages({.symbol = "AAPL", .oldest_first = true}), ElementsAre(1, 2, 3, 4, 5));
  const auto all = ask<QuoteHistoryReply>(QuoteHistoryRequest{.symbol = "AAPL"}).entries;
  EXPECT_THAT(pages({.symbol = "AAPL", .from = all[3].timestamp, .to = all[1].timestamp}),
              ElementsAre(4, 3, 2));
  EXPECT_THAT(ask<QuoteHistoryReply>(QuoteHistoryRequest{.symbol = "IBM"}).entries, IsEmpty());
  EXPECT_EQ(ask<ErrorReply>(QuoteHistoryRequest{.symbol = "NONE"}).error.code, ErrorCode::not_found);
}

TEST_F(FeedTest, BarsAreOfTheSpanThatIsAskedFor) {
  add_apple_and_ibm();
  apply({printed(2, 1, dollars(150), 1), printed(2, 2, dollars(151), 3)});
  const auto days = ask<BarsReply>(BarsRequest{.symbol = "AAPL", .span = {BarUnit::day, 1}, .limit = 5}).bars;
  ASSERT_EQ(days.size(), 1u);
  EXPECT_EQ(days[0].open, dollars(150));
  EXPECT_EQ(days[0].close, dollars(151));
  EXPECT_EQ(days[0].average, Price{1'507'500});
  EXPECT_EQ(days[0].volume, Quantity{4});
  EXPECT_THAT(ask<BarsReply>(BarsRequest{.symbol = "IBM"}).bars, IsEmpty());
  EXPECT_EQ(ask<ErrorReply>(BarsRequest{.symbol = "NONE"}).error.code, ErrorCode::not_found);
  EXPECT_EQ(ask<ErrorReply>(BarsRequest{.symbol = "AAPL", .span = {BarUnit::minute, 0}}).error.code,
            ErrorCode::usage);
  EXPECT_EQ(ask<ErrorReply>(BarsRequest{.symbol = "AAPL", .span = {BarUnit::day, 2}}).error.code,
            ErrorCode::usage);
}

TEST_F(FeedTest, PublishesASymbolOnceWithItsNewestState) {
  add_apple_and_ibm();
  publish();
  EXPECT_EQ(publisher_.all<QuotePublished>(bus::quote_topic("AAPL")).size(), 1u);
  EXPECT_EQ(publisher_.all<QuotePublished>(bus::quote_topic("IBM")).size(), 1u);
  apply({rested(2, Side::buy, dollars(149), 10), rested(2, Side::buy, dollars(149), 5),
         printed(2, 1, dollars(150), 7)});
  apply({printed(2, 2, dollars(151), 8)});
  publish();
  const auto quotes = publisher_.all<QuotePublished>(bus::quote_topic("AAPL"));
  ASSERT_EQ(quotes.size(), 1u);
  EXPECT_EQ(quotes[0].quote.bid_size, Quantity{15});
  EXPECT_EQ(quotes[0].quote.last, dollars(151));
  EXPECT_EQ(quotes[0].quote.sequence, feed_->position().last_sequence);
  const auto depths = publisher_.all<DepthPublished>(bus::depth_topic("AAPL"));
  ASSERT_EQ(depths.size(), 1u);
  EXPECT_EQ(depths[0].depth.sequence, 4u);
  const auto trades = publisher_.all<TapePublished>(bus::tape_topic("AAPL"));
  ASSERT_EQ(trades.size(), 2u);
  EXPECT_EQ(trades[0].entry.id, TradeId{1});
  EXPECT_EQ(trades[1].entry.id, TradeId{2});
  EXPECT_THAT(publisher_.all<QuotePublished>(bus::quote_topic("IBM")), IsEmpty());
  publish();
  EXPECT_THAT(publisher_.published, IsEmpty());
}

TEST_F(FeedTest, PublishesOnlyWhatIsWantedAndRepeatsNoTradeLater) {
  add_apple_and_ibm();
  publisher_.prefix = "q:A";
  apply({printed(2, 1, dollars(150), 7), printed(1, 2, dollars(200), 7)});
  publish();
  ASSERT_EQ(publisher_.published.size(), 1u);
  EXPECT_EQ(publisher_.published[0].first, bus::quote_topic("AAPL").view());
  publisher_.prefix = "t:";
  apply({printed(2, 3, dollars(150), 7)});
  publish();
  ASSERT_EQ(publisher_.published.size(), 1u);
  EXPECT_EQ(std::get<TapePublished>(publisher_.published[0].second).entry.id, TradeId{3});
}

TEST_F(FeedTest, PublishedDepthHasTenLevels) {
  add_apple_and_ibm();
  std::vector<EventBody> events;
  for (int i = 0; i < 15; ++i)
    events.emplace_back(rested(1, Side::sell, dollars(200 + i), 1));
  apply(std::move(events));
  publish();
  const auto depths = publisher_.all<DepthPublished>(bus::depth_topic("IBM"));
  ASSERT_EQ(depths.size(), 1u);
  EXPECT_EQ(depths[0].depth.asks.size(), 10u);
  EXPECT_EQ(depths[0].depth.asks[0].price, dollars(200));
}

TEST_F(FeedTest, OfABurstTheTradesStillOnTheTapeArePublished) {
  add_apple_and_ibm();
  std::vector<EventBody> events;
  for (std::uint64_t i = 1; i <= market::tape_entries_max + 5; ++i) {
    events.emplace_back(printed(1, i, dollars(200), 1));
  }
  apply(std::move(events));
  publish();
  const auto trades = publisher_.all<TapePublished>(bus::tape_topic("IBM"));
  ASSERT_EQ(trades.size(), market::tape_entries_max);
  EXPECT_EQ(trades[0].entry.id, TradeId{6});
}

TEST_F(FeedTest, EventsOfAnotherMarketEndItWithAClearLine) {
  add_apple_and_ibm();
  wire::Batch batch;
  batch.header = {2, 2, 3, 0};
  batch.events.push_back({3, {}, MarketFeed::cancellation(SymbolId{1}, Side::buy, dollars(5), 1)});
  const Status applied = feed_->apply(batch);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "event 3 cannot follow from the events before it");
  EXPECT_THAT(applied.error().hint, HasSubstr("rebuild"));
}

}  // namespace
}  // namespace trade::feedd
