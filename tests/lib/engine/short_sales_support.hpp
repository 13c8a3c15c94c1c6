// A market in one symbol, and a margin account that may sell it short.
#pragma once

#include "engine_test_support.hpp"

namespace trade::engine_test {

class ShortSalesTest : public EngineTest {
 protected:
  ShortSalesTest() {
    give_shares(market, symbol, 100'000);
    apply(DepositCash{market, money("1000000")});
    grant(1'000);
  }
  void grant(std::int64_t quantity, Timestamp until = {}) {
    EXPECT_EQ(reason_of(SetLocate{alice, symbol, {quantity}, until}), RejectReason::none);
  }
  Ticket short_ticket(std::int64_t quantity, std::string_view limit = "0",
                      ShortSale marked = ShortSale::sell_short) const {
    Ticket ticket{alice, symbol, Side::sell, quantity, limit};
    ticket.instructions.short_sale = marked;
    return ticket;
  }
  OrderId sell_short(std::int64_t quantity, std::string_view limit = "0") {
    return placed(short_ticket(quantity, limit));
  }
  OrderId cover(std::int64_t quantity, std::string_view limit = "0") {
    return placed({alice, symbol, Side::buy, quantity, limit});
  }
  OrderId bid(std::int64_t quantity, std::string_view limit) {
    return placed({market, symbol, Side::buy, quantity, limit, "0", TimeInForce::gtc});
  }
  OrderId offer(std::int64_t quantity, std::string_view limit) {
    return placed({market, symbol, Side::sell, quantity, limit, "0", TimeInForce::gtc});
  }
  [[nodiscard]] LocateView locate() const {
    const AccountView view = account(alice);
    return view.locates.empty() ? LocateView{} : view.locates.front();
  }
  [[nodiscard]] SymbolView view() const { return *engine.symbol(symbol); }
  void next_day() { apply(SetSession{SessionPhase::open, Date{++day}}); }

  const SymbolId symbol = add_symbol("ABC", "10.00");
  const AccountId alice = open("alice", AccountType::margin, "100000");
  const AccountId market = open("market", AccountType::house);
  std::int32_t day = 0;
};

}  // namespace trade::engine_test
