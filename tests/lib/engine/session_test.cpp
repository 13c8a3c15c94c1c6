// The session, the trading day, and the two day-trading rules.
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

class SessionTest : public EngineTest {
 protected:
  SessionTest() {
    symbol = add_symbol("ABC", "10.00");
    buyer = open("buyer", AccountType::cash, "100000");
    seller = open("seller");
    give_shares(seller, symbol, 1'000, "9.00");
  }
  RejectReason session(SessionPhase phase, std::int32_t day) {
    return reason_of(SetSession{phase, Date{day}});
  }

  SymbolId symbol;
  AccountId buyer;
  AccountId seller;
};

TEST_F(SessionTest, StartsOpenWithoutADate) {
  EXPECT_EQ(engine.session().phase, SessionPhase::open);
  EXPECT_EQ(engine.session().trading_date, Date{});
}

TEST_F(SessionTest, ClosingEndsAllButGtcOrdersInAscendingOrderOfId) {
  placed({buyer, symbol, Side::buy, 1, "9.00"});                              // 1
  placed({seller, symbol, Side::sell, 1, "11.00", "0", TimeInForce::gtc});    // 2
  placed({seller, symbol, Side::sell, 1, "11.00"});                           // 3
  placed({buyer, symbol, Side::buy, 1, "0", "12.00", TimeInForce::gtc});      // 4
  placed({buyer, symbol, Side::buy, 1, "12.00", "12.00", TimeInForce::ioc});  // 5
  placed({buyer, symbol, Side::buy, 1, "0", "12.00"});                        // 6
  EXPECT_EQ(session(SessionPhase::closed, 0), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 session_end 1 resting", "cancelled 3 session_end 1 resting",
                            "cancelled 5 session_end 1", "cancelled 6 session_end 1", "session closed"}));
  EXPECT_EQ(order(OrderId{1}).status, OrderStatus::expired);
  EXPECT_EQ(order(OrderId{1}).cancel_reason, CancelReason::session_end);
  EXPECT_EQ(engine.open_order_count(), 2U);
  EXPECT_EQ(cancel(buyer, OrderId{1}).reason, RejectReason::order_not_cancellable);
}

TEST_F(SessionTest, ANewTradingDateEndsTheOldDaysOrdersAndMakesTheLastPriceThePreviousClose) {
  const SymbolId quiet = add_symbol("QUIET", "5.00");
  apply(PrintTrade{symbol, price("10.50"), {1}});
  placed({buyer, symbol, Side::buy, 1, "9.00"});
  EXPECT_EQ(session(SessionPhase::open, 100), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 session_end 1 resting", "session open new_day"}));
  EXPECT_EQ(engine.symbol(symbol)->previous_close, price("10.50"));
  EXPECT_EQ(engine.symbol(quiet)->previous_close, price("5.00"));
  placed({buyer, symbol, Side::buy, 1, "9.00"});
  EXPECT_EQ(session(SessionPhase::open, 100), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"session open"}));
  EXPECT_EQ(engine.open_order_count(), 1U);
  EXPECT_EQ(session(SessionPhase::open, 99), RejectReason::invalid_command);
  EXPECT_EQ(session(SessionPhase{9}, 101), RejectReason::invalid_command);
  EXPECT_EQ(engine.session().trading_date, Date{100});
}

// --- pattern day trader ---

class DayTradingTest : public SessionTest {
 protected:
  DayTradingTest() {
    trader = open("trader", AccountType::margin, "20000");
    house = open("house", AccountType::house);
    EXPECT_EQ(session(SessionPhase::open, 1), RejectReason::none);
  }
  /// Buys from or sells to the house at 10.00.
  void buy(std::int64_t quantity, SymbolId of) {
    placed({house, of, Side::sell, quantity, "10.00"});
    placed({trader, of, Side::buy, quantity, "10.00"});
  }
  void sell(std::int64_t quantity, SymbolId of) {
    placed({house, of, Side::buy, quantity, "10.00"});
    placed({trader, of, Side::sell, quantity, "10.00"});
  }
  std::int64_t day_trades() const { return account(trader).day_trades; }
  RejectReason may(Side side, SymbolId of) const {
    return engine.check({now, order_of({trader, of, side, 1, "10.00"})}).reason;
  }

  AccountId trader;
  AccountId house;
};

TEST_F(DayTradingTest, BuyThenSellOnOneDayIsOneDayTrade) {
  buy(10, symbol);
  EXPECT_EQ(day_trades(), 0);
  sell(10, symbol);
  EXPECT_EQ(day_trades(), 1);
}

