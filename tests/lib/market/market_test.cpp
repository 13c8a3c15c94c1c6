// Written-out sequences of events and the market that follows from them.
#include "market/market.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/market/market_events.hpp"

namespace trade::market {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

DepthLevelView level(Price price, std::int64_t size, std::int64_t orders) {
  return {price, Quantity{size}, orders};
}

TEST(Market, ASymbolThatNeverTradedHasAQuoteOfZerosAndItsPreviousClose) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL", dollars(150));
  QuoteView expected;
  expected.symbol = "AAPL";
  expected.previous_close = dollars(150);
  expected.timestamp = feed.now();
  expected.sequence = 1;
  EXPECT_EQ(feed.quote(apple), expected);
  EXPECT_THAT(feed.depth(apple).bids, IsEmpty());
  EXPECT_EQ(feed.depth(apple).sequence, 1u);
  EXPECT_EQ(feed.market.find(*Symbol::make("AAPL")), apple);
  EXPECT_EQ(feed.market.find(*Symbol::make("AAP")), SymbolId{});
}

TEST(Market, RestingOrdersAddUpToLevelsBestFirst) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL");
  feed.rest(apple, Side::buy, dollars(100), 10);
  feed.rest(apple, Side::buy, dollars(102), 5);
  feed.rest(apple, Side::buy, dollars(101), 7);
  feed.rest(apple, Side::buy, dollars(101), 3);
  feed.rest(apple, Side::sell, dollars(105), 4);
  feed.rest(apple, Side::sell, dollars(103), 6);
  feed.rest(apple, Side::sell, dollars(104), 8);
  EXPECT_THAT(feed.depth(apple).bids,
              ElementsAre(level(dollars(102), 5, 1), level(dollars(101), 10, 2), level(dollars(100), 10, 1)));
  EXPECT_THAT(feed.depth(apple).asks,
              ElementsAre(level(dollars(103), 6, 1), level(dollars(104), 8, 1), level(dollars(105), 4, 1)));
  EXPECT_THAT(feed.depth(apple, 1).bids, ElementsAre(level(dollars(102), 5, 1)));
  const QuoteView quote = feed.quote(apple);
  EXPECT_EQ(quote.bid, dollars(102));
  EXPECT_EQ(quote.bid_size, Quantity{5});
  EXPECT_EQ(quote.ask, dollars(103));
  EXPECT_EQ(quote.ask_size, Quantity{6});
}

TEST(Market, ATradeTakesFromTheMakersLevelAndMovesTheDay) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL", dollars(99));
  feed.rest(apple, Side::sell, dollars(100), 10);
  feed.rest(apple, Side::sell, dollars(100), 20);
  feed.rest(apple, Side::sell, dollars(101), 5);
  feed.execute(apple, Side::buy, dollars(100), 10, 0);
  feed.execute(apple, Side::buy, dollars(100), 5, 15);
  EXPECT_THAT(feed.depth(apple).asks, ElementsAre(level(dollars(100), 15, 1), level(dollars(101), 5, 1)));
  feed.execute(apple, Side::buy, dollars(100), 15, 0);
  feed.execute(apple, Side::buy, dollars(101), 2, 3);
  EXPECT_THAT(feed.depth(apple).asks, ElementsAre(level(dollars(101), 3, 1)));
  feed.rest(apple, Side::buy, dollars(98), 9);
  feed.execute(apple, Side::sell, dollars(98), 9, 0);
  EXPECT_THAT(feed.depth(apple).bids, IsEmpty());

  const QuoteView quote = feed.quote(apple);
  EXPECT_EQ(quote.bid, Price{});
  EXPECT_EQ(quote.bid_size, Quantity{});
  EXPECT_EQ(quote.last, dollars(98));
  EXPECT_EQ(quote.last_size, Quantity{9});
  EXPECT_EQ(quote.volume, Quantity{41});
  EXPECT_EQ(quote.open, dollars(100));
  EXPECT_EQ(quote.high, dollars(101));
  EXPECT_EQ(quote.low, dollars(98));
  EXPECT_EQ(quote.previous_close, dollars(99));
}

TEST(Market, APrintMovesTheLastPriceAndNoBook) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL");
  feed.rest(apple, Side::buy, dollars(100), 10);
  const Sequence rested = feed.sequence();
  feed.print(apple, dollars(105), 50);
  EXPECT_EQ(feed.quote(apple).last, dollars(105));
  EXPECT_EQ(feed.quote(apple).volume, Quantity{50});
  EXPECT_THAT(feed.depth(apple).bids, ElementsAre(level(dollars(100), 10, 1)));
  EXPECT_EQ(feed.depth(apple).sequence, rested);
  EXPECT_EQ(feed.quote(apple).sequence, feed.sequence());
  const SymbolMarket& symbol = feed.market.symbol(apple);
  EXPECT_EQ(symbol.tape_entry(symbol.tape.count()).taker_side, std::nullopt);
}

