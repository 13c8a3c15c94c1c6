// What a MarketDataRequest says, and the entries that tell a market and its changes.
#include "fixd/market_data_entries.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "fixd/market_data_request.hpp"
#include "market_samples.hpp"

namespace trade::fixd::test {

namespace {

/// A request for AAPL, with these fields in place of its own.
fix::Message request(std::vector<fix::Field> changed = {}, const std::string& types = "01") {
  std::map<int, std::string> fields = {{262, "r1"}, {263, "1"}, {264, "0"}, {265, "1"}};
  for (const fix::Field& field : changed)
    fields[field.tag] = field.value;
  fix::Message message;
  message.type = "V";
  for (const auto& [tag, value] : fields) {
    if (tag != 55) message.add(tag, value);
  }
  message.add(267, std::to_string(types.size()));
  for (const char type : types)
    message.add(269, std::string(1, type));
  message.add(146, "1").add(55, fields.contains(55) ? fields[55] : "AAPL");
  return message;
}

MarketDataRequest taken(std::vector<fix::Field> changed = {}, const std::string& types = "01") {
  auto parsed = market_data_request_of(request(std::move(changed), types), false);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text);
  return parsed.value_or(MarketDataRequest{});
}

char refused(std::vector<fix::Field> changed, const std::string& types = "01", bool fix42 = false) {
  const auto parsed = market_data_request_of(request(std::move(changed), types), fix42);
  EXPECT_FALSE(parsed);
  if (parsed) return '?';
  EXPECT_FALSE(parsed.error().text.empty());
  return parsed.error().reason;
}

DepthView depth_of(const std::map<std::int64_t, std::int64_t>& bids,
                   const std::map<std::int64_t, std::int64_t>& asks, Sequence sequence = 1) {
  DepthView view;
  view.symbol = "AAPL";
  view.sequence = sequence;
  for (auto level = bids.rbegin(); level != bids.rend(); ++level)
    view.bids.push_back({Price{level->first}, Quantity{level->second}, 1});
  for (const auto& [price, size] : asks)
    view.asks.push_back({Price{price}, Quantity{size}, 1});
  return view;
}

TEST(MarketDataRequestTest, SaysWhatIsWanted) {
  const MarketDataRequest all = taken();
  EXPECT_EQ(all.id, "r1");
  EXPECT_TRUE(all.updates);
  EXPECT_TRUE(all.incremental);
  EXPECT_EQ(all.levels, market_depth_max);
  EXPECT_TRUE(all.wants_deep_book());
  EXPECT_EQ(all.symbols, std::vector<std::string>{"AAPL"});
  EXPECT_EQ(taken({{264, "1"}}).levels, 1u);
  EXPECT_FALSE(taken({{264, "1"}}).wants_deep_book());
  EXPECT_FALSE(taken({{263, "0"}}).updates);
  EXPECT_FALSE(taken({{265, "0"}}).incremental);
  EXPECT_EQ(taken({}, "0011").entry_types, "01");
  EXPECT_FALSE(taken({}, "2").wants_book());
  EXPECT_TRUE(taken({}, "2AB").wants_figures());
}

TEST(MarketDataRequestTest, EachThingThatIsNotThereHasItsReason) {
  EXPECT_EQ(refused({{264, "1001"}}), '5');
  EXPECT_EQ(refused({{264, "-1"}}), '5');
  EXPECT_EQ(refused({{264, "1x"}}), '5');
  EXPECT_EQ(refused({{266, "N"}}), '7');
  EXPECT_EQ(refused({}, "06"), '8');
  EXPECT_EQ(refused({}, "9"), '8');
  EXPECT_EQ(refused({}, "B", true), '8');
  EXPECT_EQ(refused({{336, "2"}}), '9');
  EXPECT_EQ(refused({{336, "2"}}, "01", true), refusal_reason::none);
  EXPECT_EQ(refused({{546, "2"}}), 'A');
  EXPECT_EQ(refused({{286, "3"}}), 'B');
  EXPECT_EQ(refused({{547, "Y"}}), 'C');
  fix::Message many = request();
  for (std::size_t i = 0; i < request_symbols_max; ++i)
    many.add(55, "S" + std::to_string(i));
  const auto parsed = market_data_request_of(many, false);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().reason, '2');
}

TEST(MarketDataRequestTest, ARejectNamesTheRequestTheReasonAndWhy) {
  const fix::Message reject = market_data_request_reject("r1", {'5', "264: too deep"});
  EXPECT_EQ(reject.type, "Y");
  EXPECT_EQ(reject.text(262), "r1");
  EXPECT_EQ(reject.text(281), "5");
  EXPECT_EQ(reject.text(58), "264: too deep");
  EXPECT_EQ(market_data_request_reject("r1", {refusal_reason::none, "no"}).find(281), nullptr);
}

