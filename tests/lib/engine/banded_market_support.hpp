// A market in one symbol, whose price bands the tests set.
#pragma once

#include "engine_test_support.hpp"

namespace trade::engine_test {

class BandedMarketTest : public EngineTest {
 protected:
  BandedMarketTest() { give_shares(seller, symbol, 10'000); }

  OrderId buy(std::int64_t quantity, std::string_view limit, TimeInForce tif = TimeInForce::day) {
    return placed({buyer, symbol, Side::buy, quantity, limit, "0", tif});
  }
  OrderId sell(std::int64_t quantity, std::string_view limit, TimeInForce tif = TimeInForce::day) {
    return placed({seller, symbol, Side::sell, quantity, limit, "0", tif});
  }
  [[nodiscard]] SymbolView view() const { return *engine.symbol(symbol); }
  void wait(std::int64_t seconds) {
    now.nanoseconds += seconds * nanoseconds_per_second;
    apply(ExpireOrders{});
  }

  const SymbolId symbol = add_symbol("ABC", "10.00");
  const AccountId buyer = open("buyer", AccountType::cash, "1000000");
  const AccountId seller = open("seller", AccountType::cash);
};

}  // namespace trade::engine_test
