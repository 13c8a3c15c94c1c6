// Subscriptions to market data: what a session is told, and what becomes of one that does not read.
#include "fixd/market_data_desk.hpp"

#include <deque>
#include <set>

#include <gtest/gtest.h>

#include "market_listener_double.hpp"
#include "market_samples.hpp"

namespace trade::fixd::test {

namespace {

/// feedd, as far as the desk sees it: answers when it is told to.
class SourceDouble : public MarketSource {
 public:
  void watch(Kind kind, const std::string& symbol) override { watched.emplace(kind, symbol); }
  void leave(Kind kind, const std::string& symbol) override { EXPECT_EQ(watched.erase({kind, symbol}), 1u); }
  void ask(RequestBody request, std::function<void(Result<ReplyBody>)> answered) override {
    asked.emplace_back(std::move(request), std::move(answered));
  }
  [[nodiscard]] std::optional<bool> is_symbol(const std::string& symbol) const override {
    if (!known) return std::nullopt;
    return symbols.contains(symbol);
  }

  void answer_all() {
    while (!asked.empty()) {
      auto [request, answered] = std::move(asked.front());
      asked.pop_front();
      if (down) {
        answered(fail(ErrorCode::not_running, "feedd does not run"));
      } else if (std::holds_alternative<QuotesRequest>(request)) {
        answered(ReplyBody(QuotesReply{{quote}}));
      } else if (std::holds_alternative<DepthRequest>(request)) {
        answered(ReplyBody(DepthReply{depth}));
      } else {
        answered(ReplyBody(TapeReply{tape}));
      }
    }
  }

  std::set<std::pair<Kind, std::string>> watched;
  std::deque<std::pair<RequestBody, std::function<void(Result<ReplyBody>)>>> asked;
  std::set<std::string> symbols = {"AAPL", "MSFT"};
  bool known = true;
  bool down = false;
  QuoteView quote;
  DepthView depth;
  std::vector<TapeEntryView> tape;
};

class MarketDataDeskTest : public ::testing::Test {
 protected:
  MarketDataDeskTest() {
    source_.depth.symbol = "AAPL";
    source_.depth.sequence = 10;
    source_.depth.bids = {{Price{1'500'000}, Quantity{100}, 1}};
    source_.quote.symbol = "AAPL";
    source_.quote.sequence = 10;
  }

  fix::Message request(const std::string& id, char kind, const std::string& types = "01",
                       const char* depth = "5", const char* update = "1",
                       const std::string& symbol = "AAPL") {
    fix::Message message;
    message.type = "V";
    message.add(34, "7").add(262, id).add(263, std::string(1, kind)).add(264, depth).add(265, update);
    for (const char type : types)
      message.add(269, std::string(1, type));
    message.add(55, symbol);
    return message;
  }
  void ask(const fix::Message& message) {
    desk_.request(listener_, message);
    source_.answer_all();
    turn();
  }
  void turn() { desk_.turn(now_ns_); }
  void publish_bid(std::int64_t size, Sequence sequence) {
    DepthView depth = source_.depth;
    depth.sequence = sequence;
    depth.bids = {{Price{1'500'000}, Quantity{size}, 1}};
    MarketFeed::News news;
    news.depths.emplace("AAPL", depth);
    desk_.take(std::move(news));
  }
  void publish_trades(Sequence first, Sequence last) {
    MarketFeed::News news;
    for (Sequence sequence = first; sequence <= last; ++sequence)
      news.trades.push_back(trade_at(sequence));
    desk_.take(std::move(news));
  }
  static std::string first(const fix::Message& message, int tag) {
    for (const fix::Field& field : message.groups.at(0).entries.at(0)) {
      if (field.tag == tag) return field.value;
    }
    return {};
  }

  SourceDouble source_;
  ListenerDouble listener_;
  std::int64_t now_ns_ = 1'000'000'000;
  MarketDataDesk desk_{source_};
};

TEST_F(MarketDataDeskTest, ASnapshotComesOnceItIsWholeAndLeavesNothingBehind) {
  desk_.request(listener_, request("s1", '0', "012"));
  turn();
  EXPECT_TRUE(listener_.told.empty());
  ASSERT_EQ(source_.asked.size(), 2u);
  source_.answer_all();
  turn();
  const auto told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].type, "W");
  EXPECT_EQ(told[0].text(262), "s1");
  EXPECT_EQ(first(told[0], 271), "100");
  EXPECT_EQ(desk_.subscriptions(), 0u);
  EXPECT_TRUE(source_.watched.empty());
  // The id is free again.
  ask(request("s1", '0'));
  EXPECT_EQ(listener_.take().at(0).type, "W");
}

