// Every check that an order passes through: a case that passes beside one that fails, and their order.
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

class RiskTest : public EngineTest {
 protected:
  RiskTest() {
    symbol = add_symbol("ABC", "10.00");
    buyer = open("buyer", AccountType::cash, "1000");
    seller = open("seller");
    give_shares(seller, symbol, 1'000, "9.00");
  }
  RejectReason form(const PlaceOrder& order) { return reason_of(order); }
  PlaceOrder plain() const { return order_of({buyer, symbol, Side::buy, 10, "10.00"}); }

  SymbolId symbol;
  AccountId buyer;
  AccountId seller;
};

TEST_F(RiskTest, FormOfAnOrder) {
  EXPECT_EQ(form(plain()), RejectReason::none);
  const auto with = [&](auto change) {
    PlaceOrder order = plain();
    change(order);
    return form(order);
  };
  EXPECT_EQ(with([](PlaceOrder& o) { o.side = Side{3}; }), RejectReason::invalid_order);
  EXPECT_EQ(with([](PlaceOrder& o) { o.type = OrderType{0}; }), RejectReason::invalid_order);
  EXPECT_EQ(with([](PlaceOrder& o) { o.time_in_force = TimeInForce{9}; }), RejectReason::invalid_order);
  EXPECT_EQ(with([](PlaceOrder& o) { o.client_order_id = " x"; }), RejectReason::invalid_order);
  const std::string longest(128, 'x');
  const std::string too_long(129, 'x');
  EXPECT_EQ(with([&](PlaceOrder& o) { o.client_order_id = longest; }), RejectReason::none);
  EXPECT_EQ(with([&](PlaceOrder& o) { o.client_order_id = too_long; }), RejectReason::invalid_order);
  EXPECT_EQ(describe(events.back()), "rejected 7 invalid_order");
  EXPECT_EQ(std::get<OrderRejected>(events.back().body).client_order_id, "");

  EXPECT_EQ(with([](PlaceOrder& o) { o.limit_price = {}; }), RejectReason::invalid_price);
  EXPECT_EQ(with([](PlaceOrder& o) { o.limit_price = {-100}; }), RejectReason::invalid_price);
  EXPECT_EQ(with([](PlaceOrder& o) { o.limit_price = {price_units_max + 1}; }), RejectReason::invalid_price);
  EXPECT_EQ(with([](PlaceOrder& o) { o.stop_price = {100}; }), RejectReason::invalid_price);
  EXPECT_EQ(with([](PlaceOrder& o) { o.type = OrderType::market; }), RejectReason::invalid_price);
  EXPECT_EQ(with([](PlaceOrder& o) { o.type = OrderType::stop_loss; }), RejectReason::invalid_price);
  EXPECT_EQ(with([](PlaceOrder& o) { o.type = OrderType::stop_limit; }), RejectReason::invalid_price);

  EXPECT_EQ(with([](PlaceOrder& o) { o.quantity = {0}; }), RejectReason::invalid_quantity);
  EXPECT_EQ(with([](PlaceOrder& o) { o.quantity = {-5}; }), RejectReason::invalid_quantity);
  EXPECT_EQ(with([](PlaceOrder& o) { o.quantity = {order_quantity_max + 1}; }),
            RejectReason::invalid_quantity);
}

TEST_F(RiskTest, ARejectedOrderHasAnIdAndIsKept) {
  PlaceOrder order = plain();
  order.quantity = {-5};
  order.client_order_id = "mine";
  const ApplyResult result = apply(order);
  EXPECT_EQ(result.order, OrderId{1});
  const OrderView view = this->order(result.order);
  EXPECT_EQ(view.status, OrderStatus::rejected);
  EXPECT_EQ(view.reject_reason, RejectReason::invalid_quantity);
  EXPECT_EQ(view.quantity, Quantity{-5});
  EXPECT_EQ(view.client_order_id, "mine");
  EXPECT_EQ(view.account, "buyer");
  EXPECT_EQ(view.created_at, now);
}

TEST_F(RiskTest, UnknownAccountAndSymbol) {
  PlaceOrder order = plain();
  order.account = {99};
  order.symbol = {99};
  EXPECT_EQ(form(order), RejectReason::unknown_account);
  const auto& event = std::get<OrderRejected>(events.back().body);
  EXPECT_EQ(event.account, AccountId{});
  EXPECT_EQ(event.symbol, SymbolId{});
  order.account = buyer;
  EXPECT_EQ(form(order), RejectReason::unknown_symbol);
  order.symbol = {};
  EXPECT_EQ(form(order), RejectReason::unknown_symbol);
  EXPECT_EQ(this->order(OrderId{3}).account, "buyer");
  EXPECT_EQ(this->order(OrderId{1}).account, "");
}

TEST_F(RiskTest, SuspendedAccountPlacesNothingButMayCancel) {
  const OrderId resting = placed({buyer, symbol, Side::buy, 10, "10.00"});
  apply(SetAccountStatus{buyer, AccountStatus::suspended});
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "1.00"}), RejectReason::account_not_active);
  EXPECT_EQ(apply(ReplaceOrder{.account = buyer, .order = resting, .quantity = Quantity{5}}).reason,
            RejectReason::account_not_active);
  EXPECT_EQ(cancel(buyer, resting).reason, RejectReason::none);
  EXPECT_EQ(reason_of(DepositCash{buyer, money("1")}), RejectReason::none);
  apply(SetAccountStatus{buyer, AccountStatus::active});
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "1.00"}), RejectReason::none);
}

