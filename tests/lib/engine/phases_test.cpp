// The phases of the market and of its symbols.
#include "engine_test_support.hpp"

namespace trade::engine_test {
namespace {

class PhasesTest : public EngineTest {
 protected:
  PhasesTest() { give_shares(trader, first, 1'000); }
  RejectReason market_to(MarketPhase phase, std::int32_t date = 0) {
    SetSession session{phase == MarketPhase::closed ? SessionPhase::closed : SessionPhase::open, Date{date}};
    session.market_phase = phase;
    return reason_of(session);
  }
  [[nodiscard]] MarketPhase phase_of(SymbolId symbol) const { return engine.symbol(symbol)->phase; }

  const SymbolId first = add_symbol("ONE", "10.00");
  const SymbolId second = add_symbol("TWO", "20.00");
  const AccountId trader = open("trader", AccountType::cash, "100000");
};

TEST_F(PhasesTest, BeginContinuous) {
  EXPECT_EQ(engine.session().market_phase, MarketPhase::continuous);
  EXPECT_EQ(phase_of(first), MarketPhase::continuous);
}

TEST_F(PhasesTest, TheMarketMovesEverySymbolAndThoseToCome) {
  EXPECT_EQ(market_to(MarketPhase::pre_open), RejectReason::none);
  EXPECT_EQ(lines(), (Lines{"session open pre_open"}));
  EXPECT_EQ(phase_of(first), MarketPhase::pre_open);
  EXPECT_EQ(phase_of(second), MarketPhase::pre_open);
  EXPECT_EQ(phase_of(add_symbol("LATE")), MarketPhase::pre_open);
}

TEST_F(PhasesTest, ASymbolHasAPhaseOfItsOwnUntilTheMarketMoves) {
  apply(SetSymbolPhase{first, MarketPhase::volatility_auction});
  EXPECT_EQ(lines(), (Lines{"phase volatility_auction"}));
  EXPECT_EQ(phase_of(first), MarketPhase::volatility_auction);
  EXPECT_EQ(phase_of(second), MarketPhase::continuous);
  apply(SetSession{SessionPhase::open, Date{1}});
  EXPECT_EQ(lines(), (Lines{"session open new_day moves_no_symbol"})) << "a new date alone ends no auction";
  market_to(MarketPhase::continuous, 1);
  EXPECT_EQ(lines(), (Lines{"uncrossed volatility_auction 0@0.00", "session open"}));
}

TEST_F(PhasesTest, OpeningAndClosingTheSessionMovesTheMarket) {
  apply(SetSession{SessionPhase::closed, Date{}});
  EXPECT_EQ(phase_of(first), MarketPhase::closed);
  EXPECT_EQ(refused({trader, first, Side::sell, 10, "10.00"}), RejectReason::market_closed);
  EXPECT_EQ(reason_of(SetSymbolPhase{first, MarketPhase::pre_open}), RejectReason::market_closed);
  apply(SetSession{SessionPhase::open, Date{}});
  EXPECT_EQ(phase_of(first), MarketPhase::continuous);
}

TEST_F(PhasesTest, ClosingExecutesTheAuctionBeforeTheDayEnds) {
  market_to(MarketPhase::closing_auction);
  placed({trader, first, Side::sell, 10, "10.00"});
  placed({trader, first, Side::buy, 4, "10.00"});
  apply(SetSession{SessionPhase::closed, Date{}});
  EXPECT_EQ(lines(), (Lines{"uncrossed closing_auction 4@10.00 too much sell 6",
                            "trade 4@10.00 maker 1:6 taker 2:0 auction", "uncrossed closing_auction 0@0.00",
                            "cancelled 1 session_end 6 resting", "session closed"}));
}

TEST_F(PhasesTest, AClosedSymbolEndsItsDayOrdersOnly) {
  const OrderId ends = placed({trader, first, Side::buy, 10, "9.00"});
  const OrderId other = placed({trader, second, Side::buy, 10, "9.00"});
  apply(SetSymbolPhase{first, MarketPhase::closed});
  EXPECT_EQ(order(ends).status, OrderStatus::expired);
  EXPECT_EQ(order(other).status, OrderStatus::submitted);
  EXPECT_EQ(refused({trader, first, Side::buy, 10, "9.00"}), RejectReason::market_closed);
}

TEST_F(PhasesTest, AHaltMayEndInAnAuction) {
  apply(SetSymbolStatus{first, SymbolStatus::halted, "news"});
  EXPECT_EQ(phase_of(first), MarketPhase::halt);
  apply(SetSymbolStatus{first, SymbolStatus::trading, {}, true});
  EXPECT_EQ(lines(), (Lines{"symbol_status trading", "phase volatility_auction"}));
  EXPECT_EQ(refused({trader, first, Side::buy, 10, "9.00"}), RejectReason::none);
  apply(SetSymbolPhase{first, MarketPhase::continuous});
  EXPECT_EQ(lines(), (Lines{"uncrossed volatility_auction 0@0.00", "phase continuous"}));
}

TEST_F(PhasesTest, WhatMakesNoSenseIsRefused) {
  EXPECT_EQ(reason_of(SetSymbolPhase{{9}, MarketPhase::continuous}), RejectReason::unknown_symbol);
  EXPECT_EQ(reason_of(SetSymbolPhase{first, MarketPhase::halt}), RejectReason::invalid_command);
  EXPECT_EQ(reason_of(SetSymbolPhase{first, MarketPhase{99}}), RejectReason::invalid_command);
  EXPECT_EQ(market_to(MarketPhase::halt), RejectReason::invalid_command);
  EXPECT_EQ(reason_of(SetSession{SessionPhase::closed, Date{}, MarketPhase::continuous}),
            RejectReason::invalid_command);
  EXPECT_EQ(reason_of(SetSession{SessionPhase::open, Date{}, MarketPhase::closed}),
            RejectReason::invalid_command);
  EXPECT_EQ(reason_of(SetSymbolStatus{first, SymbolStatus::halted, "news", true}),
            RejectReason::invalid_command);
}

TEST_F(PhasesTest, StopsWaitWhileOrdersGather) {
  const OrderId stop = placed({trader, first, Side::sell, 10, "0", "9.50"});
  market_to(MarketPhase::pre_open);
  apply(PrintTrade{first, price("9.40"), {100}});
  EXPECT_EQ(order(stop).status, OrderStatus::validated);
  market_to(MarketPhase::continuous);
  EXPECT_EQ(order(stop).status, OrderStatus::cancelled) << "triggered, and found nobody";
}

// --- kill switches ---

TEST_F(PhasesTest, AKillSwitchEndsAnAccountsOrders) {
  const AccountId other = open("other", AccountType::cash, "1000");
  placed({trader, first, Side::buy, 10, "9.00"});
  placed({trader, second, Side::buy, 10, "9.00", "0", TimeInForce::cls});
  placed({trader, first, Side::sell, 10, "0", "8.00"});
  const OrderId stays = placed({other, first, Side::buy, 10, "9.00"});
  EXPECT_EQ(apply(SetKillSwitch{.account = trader, .symbol = {}}).affected, 3U);
  EXPECT_EQ(lines(), (Lines{"kill_switch on", "cancelled 1 kill_switch 10 resting",
                            "cancelled 2 kill_switch 10", "cancelled 3 kill_switch 10"}));
  EXPECT_EQ(order(stays).status, OrderStatus::submitted);
  EXPECT_EQ(refused({trader, first, Side::buy, 10, "9.00"}), RejectReason::account_kill_switch);
  EXPECT_EQ(refused({other, first, Side::buy, 10, "9.00"}), RejectReason::none);
  EXPECT_TRUE(account(trader).kill_switch);
  EXPECT_EQ(apply(SetKillSwitch{.account = trader, .symbol = {}, .on = false}).affected, 0U);
  EXPECT_EQ(refused({trader, first, Side::buy, 10, "9.00"}), RejectReason::none);
}

TEST_F(PhasesTest, AKillSwitchEndsASymbolsOrders) {
  const OrderId gone = placed({trader, first, Side::buy, 10, "9.00"});
  const OrderId stays = placed({trader, second, Side::buy, 10, "9.00"});
  apply(SetKillSwitch{.account = {}, .symbol = first});
  EXPECT_EQ(order(gone).cancel_reason, CancelReason::kill_switch);
  EXPECT_EQ(order(stays).status, OrderStatus::submitted);
  EXPECT_EQ(refused({trader, first, Side::buy, 10, "9.00"}), RejectReason::symbol_kill_switch);
  EXPECT_TRUE(engine.symbol(first)->kill_switch);
}

TEST_F(PhasesTest, AKillSwitchEndsEveryOrder) {
  const AccountId house = open("house", AccountType::house);
  placed({trader, first, Side::buy, 10, "9.00"});
  placed({house, second, Side::buy, 10, "9.00"});
  EXPECT_EQ(apply(SetKillSwitch{}).affected, 2U);
  EXPECT_EQ(engine.open_order_count(), 0U);
  EXPECT_EQ(refused({house, second, Side::buy, 10, "9.00"}), RejectReason::market_kill_switch);
  EXPECT_TRUE(engine.session().kill_switch);
  EXPECT_EQ(apply(SetKillSwitch{.account = {}, .symbol = {}, .on = false}).reason, RejectReason::none);
  EXPECT_EQ(refused({house, second, Side::buy, 10, "9.00"}), RejectReason::none);
}

TEST_F(PhasesTest, AKillSwitchEndsEvenOrdersThatStand) {
  market_to(MarketPhase::opening_auction);
  placed({trader, first, Side::buy, 10, "9.00", "0", TimeInForce::opg});
  EXPECT_EQ(apply(CancelAllOrders{trader, {}}).affected, 0U);
  EXPECT_EQ(apply(SetKillSwitch{.account = trader, .symbol = {}}).affected, 1U);
}

TEST_F(PhasesTest, AKillSwitchIsOfOneThing) {
  EXPECT_EQ(reason_of(SetKillSwitch{.account = trader, .symbol = first}), RejectReason::invalid_command);
  EXPECT_EQ(reason_of(SetKillSwitch{.account = {99}, .symbol = {}}), RejectReason::unknown_account);
  EXPECT_EQ(reason_of(SetKillSwitch{.account = {}, .symbol = {99}}), RejectReason::unknown_symbol);
}

}  // namespace
}  // namespace trade::engine_test
