// Each order type with each time in force: what trades, what rests, what ends.
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

class OrderTypesTest : public EngineTest {
 protected:
  OrderTypesTest() {
    symbol = add_symbol("ABC", "10.00");
    buyer = open("buyer", AccountType::cash, "1000000");
    seller = open("seller");
    give_shares(seller, symbol, 100'000, "9.00");
  }
  OrderId offer(std::int64_t quantity, std::string_view limit) {
    return placed({seller, symbol, Side::sell, quantity, limit});
  }
  OrderId bid(std::int64_t quantity, std::string_view limit) {
    return placed({buyer, symbol, Side::buy, quantity, limit});
  }

  SymbolId symbol;
  AccountId buyer;
  AccountId seller;
};

TEST_F(OrderTypesTest, LimitOrderRestsThenTradesAtTheMakersPrice) {
  const OrderId resting = offer(100, "10.00");
  EXPECT_EQ(lines(), (Lines{"accepted 1 submitted", "rested 1 sell 100@10.00"}));
  EXPECT_EQ(order(resting).status, OrderStatus::submitted);

  bid(60, "10.05");
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "trade 60@10.00 maker 1:40 taker 2:0"}));
  EXPECT_EQ(order(resting).status, OrderStatus::partially_filled);
  EXPECT_EQ(order(OrderId{2}).status, OrderStatus::filled);
  EXPECT_EQ(order(OrderId{2}).filled_notional, money("600"));
  EXPECT_EQ(cash(buyer), money("999400"));
  EXPECT_EQ(cash(seller), money("600"));
  EXPECT_EQ(shares(buyer, symbol), 60);
  EXPECT_EQ(shares(seller, symbol), 99'940);
  EXPECT_EQ(engine.symbol(symbol)->last_price, price("10.00"));
}

TEST_F(OrderTypesTest, CrossingLimitOrderTradesByPriceThenTimeAndRestsTheRest) {
  offer(100, "10.02");
  offer(100, "10.00");
  offer(50, "10.00");
  const OrderId taker = bid(300, "10.02");
  EXPECT_EQ(lines(), (Lines{"accepted 4 submitted", "trade 100@10.00 maker 2:0 taker 4:200",
                            "trade 50@10.00 maker 3:0 taker 4:150", "trade 100@10.02 maker 1:0 taker 4:50",
                            "rested 4 buy 50@10.02"}));
  const OrderView view = order(taker);
  EXPECT_EQ(view.status, OrderStatus::partially_filled);
  EXPECT_EQ(view.filled_quantity, Quantity{250});
  EXPECT_EQ(view.filled_notional, money("2502"));
}

TEST_F(OrderTypesTest, ImmediateOrCancelLeavesNothingBehind) {
  offer(30, "10.00");
  const OrderId taker = placed({buyer, symbol, Side::buy, 100, "10.00", "0", TimeInForce::ioc});
  EXPECT_EQ(lines(), (Lines{"accepted 2 submitted", "trade 30@10.00 maker 1:0 taker 2:70",
                            "cancelled 2 immediate_or_cancel 70"}));
  EXPECT_EQ(order(taker).status, OrderStatus::cancelled);
  EXPECT_EQ(order(taker).cancel_reason, CancelReason::immediate_or_cancel);
  EXPECT_EQ(order(taker).filled_quantity, Quantity{30});
  EXPECT_EQ(engine.open_order_count(), 0U);
}

TEST_F(OrderTypesTest, FillOrKillIsAllOrNothing) {
  offer(30, "10.00");
  offer(70, "10.01");
  placed({buyer, symbol, Side::buy, 101, "10.01", "0", TimeInForce::fok});
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "cancelled 3 fill_or_kill 101"}));
  placed({buyer, symbol, Side::buy, 31, "10.00", "0", TimeInForce::fok});
  EXPECT_EQ(lines(), (Lines{"accepted 4 submitted", "cancelled 4 fill_or_kill 31"}));
  placed({buyer, symbol, Side::buy, 100, "10.01", "0", TimeInForce::fok});
  EXPECT_EQ(lines(), (Lines{"accepted 5 submitted", "trade 30@10.00 maker 1:0 taker 5:70",
                            "trade 70@10.01 maker 2:0 taker 5:0"}));
}