TEST(Market, ACancelledOrderLeavesItsLevelOnlyIfItRested) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL");
  feed.rest(apple, Side::buy, dollars(100), 10);
  feed.rest(apple, Side::buy, dollars(100), 4);
  feed.expect(MarketFeed::cancellation(apple, Side::buy, dollars(100), 10, false));
  EXPECT_THAT(feed.depth(apple).bids, ElementsAre(level(dollars(100), 14, 2)));
  feed.expect(MarketFeed::cancellation(apple, Side::buy, dollars(100), 10));
  EXPECT_THAT(feed.depth(apple).bids, ElementsAre(level(dollars(100), 4, 1)));
  feed.expect(MarketFeed::cancellation(apple, Side::buy, dollars(100), 4));
  EXPECT_THAT(feed.depth(apple).bids, IsEmpty());
  EXPECT_EQ(feed.quote(apple).bid, Price{});
}

TEST(Market, AReplaceThatKeepsItsPlaceShrinksTheLevelAndAnyOtherMovesTheOrder) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL");
  feed.rest(apple, Side::sell, dollars(100), 10);
  feed.rest(apple, Side::sell, dollars(100), 7);
  feed.expect(MarketFeed::replacement(apple, Side::sell, true, true, dollars(100), 10, 6));
  EXPECT_THAT(feed.depth(apple).asks, ElementsAre(level(dollars(100), 13, 2)));
  feed.expect(MarketFeed::replacement(apple, Side::sell, true, false, dollars(100), 6, 9));
  EXPECT_THAT(feed.depth(apple).asks, ElementsAre(level(dollars(100), 7, 1)));
  feed.rest(apple, Side::sell, dollars(99), 9);
  EXPECT_THAT(feed.depth(apple).asks, ElementsAre(level(dollars(99), 9, 1), level(dollars(100), 7, 1)));
  feed.expect(MarketFeed::replacement(apple, Side::buy, false, false, dollars(100), 5, 9));
  EXPECT_THAT(feed.depth(apple).asks, ElementsAre(level(dollars(99), 9, 1), level(dollars(100), 7, 1)));
}