TEST_F(RiskTest, ClosedMarketAndHaltedSymbol) {
  const OrderId kept = placed({buyer, symbol, Side::buy, 10, "1.00", "0", TimeInForce::gtc});
  apply(SetSession{SessionPhase::closed, {}});
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "1.00", "0", TimeInForce::gtc}),
            RejectReason::market_closed);
  EXPECT_EQ(cancel(buyer, kept).reason, RejectReason::none);
  apply(SetSession{SessionPhase::open, {}});
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "1.00"}), RejectReason::none);
  apply(SetSymbolStatus{symbol, SymbolStatus::halted, "volatility"});
  EXPECT_EQ(lines(), (Lines{"symbol_status halted volatility"}));
  EXPECT_EQ(engine.symbol(symbol)->halt_reason, "volatility");
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "1.00"}), RejectReason::symbol_halted);
  EXPECT_EQ(cancel(buyer, OrderId{3}).reason, RejectReason::none);
  apply(SetSymbolStatus{symbol, SymbolStatus::trading, {}});
  EXPECT_EQ(engine.symbol(symbol)->halt_reason, "");
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "1.00"}), RejectReason::none);
}

TEST_F(RiskTest, TickAndLot) {
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "10.005"}), RejectReason::price_increment);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "0", "10.005"}), RejectReason::price_increment);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "10.01"}), RejectReason::none);
  const SymbolId lots = add_symbol("LOTS", "1.00", 100);
  EXPECT_EQ(refused({buyer, lots, Side::buy, 150, "1.00"}), RejectReason::lot_size);
  EXPECT_EQ(refused({buyer, lots, Side::buy, 200, "1.00"}), RejectReason::none);
}

TEST_F(RiskTest, OrderSize) {
  apply(SetAccountLimits{.account = buyer, .order_quantity_max = Quantity{50}});
  EXPECT_EQ(lines(), (Lines{"account_limits 0 50 0.00"}));
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 51, "1.00"}), RejectReason::order_size);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 50, "1.00"}), RejectReason::none);
  apply(SetAccountLimits{.account = buyer, .order_notional_max = money("100")});
  EXPECT_EQ(lines(), (Lines{"account_limits 0 50 100.00"}));
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 10, "10.01"}), RejectReason::order_size);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 10, "10.00"}), RejectReason::none);
  // A market order is measured at the reference price or what it would pay, a stop_loss at its stop price.
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 11}), RejectReason::order_size);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 10}), RejectReason::none);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 9, "0", "11.12"}), RejectReason::order_size);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 9, "0", "11.11"}), RejectReason::none);
}

