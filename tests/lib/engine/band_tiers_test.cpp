// Price bands of tiers: percentages by price, doubled near the close, and a reference that follows the
// trades.
#include <random>
#include <vector>

#include "banded_market_support.hpp"
#include "support/seeds.hpp"

namespace trade::engine_test {
namespace {

class BandTiersTest : public BandedMarketTest {
 protected:
  void set_tier(BandTier tier, SymbolId of = SymbolId{1}) {
    EXPECT_EQ(
        reason_of(SetPriceBands{.symbol = of, .pause_seconds = 300, .limit_state_seconds = 15, .tier = tier}),
        RejectReason::none);
  }
  void print(std::string_view at) {
    EXPECT_EQ(reason_of(PrintTrade{.symbol = symbol, .price = price(at), .quantity = {10}}),
              RejectReason::none);
  }
  void pass(std::int64_t seconds) { now.nanoseconds += seconds * nanoseconds_per_second; }
  static std::string text(const PriceBands& bands) {
    return format_price(bands.lower) + " " + format_price(bands.upper) + " " +
           std::to_string(bands.basis_points) + (bands.doubled ? " doubled" : "");
  }
  std::string bands(SymbolId of = SymbolId{1}) const { return text(engine.symbol(of)->bands); }
  /// Regular trading ends so many seconds from now.
  void closes_in(std::int64_t seconds) {
    SetSession session{.phase = SessionPhase::open, .trading_date = engine.session().trading_date};
    session.closes_at = {now.nanoseconds + seconds * nanoseconds_per_second};
    EXPECT_EQ(reason_of(session), RejectReason::none);
  }
};

TEST_F(BandTiersTest, PercentagesGoByTierAndByTheCloseOfTheDayBefore) {
  const struct {
    std::string_view close;
    std::string_view tier_1;
    std::string_view tier_2;
  } rows[] = {
      {"100.00", "95.00 105.00 500", "90.00 110.00 1000"}, {"3.01", "2.86 3.16 500", "2.71 3.31 1000"},
      {"3.00", "2.40 3.60 2000", "2.40 3.60 2000"},        {"0.75", "0.60 0.90 2000", "0.60 0.90 2000"},
      {"0.74", "0.59 0.89 7500", "0.59 0.89 7500"},        {"0.16", "0.04 0.28 7500", "0.04 0.28 7500"},
      {"0.01", "0.01 0.02 7500", "0.01 0.02 7500"}};
  int number = 0;
  for (const auto& row : rows) {
    const SymbolId id = add_symbol("S" + std::to_string(++number), row.close);
    set_tier(BandTier::tier_1, id);
    EXPECT_EQ(bands(id), row.tier_1) << row.close;
    set_tier(BandTier::tier_2, id);
    EXPECT_EQ(bands(id), row.tier_2) << row.close;
  }
}

TEST_F(BandTiersTest, ThoseOfALeveragedFundAreSoManyTimesAsWide) {
  const SymbolId penny = add_symbol("PENNY", "0.50");
  const SymbolId cheap = add_symbol("CHEAP", "2.00");
  const auto set = [&](SymbolId of, std::int64_t leverage, BandTier tier = BandTier::tier_2) {
    return reason_of(
        SetPriceBands{.symbol = of, .pause_seconds = 300, .tier = tier, .leverage_basis_points = leverage});
  };
  EXPECT_EQ(set(symbol, 30'000), RejectReason::none);
  EXPECT_EQ(bands(), "7.00 13.00 1000");
  EXPECT_EQ(view().bands.leverage_basis_points, 30'000);
  EXPECT_EQ(set(symbol, 15'000), RejectReason::none);
  EXPECT_EQ(bands(), "8.50 11.50 1000");
  EXPECT_EQ(set(cheap, 20'000), RejectReason::none);
  EXPECT_EQ(bands(cheap), "1.20 2.80 2000");
  EXPECT_EQ(set(penny, 20'000), RejectReason::none);
  EXPECT_EQ(bands(penny), "0.20 0.80 7500");
  Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->symbol(symbol)->bands, view().bands);
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
  // They stay so on the next day, and without it they are those of the tier again.
  apply(SetSession{SessionPhase::open, Date{engine.session().trading_date.days + 1}});
  EXPECT_EQ(bands(), "8.50 11.50 1000");
  EXPECT_EQ(set(symbol, 0), RejectReason::none);
  EXPECT_EQ(bands(), "9.00 11.00 1000");
  for (const std::int64_t leverage : {-1, 1, 9'999, 100'001})
    EXPECT_EQ(set(symbol, leverage), RejectReason::invalid_command) << leverage;
  EXPECT_EQ(set(symbol, 20'000, BandTier::tier_1), RejectReason::invalid_command);
  EXPECT_EQ(
      reason_of(SetPriceBands{
          .symbol = symbol, .basis_points = 500, .pause_seconds = 300, .leverage_basis_points = 20'000}),
      RejectReason::invalid_command);
  EXPECT_EQ(reason_of(SetPriceBands{.symbol = symbol, .leverage_basis_points = 20'000}),
            RejectReason::invalid_command);
}

TEST_F(BandTiersTest, AStraddleStateIsShown) {
  set_tier(BandTier::tier_1);
  EXPECT_FALSE(view().straddle_state) << "there are no quotes";
  const OrderId low = buy(10, "9.49");
  EXPECT_TRUE(view().straddle_state) << "no bid within the bands of 9.50 to 10.50";
  buy(10, "9.50");
  EXPECT_FALSE(view().straddle_state);
  const OrderId high = sell(10, "10.51");
  EXPECT_TRUE(view().straddle_state);
  // In a limit state it is none.
  buy(10, "10.50");
  EXPECT_EQ(view().limit_state, Side::buy);
  EXPECT_FALSE(view().straddle_state);
  wait(15);
  EXPECT_EQ(view().phase, MarketPhase::volatility_auction);
  EXPECT_FALSE(view().straddle_state);
  cancel(buyer, low);
  cancel(seller, high);
}

TEST_F(BandTiersTest, NearTheCloseTheyAreDoubled) {
  const SymbolId cheap = add_symbol("CHEAP", "2.00");
  const SymbolId penny = add_symbol("PENNY", "0.50");
  const SymbolId second = add_symbol("SECOND", "10.00");
  set_tier(BandTier::tier_1);
  set_tier(BandTier::tier_2, cheap);
  set_tier(BandTier::tier_2, penny);
  set_tier(BandTier::tier_2, second);
  closes_in(3'600);
  EXPECT_EQ(engine.next_expiry(),
            Timestamp{engine.session().closes_at.nanoseconds - 25 * 60 * nanoseconds_per_second});
  pass(3'600 - 25 * 60 - 1);
  apply(ExpireOrders{});
  EXPECT_EQ(bands(), "9.50 10.50 500");
  pass(1);
  apply(ExpireOrders{});
  EXPECT_EQ(lines(), (Lines{"bands 9.00..11.00", "bands 1.20..2.80", "bands 0.20..0.80"}));
  EXPECT_EQ(bands(), "9.00 11.00 500 doubled");
  EXPECT_EQ(bands(second), "9.00 11.00 1000") << "not those of tier 2 above 3.00";
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
  // What is set now is so at once; a phase within the session changes nothing.
  set_tier(BandTier::tier_1, second);
  EXPECT_EQ(bands(second), "9.00 11.00 500 doubled");
  apply(SetSession{SessionPhase::open, {}, MarketPhase::closing_auction});
  EXPECT_EQ(bands(), "9.00 11.00 500 doubled");
  apply(SetSession{SessionPhase::closed, {}});
  EXPECT_EQ(engine.session().closes_at, Timestamp{});
  EXPECT_EQ(bands(), "9.50 10.50 500");
}

TEST_F(BandTiersTest, TheReferenceFollowsTheMeanOfTheTrades) {
  set_tier(BandTier::tier_1);
  pass(40);
  print("10.09");
  EXPECT_EQ(lines(), (Lines{"printed 10@10.09"})) << "less than 1 %";
  print("10.12");
  EXPECT_EQ(lines(), (Lines{"printed 10@10.12", "bands 9.60..10.61"})) << "10.105 on the mean";
  EXPECT_EQ(view().bands.reference, price("10.105"));
  // It holds for half a minute; then it moves without a trade.
  print("10.40");
  print("10.40");
  EXPECT_EQ(lines(), (Lines{"printed 10@10.40"}));
  ASSERT_TRUE(engine.next_expiry());
  wait(29);
  EXPECT_EQ(lines(), Lines{});
  wait(1);
  EXPECT_EQ(lines(), (Lines{"bands 9.74..10.77"}));
  EXPECT_EQ(view().bands.reference, price("10.2525"));
}

TEST_F(BandTiersTest, ItMovesAsTradesLeaveTheMean) {
  set_tier(BandTier::tier_1);
  pass(40);
  print("10.05");
  pass(100);
  print("10.14");
  EXPECT_EQ(view().bands.reference, price("10.00"));
  ASSERT_TRUE(engine.next_expiry()) << "the mean of what is left then may be far enough";
  now = *engine.next_expiry();
  events.clear();
  engine.apply({now, ExpireOrders{}}, events);
  EXPECT_EQ(view().bands.reference, price("10.14"));
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
  wait(1'000);
  EXPECT_EQ(view().bands.reference, price("10.14")) << "without trades it stays";
}

TEST_F(BandTiersTest, TradesOfTheBookCount) {
  set_tier(BandTier::tier_1);
  pass(40);
  sell(10, "10.30");
  sell(10, "10.40");
  buy(20, "10.40");
  EXPECT_EQ(lines().back(), "bands 9.83..10.87") << "both, each once, after the order was seen through";
}

TEST_F(BandTiersTest, OrdersThatRestAtABandMoveWithIt) {
  set_tier(BandTier::tier_1);
  buy(10, "10.70");
  EXPECT_EQ(view().limit_state, Side::buy);
  pass(10);
  print("10.40");
  pass(4);
  apply(ExpireOrders{});
  EXPECT_EQ(view().limit_state, Side::buy) << "the reference holds";
  // The end of the limit state comes first.
  wait(30);
  EXPECT_EQ(view().phase, MarketPhase::volatility_auction);
}

TEST_F(BandTiersTest, InALimitStateTheReferenceStays) {
  set_tier(BandTier::tier_1);
  pass(40);
  const OrderId high = buy(10, "10.60");
  EXPECT_EQ(view().limit_state, Side::buy);
  print("10.40");
  EXPECT_EQ(lines(), (Lines{"printed 10@10.40"}));
  EXPECT_EQ(engine.next_expiry(), view().phase_ends_at) << "nothing else is due";
  // Afterwards it is the mean at once, however near, and however new the one before.
  pass(1);
  cancel(buyer, high);
  EXPECT_EQ(lines().back(), "bands 9.88..10.92");
  EXPECT_EQ(view().bands.reference, price("10.40"));
  EXPECT_EQ(view().limit_state, std::nullopt);
  buy(10, "11.00");
  EXPECT_EQ(view().limit_state, Side::buy);
  print("10.42");
  sell(10, "10.00");
  EXPECT_EQ(lines().back(), "bands 10.05..11.11") << "10.58, of three trades";
}

TEST_F(BandTiersTest, ALimitStateWithoutTradesLeavesTheReference) {
  set_tier(BandTier::tier_1);
  pass(40);
  const OrderId high = buy(10, "10.60");
  cancel(buyer, high);
  EXPECT_EQ(view().limit_state, std::nullopt);
  EXPECT_EQ(view().bands.reference, price("10.00"));
}

TEST_F(BandTiersTest, TheEndOfALimitStateMayBeginTheNext) {
  set_tier(BandTier::tier_1);
  pass(40);
  // One that wants to be shown at 10.90 stands at the band of 10.50, and behind it another.
  buy(10, "10.90");
  buy(10, "10.50");
  print("10.20");
  sell(20, "10.50");
  // 10.20 and two trades at 10.50.
  EXPECT_EQ(view().bands.reference, price("10.40"));
  EXPECT_EQ(view().limit_state, std::nullopt);
  EXPECT_EQ(view().bands.upper, price("10.92"));
}

TEST_F(BandTiersTest, APauseEndsWithTheAuctionsPriceAsTheReference) {
  set_tier(BandTier::tier_1);
  pass(40);
  buy(10, "10.90");
  wait(15);
  EXPECT_EQ(view().phase, MarketPhase::volatility_auction);
  EXPECT_EQ(view().phase_ends_at, Timestamp{now.nanoseconds + 300 * nanoseconds_per_second});
  sell(10, "10.80");
  wait(300);
  EXPECT_EQ(view().phase, MarketPhase::continuous);
  EXPECT_EQ(view().bands.reference, price("10.80"));
  // It is the first trade of those that follow.
  pass(40);
  print("11.10");
  EXPECT_EQ(view().bands.reference, price("10.95"));
}

TEST_F(BandTiersTest, OneThatThereIsInTheLastTenMinutesLastsUntilTheClose) {
  set_tier(BandTier::tier_1);
  // Five minutes from its beginning it is ten minutes and a second before the close, or still ten.
  closes_in(15 + 300 + 601);
  buy(10, "11.50");
  wait(15);
  EXPECT_NE(view().phase_ends_at, Timestamp{});
  wait(300);
  EXPECT_EQ(view().phase, MarketPhase::continuous);
  EXPECT_EQ(view().limit_state, Side::buy) << "nobody sold";
  closes_in(15 + 300 + 599);
  wait(15);
  EXPECT_EQ(lines(), (Lines{"phase volatility_auction limit_up",
                            "replaced 1 10:10 limit 11.50 stop 0.00 resting", "rested 1 buy 10@11.50"}));
  EXPECT_EQ(view().phase_ends_at, Timestamp{});
  sell(10, "11.40");
  wait(400);
  EXPECT_EQ(view().phase, MarketPhase::volatility_auction);
  apply(SetSession{SessionPhase::closed, {}});
  EXPECT_EQ(lines()[1].substr(0, 5), "trade");
  EXPECT_EQ(view().phase, MarketPhase::closed);
}

TEST_F(BandTiersTest, ANewTradingDayBeginsWithThePreviousClose) {
  set_tier(BandTier::tier_1);
  pass(40);
  print("2.00");
  EXPECT_EQ(bands(), "1.90 2.10 500") << "the percentage is the day's";
  apply(SetSession{SessionPhase::open, Date{engine.session().trading_date.days + 1}});
  EXPECT_EQ(bands(), "1.60 2.40 2000");
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
}

TEST_F(BandTiersTest, FixedBandsTakeTheirPlace) {
  set_tier(BandTier::tier_1);
  pass(40);
  print("10.05");
  print("10.12");
  EXPECT_TRUE(engine.next_expiry());
  apply(SetPriceBands{.symbol = symbol, .basis_points = 100, .pause_seconds = 60, .reference = price("10")});
  EXPECT_EQ(engine.next_expiry(), std::nullopt);
  pass(400);
  print("10.50");
  EXPECT_EQ(view().bands.reference, price("10"));
  EXPECT_EQ(view().bands.tier, std::nullopt);
}

TEST_F(BandTiersTest, WhatIsNotWellFormedIsRefused) {
  for (const SetPriceBands& bands :
       {SetPriceBands{.symbol = symbol, .basis_points = 5, .pause_seconds = 60, .tier = BandTier::tier_1},
        SetPriceBands{.symbol = symbol, .tier = BandTier::tier_1},
        SetPriceBands{.symbol = symbol, .pause_seconds = 60, .tier = BandTier{3}}}) {
    EXPECT_EQ(reason_of(bands), RejectReason::invalid_command);
  }
  SetSession session{.phase = SessionPhase::closed, .trading_date = {}};
  session.closes_at = {1};
  EXPECT_EQ(reason_of(session), RejectReason::invalid_command);
}

TEST_F(BandTiersTest, ASavedStateGoesOnAlike) {
  set_tier(BandTier::tier_1);
  closes_in(4'000);
  pass(40);
  print("10.05");
  pass(3);
  print("10.14");
  Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->next_expiry(), engine.next_expiry());
  std::vector<Event> others;
  while (engine.next_expiry()) {
    now = *engine.next_expiry();
    events.clear();
    others.clear();
    engine.apply({now, ExpireOrders{}}, events);
    loaded->apply({now, ExpireOrders{}}, others);
    EXPECT_EQ(events.size(), others.size());
    EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
  }
  EXPECT_EQ(view().bands.reference, price("10.14"));
}

/// The reference as the plan tells it, kept the plain way: every trade is remembered and added up anew.
class PlainReference {
 public:
  PlainReference(Price reference, Timestamp now) : reference_(reference), since_(now) {}

  void trade(Timestamp now, Price price) { trades_.push_back({now, price}); }
  void look(Timestamp now) {
    __extension__ using Wide = __int128;
    const std::int64_t second = now.nanoseconds / nanoseconds_per_second;
    Wide total = 0;
    std::int64_t count = 0;
    for (const auto& [at, price] : trades_) {
      if (at.nanoseconds / nanoseconds_per_second <= second - 300) continue;
      total += price.units;
      ++count;
    }
    if (count == 0) return;
    const auto mean = static_cast<std::int64_t>((total * 2 + count) / (count * 2));
    const std::int64_t by = std::abs(mean - reference_.units);
    if (by * 100 < reference_.units || now.nanoseconds < since_.nanoseconds + 30 * nanoseconds_per_second)
      return;
    reference_ = {mean};
    since_ = now;
    ++moves;
  }
  [[nodiscard]] Price reference() const { return reference_; }
  int moves = 0;

 private:
  std::vector<std::pair<Timestamp, Price>> trades_;
  Price reference_;
  Timestamp since_;
};

class BandTiersLockstepTest : public BandTiersTest, public ::testing::WithParamInterface<std::uint64_t> {};

TEST_P(BandTiersLockstepTest, TheReferenceIsThatOfThePlainOne) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  std::mt19937_64 random(GetParam());
  const auto below = [&](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  set_tier(BandTier::tier_2);
  PlainReference plain(price("10.00"), now);
  std::int64_t around = 100'000;
  for (int step = 0; step < 2'000; ++step) {
    // All that is due comes at its time, as it does where commands are sequenced.
    const Timestamp next{now.nanoseconds + below(step % 40 == 0 ? 200 : 4) * nanoseconds_per_second +
                         below(nanoseconds_per_second)};
    while (engine.next_expiry() && *engine.next_expiry() <= next) {
      now = *engine.next_expiry();
      events.clear();
      engine.apply({now, ExpireOrders{}}, events);
      plain.look(now);
      ASSERT_EQ(view().bands.reference, plain.reference()) << "step " << step;
    }
    now = next;
    around = std::max<std::int64_t>(around + below(2'001) - 1'000, 10'000);
    const Price at{around};
    events.clear();
    engine.apply({now, PrintTrade{.symbol = symbol, .price = at, .quantity = {1}}}, events);
    plain.trade(now, at);
    plain.look(now);
    ASSERT_EQ(view().bands.reference, plain.reference()) << "step " << step;
  }
  EXPECT_GT(plain.moves, 20);
}

INSTANTIATE_TEST_SUITE_P(Seeds, BandTiersLockstepTest, ::testing::ValuesIn(test::seeds(10)));

}  // namespace
}  // namespace trade::engine_test