TEST(MarketDataEntriesTest, TheWholeBookIsCutToTheDepthThatIsWanted) {
  MarketPicture picture;
  picture.put_depth(depth_of({{100, 1}, {99, 2}, {98, 3}}, {{101, 4}, {102, 5}}));
  ToldMarket told;
  const auto entries = told.whole(taken({{264, "2"}}), picture, {});
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].type, '0');
  EXPECT_EQ(entries[0].price, Price{100});
  EXPECT_EQ(entries[0].position, 1u);
  EXPECT_EQ(entries[1].price, Price{99});
  EXPECT_EQ(entries[1].position, 2u);
  EXPECT_EQ(entries[2].type, '1');
  EXPECT_EQ(entries[2].price, Price{101});
}

TEST(MarketDataEntriesTest, ChangesTellNewChangedAndGoneLevels) {
  const MarketDataRequest wanted = taken({{264, "2"}});
  MarketPicture picture;
  picture.put_depth(depth_of({{100, 1}, {99, 2}}, {{101, 4}}));
  ToldMarket told;
  told.whole(wanted, picture, {});
  EXPECT_TRUE(told.changes(wanted, picture).empty());
  picture.put_depth(depth_of({{100, 7}, {98, 3}}, {{100, 9}, {101, 4}}, 2));
  const auto entries = told.changes(wanted, picture);
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].action, '2');
  EXPECT_EQ(entries[0].price, Price{99});
  EXPECT_FALSE(entries[0].size);
  EXPECT_EQ(entries[1].action, '1');
  EXPECT_EQ(entries[1].price, Price{100});
  EXPECT_EQ(entries[1].size, Quantity{7});
  EXPECT_EQ(entries[2].action, '0');
  EXPECT_EQ(entries[2].price, Price{98});
  EXPECT_EQ(entries[3].type, '1');
  EXPECT_EQ(entries[3].action, '0');
  EXPECT_EQ(entries[3].price, Price{100});
  // An older state that comes late counts for nothing.
  picture.put_depth(depth_of({}, {}, 1));
  EXPECT_TRUE(told.changes(wanted, picture).empty());
}

TEST(MarketDataEntriesTest, WhoAppliesTheChangesHasTheBook) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const char* depth : {"1", "3", "10"}) {
    const MarketDataRequest wanted = taken({{264, depth}});
    MarketPicture picture;
    ToldMarket told;
    std::map<std::int64_t, std::int64_t> bids, asks;
    picture.put_depth(depth_of(bids, asks));
    EXPECT_TRUE(told.whole(wanted, picture, {}).empty());
    std::map<std::pair<char, std::int64_t>, std::int64_t> client;
    for (Sequence step = 2; step < 500; ++step) {
      for (auto* side : {&bids, &asks}) {
        const auto price = static_cast<std::int64_t>(1 + random() % 12);
        if (random() % 3 == 0) {
          side->erase(price);
        } else {
          (*side)[price] = static_cast<std::int64_t>(1 + random() % 3);
        }
      }
      picture.put_depth(depth_of(bids, asks, step));
      for (const MarketDataEntry& entry : told.changes(wanted, picture)) {
        const std::pair key(entry.type, entry.price->units);
        ASSERT_EQ(client.contains(key), entry.action != '0') << "step " << step;
        if (entry.action == '2') {
          client.erase(key);
        } else {
          client[key] = entry.size->shares;
        }
      }
      std::map<std::pair<char, std::int64_t>, std::int64_t> expected;
      std::size_t count = 0;
      for (auto level = bids.rbegin(); level != bids.rend() && count < wanted.levels; ++level, ++count)
        expected[{'0', level->first}] = level->second;
      count = 0;
      for (auto level = asks.begin(); level != asks.end() && count < wanted.levels; ++level, ++count)
        expected[{'1', level->first}] = level->second;
      ASSERT_EQ(client, expected) << "step " << step;
    }
  }
}