TEST_F(RiskTest, OrderSizeOfAMarketOrderInASymbolWithoutAPrice) {
  const SymbolId fresh = add_symbol("FRESH");
  const AccountId holder = open("holder", AccountType::cash, "0");
  apply(TransferShares{.account = holder, .symbol = fresh, .quantity = {1000}, .cost_price = price("1")});
  placed({holder, fresh, Side::sell, 1000, "100.00"});
  apply(SetAccountLimits{.account = buyer, .order_notional_max = money("100")});
  EXPECT_EQ(refused({buyer, fresh, Side::buy, 2}), RejectReason::order_size);
  EXPECT_EQ(refused({buyer, fresh, Side::buy, 1}), RejectReason::none);
}

TEST_F(RiskTest, TheFirmsLimitsHoldWhereTheAccountHasNone) {
  change_rules([](FirmRules& rules) {
    rules.default_order_quantity_max = {20};
    rules.default_order_notional_max = money("150");
    rules.default_position_max = {30};
  });
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 21, "1.00"}), RejectReason::order_size);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 16, "10.00"}), RejectReason::order_size);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 20, "1.00"}), RejectReason::none);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 11, "1.00"}), RejectReason::position_limit);
  apply(SetAccountLimits{.account = buyer,
                         .position_max = Quantity{50},
                         .order_quantity_max = Quantity{25},
                         .order_notional_max = money("10000")});
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 25, "1.00"}), RejectReason::none);
  apply(SetAccountLimits{.account = buyer, .order_quantity_max = Quantity{}});
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 21, "1.00"}), RejectReason::order_size);
}

TEST_F(RiskTest, PositionLimitCountsSharesAndOpenBuys) {
  give_shares(buyer, symbol, 30);
  apply(SetAccountLimits{.account = buyer, .position_max = Quantity{100}});
  placed({buyer, symbol, Side::buy, 50, "1.00"});
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 21, "1.00"}), RejectReason::position_limit);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 20, "1.00"}), RejectReason::none);
  EXPECT_EQ(refused({buyer, symbol, Side::sell, 30, "50.00"}), RejectReason::none);
  // Another symbol has a count of its own.
  const SymbolId other = add_symbol("XYZ");
  EXPECT_EQ(refused({buyer, other, Side::buy, 100, "1.00"}), RejectReason::none);
}

TEST_F(RiskTest, InsufficientSharesCountsThosePromised) {
  EXPECT_EQ(refused({seller, symbol, Side::sell, 1'001, "10.00"}), RejectReason::insufficient_shares);
  placed({seller, symbol, Side::sell, 600, "10.00"});
  EXPECT_EQ(refused({seller, symbol, Side::sell, 401, "0", "9.00"}), RejectReason::insufficient_shares);
  placed({seller, symbol, Side::sell, 400, "0", "9.00"});
  EXPECT_EQ(refused({seller, symbol, Side::sell, 1}), RejectReason::insufficient_shares);
  EXPECT_EQ(refused({buyer, symbol, Side::sell, 1, "10.00"}), RejectReason::insufficient_shares);
}

TEST_F(RiskTest, InsufficientBuyingPowerToTheCent) {
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 100, "10.01"}), RejectReason::insufficient_buying_power);
  placed({buyer, symbol, Side::buy, 60, "10.00"});
  EXPECT_EQ(account(buyer).buying_power, money("400"));
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 40, "10.01"}), RejectReason::insufficient_buying_power);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 40, "10.00"}), RejectReason::none);
  EXPECT_EQ(account(buyer).buying_power, Money{});
}

TEST_F(RiskTest, MarketBuyNeedsWhatTheBookCostsAndTheReferenceForTheRest) {
  placed({seller, symbol, Side::sell, 50, "10.00"});
  placed({seller, symbol, Side::sell, 50, "10.50"});
  // 50 at 10.00 and 45 at 10.50 cost 972.50; one more 983.00; 97 cost 993.50; 98 cost 1,004.00.
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 98}), RejectReason::insufficient_buying_power);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 97}), RejectReason::none);
  EXPECT_EQ(cash(buyer), money("6.50"));

  const AccountId other = open("other", AccountType::cash, "131.50");
  // Three are left at 10.50, which is now the reference for the other ten: 31.50 + 105.00 is too much.
  EXPECT_EQ(refused({other, symbol, Side::buy, 13}), RejectReason::insufficient_buying_power);
  EXPECT_EQ(refused({other, symbol, Side::buy, 12}), RejectReason::none);
  EXPECT_EQ(cash(other), money("100"));
}