TEST_F(MarketDataDeskTest, AnIncrementalSubscriptionIsToldTheChangesUntilItEnds) {
  ask(request("r1", '1'));
  EXPECT_EQ(listener_.take().at(0).type, "W");
  EXPECT_EQ(source_.watched,
            (std::set<std::pair<MarketFeed::Kind, std::string>>{{MarketFeed::Kind::depth, "AAPL"}}));
  publish_bid(70, 11);
  turn();
  auto told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].type, "X");
  EXPECT_EQ(first(told[0], 279), "1");
  EXPECT_EQ(first(told[0], 271), "70");
  // What is as it was is not told again.
  publish_bid(70, 12);
  turn();
  EXPECT_TRUE(listener_.take().empty());
  ask(request("r1", '2'));
  EXPECT_TRUE(listener_.take().empty());
  EXPECT_TRUE(source_.watched.empty());
  publish_bid(50, 13);
  turn();
  EXPECT_TRUE(listener_.take().empty());
  ask(request("r1", '2'));
  told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].type, "Y");
  EXPECT_EQ(told[0].find(281), nullptr);
}

TEST_F(MarketDataDeskTest, AFullSubscriptionIsToldTheWholeAtEachChange) {
  ask(request("r1", '1', "01", "5", "0"));
  listener_.take();
  publish_bid(70, 11);
  turn();
  const auto told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].type, "W");
  EXPECT_EQ(first(told[0], 271), "70");
}

TEST_F(MarketDataDeskTest, WhatComesBetweenTheQuestionAndTheAnswerIsNotLost) {
  desk_.request(listener_, request("r1", '1', "012"));
  publish_bid(70, 12);
  publish_trades(11, 12);
  turn();
  EXPECT_TRUE(listener_.told.empty());
  source_.tape = {trade_at(11)};
  source_.answer_all();  // of event 10: older than what was published
  turn();
  const auto told = listener_.take();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].type, "W");
  EXPECT_EQ(first(told[0], 271), "70");
  EXPECT_EQ(told[1].type, "X");
  EXPECT_EQ(first(told[1], 278), "12");
}

TEST_F(MarketDataDeskTest, TwoSubscriptionsShareWhatIsFollowed) {
  ask(request("r1", '1', "0", "1"));
  ask(request("r2", '1', "1", "0"));
  EXPECT_EQ(source_.watched.size(), 2u);  // the published depth, and the book
  ask(request("r3", '1', "0", "2"));
  listener_.take();
  ask(request("r1", '2'));
  EXPECT_EQ(source_.watched.size(), 2u);
  publish_bid(1, 20);
  turn();
  const auto told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].text(262), "r3");
  desk_.leave(listener_);
  EXPECT_TRUE(source_.watched.empty());
  EXPECT_EQ(desk_.subscriptions(), 0u);
}

TEST_F(MarketDataDeskTest, RefusalsSayWhichReason) {
  ask(request("r1", '1'));
  listener_.take();
  ask(request("r1", '1'));
  EXPECT_EQ(listener_.take().at(0).text(281), "1");
  ask(request("r2", '0', "01", "5", "1", "NONE"));
  EXPECT_EQ(listener_.take().at(0).text(281), "0");
  ask(request("r2", '0', "01", "2000"));
  EXPECT_EQ(listener_.take().at(0).text(281), "5");
  source_.known = false;
  ask(request("r2", '0'));
  auto told = listener_.take();
  EXPECT_EQ(told.at(0).type, "j");
  EXPECT_EQ(told.at(0).text(380), "4");
  EXPECT_EQ(told.at(0).text(379), "r2");
  source_.known = true;
  source_.down = true;
  ask(request("r2", '1'));
  told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.at(0).type, "j");
  EXPECT_EQ(desk_.subscriptions(), 1u);
}

TEST_F(MarketDataDeskTest, SubscriptionsAndTheirLevelsAreBounded) {
  for (std::size_t i = 0; i < MarketDataDesk::subscriptions_max; ++i)
    ask(request("r" + std::to_string(i), '1', "0", "1"));
  listener_.take();
  ask(request("more", '1', "0", "1"));
  EXPECT_EQ(listener_.take().at(0).text(281), "2");
  desk_.leave(listener_);
  for (std::size_t i = 0; i < MarketDataDesk::levels_max / market_depth_max; ++i)
    ask(request("d" + std::to_string(i), '1', "0", "0"));
  listener_.take();
  ask(request("more", '1', "0", "1"));
  EXPECT_EQ(listener_.take().at(0).text(281), "2");
  ask(request("d0", '2'));
  ask(request("more", '1', "0", "1"));
  EXPECT_EQ(listener_.take().at(0).type, "W");
}

