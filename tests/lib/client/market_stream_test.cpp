#include <algorithm>
#include <map>
#include <span>
#include <thread>

#include <poll.h>

#include "client/client.hpp"
#include "fake_daemon.hpp"

namespace trade {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

QuoteView quote(const std::string& symbol, Sequence sequence, std::int64_t bid = 0) {
  QuoteView view;
  view.symbol = symbol;
  view.sequence = sequence;
  view.bid = Price{bid};
  return view;
}

TapeEntryView trade_of(const std::string& symbol, Sequence sequence) {
  TapeEntryView view;
  view.symbol = symbol;
  view.sequence = sequence;
  view.id = TradeId{sequence};
  return view;
}

/// A feedd whose market the test changes by hand. Everything in it belongs to the daemon's thread.
class FakeFeed {
 public:
  explicit FakeFeed(const test::TemporaryDirectory& home)
      : daemon(home.path(), "feedd", [this](const RequestBody& request) { return answer(request); }) {}

  /// Changes a quote, and publishes it unless that is to be lost.
  void set_quote(const QuoteView& view, bool publish = true) {
    daemon.in_thread([&] { quotes[view.symbol] = view; });
    if (publish) daemon.publish(bus::quote_topic(view.symbol), QuotePublished{view});
  }
  void add_trade(TapeEntryView entry, bool publish = true) {
    daemon.in_thread([&] {
      entry.number = ++trades[entry.symbol];
      tapes[entry.symbol].push_back(entry);
    });
    if (publish) daemon.publish(bus::tape_topic(entry.symbol), TapePublished{entry});
  }

  std::map<std::string, QuoteView> quotes;
  std::map<std::string, DepthView> depths;
  std::map<std::string, std::vector<TapeEntryView>> tapes;
  std::map<std::string, std::uint64_t> trades;  ///< how many there were, kept or not
  FakeDaemon daemon;

 private:
  std::optional<ReplyBody> answer(const RequestBody& request) {
    if (const auto* wanted = std::get_if<QuotesRequest>(&request)) {
      QuotesReply reply;
      for (const auto& [symbol, view] : quotes) {
        const auto& names = wanted->symbols;
        if (names.empty() || std::ranges::find(names, symbol) != names.end()) reply.quotes.push_back(view);
      }
      return reply;
    }
    if (const auto* wanted = std::get_if<DepthRequest>(&request)) {
      DepthView view = depths[wanted->symbol];
      view.bids.resize(std::min<std::size_t>(view.bids.size(), wanted->levels));
      return DepthReply{view};
    }
    if (const auto* wanted = std::get_if<TapeRequest>(&request)) {
      const auto& tape = tapes[wanted->symbol];
      TapeReply reply;
      for (auto entry = tape.rbegin(); entry != tape.rend() && reply.entries.size() < wanted->limit;
           ++entry) {
        reply.entries.push_back(*entry);
      }
      return reply;
    }
    return std::nullopt;
  }
};

class MarketStreams : public ::testing::Test {
 protected:
  MarketStream open(MarketStream::Kind kind, const std::vector<std::string>& symbols,
                    std::uint32_t levels = 10, milliseconds timeout = seconds(10),
                    std::optional<Sequence> from = {}) {
    auto stream = MarketStream::open(options_for(home, timeout), kind, symbols, levels, from);
    EXPECT_TRUE(stream) << stream.error().message;
    return std::move(*stream);
  }
  /// The next publication, which must come.
  template <class Published>
  static Published next(MarketStream& stream) {
    auto body = stream.next(seconds(10));
    EXPECT_TRUE(body) << body.error().message;
    if (!body || !*body || !std::holds_alternative<Published>(**body)) {
      ADD_FAILURE() << "nothing, or of another kind";
      return {};
    }
    return std::get<Published>(**body);
  }
  static bool quiet(MarketStream& stream) {
    const auto body = stream.next(milliseconds(50));
    return body && !*body;
  }