TEST_F(OrderTypesTest, GtcLimitOrderRests) {
  placed({buyer, symbol, Side::buy, 10, "9.00", "0", TimeInForce::gtc});
  EXPECT_EQ(lines(), (Lines{"accepted 1 submitted", "rested 1 buy 10@9.00"}));
}

TEST_F(OrderTypesTest, MarketOrderNeverRests) {
  offer(30, "10.00");
  for (const TimeInForce tif : {TimeInForce::day, TimeInForce::gtc, TimeInForce::ioc}) {
    const OrderId taker = placed({buyer, symbol, Side::buy, 100, "0", "0", tif});
    EXPECT_EQ(order(taker).status, OrderStatus::cancelled);
    EXPECT_EQ(order(taker).cancel_reason, CancelReason::no_liquidity);
  }
  // Only the first found something, so only the others have a reason of refusal.
  EXPECT_EQ(order(OrderId{2}).filled_quantity, Quantity{30});
  EXPECT_EQ(order(OrderId{2}).reject_reason, RejectReason::none);
  EXPECT_EQ(order(OrderId{3}).reject_reason, RejectReason::no_liquidity);
  EXPECT_EQ(lines(), (Lines{"accepted 4 submitted", "cancelled 4 no_liquidity 100"}));
}

TEST_F(OrderTypesTest, MarketSellTakesTheBids) {
  bid(40, "9.90");
  bid(40, "9.95");
  placed({seller, symbol, Side::sell, 60});
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "trade 40@9.95 maker 2:0 taker 3:20",
                            "trade 20@9.90 maker 1:20 taker 3:0"}));
}

TEST_F(OrderTypesTest, MarketOrderStopsAtTheCollar) {
  // Ten percent around the previous close of 10.00: up to 11.00 and down to 9.00.
  offer(10, "11.00");
  offer(10, "11.01");
  const OrderId taker = placed({buyer, symbol, Side::buy, 20});
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "trade 10@11.00 maker 1:0 taker 3:10",
                            "cancelled 3 price_collar 10"}));
  EXPECT_EQ(order(taker).reject_reason, RejectReason::none);

  // The reference is now the last trade, 11.00: up to 12.10 and down to 9.90.
  bid(10, "9.89");
  const OrderId sale = placed({seller, symbol, Side::sell, 5});
  EXPECT_EQ(lines(), (Lines{"accepted 5 submitted", "cancelled 5 price_collar 5"}));
  EXPECT_EQ(order(sale).reject_reason, RejectReason::price_collar);
  bid(10, "9.90");
  placed({seller, symbol, Side::sell, 5});
  EXPECT_EQ(lines().back(), "trade 5@9.90 maker 6:5 taker 7:0");
}

TEST_F(OrderTypesTest, CollarIsRoundedTowardsTheReference) {
  const SymbolId odd = add_symbol("ODD", "10.05");  // collar 9.045 to 11.055
  give_shares(seller, odd, 100);
  placed({seller, odd, Side::sell, 10, "11.06"});
  placed({buyer, odd, Side::buy, 10});
  EXPECT_EQ(lines().back(), "cancelled 2 price_collar 10");
  placed({seller, odd, Side::sell, 10, "11.05"});
  placed({buyer, odd, Side::buy, 10});
  EXPECT_EQ(lines().back(), "trade 10@11.05 maker 3:0 taker 4:0");
}

TEST_F(OrderTypesTest, CollarOfASaleIsRoundedUpToATick) {
  const SymbolId odd = add_symbol("ODD", "10.05");
  give_shares(seller, odd, 100);
  placed({buyer, odd, Side::buy, 10, "9.04"});
  placed({seller, odd, Side::sell, 10});
  EXPECT_EQ(lines().back(), "cancelled 2 price_collar 10");
  placed({buyer, odd, Side::buy, 10, "9.05"});
  placed({seller, odd, Side::sell, 10});
  EXPECT_EQ(lines().back(), "trade 10@9.05 maker 3:0 taker 4:0");
}

TEST_F(OrderTypesTest, CollarIsNeverBelowOneTick) {
  const SymbolId cheap = add_symbol("CHEAP", "0.01");
  give_shares(seller, cheap, 100);
  placed({buyer, cheap, Side::buy, 10, "0.01"});
  placed({seller, cheap, Side::sell, 10});
  EXPECT_EQ(lines().back(), "trade 10@0.01 maker 1:0 taker 2:0");
}

