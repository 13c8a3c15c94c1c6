// Replacing orders: priority, trading on the way, risk, names.
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

class ReplaceTest : public EngineTest {
 protected:
  ReplaceTest() {
    symbol = add_symbol("ABC", "10.00");
    buyer = open("buyer", AccountType::cash, "10000");
    seller = open("seller");
    give_shares(seller, symbol, 1'000, "9.00");
  }
  OrderId bid(std::int64_t quantity, std::string_view limit, std::string_view client_order_id = {}) {
    return placed({buyer, symbol, Side::buy, quantity, limit, "0", TimeInForce::day, client_order_id});
  }
  ReplaceOrder change(OrderId id) const { return {.account = buyer, .order = id}; }

  SymbolId symbol;
  AccountId buyer;
  AccountId seller;
};

TEST_F(ReplaceTest, SmallerQuantityKeepsItsPlace) {
  const OrderId first = bid(100, "10.00");
  bid(100, "10.00");
  ReplaceOrder smaller = change(first);
  smaller.quantity = Quantity{40};
  apply(smaller);
  EXPECT_EQ(lines(), (Lines{"replaced 1 40:40 limit 10.00 stop 0.00 kept resting"}));
  placed({seller, symbol, Side::sell, 50, "10.00"});
  EXPECT_EQ(lines(), (Lines{"accepted 3 submitted", "trade 40@10.00 maker 1:0 taker 3:10",
                            "trade 10@10.00 maker 2:90 taker 3:0"}));
}

TEST_F(ReplaceTest, LargerQuantityLosesItsPlace) {
  const OrderId first = bid(100, "10.00");
  bid(100, "10.00");
  ReplaceOrder larger = change(first);
  larger.quantity = Quantity{101};
  apply(larger);
  EXPECT_EQ(lines(), (Lines{"replaced 1 101:101 limit 10.00 stop 0.00 resting", "rested 1 buy 101@10.00"}));
  placed({seller, symbol, Side::sell, 100, "10.00"});
  EXPECT_EQ(lines().back(), "trade 100@10.00 maker 2:0 taker 3:0");
}

TEST_F(ReplaceTest, AnotherPriceLosesItsPlaceEvenWhenItComesBack) {
  const OrderId first = bid(100, "10.00");
  bid(100, "10.00");
  ReplaceOrder moved = change(first);
  moved.limit_price = price("9.99");
  apply(moved);
  moved.limit_price = price("10.00");
  apply(moved);
  placed({seller, symbol, Side::sell, 100, "10.00"});
  EXPECT_EQ(lines().back(), "trade 100@10.00 maker 2:0 taker 3:0");
}

TEST_F(ReplaceTest, QuantityIncludesWhatIsFilled) {
  const OrderId id = bid(100, "10.00");
  placed({seller, symbol, Side::sell, 30, "10.00"});
  ReplaceOrder less = change(id);
  less.quantity = Quantity{50};
  apply(less);
  EXPECT_EQ(lines(), (Lines{"replaced 1 50:20 limit 10.00 stop 0.00 kept resting"}));
  EXPECT_EQ(order(id).status, OrderStatus::partially_filled);
  EXPECT_EQ(reserved(buyer), money("200"));
  less.quantity = Quantity{29};
  apply(less);
  EXPECT_EQ(lines(), (Lines{"cancelled 1 replaced_below_filled 20 resting"}));
  EXPECT_EQ(order(id).status, OrderStatus::cancelled);
}

TEST_F(ReplaceTest, NewPriceMayTradeAtOnce) {
  placed({seller, symbol, Side::sell, 30, "10.10"});
  const OrderId id = bid(100, "10.00");
  ReplaceOrder up = change(id);
  up.limit_price = price("10.20");
  apply(up);
  EXPECT_EQ(lines(), (Lines{"replaced 2 100:100 limit 10.20 stop 0.00 resting",
                            "trade 30@10.10 maker 1:0 taker 2:70", "rested 2 buy 70@10.20"}));
  EXPECT_EQ(reserved(buyer), money("714"));
  placed({seller, symbol, Side::sell, 100, "11.00"});
  up.limit_price = price("11.00");
  apply(up);
  EXPECT_EQ(lines().back(), "trade 70@11.00 maker 3:30 taker 2:0");
  EXPECT_EQ(order(id).status, OrderStatus::filled);
}

TEST_F(ReplaceTest, IncreaseIsCheckedAgainstBuyingPowerWithTheOldReservationReleased) {
  const OrderId id = bid(900, "10.00");
  ReplaceOrder more = change(id);
  more.quantity = Quantity{1'001};
  EXPECT_EQ(apply(more).reason, RejectReason::insufficient_buying_power);
  EXPECT_EQ(lines(), (Lines{"command_rejected insufficient_buying_power"}));
  EXPECT_EQ(reserved(buyer), money("9000"));
  more.quantity = Quantity{1'000};
  EXPECT_EQ(apply(more).reason, RejectReason::none);
  EXPECT_EQ(reserved(buyer), money("10000"));
  ReplaceOrder dearer = change(id);
  dearer.limit_price = price("10.01");
  EXPECT_EQ(apply(dearer).reason, RejectReason::insufficient_buying_power);
  dearer.quantity = Quantity{999};
  EXPECT_EQ(apply(dearer).reason, RejectReason::none);
  EXPECT_EQ(reserved(buyer), money("9999.99"));
}

TEST_F(ReplaceTest, IncreaseIsCheckedAgainstSharesAndLimits) {
  const OrderId sale = placed({seller, symbol, Side::sell, 900, "11.00"});
  ReplaceOrder more{.account = seller, .order = sale, .quantity = Quantity{1'001}};
  EXPECT_EQ(apply(more).reason, RejectReason::insufficient_shares);
  more.quantity = Quantity{1'000};
  EXPECT_EQ(apply(more).reason, RejectReason::none);

  const OrderId id = bid(50, "10.00");
  apply(SetAccountLimits{.account = buyer,
                         .position_max = Quantity{100},
                         .order_quantity_max = Quantity{80},
                         .order_notional_max = money("600")});
  ReplaceOrder larger = change(id);
  larger.quantity = Quantity{81};
  EXPECT_EQ(apply(larger).reason, RejectReason::order_size);
  larger.quantity = Quantity{61};
  EXPECT_EQ(apply(larger).reason, RejectReason::order_size);
  larger.quantity = Quantity{60};
  EXPECT_EQ(apply(larger).reason, RejectReason::none);
  bid(40, "10.00");
  apply(SetAccountLimits{.account = buyer, .order_notional_max = money("10000")});
  larger.quantity = Quantity{61};
  EXPECT_EQ(apply(larger).reason, RejectReason::position_limit);
  // What shrinks is never refused, whatever the limits have become.
  apply(SetAccountLimits{.account = buyer, .position_max = Quantity{1}, .order_quantity_max = Quantity{1}});
  larger.quantity = Quantity{59};
  EXPECT_EQ(apply(larger).reason, RejectReason::none);
}

TEST_F(ReplaceTest, NothingToChange) {
  const OrderId id = bid(50, "10.00", "a");
  EXPECT_EQ(apply(change(id)).reason, RejectReason::no_change);
  ReplaceOrder same = change(id);
  same.quantity = Quantity{50};
  same.limit_price = price("10.00");
  same.new_client_order_id = "a";
  EXPECT_EQ(apply(same).reason, RejectReason::no_change);
}

TEST_F(ReplaceTest, PricesThatTheOrderCannotHave) {
  const OrderId limit = bid(50, "10.00");
  const OrderId stop = placed({buyer, symbol, Side::buy, 10, "0", "11.00"});
  ReplaceOrder wrong = change(limit);
  wrong.stop_price = price("9.00");
  EXPECT_EQ(apply(wrong).reason, RejectReason::invalid_price);
  wrong = change(stop);
  wrong.limit_price = price("9.00");
  EXPECT_EQ(apply(wrong).reason, RejectReason::invalid_price);
  wrong = change(limit);
  wrong.limit_price = Price{};
  EXPECT_EQ(apply(wrong).reason, RejectReason::invalid_price);
  wrong.limit_price = Price{price_units_max + 1};
  EXPECT_EQ(apply(wrong).reason, RejectReason::invalid_price);
  wrong.limit_price = price("10.001");
  EXPECT_EQ(apply(wrong).reason, RejectReason::price_increment);
  wrong = change(limit);
  wrong.quantity = Quantity{0};
  EXPECT_EQ(apply(wrong).reason, RejectReason::invalid_quantity);
  wrong.quantity = Quantity{order_quantity_max + 1};
  EXPECT_EQ(apply(wrong).reason, RejectReason::invalid_quantity);
}

TEST_F(ReplaceTest, LotSizeOfTheNewQuantity) {
  const SymbolId lots = add_symbol("LOTS", "1.00", 100);
  const OrderId id = placed({buyer, lots, Side::buy, 200, "1.00"});
  ReplaceOrder odd = change(id);
  odd.quantity = Quantity{150};
  EXPECT_EQ(apply(odd).reason, RejectReason::lot_size);
  odd.quantity = Quantity{100};
  EXPECT_EQ(apply(odd).reason, RejectReason::none);
}

TEST_F(ReplaceTest, WhoseOrderAndWhetherItIsStillOpen) {
  const OrderId id = bid(50, "10.00");
  ReplaceOrder less = change(id);
  less.quantity = Quantity{40};
  less.account = seller;
  EXPECT_EQ(apply(less).reason, RejectReason::not_your_order);
  less.account = {77};
  EXPECT_EQ(apply(less).reason, RejectReason::unknown_account);
  less.account = buyer;
  less.order = {77};
  EXPECT_EQ(apply(less).reason, RejectReason::unknown_order);
  less.order = {};
  less.client_order_id = "nothing";
  EXPECT_EQ(apply(less).reason, RejectReason::unknown_order);
  cancel(buyer, id);
  less.order = id;
  EXPECT_EQ(apply(less).reason, RejectReason::order_not_replaceable);
  EXPECT_EQ(std::get<CommandRejected>(events.back().body).order, id);
}

TEST_F(ReplaceTest, NotWhileHaltedOrClosed) {
  const OrderId id = placed({buyer, symbol, Side::buy, 50, "10.00", "0", TimeInForce::gtc});
  ReplaceOrder less = change(id);
  less.quantity = Quantity{40};
  apply(SetSymbolStatus{symbol, SymbolStatus::halted, {}});
  EXPECT_EQ(apply(less).reason, RejectReason::symbol_halted);
  apply(SetSymbolStatus{symbol, SymbolStatus::trading, {}});
  apply(SetSession{SessionPhase::closed, {}});
  EXPECT_EQ(apply(less).reason, RejectReason::market_closed);
}

TEST_F(ReplaceTest, BothTheOldAndTheNewClientIdMeanTheOrder) {
  bid(50, "10.00", "a");
  ReplaceOrder renamed{.account = buyer, .client_order_id = "a", .new_client_order_id = "b"};
  EXPECT_EQ(apply(renamed).reason, RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"replaced 1 50:50 limit 10.00 stop 0.00 kept resting"}));
  EXPECT_EQ(std::get<OrderReplaced>(events.back().body).client_order_id, "b");
  EXPECT_EQ(order(OrderId{1}).client_order_id, "b");
  ReplaceOrder by_old{.account = buyer, .client_order_id = "a", .quantity = Quantity{40}};
  EXPECT_EQ(apply(by_old).order, OrderId{1});
  EXPECT_EQ(std::get<OrderReplaced>(events.back().body).client_order_id, "");
  ReplaceOrder by_new{.account = buyer, .client_order_id = "b", .quantity = Quantity{30}};
  EXPECT_EQ(apply(by_new).order, OrderId{1});
  // Neither can be taken by another order, nor by a replace of one.
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "1.00", "0", TimeInForce::day, "b"}),
            RejectReason::duplicate_client_order_id);
  const OrderId other = bid(10, "9.00", "c");
  ReplaceOrder taken = change(other);
  taken.new_client_order_id = "a";
  EXPECT_EQ(apply(taken).reason, RejectReason::duplicate_client_order_id);
  taken.new_client_order_id = "trailing ";
  EXPECT_EQ(apply(taken).reason, RejectReason::invalid_order);
  // Under the old id the original order can still be retried safely.
  EXPECT_TRUE(place({buyer, symbol, Side::buy, 50, "10.00", "0", TimeInForce::day, "a"}).duplicate);
}

TEST_F(ReplaceTest, AnOrderRemembersItsFirstAndItsLatestClientIds) {
  bid(1'000, "10.00", "id0");
  for (int i = 1; i <= 40; ++i) {
    const std::string name = "id" + std::to_string(i);
    ReplaceOrder renamed{.account = buyer, .order = OrderId{1}, .new_client_order_id = name};
    ASSERT_EQ(apply(renamed).reason, RejectReason::none);
  }
  const auto knows = [&](const std::string& name) {
    const Command command{now,
                          ReplaceOrder{.account = buyer, .client_order_id = name, .quantity = Quantity{1}}};
    return engine.check(command).reason == RejectReason::none;
  };
  EXPECT_TRUE(knows("id0"));
  EXPECT_FALSE(knows("id1"));
  EXPECT_FALSE(knows("id25"));
  for (int i = 26; i <= 40; ++i)
    EXPECT_TRUE(knows("id" + std::to_string(i))) << i;
}

TEST_F(ReplaceTest, WaitingStopMovesItsStopAndItsLimit) {
  const OrderId id = placed({buyer, symbol, Side::buy, 10, "11.50", "11.00"});
  ReplaceOrder moved = change(id);
  moved.stop_price = price("10.50");
  moved.limit_price = price("10.60");
  apply(moved);
  EXPECT_EQ(lines(), (Lines{"replaced 1 10:10 limit 10.60 stop 10.50"}));
  EXPECT_EQ(reserved(buyer), money("106"));
  apply(PrintTrade{symbol, price("10.49"), {1}});
  EXPECT_EQ(order(id).status, OrderStatus::validated);
  apply(PrintTrade{symbol, price("10.50"), {1}});
  EXPECT_EQ(lines().back(), "rested 1 buy 10@10.60");
  // Once triggered it has no stop price to move.
  moved.stop_price = price("10.40");
  EXPECT_EQ(apply(moved).reason, RejectReason::invalid_price);
  moved.stop_price.reset();
  moved.limit_price = price("10.70");
  EXPECT_EQ(apply(moved).reason, RejectReason::none);
}

TEST_F(ReplaceTest, MovedStopThatIsMetTriggersAtOnce) {
  apply(PrintTrade{symbol, price("10.00"), {1}});
  const OrderId id = placed({buyer, symbol, Side::buy, 10, "0", "11.00"});
  ReplaceOrder moved = change(id);
  moved.stop_price = price("10.00");
  apply(moved);
  EXPECT_EQ(lines(), (Lines{"replaced 1 10:10 limit 0.00 stop 10.00", "triggered 1 @10.00",
                            "cancelled 1 no_liquidity 10"}));
}

TEST_F(ReplaceTest, ReplaceThatTradesTriggersStops) {
  placed({seller, symbol, Side::sell, 5, "10.50"});
  placed({buyer, symbol, Side::buy, 10, "1.00", "10.50"});
  const OrderId id = bid(5, "10.00");
  ReplaceOrder up = change(id);
  up.limit_price = price("10.50");
  apply(up);
  EXPECT_EQ(lines(),
            (Lines{"replaced 3 5:5 limit 10.50 stop 0.00 resting", "trade 5@10.50 maker 1:0 taker 3:0",
                   "triggered 2 @10.50", "rested 2 buy 10@1.00"}));
}

}  // namespace
}  // namespace trade::engine_test