TEST_F(MarketDataDeskTest, ASessionThatDoesNotReadIsToldTheNewestOnceItDoes) {
  ask(request("r1", '1'));
  listener_.take();
  listener_.backlog = backlog_bytes_max;
  for (int size = 1; size <= 500; ++size) {
    publish_bid(size, 100 + static_cast<Sequence>(size));
    turn();
  }
  EXPECT_TRUE(listener_.told.empty());
  listener_.backlog = 0;
  turn();
  const auto told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(first(told[0], 271), "500");
}

TEST_F(MarketDataDeskTest, ASessionThatStaysBehindLosesItsSubscriptionsAndIsToldWhy) {
  ask(request("r1", '1'));
  ask(request("r2", '1'));
  listener_.take();
  listener_.backlog = backlog_bytes_max;
  publish_bid(1, 11);
  turn();
  now_ns_ += MarketDataDesk::blocked_max_ns - 1;
  turn();
  EXPECT_EQ(desk_.subscriptions(), 2u);
  now_ns_ += 1;
  turn();
  const auto told = listener_.take();
  ASSERT_EQ(told.size(), 2u);
  for (const fix::Message& message : told) {
    EXPECT_EQ(message.type, "Y");
    EXPECT_EQ(message.text(281), "2");
    EXPECT_NE(message.text(58).find("too slowly"), std::string::npos);
  }
  EXPECT_EQ(desk_.subscriptions(), 0u);
  EXPECT_EQ(desk_.dropped(), 2);
  EXPECT_TRUE(source_.watched.empty());
}

TEST_F(MarketDataDeskTest, ASlowReaderThatGetsOnKeepsItsSubscriptions) {
  ask(request("r1", '1'));
  listener_.take();
  for (Sequence sequence = 11; sequence < 40; ++sequence) {
    listener_.backlog = backlog_bytes_max;
    publish_bid(static_cast<std::int64_t>(sequence), sequence);
    turn();
    now_ns_ += MarketDataDesk::blocked_max_ns / 2;
    listener_.backlog = 0;
    turn();
    EXPECT_EQ(listener_.take().at(0).type, "X");
  }
  EXPECT_EQ(desk_.dropped(), 0);
}

TEST_F(MarketDataDeskTest, TooManyTradesThatWaitEndTheSubscription) {
  ask(request("r1", '1', "2"));
  listener_.take();
  listener_.backlog = backlog_bytes_max;
  publish_trades(11, 10 + RecentTrades::kept_max);
  listener_.backlog = 0;
  turn();
  auto told = listener_.take();
  ASSERT_EQ(told.size(), 1u);  // as many as are kept can still be told
  EXPECT_EQ(told[0].groups.at(0).entries.size(), RecentTrades::kept_max);
  listener_.backlog = backlog_bytes_max;
  publish_trades(5'000, 5'001 + RecentTrades::kept_max);
  listener_.backlog = 0;
  turn();
  told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].type, "Y");
  EXPECT_EQ(told[0].text(281), "2");
  // It may begin again, with the trades from now on.
  source_.tape = {trade_at(6'001)};
  ask(request("r1", '1', "2"));
  EXPECT_EQ(listener_.take().at(0).type, "W");
  publish_trades(6'002, 6'002);
  turn();
  EXPECT_EQ(first(listener_.take().at(0), 278), "6002");
}

TEST_F(MarketDataDeskTest, TradesThatTheFeedPassedOverEndTheirSubscriptions) {
  ask(request("trades", '1', "2"));
  ask(request("book", '1', "0"));
  listener_.take();
  MarketFeed::News news;
  news.trades_passed_over = 1;
  desk_.take(std::move(news));
  const auto told = listener_.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].text(262), "trades");
  EXPECT_EQ(desk_.subscriptions(), 1u);
}

TEST_F(MarketDataDeskTest, AnAnswerToASessionThatHasGoneIsNobodys) {
  desk_.request(listener_, request("r1", '1'));
  desk_.leave(listener_);
  desk_.request(listener_, request("r1", '1', "0"));
  source_.answer_all();
  turn();
  EXPECT_EQ(listener_.take().size(), 1u);
}

TEST_F(MarketDataDeskTest, Fix42HasTheVolumeInTheMessage) {
  ListenerDouble old(true);
  source_.quote.volume = Quantity{70};
  desk_.request(old, request("r1", '0'));
  source_.answer_all();
  turn();
  EXPECT_EQ(old.take().at(0).text(387), "70");
}

}  // namespace

}  // namespace trade::fixd::test
