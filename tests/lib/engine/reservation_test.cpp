// What an open order holds back, and that it is given back to the cent whatever way the order ends.
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

class ReservationTest : public EngineTest {
 protected:
  ReservationTest() {
    symbol = add_symbol("ABC", "10.00");
    buyer = open("buyer", AccountType::cash, "10000");
    seller = open("seller");
    give_shares(seller, symbol, 1'000, "9.00");
  }
  /// Shares of the seller that no open order has a claim on.
  std::int64_t unpromised() {
    std::int64_t low = 0;
    std::int64_t high = 1'000'000;
    while (low < high) {
      const std::int64_t middle = (low + high + 1) / 2;
      const Command command{now, order_of({seller, symbol, Side::sell, middle, "100.00"})};
      if (engine.check(command).reason == RejectReason::none) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  SymbolId symbol;
  AccountId buyer;
  AccountId seller;
};

TEST_F(ReservationTest, FillAtABetterPriceGivesTheDifferenceBack) {
  placed({seller, symbol, Side::sell, 40, "9.97"});
  placed({buyer, symbol, Side::buy, 100, "10.03"});
  EXPECT_EQ(cash(buyer), money("9601.20"));
  EXPECT_EQ(reserved(buyer), money("601.80"));
  EXPECT_EQ(account(buyer).buying_power, money("8999.40"));
  placed({seller, symbol, Side::sell, 60, "10.00"});
  EXPECT_EQ(reserved(buyer), Money{});
  EXPECT_EQ(cash(buyer), money("8999.40"));
}

TEST_F(ReservationTest, PartialFillThenCancel) {
  const OrderId id = placed({buyer, symbol, Side::buy, 100, "10.03"});
  EXPECT_EQ(reserved(buyer), money("1003"));
  placed({seller, symbol, Side::sell, 33, "10.03"});
  EXPECT_EQ(reserved(buyer), money("672.01"));
  cancel(buyer, id);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 67 resting"}));
  EXPECT_EQ(reserved(buyer), Money{});
  EXPECT_EQ(cash(buyer), money("9669.01"));
  EXPECT_EQ(order(id).status, OrderStatus::cancelled);
  EXPECT_EQ(order(id).filled_quantity, Quantity{33});
}

TEST_F(ReservationTest, ImmediateOrCancelAndFillOrKill) {
  placed({seller, symbol, Side::sell, 40, "10.00"});
  placed({buyer, symbol, Side::buy, 100, "10.03", "0", TimeInForce::fok});
  EXPECT_EQ(reserved(buyer), Money{});
  EXPECT_EQ(cash(buyer), money("10000"));
  placed({buyer, symbol, Side::buy, 100, "10.03", "0", TimeInForce::ioc});
  EXPECT_EQ(reserved(buyer), Money{});
  EXPECT_EQ(cash(buyer), money("9600"));
}

TEST_F(ReservationTest, MarketOrdersLeaveNothingReserved) {
  placed({seller, symbol, Side::sell, 40, "10.00"});
  placed({buyer, symbol, Side::buy, 100});
  EXPECT_EQ(reserved(buyer), Money{});
  EXPECT_EQ(cash(buyer), money("9600"));
  placed({buyer, symbol, Side::buy, 100});
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(ReservationTest, ReplaceUpAndDown) {
  const OrderId id = placed({buyer, symbol, Side::buy, 100, "10.00"});
  apply(ReplaceOrder{.account = buyer, .order = id, .quantity = Quantity{40}});
  EXPECT_EQ(reserved(buyer), money("400"));
  apply(ReplaceOrder{.account = buyer, .order = id, .limit_price = price("10.07")});
  EXPECT_EQ(reserved(buyer), money("402.80"));
  placed({seller, symbol, Side::sell, 15, "10.07"});
  apply(ReplaceOrder{.account = buyer, .order = id, .quantity = Quantity{60}, .limit_price = price("10.09")});
  EXPECT_EQ(reserved(buyer), money("454.05"));
  apply(ReplaceOrder{.account = buyer, .order = id, .quantity = Quantity{15}});
  EXPECT_EQ(lines(), (Lines{"cancelled 1 replaced_below_filled 45 resting"}));
  EXPECT_EQ(reserved(buyer), Money{});
  EXPECT_EQ(cash(buyer), money("9848.95"));
}

TEST_F(ReservationTest, Expiry) {
  placed({buyer, symbol, Side::buy, 100, "10.00"});
  placed({buyer, symbol, Side::buy, 100, "0", "11.00"});
  placed({buyer, symbol, Side::buy, 100, "11.00", "11.00", TimeInForce::gtc});
  EXPECT_EQ(reserved(buyer), money("3310"));  // 1,000 + 1,210 (stop and ten percent) + 1,100
  apply(SetSession{SessionPhase::closed, {}});
  EXPECT_EQ(reserved(buyer), money("1100"));
}

TEST_F(ReservationTest, StopLossReservesUpToItsCollarRoundedUp) {
  const SymbolId fine = engine.find_symbol("ABC");
  placed({buyer, fine, Side::buy, 100, "0", "10.01"});
  EXPECT_EQ(reserved(buyer), money("1101.10"));
  apply(CancelAllOrders{.account = buyer, .symbol = {}});
  change_rules([](FirmRules& rules) { rules.price_collar_basis_points = 333; });
  placed({buyer, fine, Side::buy, 1, "0", "10.01"});
  EXPECT_EQ(reserved(buyer), money("10.3434"));  // 10.343333 rounded up
  apply(CancelAllOrders{.account = buyer, .symbol = {}});
  change_rules([](FirmRules& rules) { rules.price_collar_basis_points = 0; });
  placed({buyer, fine, Side::buy, 100, "0", "10.01"});
  EXPECT_EQ(reserved(buyer), money("1001"));
}

TEST_F(ReservationTest, StopLossReservationIsCheckedToTheCent) {
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 910, "0", "10.00"}), RejectReason::insufficient_buying_power);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 909, "0", "10.00"}), RejectReason::none);
}