TEST_F(DayTradingTest, SeveralSalesOfTheSameSharesAreOneDayTrade) {
  buy(10, symbol);
  sell(3, symbol);
  sell(3, symbol);
  EXPECT_EQ(day_trades(), 1);
  // A change of direction begins the next.
  buy(1, symbol);
  EXPECT_EQ(day_trades(), 1);
  sell(5, symbol);
  EXPECT_EQ(day_trades(), 2);
}

TEST_F(DayTradingTest, OneOrderThatFillsInPartsIsOneDayTrade) {
  buy(30, symbol);
  for (int i = 0; i < 3; ++i)
    placed({house, symbol, Side::buy, 10, "10.00"});
  placed({trader, symbol, Side::sell, 30, "10.00"});
  EXPECT_EQ(day_trades(), 1);
}

TEST_F(DayTradingTest, SharesHeldOvernightMakeNoDayTradeUnlessMoreAreBoughtToday) {
  buy(10, symbol);
  session(SessionPhase::open, 2);
  sell(4, symbol);
  EXPECT_EQ(day_trades(), 0);
  buy(1, symbol);
  sell(4, symbol);
  EXPECT_EQ(day_trades(), 1);
}

TEST_F(DayTradingTest, TransferredSharesAreNotBoughtToday) {
  give_shares(trader, symbol, 10);
  sell(10, symbol);
  EXPECT_EQ(day_trades(), 0);
}

TEST_F(DayTradingTest, CashAccountsAreNotCounted) {
  placed({seller, symbol, Side::sell, 10, "10.00"});
  placed({buyer, symbol, Side::buy, 10, "10.00"});
  placed({house, symbol, Side::buy, 10, "10.00"});
  placed({buyer, symbol, Side::sell, 10, "10.00"});
  EXPECT_EQ(account(buyer).day_trades, 0);
}

TEST_F(DayTradingTest, ThreeDayTradesUnderTheMinimumRefuseMore) {
  const SymbolId held = add_symbol("HELD", "10.00");
  const SymbolId bought = add_symbol("NEW", "10.00");
  buy(10, held);
  session(SessionPhase::open, 2);
  buy(10, bought);
  for (int i = 0; i < 2; ++i) {
    buy(10, symbol);
    sell(10, symbol);
  }
  EXPECT_EQ(may(Side::buy, symbol), RejectReason::none);
  buy(10, symbol);
  sell(5, symbol);
  EXPECT_EQ(day_trades(), 3);
  EXPECT_EQ(may(Side::buy, symbol), RejectReason::pattern_day_trader);
  EXPECT_EQ(may(Side::buy, held), RejectReason::pattern_day_trader);
  EXPECT_EQ(refused({trader, symbol, Side::buy, 1, "10.00"}), RejectReason::pattern_day_trader);
  // Selling what was bought today would be the fourth; what was held overnight may always go, and so may
  // the rest of shares whose day trade is counted.
  EXPECT_EQ(may(Side::sell, bought), RejectReason::pattern_day_trader);
  EXPECT_EQ(may(Side::sell, held), RejectReason::none);
  EXPECT_EQ(may(Side::sell, symbol), RejectReason::none);
  // Tomorrow they are held overnight too.
  session(SessionPhase::open, 3);
  EXPECT_EQ(may(Side::sell, bought), RejectReason::none);
  EXPECT_EQ(may(Side::buy, bought), RejectReason::pattern_day_trader);
}

TEST_F(DayTradingTest, ReplaceMayNotBuyOrSellMoreEither) {
  buy(50, symbol);
  placed({trader, symbol, Side::buy, 10, "9.00"});
  const OrderId bid{engine.find_account("trader") ? order(OrderId{3}).id : OrderId{}};
  const SymbolId other = add_symbol("OTHER", "10.00");
  for (int i = 0; i < 3; ++i) {
    buy(10, other);
    sell(10, other);
  }
  EXPECT_EQ(apply(ReplaceOrder{.account = trader, .order = bid, .quantity = Quantity{11}}).reason,
            RejectReason::pattern_day_trader);
  // Moving the price of an order that was accepted before is not a new order.
  EXPECT_EQ(apply(ReplaceOrder{.account = trader, .order = bid, .limit_price = price("9.50")}).reason,
            RejectReason::none);
}

TEST_F(DayTradingTest, TheMinimumEquityLiftsTheRule) {
  for (int i = 0; i < 3; ++i) {
    buy(10, symbol);
    sell(10, symbol);
  }
  apply(DepositCash{trader, money("4999.99")});
  EXPECT_EQ(may(Side::buy, symbol), RejectReason::pattern_day_trader);
  apply(DepositCash{trader, money("0.01")});
  EXPECT_EQ(may(Side::buy, symbol), RejectReason::none);
}

