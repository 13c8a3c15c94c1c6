// Orders that wait for something other than their turn in the book, each kind in an order of its own: those
// beside the book for enough to trade with, trailing stops for a better price to follow, gtd orders for the
// end of their time.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <set>

#include "base/time.hpp"
#include "engine/accounts.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"

namespace trade::engine {

/// Orders of one symbol that are in the market but unseen: they trade only once enough can trade at one time.
/// On each side the best price comes first, at one price the oldest order.
class OrdersBesideBook {
 public:
  struct Entry {
    std::int64_t rank = 0;  ///< the lowest is the best
    OrderId id;
    OrderSlot slot = 0;

    bool operator<(const Entry& other) const {
      return rank != other.rank ? rank < other.rank : id < other.id;
    }
  };
  using Entries = std::pmr::set<Entry>;

  explicit OrdersBesideBook(std::pmr::memory_resource* memory) : buys_(memory), sells_(memory) {}

  [[nodiscard]] bool empty() const { return count_ == 0; }
  void insert(Side side, Price price, OrderId id, OrderSlot slot) {
    if (own_entries(side).insert({rank_of(side, price), id, slot}).second) ++count_;
  }
  void erase(Side side, Price price, OrderId id) {
    count_ -= own_entries(side).erase({.rank = rank_of(side, price), .id = id});
  }
  [[nodiscard]] const Entries& entries(Side side) const { return side == Side::buy ? buys_ : sells_; }

 private:
  static std::int64_t rank_of(Side side, Price price) {
    return side == Side::buy ? -price.units : price.units;
  }
  Entries& own_entries(Side side) { return side == Side::buy ? buys_ : sells_; }

  Entries buys_;
  Entries sells_;
  // Last, so that it lies beside what every order looks at (SymbolRecord).
  std::size_t count_ = 0;
};

/// Open orders by something that each has one of, then by id.
template <class Key>
class OrdersBy {
 public:
  struct Entry {
    Key key{};
    OrderId id;
    OrderSlot slot = 0;

    bool operator<(const Entry& other) const { return key != other.key ? key < other.key : id < other.id; }
  };

  explicit OrdersBy(std::pmr::memory_resource* memory) : entries_(memory) {}

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] const Entry& first() const { return *entries_.begin(); }
  void insert(Key key, OrderId id, OrderSlot slot) { entries_.insert({key, id, slot}); }
  void erase(Key key, OrderId id) { entries_.erase({.key = key, .id = id}); }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }

 private:
  std::pmr::set<Entry> entries_;
};

/// By when they end.
using Expiries = OrdersBy<Timestamp>;
/// Those of one symbol, by side.
using TrailingStops = OrdersBy<Side>;

}  // namespace trade::engine