TEST(Market, ANewTradingDayTakesTheLastPriceAsPreviousCloseAndStartsTheDayAnew) {
  MarketFeed feed;
  const SymbolId traded = feed.add_symbol("AAPL", dollars(90));
  const SymbolId quiet = feed.add_symbol("QUIET", dollars(7));
  feed.print(traded, dollars(95), 10);
  const Sequence quiet_sequence = feed.quote(quiet).sequence;
  feed.expect(SessionChanged{SessionPhase::closed, Date{20'483}, false});
  EXPECT_EQ(feed.quote(traded).previous_close, dollars(90));
  feed.expect(SessionChanged{SessionPhase::open, Date{20'486}, true});
  QuoteView quote = feed.quote(traded);
  EXPECT_EQ(quote.previous_close, dollars(95));
  EXPECT_EQ(quote.last, dollars(95));
  EXPECT_EQ(quote.volume, Quantity{});
  EXPECT_EQ(quote.open, Price{});
  EXPECT_EQ(quote.high, Price{});
  EXPECT_EQ(quote.low, Price{});
  EXPECT_EQ(quote.sequence, feed.sequence());
  EXPECT_EQ(feed.quote(quiet).previous_close, dollars(7));
  EXPECT_EQ(feed.quote(quiet).sequence, quiet_sequence);
  feed.print(traded, dollars(94), 1);
  quote = feed.quote(traded);
  EXPECT_EQ(quote.open, dollars(94));
  EXPECT_EQ(quote.high, dollars(94));
  EXPECT_EQ(quote.low, dollars(94));
}

TEST(Market, AnAuctionTakesBothOrdersFromTheirOwnPrices) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL");
  feed.expect(SymbolPhaseChanged{apple, MarketPhase::pre_open, {}, {}});
  feed.rest(apple, Side::buy, dollars(101), 10);
  feed.rest(apple, Side::sell, dollars(99), 6);
  feed.rest(apple, Side::sell, dollars(99), 2);
  const AuctionFigures figures{dollars(100), Quantity{8}, Quantity{2}, Side::buy};
  feed.expect(AuctionIndicated{apple, figures});
  EXPECT_EQ(feed.quote(apple).phase, MarketPhase::pre_open);
  EXPECT_EQ(feed.quote(apple).auction, figures);
  EXPECT_EQ(feed.quote(apple).bid, dollars(101)) << "above the offer";

  feed.expect(AuctionUncrossed{apple, MarketPhase::pre_open, figures});
  TradeExecuted trade = feed.execution(apple, Side::sell, dollars(100), 6, 4);
  trade.in_auction = true;
  trade.legs = {dollars(101), Quantity{6}, dollars(99), Quantity{6}};
  feed.expect(trade);
  EXPECT_THAT(feed.depth(apple).bids, ElementsAre(level(dollars(101), 4, 1)));
  EXPECT_THAT(feed.depth(apple).asks, ElementsAre(level(dollars(99), 2, 1)));
  // A market order was in no level, and an iceberg's hidden shares are in none.
  trade = feed.execution(apple, Side::sell, dollars(100), 2, 2);
  trade.in_auction = true;
  trade.legs = {dollars(101), Quantity{}, {}, {}};
  feed.expect(trade);
  EXPECT_THAT(feed.depth(apple).bids, ElementsAre(level(dollars(101), 4, 1)));
  EXPECT_EQ(feed.quote(apple).auction, AuctionFigures{});
  EXPECT_EQ(feed.quote(apple).last, dollars(100));
  EXPECT_EQ(feed.quote(apple).volume, Quantity{8});
  EXPECT_FALSE(feed.market.symbol(apple).tape_entry(1).taker_side.has_value()) << "nobody took";

  trade.legs.taker_price = dollars(98);
  trade.legs.taker_shown = Quantity{1};
  EXPECT_FALSE(feed.apply(trade)) << "no shares are at that price";
}

TEST(Market, ThePhaseIsTheSymbolsAndAHaltHidesIt) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL");
  feed.expect(SessionChanged{SessionPhase::open, Date{1}, false, MarketPhase::pre_open, true});
  EXPECT_EQ(feed.quote(apple).phase, MarketPhase::pre_open);
  EXPECT_EQ(feed.quote(feed.add_symbol("LATE")).phase, MarketPhase::pre_open);
  feed.expect(SymbolStatusChanged{apple, SymbolStatus::halted, {}});
  EXPECT_EQ(feed.quote(apple).phase, MarketPhase::halt);
  feed.expect(SymbolStatusChanged{apple, SymbolStatus::trading, {}});
  feed.expect(SymbolPhaseChanged{apple, MarketPhase::volatility_auction, {}, {}});
  feed.expect(SessionChanged{SessionPhase::open, Date{2}, true, MarketPhase::pre_open, false});
  EXPECT_EQ(feed.quote(apple).phase, MarketPhase::volatility_auction) << "a date alone moves nothing";
}

TEST(Market, TheQuotesSequenceMovesOnlyWithTheQuote) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL");
  feed.rest(apple, Side::buy, dollars(100), 10);
  const Sequence best_changed = feed.sequence();
  feed.rest(apple, Side::buy, dollars(99), 10);
  EXPECT_EQ(feed.quote(apple).sequence, best_changed);
  EXPECT_EQ(feed.depth(apple).sequence, feed.sequence());
  feed.rest(apple, Side::buy, dollars(100), 1);
  EXPECT_EQ(feed.quote(apple).sequence, feed.sequence());
  const Sequence before = feed.sequence();
  // Only its stop price or its client's id changed.
  feed.expect(MarketFeed::replacement(apple, Side::buy, true, true, dollars(100), 10, 10));
  EXPECT_EQ(feed.quote(apple).sequence, before);
  EXPECT_EQ(feed.depth(apple).sequence, before);
}

TEST(Market, ChangesNameEachSymbolOnceWithAllThatChanged) {
  MarketFeed feed;
  const SymbolId first = feed.add_symbol("A");
  const SymbolId second = feed.add_symbol("B");
  const SymbolId third = feed.add_symbol("C");
  feed.market.clear_changes();
  EXPECT_TRUE(feed.market.changes().empty());
  feed.rest(third, Side::buy, dollars(10), 5);
  feed.rest(third, Side::buy, dollars(9), 5);
  feed.print(first, dollars(3), 1);
  feed.execute(third, Side::sell, dollars(10), 2, 3);
  const auto changes = feed.market.changes().changes();
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].symbol, third);
  EXPECT_EQ(changes[0].what, Changed::all);
  EXPECT_EQ(changes[1].symbol, first);
  EXPECT_EQ(changes[1].what, Changed::quote | Changed::tape);
  feed.market.clear_changes();
  feed.rest(second, Side::buy, dollars(10), 5);
  ASSERT_EQ(feed.market.changes().changes().size(), 1u);
  EXPECT_EQ(feed.market.changes().changes()[0].symbol, second);
  feed.market.clear_changes();
  feed.rest(second, Side::buy, dollars(9), 5);
  EXPECT_EQ(feed.market.changes().changes()[0].what, Changed::depth);
}

TEST(Market, EveryChangeOfTheBestBidAndOfferIsKeptAsItsMomentLeftIt) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL");
  const auto newest = [&] { return feed.market.symbol(apple).tops.newest(); };
  const auto count = [&] { return feed.market.symbol(apple).tops.count(); };
  EXPECT_EQ(count(), 0u);
  feed.rest(apple, Side::buy, dollars(100), 10);
  feed.advance_seconds(1);
  feed.rest(apple, Side::sell, dollars(101), 7);
  EXPECT_EQ(count(), 2u);
  EXPECT_EQ(newest(), (TopOfBookView{dollars(100), Quantity{10}, dollars(101), Quantity{7}, feed.now(),
                                     feed.sequence()}));
  // Behind the best, and a print: no change.
  feed.advance_seconds(1);
  feed.rest(apple, Side::buy, dollars(99), 10);
  feed.print(apple, dollars(100), 1);
  EXPECT_EQ(count(), 2u);
  // Two in one moment are one.
  feed.execute(apple, Side::sell, dollars(100), 4, 6);
  feed.execute(apple, Side::sell, dollars(100), 6, 0);
  EXPECT_EQ(count(), 3u);
  EXPECT_EQ(newest(), (TopOfBookView{dollars(99), Quantity{10}, dollars(101), Quantity{7}, feed.now(),
                                     feed.sequence()}));
  for (std::size_t i = 0; i < tops_max; ++i) {
    feed.advance_seconds(1);
    feed.rest(apple, Side::sell, dollars(101), 1);
  }
  EXPECT_EQ(feed.market.symbol(apple).tops.size(), tops_max);
  EXPECT_EQ(feed.market.symbol(apple).tops.first_kept(), 4u);
}

