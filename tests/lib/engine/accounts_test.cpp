// Commands about accounts, symbols and rules, and the bounds that keep money within 64 bits.
#include <limits>

#include "engine/bounds.hpp"
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

using AccountsTest = EngineTest;

TEST_F(AccountsTest, OpeningAccounts) {
  EXPECT_EQ(reason_of(OpenAccount{*AccountName::make("a"), AccountType::margin}), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"account_opened a"}));
  EXPECT_EQ(reason_of(OpenAccount{*AccountName::make("a"), AccountType::cash}), RejectReason::account_exists);
  EXPECT_EQ(reason_of(OpenAccount{*AccountName::make("b"), AccountType{7}}), RejectReason::invalid_command);
  EXPECT_EQ(reason_of(OpenAccount{*AccountName::make(""), AccountType::cash}), RejectReason::invalid_command);
  EXPECT_EQ(reason_of(OpenAccount{*AccountName::make("a b"), AccountType::cash}),
            RejectReason::invalid_command);
  EXPECT_EQ(engine.account_count(), 1U);
  EXPECT_EQ(engine.find_account("a"), AccountId{1});
  EXPECT_EQ(engine.find_account("b"), AccountId{});
  const AccountView view = account(AccountId{1});
  EXPECT_EQ(view.id, "a");
  EXPECT_EQ(view.type, AccountType::margin);
  EXPECT_EQ(view.status, AccountStatus::active);
  EXPECT_EQ(view.number, AccountId{1});
  EXPECT_FALSE(engine.account(AccountId{2}).has_value());
  EXPECT_FALSE(engine.account(AccountId{}).has_value());
}

TEST_F(AccountsTest, ManyNamesAreAllFound) {
  for (int i = 0; i < 5'000; ++i)
    open("account-" + std::to_string(i));
  for (std::uint32_t i = 0; i < 5'000; ++i) {
    EXPECT_EQ(engine.find_account("account-" + std::to_string(i)), AccountId{i + 1});
  }
}

TEST_F(AccountsTest, DepositsAndWithdrawals) {
  const AccountId id = open("a");
  EXPECT_EQ(reason_of(DepositCash{id, money("100.50")}), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"cash_moved 100.50 -> 100.50"}));
  EXPECT_EQ(reason_of(WithdrawCash{id, money("100.51")}), RejectReason::insufficient_funds);
  EXPECT_EQ(reason_of(WithdrawCash{id, money("40")}), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"cash_moved -40.00 -> 60.50"}));
  for (const Money amount : {Money{0}, Money{-1}, Money{engine::cash_move_units_max + 1}}) {
    EXPECT_EQ(reason_of(DepositCash{id, amount}), RejectReason::invalid_amount);
    EXPECT_EQ(reason_of(WithdrawCash{id, amount}), RejectReason::invalid_amount);
  }
  EXPECT_EQ(reason_of(DepositCash{AccountId{5}, money("1")}), RejectReason::unknown_account);
  EXPECT_EQ(reason_of(WithdrawCash{AccountId{}, money("1")}), RejectReason::unknown_account);
  EXPECT_EQ(lines(), (Lines{"command_rejected unknown_account"}));
}

TEST_F(AccountsTest, WhatIsReservedCannotBeWithdrawn) {
  const SymbolId symbol = add_symbol("ABC");
  const AccountId id = open("a", AccountType::cash, "100");
  placed({id, symbol, Side::buy, 6, "10.00"});
  EXPECT_EQ(reason_of(WithdrawCash{id, money("40.01")}), RejectReason::insufficient_funds);
  EXPECT_EQ(reason_of(WithdrawCash{id, money("40")}), RejectReason::none);
}

