// Stop orders: what triggers them, in which order, and what they become.
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

class StopsTest : public EngineTest {
 protected:
  StopsTest() {
    symbol = add_symbol("ABC", "10.00");
    buyer = open("buyer", AccountType::cash, "10000000");
    seller = open("seller");
    give_shares(seller, symbol, 100'000, "9.00");
  }
  void print(std::string_view at) { apply(PrintTrade{symbol, price(at), {1}}); }
  OrderId offer(std::int64_t quantity, std::string_view limit) {
    return placed({seller, symbol, Side::sell, quantity, limit, "0", TimeInForce::gtc});
  }
  OrderId bid(std::int64_t quantity, std::string_view limit) {
    return placed({buyer, symbol, Side::buy, quantity, limit, "0", TimeInForce::gtc});
  }

  SymbolId symbol;
  AccountId buyer;
  AccountId seller;
};

TEST_F(StopsTest, BuyTriggersAtOrAboveAndSellAtOrBelow) {
  placed({buyer, symbol, Side::buy, 10, "0", "10.10"});
  EXPECT_EQ(lines(), (Lines{"accepted 1 validated"}));
  placed({seller, symbol, Side::sell, 10, "0", "9.90"});
  print("10.09");
  EXPECT_EQ(lines(), (Lines{"printed 1@10.09"}));
  print("9.91");
  EXPECT_EQ(lines(), (Lines{"printed 1@9.91"}));
  print("10.10");
  EXPECT_EQ(lines(), (Lines{"printed 1@10.10", "triggered 1 @10.10", "cancelled 1 no_liquidity 10"}));
  print("9.90");
  EXPECT_EQ(lines(), (Lines{"printed 1@9.90", "triggered 2 @9.90", "cancelled 2 no_liquidity 10"}));
}

TEST_F(StopsTest, QuotesAndThePreviousCloseTriggerNothing) {
  placed({seller, symbol, Side::sell, 10, "0", "10.00"});  // the previous close is 10.00, but nothing traded
  EXPECT_EQ(lines(), (Lines{"accepted 1 validated"}));
  bid(10, "9.50");
  offer(10, "9.60");
  EXPECT_EQ(order(OrderId{1}).status, OrderStatus::validated);
}

TEST_F(StopsTest, MetOnAcceptanceTriggersAtOnce) {
  print("10.00");
  offer(5, "10.05");
  placed({buyer, symbol, Side::buy, 10, "10.10", "9.80"});
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "triggered 2 @10.00", "trade 5@10.05 maker 1:0 taker 2:5",
                            "rested 2 buy 5@10.10"}));
}

TEST_F(StopsTest, TriggeredStopLossIsAMarketOrderWithACollarAroundTheTrigger) {
  // Ten percent below the trigger price of 8.00 is 7.20.
  bid(10, "7.20");
  bid(10, "7.19");
  placed({seller, symbol, Side::sell, 30, "0", "8.00"});
  print("8.00");
  EXPECT_EQ(lines(), (Lines{"printed 1@8.00", "triggered 3 @8.00", "trade 10@7.20 maker 1:0 taker 3:20",
                            "cancelled 3 price_collar 20"}));
  EXPECT_EQ(order(OrderId{3}).type, OrderType::stop_loss);
  EXPECT_EQ(order(OrderId{3}).reject_reason, RejectReason::none);
}

TEST_F(StopsTest, TimesInForceOfStopLimitOrdersBeginAtTheTrigger) {
  placed({seller, symbol, Side::sell, 30, "9.00", "9.50", TimeInForce::ioc});
  placed({seller, symbol, Side::sell, 30, "9.00", "9.50", TimeInForce::fok});
  EXPECT_EQ(lines(), (Lines{"accepted 2 validated"}));
  bid(20, "9.10");
  print("9.50");
  EXPECT_EQ(lines(), (Lines{"printed 1@9.50", "triggered 1 @9.50", "trade 20@9.10 maker 3:0 taker 1:10",
                            "cancelled 1 immediate_or_cancel 10", "triggered 2 @9.50",
                            "cancelled 2 fill_or_kill 30"}));
}

TEST_F(StopsTest, QueueOrderIsBuysAscendingThenSellsDescendingThenById) {
  // Placed out of order on purpose. Prices beyond the market, so that the queue alone shows.
  placed({seller, symbol, Side::sell, 1, "50.00", "9.40"});  // 1
  placed({buyer, symbol, Side::buy, 1, "1.00", "10.60"});    // 2
  placed({seller, symbol, Side::sell, 1, "50.00", "9.60"});  // 3
  placed({buyer, symbol, Side::buy, 1, "1.00", "10.40"});    // 4
  placed({buyer, symbol, Side::buy, 1, "1.00", "10.40"});    // 5
  placed({seller, symbol, Side::sell, 1, "50.00", "9.60"});  // 6
  placed({buyer, symbol, Side::buy, 1, "1.00", "10.61"});    // 7: not met
  placed({seller, symbol, Side::sell, 1, "50.00", "9.39"});  // 8: not met
  // Both ends of the range count, though the last price is in between.
  apply(SetSymbolStatus{symbol, SymbolStatus::halted, {}});
  print("10.60");
  print("9.40");
  print("10.00");
  EXPECT_EQ(lines(), (Lines{"printed 1@10.00"}));
  apply(SetSymbolStatus{symbol, SymbolStatus::trading, {}});
  EXPECT_EQ(lines(),
            (Lines{"symbol_status trading", "triggered 4 @10.60", "rested 4 buy 1@1.00", "triggered 5 @10.60",
                   "rested 5 buy 1@1.00", "triggered 2 @10.60", "rested 2 buy 1@1.00", "triggered 3 @9.40",
                   "rested 3 sell 1@50.00", "triggered 6 @9.40", "rested 6 sell 1@50.00", "triggered 1 @9.40",
                   "rested 1 sell 1@50.00"}));
  // Evaluated once: the range of before is gone.
  apply(SetSymbolStatus{symbol, SymbolStatus::trading, {}});
  EXPECT_EQ(lines(), (Lines{"symbol_status trading"}));
}

