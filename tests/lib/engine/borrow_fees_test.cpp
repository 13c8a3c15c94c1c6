// What it costs to be short of shares overnight.
#include "engine/saved_state.hpp"
#include "short_sales_support.hpp"

namespace trade::engine_test {
namespace {

class BorrowFeeTest : public ShortSalesTest {
 protected:
  BorrowFeeTest() {
    next_date(100);
    bid(1'000, "10.00");
  }
  void next_date(std::int32_t days) {
    EXPECT_EQ(reason_of(SetSession{SessionPhase::open, Date{days}}), RejectReason::none);
  }
  void set_rate(std::int64_t basis_points, SymbolId of = SymbolId{1}) {
    EXPECT_EQ(reason_of(SetEasyToBorrow{of, true, basis_points}), RejectReason::none);
  }
  /// The fees that the last command charged.
  Lines fees() const {
    Lines charged = lines();
    std::erase_if(charged, [](const std::string& line) { return !line.starts_with("borrow_fee"); });
    return charged;
  }
};

TEST_F(BorrowFeeTest, TheRateIsPartOfTheTerms) {
  EXPECT_EQ(view().borrow_rate_basis_points, 0);
  apply(SetEasyToBorrow{symbol, false, 250});
  EXPECT_EQ(lines(), (Lines{"easy_to_borrow off at 250"}));
  EXPECT_EQ(view().borrow_rate_basis_points, 250);
  // It stays where nothing is said of it.
  apply(SetEasyToBorrow{symbol, true});
  EXPECT_EQ(lines(), (Lines{"easy_to_borrow on at 250"}));
  const SymbolId other = add_symbol("XYZ", "20.00");
  apply(SetEasyToBorrow{{}, true, 250});
  EXPECT_EQ(lines(), (Lines{"easy_to_borrow on at 250"})) << "the first has these terms already";
  EXPECT_EQ(engine.symbol(other)->borrow_rate_basis_points, 250);
  apply(SetEasyToBorrow{{}, true, 0});
  EXPECT_EQ(lines(), (Lines{"easy_to_borrow on", "easy_to_borrow on"}));
  for (const std::int64_t rate : {std::int64_t{-1}, std::int64_t{100'001}}) {
    EXPECT_EQ(reason_of(SetEasyToBorrow{symbol, true, rate}), RejectReason::invalid_command) << rate;
    EXPECT_EQ(engine.check({now, SetEasyToBorrow{symbol, true, rate}}).reason, RejectReason::invalid_command);
  }
  set_rate(100'000);
}

TEST_F(BorrowFeeTest, ItIsChargedForEachCalendarDayAtTheClose) {
  set_rate(3'600);
  sell_short(100);
  EXPECT_EQ(account(alice).cash_balance, money("101000"));
  // 100 shares of 11 dollars (10.20 rounded up), 36 % of it in 360 days.
  next_date(101);
  EXPECT_EQ(fees(), (Lines{"borrow_fee 1 1.10 for 100@10.00 at 3600 over 1 -> 100998.90"}));
  EXPECT_EQ(account(alice).cash_balance, money("100998.90"));
  EXPECT_EQ(account(alice).equity, money("99998.90"));
  next_date(101);
  EXPECT_EQ(fees(), Lines{}) << "it is no new day";
  // Over a weekend.
  apply(PrintTrade{symbol, price("12.00"), {1}});
  next_date(104);
  EXPECT_EQ(fees(), (Lines{"borrow_fee 1 3.90 for 100@12.00 at 3600 over 3 -> 100995.00"}));
  cover(100, "12.00");
  offer(100, "12.00");
  next_date(105);
  EXPECT_EQ(fees(), Lines{}) << "nothing is borrowed any more";
}

TEST_F(BorrowFeeTest, ItComesAfterTheEventThatBeginsTheDay) {
  set_rate(3'600);
  sell_short(100);
  next_date(101);
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[0], "session open new_day");
  EXPECT_EQ(engine.holdings(alice)->changed_at, engine.last_sequence());
}

TEST_F(BorrowFeeTest, WhoIsNotShortOnMarginPaysNothing) {
  set_rate(3'600);
  // The house is short, alice long.
  const SymbolId other = add_symbol("XYZ", "10.00");
  set_rate(3'600, other);
  placed({market, other, Side::sell, 100, "10.00"});
  placed({alice, other, Side::buy, 100, "10.00"});
  next_date(101);
  EXPECT_EQ(fees(), Lines{});
  // Nor is there anything to pay where no rate is set.
  set_rate(0);
  sell_short(100);
  next_date(102);
  EXPECT_EQ(fees(), Lines{});
}

TEST_F(BorrowFeeTest, ShortAndCoveredOnOneDayCostsNothing) {
  set_rate(3'600);
  sell_short(100);
  offer(100, "10.10");
  cover(100, "10.10");
  next_date(101);
  EXPECT_EQ(fees(), Lines{});
}

TEST_F(BorrowFeeTest, TheyComeByAccountAndSymbolHoweverTheyCameToBe) {
  const SymbolId other = add_symbol("XYZ", "20.00");
  const AccountId bella = open("bella", AccountType::margin, "100000");
  for (const SymbolId of : {symbol, other})
    set_rate(3'600, of);
  placed({market, other, Side::buy, 1'000, "20.00", "0", TimeInForce::gtc});
  for (const AccountId account : {bella, alice}) {
    for (const SymbolId of : {other, symbol}) {
      Ticket ticket{account, of, Side::sell, 10, "0"};
      ticket.instructions.short_sale = ShortSale::sell_short;
      placed(ticket);
    }
  }
  Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  next_date(101);
  EXPECT_EQ(fees(), (Lines{"borrow_fee 1 0.11 for 10@10.00 at 3600 over 1 -> 100299.89",
                           "borrow_fee 1 0.21 for 10@20.00 at 3600 over 1 -> 100299.68",
                           "borrow_fee 3 0.11 for 10@10.00 at 3600 over 1 -> 100299.89",
                           "borrow_fee 3 0.21 for 10@20.00 at 3600 over 1 -> 100299.68"}));
  std::vector<Event> others;
  loaded->apply({now, SetSession{SessionPhase::open, Date{101}}}, others);
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
}

TEST_F(BorrowFeeTest, TheFirstDateThatIsToldCostsNothing) {
  Engine fresh;
  std::vector<Event> told;
  const auto apply_fresh = [&](const CommandBody& body) {
    EXPECT_EQ(fresh.apply({now, body}, told).reason, RejectReason::none);
  };
  apply_fresh(AddSymbol{.symbol = *Symbol::make("ABC"), .previous_close = price("10.00")});
  apply_fresh(SetEasyToBorrow{SymbolId{1}, true, 3'600});
  apply_fresh(OpenAccount{*AccountName::make("alice"), AccountType::margin});
  apply_fresh(OpenAccount{*AccountName::make("market"), AccountType::house});
  apply_fresh(DepositCash{AccountId{1}, money("10000")});
  PlaceOrder order{.account = AccountId{2}, .symbol = SymbolId{1}, .side = Side::buy};
  order.type = OrderType::limit;
  order.quantity = {10};
  order.limit_price = price("10.00");
  apply_fresh(order);
  order.account = AccountId{1};
  order.side = Side::sell;
  order.instructions.short_sale = ShortSale::sell_short;
  apply_fresh(order);
  apply_fresh(SetSession{SessionPhase::open, Date{20'000}});
  EXPECT_EQ(fresh.account(AccountId{1})->cash_balance, money("10100"));
  apply_fresh(SetSession{SessionPhase::open, Date{20'001}});
  EXPECT_EQ(fresh.account(AccountId{1})->cash_balance, money("10099.89"));
}

TEST_F(BorrowFeeTest, AnAccountMayOweIt) {
  set_rate(100'000);
  sell_short(1'000);
  EXPECT_EQ(reason_of(WithdrawCash{alice, money("94000")}), RejectReason::none);
  // 11,000 at 1000 % for 400 days.
  next_date(500);
  EXPECT_EQ(account(alice).cash_balance, money("-106222.22"));
  EXPECT_EQ(account(alice).equity, money("-116222.22"));
  Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
}

TEST_F(BorrowFeeTest, WhatWouldLeaveTheBoundsOfMoneyIsLetGo) {
  constexpr std::int64_t many = order_quantity_max;
  EXPECT_EQ(reason_of(DepositCash{alice, money("1000000000000")}), RejectReason::none);
  set_rate(100'000);
  bid(many, "10.00");
  sell_short(many);
  const Money before = account(alice).cash_balance;
  next_date(2'932'000);
  EXPECT_EQ(fees(), Lines{}) << "10^15 dollars";
  EXPECT_EQ(account(alice).cash_balance, before);
  next_date(2'932'001);
  EXPECT_EQ(fees().size(), 1U);
}

TEST_F(BorrowFeeTest, ASavedStateKeepsTheRates) {
  const SymbolId other = add_symbol("XYZ", "20.00");
  set_rate(0);
  set_rate(123, other);
  sell_short(10);
  Result<Engine> loaded = saved_and_loaded();
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->symbol(symbol)->borrow_rate_basis_points, 0);
  EXPECT_EQ(loaded->symbol(other)->borrow_rate_basis_points, 123);
  EXPECT_EQ(loaded->full_state_hash(), engine.full_state_hash());
}

TEST_F(BorrowFeeTest, AStateWithoutRatesIsSavedAsBeforeThereWereAny) {
  const auto magic = [&] {
    ByteWriter writer;
    engine.save(writer);
    ByteReader reader(writer.bytes());
    return reader.read<std::uint64_t>();
  };
  EXPECT_EQ(magic(), engine::saved_state_magic);
  const std::uint64_t hash = engine.full_state_hash();
  set_rate(123);
  EXPECT_EQ(magic(), engine::saved_state_with_rates_magic);
  EXPECT_NE(engine.full_state_hash(), hash);
  set_rate(0);
  EXPECT_EQ(magic(), engine::saved_state_magic);
}

}  // namespace
}  // namespace trade::engine_test