TEST_F(AccountsTest, AMarginAccountWithdrawsNoLoanAndKeepsItsPositionsCovered) {
  const SymbolId symbol = add_symbol("ABC", "10.00");
  const AccountId id = open("m", AccountType::margin, "1000");
  const AccountId seller = open("s");
  give_shares(seller, symbol, 1'000);
  placed({seller, symbol, Side::sell, 1'000, "10.00"});
  placed({id, symbol, Side::buy, 30, "10.00"});
  // Cash 700, equity 1,000. The 300 held need 150 of equity, so 850 could go, but 700 is all the cash.
  EXPECT_EQ(reason_of(WithdrawCash{id, money("700.01")}), RejectReason::insufficient_funds);
  EXPECT_EQ(reason_of(WithdrawCash{id, money("100")}), RejectReason::none);
  placed({id, symbol, Side::buy, 100, "10.00"});
  // Cash -400, equity 900, held 1,300.
  EXPECT_EQ(reason_of(WithdrawCash{id, money("0.01")}), RejectReason::insufficient_funds);
  // Cash 100, equity 1,400, held 1,300 which need 650: all the cash.
  apply(DepositCash{id, money("500")});
  EXPECT_EQ(reason_of(WithdrawCash{id, money("100.01")}), RejectReason::insufficient_funds);
  EXPECT_EQ(reason_of(WithdrawCash{id, money("60")}), RejectReason::none);
  // Open buys use buying power: cash 40 and 1,340 of equity, 1,300 held, 1,380 - 40 open.
  EXPECT_EQ(account(id).buying_power, money("1380"));
  placed({id, symbol, Side::buy, 138, "10.00", "0", TimeInForce::fok});
  EXPECT_EQ(account(id).buying_power, Money{});
  EXPECT_EQ(reason_of(WithdrawCash{id, money("0.01")}), RejectReason::insufficient_funds);
}

TEST_F(AccountsTest, TransferringShares) {
  const SymbolId symbol = add_symbol("ABC");
  const AccountId id = open("a");
  EXPECT_EQ(reason_of(TransferShares{id, symbol, {10}, price("5.00")}), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"shares_transferred 10@5.00"}));
  EXPECT_EQ(reason_of(TransferShares{id, symbol, {5}, Price{}}), RejectReason::none);
  EXPECT_EQ(shares(id, symbol), 15);
  EXPECT_EQ(account(id).equity, money("50"));
  EXPECT_EQ(reason_of(TransferShares{AccountId{9}, symbol, {1}, price("5.00")}),
            RejectReason::unknown_account);
  EXPECT_EQ(reason_of(TransferShares{id, SymbolId{9}, {1}, price("5.00")}), RejectReason::unknown_symbol);
  EXPECT_EQ(reason_of(TransferShares{id, symbol, {0}, price("5.00")}), RejectReason::invalid_quantity);
  EXPECT_EQ(reason_of(TransferShares{id, symbol, {order_quantity_max + 1}, price("5.00")}),
            RejectReason::invalid_quantity);
  EXPECT_EQ(reason_of(TransferShares{id, symbol, {1}, Price{-1}}), RejectReason::invalid_price);
  EXPECT_EQ(reason_of(TransferShares{id, symbol, {1}, Price{price_units_max + 1}}),
            RejectReason::invalid_price);
}

TEST_F(AccountsTest, StatusAndLimits) {
  const AccountId id = open("a");
  EXPECT_EQ(reason_of(SetAccountStatus{id, AccountStatus::suspended}), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"account_status suspended"}));
  EXPECT_EQ(account(id).status, AccountStatus::suspended);
  EXPECT_EQ(reason_of(SetAccountStatus{id, AccountStatus{0}}), RejectReason::invalid_command);
  EXPECT_EQ(reason_of(SetAccountStatus{AccountId{9}, AccountStatus::active}), RejectReason::unknown_account);
  EXPECT_EQ(reason_of(SetAccountLimits{.account = AccountId{9}}), RejectReason::unknown_account);
  EXPECT_EQ(reason_of(SetAccountLimits{.account = id, .position_max = Quantity{-1}}),
            RejectReason::invalid_quantity);
  EXPECT_EQ(reason_of(SetAccountLimits{.account = id, .order_quantity_max = Quantity{-1}}),
            RejectReason::invalid_quantity);
  EXPECT_EQ(reason_of(SetAccountLimits{.account = id, .order_notional_max = Money{-1}}),
            RejectReason::invalid_amount);
  EXPECT_EQ(reason_of(SetAccountLimits{.account = id, .position_max = Quantity{7}}), RejectReason::none);
  EXPECT_EQ(account(id).position_max, Quantity{7});
}