TEST_F(StopsTest, CascadeSeesEachOrderThroughBeforeItsTradesTriggerOthers) {
  bid(10, "9.80");                                        // 1
  bid(10, "9.60");                                        // 2
  bid(10, "9.40");                                        // 3
  bid(10, "9.20");                                        // 4
  placed({seller, symbol, Side::sell, 15, "0", "9.80"});  // 5: takes 9.60 and half of 9.40
  placed({seller, symbol, Side::sell, 5, "0", "9.50"});   // 6: triggered by 5's trade at 9.40
  placed({seller, symbol, Side::sell, 5, "0", "9.70"});   // 7: triggered by 5's trade at 9.60, before 6
  placed({buyer, symbol, Side::buy, 1, "5.00", "9.90"});  // 8: never met
  placed({seller, symbol, Side::sell, 5, "0", "9.20"});   // 9: triggered by 6's trade at 9.20
  placed({seller, symbol, Side::sell, 10, "9.80"});       // 10: the spark
  EXPECT_EQ(lines(), (Lines{
                         "accepted 10 submitted",
                         "trade 10@9.80 maker 1:0 taker 10:0",
                         "triggered 5 @9.80",
                         "trade 10@9.60 maker 2:0 taker 5:5",
                         "trade 5@9.40 maker 3:5 taker 5:0",
                         "triggered 7 @9.40",
                         "trade 5@9.40 maker 3:0 taker 7:0",
                         "triggered 6 @9.40",
                         "trade 5@9.20 maker 4:5 taker 6:0",
                         "triggered 9 @9.20",
                         "trade 5@9.20 maker 4:0 taker 9:0",
                     }));
  EXPECT_EQ(order(OrderId{8}).status, OrderStatus::validated);
}

TEST_F(StopsTest, BuysOfALaterEvaluationQueueBehindSellsOfAnEarlierOne) {
  bid(5, "9.00");                                            // 1
  offer(5, "11.00");                                         // 2
  placed({seller, symbol, Side::sell, 5, "0", "9.50"});      // 3
  placed({seller, symbol, Side::sell, 5, "50.00", "9.40"});  // 4
  placed({buyer, symbol, Side::buy, 5, "11.00", "9.60"});    // 5: met by a price of 9.60 or more
  apply(SetSymbolStatus{symbol, SymbolStatus::halted, {}});
  print("9.40");
  print("9.60");
  apply(SetSymbolStatus{symbol, SymbolStatus::trading, {}});
  EXPECT_EQ(lines(), (Lines{"symbol_status trading", "triggered 5 @9.60", "trade 5@11.00 maker 2:0 taker 5:0",
                            "triggered 3 @9.40", "trade 5@9.00 maker 1:0 taker 3:0", "triggered 4 @9.40",
                            "rested 4 sell 5@50.00"}));
}

TEST_F(StopsTest, HaltedSymbolAndClosedSessionHoldStopsBack) {
  placed({seller, symbol, Side::sell, 5, "0", "9.50", TimeInForce::gtc});
  apply(SetSession{SessionPhase::closed, {}});
  print("9.00");
  EXPECT_EQ(lines(), (Lines{"printed 1@9.00"}));
  apply(SetSymbolStatus{symbol, SymbolStatus::halted, {}});
  apply(SetSession{SessionPhase::open, {}});
  EXPECT_EQ(lines(), (Lines{"session open"}));
  apply(SetSymbolStatus{symbol, SymbolStatus::trading, {}});
  EXPECT_EQ(lines(), (Lines{"symbol_status trading", "triggered 1 @9.00", "cancelled 1 no_liquidity 5"}));
}

TEST_F(StopsTest, OpeningTheSessionTriggersWhatPrintsInBetweenMet) {
  placed({seller, symbol, Side::sell, 5, "0", "9.50", TimeInForce::gtc});
  apply(SetSession{SessionPhase::closed, {}});
  print("9.00");
  print("10.00");
  apply(SetSession{SessionPhase::open, {}});
  EXPECT_EQ(lines(), (Lines{"session open", "triggered 1 @9.00", "cancelled 1 no_liquidity 5"}));
}

TEST_F(StopsTest, TriggeredStopSellIsPaidForByItsShares) {
  placed({seller, symbol, Side::sell, 100'000, "0", "9.50"});
  EXPECT_EQ(refused({seller, symbol, Side::sell, 1, "10.00"}), RejectReason::insufficient_shares);
}

}  // namespace
}  // namespace trade::engine_test