  test::TemporaryDirectory home;
  FakeFeed feed{home};
};

TEST_F(MarketStreams, BeginWithThePresentAndGoOnWithEveryChange) {
  feed.set_quote(quote("AAPL", 5, 100));
  feed.set_quote(quote("MSFT", 6, 200));
  feed.set_quote(quote("OTHER", 7, 300));
  MarketStream stream = open(MarketStream::Kind::quotes, {"MSFT", "aapl", "MSFT"});
  EXPECT_EQ(next<QuotePublished>(stream).quote, quote("AAPL", 5, 100));
  EXPECT_EQ(next<QuotePublished>(stream).quote, quote("MSFT", 6, 200));
  EXPECT_TRUE(quiet(stream));
  feed.set_quote(quote("OTHER", 8));
  feed.set_quote(quote("AAPL", 9, 101));
  EXPECT_EQ(next<QuotePublished>(stream).quote, quote("AAPL", 9, 101));
  EXPECT_TRUE(quiet(stream));
}

TEST_F(MarketStreams, WithoutSymbolsQuotesOfAllCome) {
  feed.set_quote(quote("A", 1));
  MarketStream stream = open(MarketStream::Kind::quotes, {});
  EXPECT_EQ(next<QuotePublished>(stream).quote.symbol, "A");
  feed.set_quote(quote("NEW", 2));
  EXPECT_EQ(next<QuotePublished>(stream).quote.symbol, "NEW");
}

TEST_F(MarketStreams, PublicationsNoNewerThanWhatIsKnownAreDropped) {
  feed.set_quote(quote("AAPL", 5, 100));
  MarketStream stream = open(MarketStream::Kind::quotes, {"AAPL"});
  EXPECT_EQ(next<QuotePublished>(stream).quote.sequence, 5U);
  for (const Sequence old : {Sequence{4}, Sequence{5}}) {
    feed.daemon.publish(bus::quote_topic("AAPL"), QuotePublished{quote("AAPL", old, 1)});
  }
  EXPECT_TRUE(quiet(stream));
  feed.set_quote(quote("AAPL", 6, 101));
  EXPECT_EQ(next<QuotePublished>(stream).quote.sequence, 6U);
}

TEST_F(MarketStreams, ASlowReaderGetsTheNewestOfEachSymbol) {
  feed.set_quote(quote("A", 1));
  feed.set_quote(quote("B", 2));
  MarketStream stream = open(MarketStream::Kind::quotes, {"A", "B"});
  next<QuotePublished>(stream);
  next<QuotePublished>(stream);
  for (Sequence sequence = 3; sequence < 1'003; ++sequence)
    feed.set_quote(quote(sequence % 2 == 0 ? "A" : "B", sequence));
  std::this_thread::sleep_for(milliseconds(50));
  std::map<std::string, Sequence> last;
  int came = 0;
  while (last["A"] != 1'002 || last["B"] != 1'001) {
    const auto view = next<QuotePublished>(stream).quote;
    EXPECT_GT(view.sequence, last[view.symbol]);
    last[view.symbol] = view.sequence;
    ASSERT_LE(++came, 1'000);
  }
  EXPECT_LT(came, 100);
  EXPECT_TRUE(quiet(stream));
}

TEST_F(MarketStreams, AfterABacklogTheNewestStateComesEvenIfItWasDropped) {
  feed.set_quote(quote("A", 1));
  MarketStream stream = open(MarketStream::Kind::quotes, {"A"});
  next<QuotePublished>(stream);
  // The reader sleeps through more than the sockets hold, so that the end is dropped.
  feed.daemon.in_thread([&] {
    wire::Encoder encoder;
    for (Sequence sequence = 2; sequence < 3 * Sequence{bus::publication_messages_max}; ++sequence) {
      feed.daemon.publish_bytes(bus::quote_topic("A"), encoder.encode(QuotePublished{quote("A", sequence)}));
    }
    feed.quotes["A"] = quote("A", 1'000'000, 7);
  });
  QuoteView last;
  while (last.sequence != 1'000'000) {
    const auto body = stream.next(seconds(5));
    ASSERT_TRUE(body && *body) << "the dropped state never came";
    last = std::get<QuotePublished>(**body).quote;
  }
  EXPECT_EQ(last.bid, Price{7});
}

TEST_F(MarketStreams, GoOnAfterFeeddWasRestarted) {
  feed.set_quote(quote("A", 1));
  feed.set_quote(quote("B", 2));
  MarketStream stream = open(MarketStream::Kind::quotes, {"A", "B"});
  next<QuotePublished>(stream);
  next<QuotePublished>(stream);
  feed.daemon.stop();
  feed.quotes["A"] = quote("A", 3);
  EXPECT_TRUE(quiet(stream));
  feed.daemon.start();
  // What changed meanwhile comes, and only that.
  EXPECT_EQ(next<QuotePublished>(stream).quote, quote("A", 3));
  feed.set_quote(quote("B", 4));
  EXPECT_EQ(next<QuotePublished>(stream).quote, quote("B", 4));
  EXPECT_TRUE(quiet(stream));
}

TEST_F(MarketStreams, FollowAMarketThatWasBegunAnew) {
  feed.set_quote(quote("A", 1'000));
  MarketStream stream = open(MarketStream::Kind::quotes, {"A"});
  next<QuotePublished>(stream);
  feed.daemon.stop();
  feed.quotes["A"] = quote("A", 3);
  feed.daemon.start();
  EXPECT_EQ(next<QuotePublished>(stream).quote, quote("A", 3));
  feed.set_quote(quote("A", 4));
  EXPECT_EQ(next<QuotePublished>(stream).quote, quote("A", 4));
}

TEST_F(MarketStreams, SayWhenFeeddStaysAway) {
  feed.set_quote(quote("A", 1));
  MarketStream stream = open(MarketStream::Kind::quotes, {"A"}, 10, milliseconds(200));
  next<QuotePublished>(stream);
  feed.daemon.stop();
  const auto body = stream.next(seconds(10));
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, ErrorCode::not_running);
  EXPECT_TRUE(quiet(stream));
  feed.daemon.start();
  feed.set_quote(quote("A", 2), false);
  for (int i = 0; i < 100; ++i) {
    const auto again = stream.next(milliseconds(100));
    if (again && *again) return;
  }
  FAIL() << "the stream did not come back";
}

TEST_F(MarketStreams, DepthHasAsManyLevelsAsWereAskedFor) {
  DepthView& view = feed.depths["A"];
  view.symbol = "A";
  view.sequence = 1;
  for (int i = 0; i < 30; ++i)
    view.bids.push_back({Price{1'000 - i}, Quantity{1}, 1});
  MarketStream few = open(MarketStream::Kind::depth, {"A"}, 3);
  MarketStream many = open(MarketStream::Kind::depth, {"A"}, 25);
  EXPECT_EQ(next<DepthPublished>(few).depth.bids.size(), 3U);
  EXPECT_EQ(next<DepthPublished>(many).depth.bids.size(), 25U);
  feed.daemon.in_thread([&] { view.sequence = 2; });
  DepthView published = view;
  published.bids.resize(bus::published_depth_levels);
  feed.daemon.publish(bus::depth_topic("A"), DepthPublished{published});
  const DepthView cut = next<DepthPublished>(few).depth;
  EXPECT_EQ(cut.sequence, 2U);
  EXPECT_EQ(cut.bids.size(), 3U);
  const DepthView whole = next<DepthPublished>(many).depth;
  EXPECT_EQ(whole.sequence, 2U);
  EXPECT_EQ(whole.bids.size(), 25U);
}

TEST_F(MarketStreams, ATapeBeginsWithItsLastTradesOldestFirst) {
  for (Sequence sequence = 1; sequence <= 30; ++sequence)
    feed.add_trade(trade_of("A", sequence));
  MarketStream stream = open(MarketStream::Kind::tape, {"A"});
  for (Sequence sequence = 21; sequence <= 30; ++sequence) {
    EXPECT_EQ(next<TapePublished>(stream).entry.sequence, sequence);
  }
  EXPECT_TRUE(quiet(stream));
  feed.add_trade(trade_of("A", 31));
  EXPECT_EQ(next<TapePublished>(stream).entry.sequence, 31U);
}

TEST_F(MarketStreams, EveryTradeComesOnceAlsoOverARestart) {
  MarketStream stream = open(MarketStream::Kind::tape, {"A", "B"});
  Sequence sequence = 0;
  for (int i = 0; i < 100; ++i)
    feed.add_trade(trade_of(i % 3 == 0 ? "A" : "B", ++sequence));
  for (Sequence expected = 1; expected <= 100; ++expected) {
    ASSERT_EQ(next<TapePublished>(stream).entry.sequence, expected);
  }
  feed.daemon.stop();
  for (int i = 0; i < 50; ++i) {
    const auto entry = trade_of(i % 3 == 0 ? "A" : "B", ++sequence);
    feed.tapes[entry.symbol].push_back(entry);
  }
  feed.daemon.start();
  for (Sequence expected = 101; expected <= 150; ++expected) {
    ASSERT_EQ(next<TapePublished>(stream).entry.sequence, expected);
  }
  feed.add_trade(trade_of("A", ++sequence));
  EXPECT_EQ(next<TapePublished>(stream).entry.sequence, 151U);
  EXPECT_TRUE(quiet(stream));
}

TEST_F(MarketStreams, TradesDroppedAtTheEndOfABurstAreFetched) {
  MarketStream stream = open(MarketStream::Kind::tape, {"A"});
  feed.add_trade(trade_of("A", 1));
  EXPECT_EQ(next<TapePublished>(stream).entry.sequence, 1U);
  // More than the sockets hold, so that the end is dropped.
  const std::string payload(100, 'x');
  feed.daemon.in_thread([&] {
    for (int i = 0; i < 3 * bus::publication_messages_max; ++i) {
      feed.daemon.publish_bytes(bus::tape_topic("A"), std::as_bytes(std::span(payload)));
    }
    for (Sequence sequence = 2; sequence <= 4; ++sequence)
      feed.tapes["A"].push_back(trade_of("A", sequence));
  });
  for (Sequence expected = 2; expected <= 4; ++expected) {
    ASSERT_EQ(next<TapePublished>(stream).entry.sequence, expected);
  }
}

TEST_F(MarketStreams, TradesDroppedInTheMiddleAreFetchedAndComeInOrder) {
  MarketStream stream = open(MarketStream::Kind::tape, {"A"});
  constexpr Sequence count = 3 * Sequence{bus::publication_messages_max};
  feed.daemon.in_thread([&] {
    wire::Encoder encoder;
    for (Sequence sequence = 1; sequence <= count; ++sequence) {
      const TapeEntryView entry = trade_of("A", sequence);
      feed.tapes["A"].push_back(entry);
      feed.daemon.publish_bytes(bus::tape_topic("A"), encoder.encode(TapePublished{entry}));
    }
  });
  Sequence last = 0;
  Sequence came = 0;
  Sequence last_gap = 0;
  while (last < count) {
    const Sequence sequence = next<TapePublished>(stream).entry.sequence;
    ASSERT_GT(sequence, last);
    if (sequence != last + 1) last_gap = sequence;
    last = sequence;
    ++came;
  }
  // What the sockets held came, and of what they dropped, the end.
  EXPECT_GE(came, Sequence{bus::publication_messages_max});
  EXPECT_LE(last_gap, count - 9'000);
  EXPECT_TRUE(quiet(stream));
  feed.add_trade(trade_of("A", count + 1));
  EXPECT_EQ(next<TapePublished>(stream).entry.sequence, count + 1);
}

TEST_F(MarketStreams, FromASequenceOnQuotesBeginWithThoseThatChangedSince) {
  feed.set_quote(quote("A", 5));
  feed.set_quote(quote("B", 6));
  feed.set_quote(quote("C", 7));
  MarketStream stream = open(MarketStream::Kind::quotes, {}, 10, seconds(10), Sequence{6});
  EXPECT_EQ(next<QuotePublished>(stream).quote.symbol, "B");
  EXPECT_EQ(next<QuotePublished>(stream).quote.symbol, "C");
  EXPECT_TRUE(quiet(stream));
  feed.set_quote(quote("A", 8));
  EXPECT_EQ(next<QuotePublished>(stream).quote, quote("A", 8));
  // The market may begin anew all the same.
  feed.daemon.stop();
  feed.quotes = {{"A", quote("A", 3)}};
  feed.daemon.start();
  EXPECT_EQ(next<QuotePublished>(stream).quote, quote("A", 3));
}

TEST_F(MarketStreams, FromASequenceOnABookComesWhenItHasChangedSince) {
  feed.depths["A"].symbol = "A";
  feed.depths["A"].sequence = 5;
  MarketStream since = open(MarketStream::Kind::depth, {"A"}, 10, seconds(10), Sequence{5});
  EXPECT_EQ(next<DepthPublished>(since).depth.sequence, 5U);
  MarketStream after = open(MarketStream::Kind::depth, {"A"}, 10, seconds(10), Sequence{6});
  EXPECT_TRUE(quiet(after));
  DepthView changed = feed.depths["A"];
  changed.sequence = 9;
  feed.daemon.publish(bus::depth_topic("A"), DepthPublished{changed});
  EXPECT_EQ(next<DepthPublished>(after).depth.sequence, 9U);
}

TEST_F(MarketStreams, FromASequenceOnEveryTradeComesOnce) {
  for (Sequence sequence = 1; sequence <= 100; ++sequence)
    feed.add_trade(trade_of("A", 2 * sequence), false);
  // More than the ten of an ordinary beginning; between two trades is as good as at one.
  MarketStream stream = open(MarketStream::Kind::tape, {"A"}, 10, seconds(10), Sequence{41});
  Sequence expected = 42;
  for (; expected <= 200; expected += 2)
    ASSERT_EQ(next<TapePublished>(stream).entry.sequence, expected);
  EXPECT_TRUE(quiet(stream));
  // Some of what follows is lost on the way, and feedd is gone for a while.
  for (int i = 0; i < 100; ++i, expected += 2)
    feed.add_trade(trade_of("A", expected), i % 7 == 0);
  feed.daemon.stop();
  for (int i = 0; i < 50; ++i, expected += 2) {
    TapeEntryView entry = trade_of("A", expected);
    entry.number = ++feed.trades["A"];
    feed.tapes["A"].push_back(entry);
  }
  feed.daemon.start();
  for (Sequence wanted = 202; wanted < expected; wanted += 2)
    ASSERT_EQ(next<TapePublished>(stream).entry.sequence, wanted);
  EXPECT_TRUE(quiet(stream));
}

TEST_F(MarketStreams, FromASequenceOnATapeSaysWhatIsNoLongerKept) {
  const auto forget = [&](std::ptrdiff_t count) {
    feed.daemon.in_thread(
        [&] { feed.tapes["A"].erase(feed.tapes["A"].begin(), feed.tapes["A"].begin() + count); });
  };
  for (Sequence sequence = 1; sequence <= 30; ++sequence)
    feed.add_trade(trade_of("A", 10 * sequence), false);
  forget(10);
  // The oldest that is kept is of 110; what was between 100 and that is not known any more.
  const auto refused =
      MarketStream::open(options_for(home), MarketStream::Kind::tape, {"A"}, 1, Sequence{109});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  EXPECT_EQ(refused.error().name, "trades_not_kept");
  EXPECT_NE(refused.error().message.find("109"), std::string::npos);
  EXPECT_NE(refused.error().message.find("110"), std::string::npos);
  MarketStream stream = open(MarketStream::Kind::tape, {"A"}, 1, seconds(10), Sequence{110});
  for (Sequence expected = 110; expected <= 300; expected += 10)
    ASSERT_EQ(next<TapePublished>(stream).entry.sequence, expected);
  // While it runs, too: all of these are lost on the way but the last, and feedd has forgotten the first.
  for (Sequence sequence = 31; sequence <= 60; ++sequence)
    feed.add_trade(trade_of("A", 10 * sequence), false);
  forget(21);
  feed.add_trade(trade_of("A", 610));
  const auto lost = stream.next(seconds(10));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().name, "trades_not_kept");
}

TEST_F(MarketStreams, FromASequenceOnATapeMayBeEmptyAndWaits) {
  MarketStream stream = open(MarketStream::Kind::tape, {"A"}, 1, seconds(10), Sequence{50});
  EXPECT_TRUE(quiet(stream));
  feed.add_trade(trade_of("A", 40));
  EXPECT_TRUE(quiet(stream)) << "before what is wanted";
  feed.add_trade(trade_of("A", 60));
  EXPECT_EQ(next<TapePublished>(stream).entry.sequence, 60U);
  const auto several =
      MarketStream::open(options_for(home), MarketStream::Kind::tape, {"A", "B"}, 1, Sequence{1});
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().code, ErrorCode::usage);
}

TEST_F(MarketStreams, RefuseWhatCannotBeWatched) {
  const ClientOptions options = options_for(home);
  EXPECT_EQ(MarketStream::open(options, MarketStream::Kind::tape, {}).error().code, ErrorCode::usage);
  EXPECT_EQ(MarketStream::open(options, MarketStream::Kind::quotes, {"not a symbol"}).error().code,
            ErrorCode::usage);
  EXPECT_EQ(MarketStream::open(options, MarketStream::Kind::quotes, {"NONE"}).error().code,
            ErrorCode::not_found);
  feed.daemon.stop();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(MarketStream::open(options, MarketStream::Kind::quotes, {"A"}).error().code,
            ErrorCode::not_running);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(2));
}

TEST_F(MarketStreams, TheDescriptorTellsOfChanges) {
  feed.set_quote(quote("A", 1));
  MarketStream stream = open(MarketStream::Kind::quotes, {"A"});
  for (Sequence sequence = 1; sequence <= 20; ++sequence) {
    if (sequence > 1) feed.set_quote(quote("A", sequence));
    for (;;) {
      const auto body = stream.next(milliseconds(0));
      ASSERT_TRUE(body);
      if (*body) break;
      pollfd readable{stream.file_descriptor(), POLLIN, 0};
      ASSERT_EQ(::poll(&readable, 1, 10'000), 1) << sequence;
    }
  }
}

TEST(MarketStreamTest, SymbolsAreTakenOnAndLeftWhileItRuns) {
  const test::TemporaryDirectory home;
  FakeFeed feed(home);
  feed.add_trade(trade_of("A", 1), false);
  for (Sequence sequence = 2; sequence <= 40; ++sequence)
    feed.add_trade(trade_of("B", sequence), false);
  auto stream = MarketStream::open(options_for(home), MarketStream::Kind::tape, {"A"});
  ASSERT_TRUE(stream) << stream.error().message;
  std::map<std::string, std::vector<Sequence>> told;
  const auto take_until = [&](const std::string& symbol, Sequence last) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (told[symbol].empty() || told[symbol].back() != last) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "never came: " << symbol << " " << last;
      const auto next = stream->next(milliseconds(50));
      ASSERT_TRUE(next) << next.error().message;
      if (!*next) continue;
      const auto* tape = std::get_if<TapePublished>(&**next);
      ASSERT_NE(tape, nullptr);
      told[tape->entry.symbol].push_back(tape->entry.sequence);
    }
  };
  take_until("A", 1);
  ASSERT_TRUE(stream->add("B"));
  ASSERT_TRUE(stream->add("B")) << "twice is once";
  take_until("B", 40);
  EXPECT_EQ(told["B"].size(), 10U) << "the present state: the last ten";
  feed.add_trade(trade_of("B", 41));
  feed.add_trade(trade_of("A", 42));
  take_until("A", 42);
  take_until("B", 41);
  EXPECT_EQ(told["A"], (std::vector<Sequence>{1, 42})) << "what goes on is not told again";
  stream->remove("A");
  feed.add_trade(trade_of("A", 43));
  feed.add_trade(trade_of("B", 44));
  take_until("B", 44);
  EXPECT_EQ(told["A"].back(), 42U);
  EXPECT_FALSE(stream->add("not a symbol"));
}

}  // namespace
}  // namespace trade