TEST_F(AccountsTest, Symbols) {
  const auto add = [&](auto change) {
    AddSymbol command{.symbol = *Symbol::make("ABC"), .previous_close = price("10.00")};
    change(command);
    return reason_of(command);
  };
  EXPECT_EQ(add([](AddSymbol& s) { s.tick = {}; }), RejectReason::invalid_price);
  EXPECT_EQ(add([](AddSymbol& s) { s.tick = {price_units_max + 1}; }), RejectReason::invalid_price);
  EXPECT_EQ(add([](AddSymbol& s) { s.previous_close = {-1}; }), RejectReason::invalid_price);
  EXPECT_EQ(add([](AddSymbol& s) { s.lot = {}; }), RejectReason::invalid_quantity);
  EXPECT_EQ(add([](AddSymbol& s) { s.symbol = *Symbol::make(""); }), RejectReason::invalid_command);
  EXPECT_EQ(add([](AddSymbol& s) { s.symbol = *Symbol::make("abc"); }), RejectReason::invalid_command);
  EXPECT_EQ(add([](AddSymbol&) {}), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"symbol_added ABC"}));
  EXPECT_EQ(add([](AddSymbol&) {}), RejectReason::symbol_exists);
  EXPECT_EQ(engine.symbol_count(), 1U);
  const SymbolView view = *engine.symbol(SymbolId{1});
  EXPECT_EQ(view.symbol, "ABC");
  EXPECT_EQ(view.tick, Price{100});
  EXPECT_EQ(view.previous_close, price("10.00"));
  EXPECT_EQ(view.last_price, Price{});
  EXPECT_FALSE(engine.symbol(SymbolId{2}).has_value());

  const std::string long_reason(65, 'x');
  EXPECT_EQ(reason_of(SetSymbolStatus{SymbolId{1}, SymbolStatus::halted, long_reason}),
            RejectReason::invalid_command);
  EXPECT_EQ(reason_of(SetSymbolStatus{SymbolId{1}, SymbolStatus{3}, {}}), RejectReason::invalid_command);
  EXPECT_EQ(reason_of(SetSymbolStatus{SymbolId{2}, SymbolStatus::halted, {}}), RejectReason::unknown_symbol);
}

TEST_F(AccountsTest, PrintedTrades) {
  const SymbolId symbol = add_symbol("ABC", "10.00");
  EXPECT_EQ(reason_of(PrintTrade{symbol, price("11.1111"), {5}}), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"printed 5@11.1111"}));
  EXPECT_EQ(engine.symbol(symbol)->last_price, price("11.1111"));
  EXPECT_EQ(reason_of(PrintTrade{SymbolId{2}, price("1.00"), {5}}), RejectReason::unknown_symbol);
  EXPECT_EQ(reason_of(PrintTrade{symbol, Price{}, {5}}), RejectReason::invalid_price);
  EXPECT_EQ(reason_of(PrintTrade{symbol, Price{price_units_max + 1}, {5}}), RejectReason::invalid_price);
  EXPECT_EQ(reason_of(PrintTrade{symbol, price("1.00"), {0}}), RejectReason::invalid_quantity);
}