TEST_F(ReservationTest, TriggeredStopLossGivesBackWhatItDidNotNeed) {
  placed({buyer, symbol, Side::buy, 100, "0", "10.00"});
  placed({seller, symbol, Side::sell, 70, "10.20"});
  apply(PrintTrade{symbol, price("10.00"), {1}});
  EXPECT_EQ(lines(), (Lines{"printed 1@10.00", "triggered 1 @10.00", "trade 70@10.20 maker 2:0 taker 1:30",
                            "cancelled 1 no_liquidity 30"}));
  EXPECT_EQ(reserved(buyer), Money{});
  EXPECT_EQ(cash(buyer), money("9286"));
}

TEST_F(ReservationTest, TriggeredStopLossNeverPaysMoreThanItReserved) {
  const AccountId poor = open("poor", AccountType::cash, "1100");
  placed({poor, symbol, Side::buy, 100, "0", "10.00"});
  EXPECT_EQ(account(poor).buying_power, Money{});
  // The price jumps: 11.00 is what was reserved a share, though the collar around 12.00 would allow 13.20.
  placed({seller, symbol, Side::sell, 60, "11.00"});
  placed({seller, symbol, Side::sell, 60, "11.01"});
  apply(PrintTrade{symbol, price("12.00"), {1}});
  EXPECT_EQ(lines(), (Lines{"printed 1@12.00", "triggered 1 @12.00", "trade 60@11.00 maker 2:0 taker 1:40",
                            "cancelled 1 insufficient_buying_power 40"}));
  EXPECT_EQ(cash(poor), money("440"));
  EXPECT_EQ(reserved(poor), Money{});

  // Met already, the last price is 11.00; what is offered would cost 1101.
  placed({seller, symbol, Side::sell, 40, "11.01"});
  const AccountId unlucky = open("unlucky", AccountType::cash, "1100");
  placed({unlucky, symbol, Side::buy, 100, "0", "10.00"});
  EXPECT_EQ(lines(), (Lines{"accepted 5 submitted", "triggered 5 @11.00",
                            "cancelled 5 insufficient_buying_power 100"}));
  EXPECT_EQ(order(OrderId{5}).reject_reason, RejectReason::insufficient_buying_power);
}