TEST_F(OrderTypesTest, WithoutACollarOrAReferenceAMarketOrderTakesAnyPrice) {
  const SymbolId fresh = add_symbol("NEW");
  give_shares(seller, fresh, 100);
  placed({seller, fresh, Side::sell, 10, "150.00"});
  placed({buyer, fresh, Side::buy, 10});
  EXPECT_EQ(lines().back(), "trade 10@150.00 maker 1:0 taker 2:0");

  change_rules([](FirmRules& rules) { rules.price_collar_basis_points = 0; });
  offer(10, "150.00");
  placed({buyer, symbol, Side::buy, 10});
  EXPECT_EQ(lines().back(), "trade 10@150.00 maker 3:0 taker 4:0");
}

TEST_F(OrderTypesTest, MarketFillOrKillFillsWholeWithinTheCollarOrNotAtAll) {
  offer(10, "11.00");
  offer(10, "11.01");
  placed({buyer, symbol, Side::buy, 11, "0", "0", TimeInForce::fok});
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "cancelled 3 fill_or_kill 11"}));
  placed({buyer, symbol, Side::buy, 10, "0", "0", TimeInForce::fok});
  EXPECT_EQ(lines().back(), "trade 10@11.00 maker 1:0 taker 4:0");
}

TEST_F(OrderTypesTest, AnAccountMayTradeWithItself) {
  give_shares(buyer, symbol, 50, "9.00");
  placed({buyer, symbol, Side::sell, 50, "10.00"});
  placed({buyer, symbol, Side::buy, 50, "10.00"});
  EXPECT_EQ(lines().back(), "trade 50@10.00 maker 1:0 taker 2:0");
  EXPECT_EQ(cash(buyer), money("1000000"));
  EXPECT_EQ(shares(buyer, symbol), 50);
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(OrderTypesTest, SellingAllByTradingWithItselfLeavesNoPositionBehind) {
  // Both orders end with the same trade, and nothing is held in between.
  give_shares(buyer, symbol, 50, "9.00");
  placed({seller, symbol, Side::sell, 10, "10.00"});
  placed({buyer, symbol, Side::sell, 50, "10.01"});
  bid(60, "10.01");
  EXPECT_EQ(shares(buyer, symbol), 60);
  placed({buyer, symbol, Side::sell, 60, "9.00", "0", TimeInForce::ioc});
  EXPECT_EQ(order(OrderId{4}).status, OrderStatus::cancelled);
  EXPECT_EQ(shares(buyer, symbol), 60);
}

TEST_F(OrderTypesTest, TheHouseIsBoundByNothingButTheBook) {
  const AccountId house = open("house", AccountType::house);
  const SymbolId lots = add_symbol("LOTS", "10.00", 100);
  EXPECT_EQ(reason_of(SetSession{SessionPhase::closed, {}}), RejectReason::none);
  placed({house, lots, Side::sell, 7, "10.0001"});
  placed({house, lots, Side::buy, 5, "10.0001"});
  EXPECT_EQ(lines().back(), "trade 5@10.0001 maker 1:2 taker 2:0");
  // No collar either: 90 percent above the reference.
  placed({house, lots, Side::sell, 5, "19.00"});
  placed({house, lots, Side::buy, 7});
  EXPECT_EQ(lines().back(), "trade 5@19.00 maker 3:0 taker 4:0");
  EXPECT_EQ(refused({house, symbol, Side::buy, 0}), RejectReason::invalid_quantity);
  apply(SetSymbolStatus{lots, SymbolStatus::halted, "news"});
  EXPECT_EQ(refused({house, lots, Side::buy, 1, "1.00"}), RejectReason::symbol_halted);
}

TEST_F(OrderTypesTest, TheHouseMayBeShortOfCashAndShares) {
  const AccountId house = open("house", AccountType::house);
  placed({house, symbol, Side::sell, 500, "10.00"});
  bid(500, "10.00");
  EXPECT_EQ(shares(house, symbol), -500);
  EXPECT_EQ(cash(house), money("5000"));
  placed({house, symbol, Side::buy, 5'000, "10.00"});
  placed({seller, symbol, Side::sell, 5'000, "10.00"});
  EXPECT_EQ(shares(house, symbol), 4'500);
  EXPECT_EQ(cash(house), money("-45000"));
}

}  // namespace
}  // namespace trade::engine_test