TEST_F(AccountsTest, FirmRulesOutOfRange) {
  const auto set = [&](auto change) {
    FirmRules rules;
    change(rules);
    return reason_of(SetFirmRules{rules});
  };
  EXPECT_EQ(set([](FirmRules&) {}), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"firm_rules"}));
  constexpr RejectReason invalid = RejectReason::invalid_command;
  EXPECT_EQ(set([](FirmRules& r) { r.margin_multiplier_basis_points = 9'999; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.margin_multiplier_basis_points = 100'001; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.price_collar_basis_points = -1; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.price_collar_basis_points = 10'001; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.day_trading_rule = DayTradingRule{0}; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.pattern_day_trader_equity_min = {-1}; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.day_trades_max = -1; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.intraday_maintenance_basis_points = 0; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.intraday_maintenance_basis_points = 10'001; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.default_position_max = {-1}; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.default_order_quantity_max = {-1}; }), invalid);
  EXPECT_EQ(set([](FirmRules& r) { r.default_order_notional_max = {-1}; }), invalid);
  EXPECT_EQ(engine.session().rules, FirmRules{});
}

TEST_F(AccountsTest, HoldingsTellTheLastEventThatChangedThem) {
  const SymbolId second = add_symbol("BBB", "10.00");
  const SymbolId first = add_symbol("AAA", "10.00");
  const AccountId id = open("a");
  EXPECT_EQ(engine.holdings(id)->changed_at, engine.last_sequence());
  apply(DepositCash{id, money("1000")});
  EXPECT_EQ(engine.holdings(id)->changed_at, engine.last_sequence());
  give_shares(id, first, 5);
  give_shares(id, second, 7);
  const Sequence changed_at = engine.last_sequence();
  apply(SetAccountStatus{id, AccountStatus::suspended});
  apply(SetAccountStatus{id, AccountStatus::active});
  const OrderId order = placed({id, second, Side::buy, 3, "10.00"});
  HoldingsRow row = *engine.holdings(id);
  EXPECT_EQ(row.changed_at, changed_at);
  EXPECT_EQ(row.name, "a");
  EXPECT_EQ(row.cash_balance, money("1000"));
  ASSERT_EQ(row.holdings.size(), 2U);
  EXPECT_EQ(row.holdings[0], (HoldingsRow::Holding{second, {7}}));
  EXPECT_EQ(row.holdings[1], (HoldingsRow::Holding{first, {5}}));
  const AccountId other = open("other");
  give_shares(other, second, 3);
  placed({other, second, Side::sell, 3, "10.00"});
  const Sequence trade = events.back().sequence;
  EXPECT_EQ(describe(events.back()), "trade 3@10.00 maker 1:0 taker 2:0");
  EXPECT_EQ(engine.holdings(id)->changed_at, trade);
  EXPECT_EQ(engine.holdings(other)->changed_at, trade);
  EXPECT_TRUE(engine.holdings(other)->holdings.empty());
  EXPECT_EQ(this->order(order).status, OrderStatus::filled);
  EXPECT_FALSE(engine.holdings(AccountId{9}).has_value());
}

TEST_F(AccountsTest, CashInAllIsBounded) {
  const AccountId id = open("a");
  std::int64_t deposited = 0;
  while (reason_of(DepositCash{id, {engine::cash_move_units_max}}) == RejectReason::none) {
    deposited += engine::cash_move_units_max;
  }
  EXPECT_EQ(deposited, engine::cash_total_units_max);
  const AccountId other = open("b");
  EXPECT_EQ(reason_of(DepositCash{other, {1}}), RejectReason::invalid_amount);
  apply(WithdrawCash{id, {1}});
  EXPECT_EQ(reason_of(DepositCash{other, {1}}), RejectReason::none);
}

