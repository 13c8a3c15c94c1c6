// Orders of one symbol that wait for an auction outside its book, oldest first.
#pragma once

#include <memory_resource>
#include <set>

#include "engine/accounts.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"

namespace trade::engine {

class AuctionOrders {
 public:
  struct Entry {
    OrderId id;
    OrderSlot slot = 0;
    Price worst_price;  ///< of a market order: it trades at no worse one

    bool operator<(const Entry& other) const { return id < other.id; }
  };

  explicit AuctionOrders(std::pmr::memory_resource* memory) : entries_(memory) {}

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] const Entry& first() const { return *entries_.begin(); }
  void insert(OrderId id, OrderSlot slot, Price worst_price = {}) {
    entries_.insert({id, slot, worst_price});
  }
  void erase(OrderId id) { entries_.erase({.id = id}); }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }

 private:
  std::pmr::set<Entry> entries_;
};

}  // namespace trade::engine
