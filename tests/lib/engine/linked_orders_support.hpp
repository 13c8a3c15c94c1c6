// A market in which one account places orders that belong together.
#pragma once

#include "engine_test_support.hpp"

namespace trade::engine_test {

class LinkedOrdersTest : public EngineTest {
 protected:
  LinkedOrdersTest() {
    symbol = add_symbol("ABC", "150.00");
    alice = open("alice", AccountType::cash, "1000000");
    market = open("market", AccountType::house);
    give_shares(market, symbol, 100'000);
  }
  OrderId sell(std::int64_t quantity, std::string_view limit = "0") {
    return placed({market, symbol, Side::sell, quantity, limit});
  }
  OrderId buy(std::int64_t quantity, std::string_view limit = "0") {
    return placed({market, symbol, Side::buy, quantity, limit});
  }
  Ticket bracket_ticket(std::int64_t quantity = 100) const {
    return {.account = alice,
            .symbol = symbol,
            .side = Side::buy,
            .quantity = quantity,
            .limit = "150.00",
            .legs = legs_of(OrderClass::bracket, "160.00", "140.00")};
  }
  Ticket oco_ticket(std::int64_t quantity = 100, std::string_view stop_loss_limit = "0") const {
    return {.account = alice,
            .symbol = symbol,
            .side = Side::sell,
            .quantity = quantity,
            .limit = "160.00",
            .legs = legs_of(OrderClass::oco, "0", "140.00", stop_loss_limit)};
  }
  void print(std::string_view at) { apply(PrintTrade{symbol, price(at), {1}}); }
  /// Shares of alice that no open order has a claim on.
  std::int64_t unpromised() {
    std::int64_t free = 0;
    while (engine.check({now, order_of({alice, symbol, Side::sell, free + 1, "500.00"})}).reason ==
           RejectReason::none)
      ++free;
    return free;
  }
  void expect_nothing_left() {
    EXPECT_EQ(reserved(alice), Money{});
    EXPECT_EQ(unpromised(), shares(alice, symbol));
  }

  SymbolId symbol;
  AccountId alice;
  AccountId market;
};

}  // namespace trade::engine_test
