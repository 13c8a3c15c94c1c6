// The stop orders of one symbol that wait for their price.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <set>
#include <vector>

#include "engine/accounts.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"

namespace trade::engine {

/// A stop order whose price was met, and the price of the trade that met it.
struct TriggeredStop {
  OrderSlot order = 0;
  Price trigger_price;
};

/// Buys trigger when a trade is at their stop price or above, sells at theirs or below.
class StopOrders {
 public:
  explicit StopOrders(std::pmr::memory_resource* memory) : buys_(memory), sells_(memory) {}

  [[nodiscard]] bool empty() const { return count_ == 0; }
  void insert(Side side, Price stop_price, OrderId id, OrderSlot slot);
  void erase(Side side, Price stop_price, OrderId id);

  /// Whether a trade at `price` triggers this one.
  static bool met(Side side, Price stop_price, Price price) {
    return side == Side::buy ? price >= stop_price : price <= stop_price;
  }

  /// Moves those that trades between `low` and `high` trigger to the end of `triggered`: buys by ascending
  /// stop price, then sells by descending stop price, at one price by ascending id.
  void take_triggered(Price low, Price high, std::vector<TriggeredStop>& triggered);

 private:
  struct Entry {
    std::int64_t rank = 0;  ///< of those on one side the lowest triggers first
    OrderId id;
    OrderSlot slot = 0;

    bool operator<(const Entry& other) const {
      return rank != other.rank ? rank < other.rank : id < other.id;
    }
  };
  using Entries = std::pmr::set<Entry>;

  static std::int64_t rank_of(Side side, Price stop_price) {
    return side == Side::buy ? stop_price.units : -stop_price.units;
  }
  Entries& entries(Side side) { return side == Side::buy ? buys_ : sells_; }
  void take(Entries& entries, std::int64_t rank_max, Price trigger_price,
            std::vector<TriggeredStop>& triggered);

  // First, so that it lies beside what every order looks at (SymbolRecord).
  std::size_t count_ = 0;
  Entries buys_;
  Entries sells_;
};

}  // namespace trade::engine