TEST_F(DayTradingTest, OpenSalesOfOtherSymbolsCountBeforeTheyFill) {
  std::vector<SymbolId> symbols;
  for (const char* name : {"P", "Q", "R", "S"}) {
    symbols.push_back(add_symbol(name, "10.00"));
    buy(10, symbols.back());
  }
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(refused({trader, symbols[static_cast<std::size_t>(i)], Side::sell, 10, "11.00"}),
              RejectReason::none);
  EXPECT_EQ(day_trades(), 0);
  // When these three fill, another would be the fourth.
  EXPECT_EQ(refused({trader, symbols[3], Side::sell, 10, "11.00"}), RejectReason::pattern_day_trader);
  // A second sale of the same purchase is no further day trade.
  apply(CancelAllOrders{.account = trader, .symbol = symbols[0]});
  EXPECT_EQ(refused({trader, symbols[3], Side::sell, 10, "11.00"}), RejectReason::none);
}

TEST_F(DayTradingTest, TheWindowIsFiveTradingDays) {
  buy(10, symbol);
  sell(10, symbol);  // day 1
  session(SessionPhase::open, 2);
  buy(10, symbol);
  sell(10, symbol);  // day 2
  // The calendar's gap is not a trading day.
  session(SessionPhase::open, 9);
  buy(10, symbol);
  sell(10, symbol);  // day 3
  EXPECT_EQ(day_trades(), 3);
  session(SessionPhase::open, 10);
  session(SessionPhase::closed, 10);
  session(SessionPhase::open, 11);  // day 5
  EXPECT_EQ(day_trades(), 3);
  EXPECT_EQ(may(Side::buy, symbol), RejectReason::pattern_day_trader);
  session(SessionPhase::open, 12);  // day 6: day 1 is out of it
  EXPECT_EQ(day_trades(), 2);
  EXPECT_EQ(may(Side::buy, symbol), RejectReason::none);
  buy(10, symbol);
  sell(10, symbol);
  EXPECT_EQ(day_trades(), 3);
  session(SessionPhase::open, 13);
  EXPECT_EQ(day_trades(), 2);
  for (std::int32_t day = 14; day < 40; ++day)
    session(SessionPhase::open, day);
  EXPECT_EQ(day_trades(), 0);
  buy(10, symbol);
  sell(10, symbol);
  EXPECT_EQ(day_trades(), 1);
}

// --- intraday margin ---

TEST_F(DayTradingTest, IntradayMarginRefusesWhatWouldLeaveADeficit) {
  change_rules([](FirmRules& rules) { rules.day_trading_rule = DayTradingRule::intraday_margin; });
  // 20,000 of equity carry 80,000 at 25 percent.
  EXPECT_EQ(account(trader).buying_power, money("80000"));
  buy(3'000, symbol);
  EXPECT_EQ(cash(trader), money("-10000"));
  EXPECT_EQ(account(trader).buying_power, money("50000"));
  placed({trader, symbol, Side::buy, 4'000, "10.00"});
  EXPECT_EQ(refused({trader, symbol, Side::buy, 1'001, "10.00"}), RejectReason::intraday_margin_deficit);
  EXPECT_EQ(refused({trader, symbol, Side::buy, 1'000, "10.00"}), RejectReason::none);
  EXPECT_EQ(account(trader).buying_power, Money{});
  // Day trades do not matter under this rule.
  for (int i = 0; i < 4; ++i)
    sell(1, symbol);
  EXPECT_EQ(may(Side::sell, symbol), RejectReason::none);
  EXPECT_EQ(reason_of(WithdrawCash{trader, money("1")}), RejectReason::insufficient_funds);
}

TEST_F(DayTradingTest, IntradayMarginFollowsThePrice) {
  change_rules([](FirmRules& rules) { rules.day_trading_rule = DayTradingRule::intraday_margin; });
  buy(6'000, symbol);
  // Equity 8,000 against 48,000 held: 16.7 percent.
  apply(PrintTrade{symbol, price("8.00"), {1}});
  EXPECT_EQ(account(trader).equity, money("8000"));
  EXPECT_EQ(account(trader).buying_power, Money{});
  EXPECT_EQ(refused({trader, symbol, Side::buy, 1, "0.01"}), RejectReason::intraday_margin_deficit);
  EXPECT_EQ(refused({trader, symbol, Side::sell, 6'000, "8.00"}), RejectReason::none);
}

TEST_F(DayTradingTest, CashAccountsPayInFullUnderEitherRule) {
  change_rules([](FirmRules& rules) { rules.day_trading_rule = DayTradingRule::intraday_margin; });
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 10'001, "10.00"}), RejectReason::insufficient_buying_power);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 10'000, "10.00"}), RejectReason::none);
}

}  // namespace
}  // namespace trade::engine_test
