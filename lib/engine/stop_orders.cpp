#include "engine/stop_orders.hpp"

namespace trade::engine {

void StopOrders::insert(Side side, Price stop_price, OrderId id, OrderSlot slot) {
  if (entries(side).insert({rank_of(side, stop_price), id, slot}).second) ++count_;
}

void StopOrders::erase(Side side, Price stop_price, OrderId id) {
  count_ -= entries(side).erase({.rank = rank_of(side, stop_price), .id = id});
}

void StopOrders::take_triggered(Price low, Price high, std::vector<TriggeredStop>& triggered) {
  take(buys_, rank_of(Side::buy, high), high, triggered);
  take(sells_, rank_of(Side::sell, low), low, triggered);
}

void StopOrders::take(Entries& entries, std::int64_t rank_max, Price trigger_price,
                      std::vector<TriggeredStop>& triggered) {
  while (!entries.empty() && entries.begin()->rank <= rank_max) {
    triggered.push_back({entries.begin()->slot, trigger_price});
    entries.erase(entries.begin());
    --count_;
  }
}

}  // namespace trade::engine