TEST_F(AccountsTest, TheHousesDebtIsBoundedSoThatNoSumOverflows) {
  const SymbolId symbol = add_symbol("ABC");
  const AccountId house = open("house", AccountType::house);
  const AccountId customer = open("customer");
  give_shares(customer, symbol, order_quantity_max, "0.0001");
  give_shares(customer, symbol, order_quantity_max, "0.0001");
  // One order of the largest size at the highest price is exactly the bound.
  placed({house, symbol, Side::buy, order_quantity_max, "200000.00"});
  EXPECT_EQ(refused({house, symbol, Side::buy, 1, "0.01"}), RejectReason::capacity_reached);
  placed({customer, symbol, Side::sell, order_quantity_max, "200000.00"});
  EXPECT_EQ(cash(customer).units, engine::deficit_total_units_max);
  EXPECT_EQ(cash(house).units, -engine::deficit_total_units_max);
  EXPECT_EQ(refused({house, symbol, Side::buy, 1, "0.01"}), RejectReason::capacity_reached);
  EXPECT_EQ(refused({open("second", AccountType::house), symbol, Side::buy, 1, "0.01"}),
            RejectReason::capacity_reached);
  // The bound is on what is owed: once paid back the house may buy again.
  placed({house, symbol, Side::sell, 1'000, "200000.00"});
  placed({customer, symbol, Side::buy, 1'000, "200000.00"});
  EXPECT_EQ(refused({house, symbol, Side::buy, 1'000, "200000.00"}), RejectReason::none);
}

TEST_F(AccountsTest, MarginLoansAreBoundedInAll) {
  const SymbolId symbol = add_symbol("ABC");
  change_rules([](FirmRules& rules) { rules.margin_multiplier_basis_points = 100'000; });
  const AccountId margin = open("margin", AccountType::margin);
  // Worth more than Money holds, and so good for any loan.
  for (int i = 0; i < 10; ++i)
    give_shares(margin, symbol, order_quantity_max, "0.0001");
  apply(PrintTrade{symbol, Price{price_units_max}, {1}});
  EXPECT_EQ(refused({margin, symbol, Side::buy, order_quantity_max, "200000.00"}), RejectReason::none);
  EXPECT_EQ(refused({margin, symbol, Side::buy, 1, "0.01"}), RejectReason::capacity_reached);
}

TEST_F(AccountsTest, TransfersAreBounded) {
  const SymbolId symbol = add_symbol("ABC");
  const AccountId id = open("a");
  EXPECT_EQ(reason_of(TransferShares{id, symbol, {order_quantity_max}, Price{price_units_max}}),
            RejectReason::none);
  EXPECT_EQ(reason_of(TransferShares{id, symbol, {1}, Price{1}}), RejectReason::invalid_amount);
  for (int i = 1; i < 1'000; ++i) {
    ASSERT_EQ(reason_of(TransferShares{id, symbol, {order_quantity_max}, Price{}}), RejectReason::none);
  }
  EXPECT_EQ(shares(id, symbol), engine::position_shares_max);
  EXPECT_EQ(reason_of(TransferShares{id, symbol, {1}, Price{}}), RejectReason::invalid_quantity);
  EXPECT_EQ(refused({id, symbol, Side::buy, 1, "0.01"}), RejectReason::insufficient_buying_power);
  apply(DepositCash{id, money("1")});
  EXPECT_EQ(refused({id, symbol, Side::buy, 1, "0.01"}), RejectReason::capacity_reached);
  // Its value does not fit Money, and is shown as the most that does.
  apply(PrintTrade{symbol, Price{price_units_max}, {1}});
  EXPECT_EQ(account(id).equity.units, std::numeric_limits<std::int64_t>::max());
}

TEST_F(AccountsTest, TheHousesShortPositionIsBounded) {
  const SymbolId symbol = add_symbol("ABC");
  const AccountId house = open("house", AccountType::house);
  for (int i = 0; i < 1'000; ++i)
    placed({house, symbol, Side::sell, order_quantity_max, "1.00"});
  EXPECT_EQ(refused({house, symbol, Side::sell, 1, "1.00"}), RejectReason::capacity_reached);
}

TEST_F(AccountsTest, TimeDoesNotGoBack) {
  open("a");
  const Timestamp last = now;
  std::vector<Event> made;
  engine.apply({Timestamp{5}, OpenAccount{*AccountName::make("b")}}, made);
  EXPECT_EQ(made.at(0).timestamp, last);
  EXPECT_EQ(engine.last_timestamp(), last);
}

}  // namespace
}  // namespace trade::engine_test