TEST_F(ReservationTest, TriggeredStopLossUsesWhatElseTheAccountHas) {
  placed({buyer, symbol, Side::buy, 100, "0", "10.00"});
  EXPECT_EQ(reserved(buyer), money("1100"));
  // Above what was reserved a share, within the collar around the trigger, and the account has 10,000.
  placed({seller, symbol, Side::sell, 60, "13.00"});
  apply(PrintTrade{symbol, price("12.00"), {1}});
  EXPECT_EQ(lines(), (Lines{"printed 1@12.00", "triggered 1 @12.00", "trade 60@13.00 maker 2:0 taker 1:40",
                            "cancelled 1 no_liquidity 40"}));
  EXPECT_EQ(cash(buyer), money("9220"));
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(ReservationTest, WithoutACollarATriggeredStopLossBuysAtAnyPriceThatItCanPay) {
  change_rules([](FirmRules& rules) { rules.price_collar_basis_points = 0; });
  placed({buyer, symbol, Side::buy, 100, "0", "10.00"});
  placed({seller, symbol, Side::sell, 100, "10.02"});
  apply(PrintTrade{symbol, price("10.01"), {1}});
  EXPECT_EQ(order(OrderId{1}).status, OrderStatus::filled);
  EXPECT_EQ(cash(buyer), money("8998"));
}

TEST_F(ReservationTest, StopLimitReservesItsLimit) {
  const OrderId id = placed({buyer, symbol, Side::buy, 100, "10.50", "10.20"});
  EXPECT_EQ(reserved(buyer), money("1050"));
  apply(PrintTrade{symbol, price("10.20"), {1}});
  EXPECT_EQ(lines(), (Lines{"printed 1@10.20", "triggered 1 @10.20", "rested 1 buy 100@10.50"}));
  EXPECT_EQ(reserved(buyer), money("1050"));
  cancel(buyer, id);
  EXPECT_EQ(reserved(buyer), Money{});
}

TEST_F(ReservationTest, CancelledStopGivesAllBack) {
  const OrderId id = placed({buyer, symbol, Side::buy, 100, "0", "11.00"});
  EXPECT_EQ(order(id).status, OrderStatus::validated);
  cancel(buyer, id);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 requested 100"}));
  EXPECT_EQ(reserved(buyer), Money{});
  apply(PrintTrade{symbol, price("12.00"), {1}});
  EXPECT_EQ(lines(), (Lines{"printed 1@12.00"}));
}

TEST_F(ReservationTest, RulesDoNotChangeTheReservationOfWaitingStops) {
  const OrderId id = placed({buyer, symbol, Side::buy, 100, "0", "11.00"});
  change_rules([](FirmRules& rules) { rules.price_collar_basis_points = 5'000; });
  EXPECT_EQ(reserved(buyer), money("1210"));
  apply(ReplaceOrder{.account = buyer, .order = id, .quantity = Quantity{50}});
  EXPECT_EQ(reserved(buyer), money("605"));
  apply(ReplaceOrder{.account = buyer, .order = id, .stop_price = price("12.00")});
  EXPECT_EQ(reserved(buyer), money("900"));
}

TEST_F(ReservationTest, PromisedSharesComeBackWhateverWayASaleEnds) {
  EXPECT_EQ(unpromised(), 1'000);
  const OrderId resting = placed({seller, symbol, Side::sell, 100, "10.00"});
  EXPECT_EQ(unpromised(), 900);
  placed({buyer, symbol, Side::buy, 30, "10.00"});
  EXPECT_EQ(unpromised(), 900);
  apply(ReplaceOrder{.account = seller, .order = resting, .quantity = Quantity{80}});
  EXPECT_EQ(unpromised(), 920);
  apply(ReplaceOrder{.account = seller, .order = resting, .quantity = Quantity{90}});
  EXPECT_EQ(unpromised(), 910);
  cancel(seller, resting);
  EXPECT_EQ(unpromised(), 970);
  placed({seller, symbol, Side::sell, 100, "10.00", "0", TimeInForce::ioc});
  placed({seller, symbol, Side::sell, 100, "10.00", "0", TimeInForce::fok});
  placed({seller, symbol, Side::sell, 100});
  EXPECT_EQ(unpromised(), 970);
  placed({seller, symbol, Side::sell, 100, "0", "8.00"});
  EXPECT_EQ(unpromised(), 870);
  apply(PrintTrade{symbol, price("8.00"), {1}});
  EXPECT_EQ(lines().back(), "cancelled 6 no_liquidity 100");
  EXPECT_EQ(unpromised(), 970);
  placed({seller, symbol, Side::sell, 970, "10.00"});
  EXPECT_EQ(unpromised(), 0);
  apply(SetSession{SessionPhase::closed, {}});
  apply(SetSession{SessionPhase::open, {}});
  EXPECT_EQ(unpromised(), 970);
}

}  // namespace
}  // namespace trade::engine_test