TEST(MarketDataEntriesTest, FiguresComeAndGoWithTheQuote) {
  const MarketDataRequest wanted = taken({}, "4578AB");
  MarketPicture picture;
  QuoteView quote;
  quote.symbol = "AAPL";
  quote.sequence = 1;
  quote.previous_close = Price{1'490'000};
  picture.put_quote(quote);
  ToldMarket told;
  auto entries = told.whole(wanted, picture, {});
  ASSERT_EQ(entries.size(), 2u);  // the close, and a volume of nothing
  EXPECT_EQ(entries[0].type, '5');
  EXPECT_EQ(entries[1].type, 'B');
  EXPECT_EQ(entries[1].size, Quantity{0});
  quote.sequence = 2;
  quote.phase = MarketPhase::opening_auction;
  quote.auction = {Price{1'500'000}, Quantity{300}, Quantity{40}, Side::sell};
  picture.put_quote(quote);
  entries = told.changes(wanted, picture);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].type, 'A');
  EXPECT_EQ(entries[0].action, '0');
  EXPECT_EQ(entries[0].price, Price{1'500'000});
  EXPECT_EQ(entries[0].size, Quantity{40});
  EXPECT_EQ(entries[0].condition, 'Q');
  quote.sequence = 3;
  quote.phase = MarketPhase::continuous;
  quote.open = quote.high = quote.low = Price{1'500'000};
  quote.volume = Quantity{300};
  picture.put_quote(quote);
  entries = told.changes(wanted, picture);
  ASSERT_EQ(entries.size(), 5u);
  EXPECT_EQ(entries[0].type, 'A');
  EXPECT_EQ(entries[0].action, '2');
  EXPECT_EQ(entries[4].type, 'B');
  EXPECT_EQ(entries[4].action, '1');
}

TEST(MarketDataEntriesTest, EveryTradeIsToldOnce) {
  const MarketDataRequest wanted = taken({}, "2");
  MarketPicture picture;
  picture.trades.add(trade_at(5));
  picture.trades.add(trade_at(6));
  ToldMarket told;
  auto entries = told.whole(wanted, picture, trade_at(6));
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].id, "6");
  EXPECT_TRUE(told.changes(wanted, picture).empty());
  picture.trades.add(trade_at(6));
  picture.trades.add(trade_at(8));
  picture.trades.add(trade_at(9));
  entries = told.changes(wanted, picture);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].id, "8");
  EXPECT_EQ(entries[1].id, "9");
  EXPECT_TRUE(told.changes(wanted, picture).empty());
}

TEST(MarketDataEntriesTest, TradesThatWereForgottenAreKnownToBeLost) {
  RecentTrades trades;
  for (Sequence sequence = 1; sequence <= RecentTrades::kept_max; ++sequence)
    trades.add(trade_at(sequence));
  EXPECT_FALSE(trades.lost_after(0));
  trades.add(trade_at(5'000));
  EXPECT_TRUE(trades.lost_after(0));
  EXPECT_FALSE(trades.lost_after(1));
  EXPECT_EQ(trades.after(1).size(), RecentTrades::kept_max);
  EXPECT_EQ(trades.after(1).front().sequence, 2u);
  EXPECT_TRUE(trades.after(5'000).empty());
}

TEST(MarketDataMessagesTest, ASnapshotIsOneMessageAndAnEmptyOneSaysSo) {
  const MarketDataRequest wanted = taken({}, "025");
  MarketPicture picture;
  picture.put_book(depth_of({{1'500'000, 100}}, {}));
  QuoteView quote;
  quote.sequence = 1;
  quote.previous_close = Price{1'490'000};
  picture.put_quote(quote);
  ToldMarket told;
  const fix::Message message =
      market_data_snapshot(wanted, "AAPL", told.whole(wanted, picture, trade_at(3)), Quantity{70}, false);
  EXPECT_EQ(message.type, "W");
  EXPECT_EQ(message.text(55), "AAPL");
  EXPECT_EQ(message.find(387), nullptr);
  ASSERT_EQ(message.groups.size(), 1u);
  const auto& entries = message.groups[0].entries;
  ASSERT_EQ(entries.size(), 3u);
  const auto line = [](const std::vector<fix::Field>& fields) {
    std::string text;
    for (const fix::Field& field : fields)
      text += std::to_string(field.tag) + "=" + field.value + "|";
    return text;
  };
  EXPECT_EQ(line(entries[0]), "269=0|270=150.00|271=100|346=1|290=1|");
  EXPECT_EQ(line(entries[1]), "269=5|270=149.00|286=4|");
  EXPECT_EQ(line(entries[2]), "269=2|270=150.00|271=10|272=19700101|273=00:00:01.000|");
  const fix::Message empty = market_data_snapshot(wanted, "AAPL", {}, Quantity{70}, true);
  EXPECT_EQ(empty.text(268), "0");
  EXPECT_EQ(empty.text(387), "70");
  EXPECT_TRUE(empty.groups.empty());
}

TEST(MarketDataMessagesTest, ManyChangesAreSeveralMessages) {
  const MarketDataRequest wanted = taken();
  std::vector<MarketDataEntry> entries(entries_per_message_max + 1);
  const auto messages = market_data_changes(wanted, "AAPL", entries, false);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].groups[0].entries.size(), entries_per_message_max);
  ASSERT_EQ(messages[1].groups[0].entries.size(), 1u);
  EXPECT_EQ(messages[1].groups[0].first_tag, 279);
  EXPECT_EQ(messages[1].groups[0].entries[0].front().tag, 279);
}

}  // namespace

}  // namespace trade::fixd::test
