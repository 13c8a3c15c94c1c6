// The stored forms of a symbol's market: back as they were, and refused when they are not whole.
#include <gtest/gtest.h>

#include "lib/market/market_events.hpp"
#include "market/symbol_market.hpp"

namespace trade::market {
namespace {

/// A symbol with two sides, trades and bars.
const SymbolMarket& busy_symbol(MarketFeed& feed) {
  const SymbolId apple = feed.add_symbol("AAPL", dollars(150));
  for (int i = 0; i < 20; ++i) {
    feed.rest(apple, Side::buy, dollars(100 - i), 10 + i);
    feed.rest(apple, Side::sell, dollars(101 + i), 5 + i);
  }
  feed.execute(apple, Side::buy, dollars(101), 2, 3);
  feed.print(apple, dollars(99), 1'000);
  feed.expect(SymbolPhaseChanged{apple, MarketPhase::closing_auction, {}, {}});
  feed.expect(AuctionIndicated{apple, {dollars(100), Quantity{7}, Quantity{3}, Side::sell}});
  return feed.market.symbol(apple);
}

TEST(Records, ASymbolComesBackAsItWas) {
  MarketFeed feed;
  const SymbolMarket& market = busy_symbol(feed);
  ByteWriter writer;
  write_symbol(writer, market);
  ByteReader reader(writer.bytes());
  SymbolMarket restored;
  const auto counts = read_symbol(reader, restored);
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(restored.quote(), market.quote());
  EXPECT_EQ(restored.depth(100).bids, market.depth(100).bids);
  EXPECT_EQ(restored.depth(100).asks, market.depth(100).asks);
  EXPECT_EQ(restored.depth(1).sequence, market.depth(1).sequence);
  EXPECT_EQ(restored.depth(1).timestamp, market.depth(1).timestamp);
  EXPECT_EQ(counts->tape, 2u);
  EXPECT_EQ(counts->tops, market.tops.count());
  EXPECT_EQ(counts->seconds, market.bars.seconds().count());
  EXPECT_EQ(counts->minutes, 1u);
  EXPECT_EQ(counts->hours, 1u);
  EXPECT_EQ(counts->days, 1u);
}

TEST(Records, TradesAndBarsComeBackAsTheyWere) {
  MarketFeed feed;
  const SymbolMarket& market = busy_symbol(feed);
  for (std::uint64_t number = 1; number <= 2; ++number) {
    ByteWriter writer;
    write_tape_entry(writer, market.tape.numbered(number));
    ByteReader reader(writer.bytes());
    EXPECT_EQ(read_tape_entry(reader), market.tape.numbered(number));
  }
  ByteWriter top;
  write_top(top, market.tops.newest());
  ByteReader top_reader(top.bytes());
  EXPECT_EQ(read_top(top_reader), market.tops.newest());
  ByteWriter writer;
  write_bar(writer, market.bars.minutes().newest());
  ByteReader reader(writer.bytes());
  EXPECT_EQ(read_bar(reader), market.bars.minutes().newest());
}

TEST(Records, EveryCutIsRefused) {
  MarketFeed feed;
  const SymbolMarket& market = busy_symbol(feed);
  ByteWriter writer;
  write_symbol(writer, market);
  const std::span<const std::byte> whole = writer.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ByteReader reader(whole.first(size));
    SymbolMarket restored;
    EXPECT_FALSE(read_symbol(reader, restored)) << size << " of " << whole.size() << " bytes";
  }
}

TEST(Records, ASideThatIsOutOfOrderOrHoldsNothingIsRefused) {
  DepthSide side(Side::buy);
  EXPECT_FALSE(side.restore({{2, 1, 1}, {1, 1, 1}}));
  EXPECT_FALSE(side.restore({{1, 1, 1}, {1, 1, 1}}));
  EXPECT_FALSE(side.restore({{1, 0, 1}}));
  EXPECT_FALSE(side.restore({{1, 1, 0}}));
  EXPECT_TRUE(side.restore({{1, 1, 1}, {2, 1, 1}}));
  EXPECT_EQ(side.best_price(), Price{2});
}

TEST(Records, ATradeWithASideThatIsNoneIsRefused) {
  MarketFeed feed;
  ByteWriter writer;
  write_tape_entry(writer, busy_symbol(feed).tape.newest());
  std::vector<std::byte> bytes = writer.take();
  bytes.back() = std::byte{9};
  ByteReader reader(bytes);
  EXPECT_FALSE(read_tape_entry(reader));
}

}  // namespace
}  // namespace trade::market