TEST_F(RiskTest, MarketBuyCostsOnlyWhatLiesWithinTheCollar) {
  placed({seller, symbol, Side::sell, 10, "10.00"});
  placed({seller, symbol, Side::sell, 1'000'000 / 2'000, "500.00"});
  // 10 at 10.00, and 90 that lie beyond the collar are taken at the reference price.
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 101}), RejectReason::insufficient_buying_power);
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 100}), RejectReason::none);
  EXPECT_EQ(lines().back(), "cancelled 4 price_collar 90");
}

TEST_F(RiskTest, MarginAccountBuysForAMultipleOfItsEquity) {
  const AccountId margin = open("margin", AccountType::margin, "30000");
  EXPECT_EQ(account(margin).buying_power, money("60000"));
  placed({seller, symbol, Side::sell, 1'000, "10.00"});
  EXPECT_EQ(refused({margin, symbol, Side::buy, 6'001, "10.00"}), RejectReason::insufficient_buying_power);
  placed({margin, symbol, Side::buy, 6'000, "10.00"});
  EXPECT_EQ(account(margin).reserved, money("50000"));
  EXPECT_EQ(account(margin).buying_power, Money{});
  EXPECT_EQ(cash(margin), money("20000"));
  apply(CancelAllOrders{.account = margin, .symbol = {}});
  // 2 x 30,000 less 10,000 of long value.
  EXPECT_EQ(account(margin).buying_power, money("50000"));

  give_shares(seller, symbol, 5'000);
  placed({seller, symbol, Side::sell, 5'000, "10.00"});
  placed({margin, symbol, Side::buy, 5'000, "10.00"});
  EXPECT_EQ(cash(margin), money("-30000"));
  EXPECT_EQ(account(margin).equity, money("30000"));
  EXPECT_EQ(account(margin).buying_power, Money{});
  // The price falls: equity 24,000, twice that is less than the 54,000 held. Not shown below zero.
  apply(PrintTrade{symbol, price("9.00"), {1}});
  EXPECT_EQ(account(margin).equity, money("24000"));
  EXPECT_EQ(account(margin).buying_power, Money{});
  EXPECT_EQ(refused({margin, symbol, Side::buy, 1, "0.01"}), RejectReason::insufficient_buying_power);
  // It rises: equity 36,000, buying power 72,000 - 66,000.
  apply(PrintTrade{symbol, price("11.00"), {1}});
  EXPECT_EQ(account(margin).buying_power, money("6000"));
}

TEST_F(RiskTest, MarginMultiplierIsARule) {
  const AccountId margin = open("margin", AccountType::margin, "30000");
  change_rules([](FirmRules& rules) { rules.margin_multiplier_basis_points = 10'000; });
  EXPECT_EQ(account(margin).buying_power, money("30000"));
  change_rules([](FirmRules& rules) { rules.margin_multiplier_basis_points = 40'000; });
  EXPECT_EQ(account(margin).buying_power, money("120000"));
}

TEST_F(RiskTest, SharesWithoutAPriceCountAtTheirCost) {
  const AccountId margin = open("margin", AccountType::margin, "30000");
  const SymbolId fresh = add_symbol("NEW");
  give_shares(margin, fresh, 100, "50.00");
  give_shares(margin, fresh, 100, "70.00");
  EXPECT_EQ(account(margin).equity, money("42000"));
  apply(PrintTrade{fresh, price("10.00"), {1}});
  EXPECT_EQ(account(margin).equity, money("32000"));
}

class SmallEngineTest : public EngineTest {
 protected:
  SmallEngineTest()
      : EngineTest({.accounts_max = 2,
                    .symbols_max = 2,
                    .open_orders_max = 2,
                    .ended_orders_kept = 3,
                    .positions_max = 2}) {}
};

TEST_F(SmallEngineTest, CapacityIsReached) {
  const SymbolId symbol = add_symbol("ABC");
  const SymbolId other = add_symbol("XYZ");
  EXPECT_EQ(reason_of(AddSymbol{.symbol = *Symbol::make("THIRD"), .previous_close = {}}),
            RejectReason::capacity_reached);
  const AccountId buyer = open("buyer", AccountType::cash, "1000");
  const AccountId second = open("second", AccountType::cash, "1000");
  EXPECT_EQ(reason_of(OpenAccount{*AccountName::make("third")}), RejectReason::capacity_reached);

  placed({buyer, symbol, Side::buy, 1, "1.00"});
  placed({buyer, symbol, Side::buy, 1, "1.00"});
  EXPECT_EQ(refused({buyer, symbol, Side::buy, 1, "1.00"}), RejectReason::capacity_reached);
  cancel(buyer, OrderId{1});
  // Two positions are taken by the order and the transfer; a third is one too many, and free again later.
  give_shares(second, symbol, 5);
  EXPECT_EQ(refused({second, other, Side::buy, 1, "1.00"}), RejectReason::capacity_reached);
  EXPECT_EQ(reason_of(TransferShares{second, other, {1}, price("1.00")}), RejectReason::capacity_reached);
  cancel(buyer, OrderId{2});
  EXPECT_EQ(refused({second, other, Side::buy, 1, "1.00"}), RejectReason::none);
}

TEST_F(SmallEngineTest, EndedOrdersAreForgottenTheOldestFirst) {
  const SymbolId symbol = add_symbol("ABC");
  const AccountId buyer = open("buyer", AccountType::cash, "1000");
  const OrderId open_one = placed({buyer, symbol, Side::buy, 1, "1.00", "0", TimeInForce::gtc, "open"});
  for (int i = 0; i < 5; ++i) {
    placed(
        {buyer, symbol, Side::buy, 1, "1.00", "0", TimeInForce::ioc, std::string("id") + std::to_string(i)});
  }
  EXPECT_TRUE(engine.order(open_one).has_value());
  EXPECT_FALSE(engine.order(OrderId{2}).has_value());
  EXPECT_FALSE(engine.order(OrderId{3}).has_value());
  EXPECT_TRUE(engine.order(OrderId{4}).has_value());
  EXPECT_EQ(cancel(buyer, OrderId{3}).reason, RejectReason::unknown_order);
  EXPECT_EQ(cancel(buyer, OrderId{4}).reason, RejectReason::order_not_cancellable);
  // With the order its client id is free again.
  EXPECT_FALSE(place({buyer, symbol, Side::buy, 1, "1.00", "0", TimeInForce::ioc, "id0"}).duplicate);
  EXPECT_TRUE(place({buyer, symbol, Side::buy, 1, "1.00", "0", TimeInForce::ioc, "id4"}).duplicate);
}

TEST_F(RiskTest, TheFirstCheckThatFailsIsTheAnswer) {
  // An order with everything wrong, put right one thing at a time.
  apply(SetAccountStatus{buyer, AccountStatus::suspended});
  apply(SetAccountLimits{.account = buyer, .position_max = Quantity{5}, .order_quantity_max = Quantity{10}});
  const SymbolId lots = add_symbol("LOTS", "10.00", 10);
  apply(SetSymbolStatus{lots, SymbolStatus::halted, {}});
  apply(SetSession{SessionPhase::closed, {}});
  Ticket ticket{buyer, lots, Side::buy, 1'001, "10.005"};
  EXPECT_EQ(refused(ticket), RejectReason::account_not_active);
  apply(SetAccountStatus{buyer, AccountStatus::active});
  EXPECT_EQ(refused(ticket), RejectReason::market_closed);
  apply(SetSession{SessionPhase::open, {}});
  EXPECT_EQ(refused(ticket), RejectReason::symbol_halted);
  apply(SetSymbolStatus{lots, SymbolStatus::trading, {}});
  EXPECT_EQ(refused(ticket), RejectReason::price_increment);
  ticket.limit = "10.00";
  EXPECT_EQ(refused(ticket), RejectReason::lot_size);
  ticket.quantity = 1'000;
  EXPECT_EQ(refused(ticket), RejectReason::order_size);
  apply(SetAccountLimits{.account = buyer, .order_quantity_max = Quantity{}});
  EXPECT_EQ(refused(ticket), RejectReason::position_limit);
  apply(SetAccountLimits{.account = buyer, .position_max = Quantity{}});
  EXPECT_EQ(refused(ticket), RejectReason::insufficient_buying_power);
  ticket.limit = "1.00";
  EXPECT_EQ(refused(ticket), RejectReason::none);
}

}  // namespace
}  // namespace trade::engine_test
