// The order book as a definition: the plainest containers, written to be read, as slow as that is. The real
// book must do exactly what this one does.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>

#include "book/book.hpp"

namespace trade::test {

class ReferenceBook {
 public:
  template <class OnFill>
  Quantity match(Side taker_side, Price limit, Quantity quantity, OnFill&& on_fill) {
    Levels& makers = levels(opposite(taker_side));
    while (quantity && !makers.empty()) {
      const auto level = makers.begin();
      if (!acceptable(taker_side, limit, level->second.price)) break;
      Queue& queue = level->second.queue;
      Order& maker = queue.front();
      const Quantity filled = std::min(quantity, maker.leaves);
      quantity -= filled;
      maker.leaves -= filled;
      on_fill(maker.key, maker.price, filled, maker.leaves);
      if (!maker.leaves) {
        orders_.erase(maker.handle);
        queue.pop_front();
        if (queue.empty()) makers.erase(level);
      }
    }
    return quantity;
  }

  BookHandle add(Side side, Price price, Quantity quantity, BookOrderKey key) {
    const std::uint32_t handle = ++last_handle_;
    Level& level = levels(side)[sort_key(side, price)];
    level.price = price;
    level.queue.push_back({handle, side, price, quantity, key});
    orders_[handle] = std::prev(level.queue.end());
    return {handle};
  }

  void reduce_to(BookHandle handle, Quantity new_leaves) { order(handle).leaves = new_leaves; }

  void remove(BookHandle handle) {
    const Order removed = order(handle);
    Levels& side_levels = levels(removed.side);
    const auto level = side_levels.find(sort_key(removed.side, removed.price));
    level->second.queue.erase(orders_.at(handle.node));
    if (level->second.queue.empty()) side_levels.erase(level);
    orders_.erase(handle.node);
  }

  void clear() {
    bids_.clear();
    offers_.clear();
    orders_.clear();
  }

  [[nodiscard]] std::optional<BookLevel> best(Side side) const {
    std::optional<BookLevel> best;
    for_each_level(side, [&](const BookLevel& level) {
      best = level;
      return false;
    });
    return best;
  }

  [[nodiscard]] std::optional<BookLevel> level_at(Side side, Price price) const {
    std::optional<BookLevel> found;
    for_each_level(side, [&](const BookLevel& level) {
      if (level.price == price) found = level;
      return !found;
    });
    return found;
  }

  [[nodiscard]] Quantity available(Side taker_side, Price limit, Quantity wanted) const {
    return sweep(taker_side, limit, wanted).quantity;
  }

  [[nodiscard]] Book::Sweep sweep(Side taker_side, Price limit, Quantity quantity) const {
    Book::Sweep sweep;
    for_each_order(opposite(taker_side), [&](BookOrderKey, Price price, Quantity leaves) {
      if (!acceptable(taker_side, limit, price)) return;
      const Quantity taken = std::min(quantity - sweep.quantity, leaves);
      sweep.quantity += taken;
      sweep.notional += price * taken;
    });
    return sweep;
  }

  template <class Visit>
  void for_each_level(Side side, Visit&& visit) const {
    for (const auto& [key, level] : levels(side)) {
      Quantity quantity;
      for (const Order& order : level.queue)
        quantity += order.leaves;
      if (!visit(BookLevel{level.price, quantity, static_cast<std::uint32_t>(level.queue.size())})) return;
    }
  }

  template <class Visit>
  void for_each_order(Side side, Visit&& visit) const {
    for (const auto& [key, level] : levels(side)) {
      for (const Order& order : level.queue)
        visit(order.key, order.price, order.leaves);
    }
  }

  [[nodiscard]] Side side_of(BookHandle handle) const { return order(handle).side; }
  [[nodiscard]] Price price_of(BookHandle handle) const { return order(handle).price; }
  [[nodiscard]] Quantity leaves_of(BookHandle handle) const { return order(handle).leaves; }
  [[nodiscard]] BookOrderKey key_of(BookHandle handle) const { return order(handle).key; }
  void set_key(BookHandle handle, BookOrderKey key) { order(handle).key = key; }
  [[nodiscard]] bool empty(Side side) const { return levels(side).empty(); }
  [[nodiscard]] std::uint32_t order_count() const { return static_cast<std::uint32_t>(orders_.size()); }

 private:
  struct Order {
    std::uint32_t handle;
    Side side;
    Price price;
    Quantity leaves;
    BookOrderKey key;
  };
  using Queue = std::list<Order>;  ///< oldest first
  struct Level {
    Price price;
    Queue queue;
  };
  using Levels = std::map<std::int64_t, Level>;  ///< best first

  static std::int64_t sort_key(Side side, Price price) {
    return side == Side::buy ? -price.units : price.units;
  }
  static bool acceptable(Side taker_side, Price limit, Price price) {
    if (!limit) return true;
    return taker_side == Side::buy ? price <= limit : price >= limit;
  }

  Levels& levels(Side side) { return side == Side::buy ? bids_ : offers_; }
  [[nodiscard]] const Levels& levels(Side side) const { return side == Side::buy ? bids_ : offers_; }
  [[nodiscard]] Order& order(BookHandle handle) { return *orders_.at(handle.node); }
  [[nodiscard]] const Order& order(BookHandle handle) const { return *orders_.at(handle.node); }

  Levels bids_;
  Levels offers_;
  std::map<std::uint32_t, Queue::iterator> orders_;
  std::uint32_t last_handle_ = 0;
};

}  // namespace trade::test