TEST(Market, TheTapeKeepsTheLastTradesByNumber) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL");
  for (std::int64_t shares = 1; shares <= std::int64_t{tape_entries_max} + 10; ++shares) {
    feed.print(apple, dollars(1), shares);
  }
  const Tape& tape = feed.market.symbol(apple).tape;
  EXPECT_EQ(tape.count(), tape_entries_max + 10);
  EXPECT_EQ(tape.size(), tape_entries_max);
  EXPECT_EQ(tape.first_kept(), 11u);
  EXPECT_EQ(tape.newest().quantity, Quantity{std::int64_t{tape_entries_max} + 10});
  EXPECT_EQ(tape.numbered(11).quantity, Quantity{11});
  EXPECT_EQ(feed.market.symbol(apple).tape_entry(12).id, TradeId{12});
  EXPECT_EQ(feed.market.symbol(apple).tape_entry(12).number, 12u);
}

TEST(Market, EventsThatCannotFollowAreRefused) {
  MarketFeed feed;
  const SymbolId apple = feed.add_symbol("AAPL");
  feed.rest(apple, Side::buy, dollars(100), 10);
  const auto refused = [&](EventBody body) {
    const Status applied = feed.apply(std::move(body));
    return !applied && applied.error().code == ErrorCode::corrupt;
  };
  const SymbolId unknown{7};
  EXPECT_TRUE(refused(OrderRested{OrderId{9}, unknown, Side::buy, dollars(1), Quantity{1}}));
  EXPECT_TRUE(refused(OrderRested{OrderId{9}, SymbolId{}, Side::buy, dollars(1), Quantity{1}}));
  EXPECT_TRUE(refused(TradePrinted{TradeId{1}, unknown, dollars(1), Quantity{1}}));
  EXPECT_TRUE(refused(feed.execution(unknown, Side::sell, dollars(100), 1, 0)));
  EXPECT_TRUE(refused(feed.execution(apple, Side::sell, dollars(100), 11, 0)));
  EXPECT_TRUE(refused(feed.execution(apple, Side::sell, dollars(100), 5, 0)));
  EXPECT_TRUE(refused(feed.execution(apple, Side::sell, dollars(100), 10, 5)));
  EXPECT_TRUE(refused(feed.execution(apple, Side::buy, dollars(100), 5, 5)));
  EXPECT_TRUE(refused(MarketFeed::cancellation(apple, Side::buy, dollars(99), 10)));
  EXPECT_TRUE(refused(MarketFeed::replacement(apple, Side::buy, true, true, dollars(100), 20, 9)));
  EXPECT_TRUE(refused(SymbolAdded{SymbolId{3}, *Symbol::make("GAP"), {}, Price{100}, Quantity{1}}));
  EXPECT_TRUE(refused(SymbolAdded{SymbolId{2}, *Symbol::make("AAPL"), {}, Price{100}, Quantity{1}}));
  EXPECT_THAT(feed.depth(apple).bids, ElementsAre(level(dollars(100), 10, 1)));
}

}  // namespace
}  // namespace trade::market
