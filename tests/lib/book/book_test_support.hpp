// What the tests of the book share: collecting what a book tells through its callbacks.
#pragma once

#include <ostream>
#include <vector>

#include "book/book.hpp"

namespace trade {

// GoogleTest finds these when it prints a value of a failed comparison.
inline void PrintTo(const BookLevel& level, std::ostream* out) {
  *out << "{price " << level.price.units << ", quantity " << level.quantity.shares << ", orders "
       << level.orders << '}';
}

}  // namespace trade

namespace trade::test {

struct Fill {
  BookOrderKey maker;
  Price price;
  Quantity filled;
  Quantity maker_leaves;

  bool operator==(const Fill&) const = default;
  friend void PrintTo(const Fill& fill, std::ostream* out) {
    *out << "{maker " << fill.maker << ", price " << fill.price.units << ", filled " << fill.filled.shares
         << ", leaves " << fill.maker_leaves.shares << '}';
  }
};

struct Resting {
  BookOrderKey key;
  Price price;
  Quantity leaves;

  bool operator==(const Resting&) const = default;
  friend void PrintTo(const Resting& order, std::ostream* out) {
    *out << "{key " << order.key << ", price " << order.price.units << ", leaves " << order.leaves.shares
         << '}';
  }
};

/// Adds the fills to `fills` and returns what is left.
template <class AnyBook>
Quantity match_into(AnyBook& book, Side taker_side, Price limit, Quantity quantity,
                    std::vector<Fill>& fills) {
  return book.match(taker_side, limit, quantity,
                    [&](BookOrderKey maker, Price price, Quantity filled, Quantity maker_leaves) {
                      fills.push_back({maker, price, filled, maker_leaves});
                    });
}

template <class AnyBook>
std::vector<BookLevel> levels_of(const AnyBook& book, Side side) {
  std::vector<BookLevel> levels;
  book.for_each_level(side, [&](const BookLevel& level) {
    levels.push_back(level);
    return true;
  });
  return levels;
}

template <class AnyBook>
std::vector<Resting> orders_of(const AnyBook& book, Side side) {
  std::vector<Resting> orders;
  book.for_each_order(
      side, [&](BookOrderKey key, Price price, Quantity leaves) { orders.push_back({key, price, leaves}); });
  return orders;
}

}  // namespace trade::test
