// One symbol's market as a definition: limit orders with post-only, iceberg, all-or-none and minimum
// quantity, kept in one list and searched from end to end each time. It is written to be read; the engine
// must tell of the same trades, ends and places in the queue, in the same order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "model/enums.hpp"

namespace trade::engine_test {

/// A limit order as its owner gives it; prices in ticks.
struct ReferenceOrder {
  Side side = Side::buy;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  TimeInForce time_in_force = TimeInForce::gtc;
  bool refused_if_it_trades = false;  ///< post-only
  bool slides_if_it_trades = false;   ///< post-only
  bool all_or_none = false;
  std::int64_t minimum = 0;  ///< zero: none
  std::int64_t display = 0;  ///< zero: all of it

  // What becomes of it.
  std::int64_t id = 0;
  std::int64_t left = 0;
  std::int64_t shown = 0;  ///< in the book; zero: not in the book
  std::int64_t place = 0;  ///< the lower, the earlier it came to its place in the book
  bool beside = false;     ///< waits beside the book
  bool open = false;
  bool minimum_met = false;
};

class ReferenceMarket {
 public:
  /// What happened, a line each; the caller takes them.
  std::vector<std::string> lines;

  /// The order gets the next id, whatever becomes of it.
  void place(ReferenceOrder order) {
    order.id = static_cast<std::int64_t>(orders_.size()) + 1;
    order.left = order.quantity;
    order.open = true;
    const ReferenceOrder* best = first_in_book(opposite(order.side));
    if (best != nullptr && accepts(order, best->price)) {
      if (order.slides_if_it_trades) order.price = best->price + (order.side == Side::buy ? -1 : 1);
      if (order.refused_if_it_trades || order.price <= 0) order.open = false;
    }
    orders_.push_back(order);
    if (!order.open) return tell("rejected", order.id);
    tell("accepted", order.id);
    work(orders_.back());
    let_those_beside_the_book_trade();
  }

  /// Nothing happens to an order that is not open.
  void cancel(std::int64_t id) {
    ReferenceOrder* const order = find_open(id);
    if (order != nullptr) end(*order);
  }

  /// Gives the order a whole quantity above what has traded, and a price, at least one of them new.
  void replace(std::int64_t id, std::int64_t quantity, std::int64_t price) {
    ReferenceOrder* const order = find_open(id);
    if (order == nullptr) return;
    const bool keeps_place = !order->beside && price == order->price && quantity <= order->quantity;
    order->left += quantity - order->quantity;
    order->quantity = quantity;
    order->price = price;
    tell("replaced", id);
    if (keeps_place) {
      order->shown = std::min(order->shown, order->left);
    } else {
      order->shown = 0;
      order->beside = false;
      work(*order);
    }
    let_those_beside_the_book_trade();
  }

  [[nodiscard]] const ReferenceOrder* open_order(std::int64_t id) const {
    if (id < 1 || id > static_cast<std::int64_t>(orders_.size())) return nullptr;
    const ReferenceOrder& order = orders_[static_cast<std::size_t>(id - 1)];
    return order.open ? &order : nullptr;
  }
  [[nodiscard]] std::int64_t last_id() const { return static_cast<std::int64_t>(orders_.size()); }
  [[nodiscard]] const ReferenceOrder* first_in_book(Side side) const {
    const ReferenceOrder* first = nullptr;
    for (const ReferenceOrder& order : orders_) {
      if (order.side == side && order.shown > 0 && (first == nullptr || comes_before(order, *first)))
        first = &order;
    }
    return first;
  }

 private:
  static bool accepts(const ReferenceOrder& order, std::int64_t price) {
    return order.side == Side::buy ? price <= order.price : price >= order.price;
  }
  static bool is_better(Side side, std::int64_t left, std::int64_t right) {
    return side == Side::buy ? left > right : left < right;
  }
  static bool comes_before(const ReferenceOrder& left, const ReferenceOrder& right) {
    return left.price != right.price ? is_better(left.side, left.price, right.price)
                                     : left.place < right.place;
  }
  ReferenceOrder* find_open(std::int64_t id) { return const_cast<ReferenceOrder*>(open_order(id)); }

  /// Shares that must trade at one time.
  static std::int64_t least(const ReferenceOrder& order) {
    if (order.all_or_none) return order.left;
    return order.minimum_met ? 0 : std::min(order.minimum, order.left);
  }
  /// Shares in the book, shown or not, that the order could trade with.
  [[nodiscard]] std::int64_t found_by(const ReferenceOrder& taker) const {
    std::int64_t found = 0;
    for (const ReferenceOrder& order : orders_) {
      if (order.side != taker.side && order.shown > 0 && accepts(taker, order.price)) found += order.left;
    }
    return found;
  }

  void work(ReferenceOrder& order) {
    const bool at_once = order.time_in_force == TimeInForce::ioc || order.time_in_force == TimeInForce::fok;
    if (order.time_in_force == TimeInForce::fok && found_by(order) < order.left) return end(order);
    if (const std::int64_t wanted = least(order); wanted > 0) {
      if (found_by(order) < wanted) {
        if (order.time_in_force == TimeInForce::ioc) return end(order);
        order.beside = true;
        return;
      }
      order.minimum_met = true;
    }
    trade(order);
    if (!order.open) return;
    if (at_once) return end(order);
    show(order);
  }

  void trade(ReferenceOrder& taker) {
    while (taker.left > 0) {
      ReferenceOrder* const maker = const_cast<ReferenceOrder*>(first_in_book(opposite(taker.side)));
      if (maker == nullptr || !accepts(taker, maker->price)) return;
      const std::int64_t quantity = std::min(taker.left, maker->shown);
      taker.left -= quantity;
      maker->left -= quantity;
      maker->shown -= quantity;
      maker->open = maker->left > 0;
      taker.open = taker.left > 0;
      lines.push_back("trade " + std::to_string(quantity) + "@" + std::to_string(maker->price) + " maker " +
                      std::to_string(maker->id) + " taker " + std::to_string(taker.id));
      if (maker->open && maker->shown == 0) show(*maker);
    }
  }

  /// The order, or the next part of it, comes to the back of its price's queue.
  void show(ReferenceOrder& order) {
    order.shown = order.display != 0 ? std::min(order.display, order.left) : order.left;
    order.place = ++last_place_;
    lines.push_back("rested " + std::to_string(order.id) + " " + std::to_string(order.shown) + "@" +
                    std::to_string(order.price));
  }

  void end(ReferenceOrder& order) {
    order.open = false;
    order.beside = false;
    order.shown = 0;
    tell("ended", order.id);
  }

  /// Buys come before sells, better prices before worse, older orders before younger: the first that finds
  /// enough trades, and then all look again.
  void let_those_beside_the_book_trade() {
    for (ReferenceOrder* next = next_beside(); next != nullptr; next = next_beside()) {
      next->beside = false;
      work(*next);
    }
  }
  ReferenceOrder* next_beside() {
    for (const Side side : {Side::buy, Side::sell}) {
      ReferenceOrder* first = nullptr;
      for (ReferenceOrder& order : orders_) {
        if (!order.beside || order.side != side || found_by(order) == 0 || found_by(order) < least(order))
          continue;
        if (first == nullptr || is_better(side, order.price, first->price)) first = &order;
      }
      if (first != nullptr) return first;
    }
    return nullptr;
  }

  void tell(const char* what, std::int64_t id) { lines.push_back(what + (" " + std::to_string(id))); }

  std::vector<ReferenceOrder> orders_;  ///< by id
  std::int64_t last_place_ = 0;
};

}  // namespace trade::engine_test
