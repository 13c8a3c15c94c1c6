// One symbol's order book: price-time priority, continuous matching. It knows prices, quantities and the
// order of arrival, nothing of accounts, order types or symbols; the engine decides, the book keeps the
// queues.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/assert.hpp"
#include "book/book_pool.hpp"
#include "book/level_index.hpp"
#include "model/enums.hpp"
#include "model/numbers.hpp"

namespace trade {

/// Where an order rests: valid from `add` until the order is removed or filled.
struct BookHandle {
  std::uint32_t node = 0;  ///< zero: none

  constexpr bool operator==(const BookHandle&) const = default;
  constexpr explicit operator bool() const { return node != 0; }
};

/// All that rests at one price.
struct BookLevel {
  Price price;
  Quantity quantity;
  std::uint32_t orders = 0;

  bool operator==(const BookLevel&) const = default;
};

/// One resting order.
struct BookOrder {
  BookOrderKey key{};
  Price price;
  Quantity leaves;

  bool operator==(const BookOrder&) const = default;
};

/// Prices are from 0.0001 to price_units_max, quantities from 1 to order_quantity_max: the owner has checked
/// them before they come here.
///
/// An order is a node in a list of its level's, a level an entry in an index by price whose best end is
/// always at hand. So adding and removing at the best price, looking at it, and joining or leaving it take
/// constant time, and a new price anywhere takes the logarithm of the number of levels, with at most 64 bytes
/// for an order and about as much for a level, wherever the prices are. The pool must outlive the book.
/// Movable; a moved-from book is only destroyed or assigned to.
class Book {
 public:
  explicit Book(BookPool& pool);
  ~Book();
  Book(Book&& other) noexcept;
  Book& operator=(Book&& other) noexcept;

  /// Trades an incoming order of `taker_side` against the other side: best price first, at a price the oldest
  /// order first, at prices not worse than `limit` (zero: any price; it may be above price_units_max), up to
  /// `quantity`. For each resting order calls
  /// `on_fill(BookOrderKey maker, Price price, Quantity filled, Quantity maker_leaves)`;
  /// one whose leaves are zero is gone, and its handle with it. `on_fill` does not touch the book.
  /// Returns what is left of `quantity`.
  template <class OnFill>
  Quantity match(Side taker_side, Price limit, Quantity quantity, OnFill&& on_fill);

  /// Puts an order at the back of its level's queue. It is the owner's to `match` first: `add` itself never
  /// trades, and would leave the book crossed.
  BookHandle add(Side side, Price price, Quantity quantity, BookOrderKey key);

  /// Lowers what is left of an order, from 1 to its present leaves; it keeps its place in the queue.
  void reduce_to(BookHandle handle, Quantity new_leaves);

  void remove(BookHandle handle);

  /// Removes every order.
  void clear();

  /// The best level of a side: the highest bid, the lowest offer.
  [[nodiscard]] std::optional<BookLevel> best(Side side) const;

  /// The order that trades next: the oldest at the best price.
  [[nodiscard]] std::optional<BookOrder> front(Side side) const;

  /// What rests at one price.
  [[nodiscard]] std::optional<BookLevel> level_at(Side side, Price price) const;

  /// The lesser of `wanted` and what `match` would fill.
  [[nodiscard]] Quantity available(Side taker_side, Price limit, Quantity wanted) const;

  struct Sweep {
    Quantity quantity;  ///< what would fill
    Money notional;     ///< what it would cost or bring, exactly
    bool operator==(const Sweep&) const = default;
  };
  /// What `match` would do, without doing it.
  [[nodiscard]] Sweep sweep(Side taker_side, Price limit, Quantity quantity) const;

  /// Calls `visit(const BookLevel&) -> bool` from the best level on, until it says false.
  template <class Visit>
  void for_each_level(Side side, Visit&& visit) const;

  /// Calls `visit(BookOrderKey key, Price price, Quantity leaves)` for every order, best level first, oldest
  /// order first. Where it returns a bool, until it says false.
  template <class Visit>
  void for_each_order(Side side, Visit&& visit) const;

  [[nodiscard]] Side side_of(BookHandle handle) const { return rank_side(node(handle).order.rank); }
  [[nodiscard]] Price price_of(BookHandle handle) const { return rank_price(node(handle).order.rank); }
  [[nodiscard]] Quantity leaves_of(BookHandle handle) const { return {node(handle).order.leaves}; }
  [[nodiscard]] BookOrderKey key_of(BookHandle handle) const { return node(handle).order.key; }
  /// Gives an order another key: for an owner whose keys come from handles.
  void set_key(BookHandle handle, BookOrderKey key) { node(handle).order.key = key; }

  // Warm the cache. Each step needs what the one before brought.

  /// For adding an order on this side: where prices near the best are found.
  void prefetch_touch(Side side) const { levels(side).prefetch_touch(); }
  /// For trading with this side: the best level.
  void prefetch_best(Side side) const {
    nodes().prefetch(levels(side).best());
    levels(side).prefetch_touch_end();
  }
  /// Whether an order would trade at once.
  [[nodiscard]] bool crosses(Side taker_side, Price limit) const {
    return levels(opposite(taker_side)).best_rank() >= worst_rank(taker_side, limit);
  }
  /// For trading with this side: the order that trades next.
  void prefetch_front(Side side) const { nodes().prefetch(nodes()[levels(side).best()].next); }
  /// The order that trades after that, if it is at the same price.
  void prefetch_second(Side side) const { nodes().prefetch(nodes()[nodes()[levels(side).best()].next].next); }
  [[nodiscard]] std::optional<BookOrderKey> second(Side side) const {
    const NodeIndex level = levels(side).best();
    const NodeIndex second = nodes()[nodes()[level].next].next;
    if (level == 0 || second == level) return std::nullopt;
    return nodes()[second].order.key;
  }
  /// For adding an order at this price: its level, which is told of (none: there is no such level yet).
  [[nodiscard]] BookHandle prefetch_level(Side side, Price price) const {
    const NodeIndex level = levels(side).find(pool_->blocks_, price_rank(side, price));
    nodes().prefetch(level);
    return {level};
  }
  // What follows needs no book, which is as far away as anything. A handle may be of what is no longer there.
  /// The order that a new one comes to stand behind.
  static void prefetch_back(const BookPool& pool, BookHandle level) {
    pool.nodes_.prefetch(pool.nodes_[level.node].previous);
  }
  /// For removing an order: the order, then what it is linked with.
  static void prefetch(const BookPool& pool, BookHandle handle) { pool.nodes_.prefetch(handle.node); }
  static void prefetch_neighbours(const BookPool& pool, BookHandle handle) {
    const Node& order = pool.nodes_[handle.node];
    pool.nodes_.prefetch(order.previous);
    pool.nodes_.prefetch(order.next);
    pool.nodes_.prefetch(order.order.level);
  }

  [[nodiscard]] bool empty(Side side) const { return levels(side).empty(); }
  [[nodiscard]] std::uint32_t order_count() const { return order_count_; }

  /// Memory of the index of levels, beside the book itself and the nodes of the pool.
  [[nodiscard]] std::size_t memory_bytes() const {
    return levels_[0].memory_bytes() + levels_[1].memory_bytes();
  }

 private:
  using Node = detail::BookNode;
  using NodeIndex = detail::NodeIndex;

  /// A number that is greater the better the price is: for bids the price, for offers its negative, which
  /// fits since prices stay below 2^31. So one code serves both sides, and no branch asks which one it is:
  /// half of all guesses at the side of the next order are wrong.
  static std::int32_t price_rank(Side side, Price price) {
    static_assert(price_units_max + 1 <= std::numeric_limits<std::int32_t>::max());
    static_assert(static_cast<int>(Side::buy) == 1 && static_cast<int>(Side::sell) == 2);
    const std::int32_t all_ones_for_offers = 1 - static_cast<std::int32_t>(side);
    return (static_cast<std::int32_t>(price.units) ^ all_ones_for_offers) - all_ones_for_offers;
  }
  static Price rank_price(std::int32_t rank) { return {rank < 0 ? -std::int64_t{rank} : std::int64_t{rank}}; }
  static Side rank_side(std::int32_t rank) {
    return static_cast<Side>(1 + (static_cast<std::uint32_t>(rank) >> 31));
  }
  /// The lowest rank on the maker's side that a taker with this limit accepts. Above that of no level.
  static std::int32_t worst_rank(Side taker_side, Price limit) {
    if (!limit) return detail::LevelIndex::rank_none + 1;
    return price_rank(opposite(taker_side), {std::min(limit.units, price_units_max + 1)});
  }

  static constexpr std::size_t place_of(Side side) { return static_cast<std::size_t>(side) - 1; }
  [[nodiscard]] detail::LevelIndex& levels(Side side) { return levels_[place_of(side)]; }
  [[nodiscard]] const detail::LevelIndex& levels(Side side) const { return levels_[place_of(side)]; }
  [[nodiscard]] detail::BookNodes& nodes() { return pool_->nodes_; }
  [[nodiscard]] const detail::BookNodes& nodes() const { return pool_->nodes_; }
  [[nodiscard]] Node& node(BookHandle handle) { return nodes()[handle.node]; }
  [[nodiscard]] const Node& node(BookHandle handle) const { return nodes()[handle.node]; }
  [[nodiscard]] static BookLevel level_of(const Node& node) {
    return {rank_price(node.level.rank), {static_cast<std::int64_t>(node.level.leaves)}, node.level.orders};
  }

  template <class OnFill>
  Quantity match_crossing(detail::LevelIndex& makers, std::int32_t worst, Quantity quantity, OnFill& on_fill);
  template <class OnFill>
  std::uint32_t match_level(detail::LevelIndex& makers, std::uint32_t quantity, OnFill& on_fill);
  void clear_side(Side side);
  void release();

  BookPool* pool_;                            ///< none after the book was moved from
  std::array<detail::LevelIndex, 2> levels_;  ///< bids, offers
  std::uint32_t order_count_ = 0;
};

inline std::optional<BookLevel> Book::best(Side side) const {
  const NodeIndex level = levels(side).best();
  if (level == 0) return std::nullopt;
  return level_of(nodes()[level]);
}

inline std::optional<BookOrder> Book::front(Side side) const {
  const NodeIndex level = levels(side).best();
  if (level == 0) return std::nullopt;
  const Node& order = nodes()[nodes()[level].next];
  return BookOrder{order.order.key, rank_price(order.order.rank), {order.order.leaves}};
}

inline BookHandle Book::add(Side side, Price price, Quantity quantity, BookOrderKey key) {
  TRADE_ASSERT(price.units > 0 && price.units <= price_units_max, "a resting order's price is in range");
  TRADE_ASSERT(quantity.shares > 0 && quantity.shares <= order_quantity_max,
               "a resting order's quantity is in range");
  const std::int32_t rank = price_rank(side, price);
  const auto leaves = static_cast<std::uint32_t>(quantity.shares);
  const detail::BookNodes::Two fresh = nodes().next_two();
  const NodeIndex index = fresh.first;
  const NodeIndex level_index = levels(side).find_or_insert(pool_->blocks_, rank, fresh.second);
  Node& level = nodes()[level_index];
  Node& order = nodes()[index];
  if (level_index == fresh.second) {
    nodes().take(fresh);
    order.previous = level_index;
    level.previous = index;
    level.next = index;
    level.level = {.leaves = leaves, .rank = rank, .orders = 1};
  } else {
    nodes().take_first(fresh);
    const NodeIndex youngest = level.previous;
    order.previous = youngest;
    nodes()[youngest].next = index;
    level.previous = index;
    level.level.leaves += leaves;
    ++level.level.orders;
  }
  order.next = level_index;
  order.order = {.leaves = leaves, .key = key, .level = level_index, .rank = rank};
  ++order_count_;
  return {index};
}

inline void Book::reduce_to(BookHandle handle, Quantity new_leaves) {
  Node& order = node(handle);
  TRADE_ASSERT(new_leaves.shares > 0 && new_leaves.shares <= order.order.leaves,
               "an order is reduced, not grown");
  const auto leaves = static_cast<std::uint32_t>(new_leaves.shares);
  nodes()[order.order.level].level.leaves -= order.order.leaves - leaves;
  order.order.leaves = leaves;
}

inline void Book::remove(BookHandle handle) {
  const Node& order = node(handle);
  const NodeIndex previous = order.previous;
  const NodeIndex next = order.next;
  --order_count_;
  if (previous == next) {
    // The level stands on both sides of its only order.
    levels(rank_side(order.order.rank)).erase(pool_->blocks_, order.order.rank);
    nodes().free({handle.node, next});
  } else {
    Node& level = nodes()[order.order.level];
    level.level.leaves -= order.order.leaves;
    --level.level.orders;
    nodes()[previous].next = next;
    nodes()[next].previous = previous;
    nodes().free(handle.node);
  }
}

template <class OnFill>
Quantity Book::match(Side taker_side, Price limit, Quantity quantity, OnFill&& on_fill) {
  detail::LevelIndex& makers = levels(opposite(taker_side));
  const std::int32_t worst = worst_rank(taker_side, limit);
  // Most orders meet nobody, and the index itself knows it. An empty side has a rank below any limit's.
  if (makers.best_rank() < worst) [[likely]]
    return quantity;
  return match_crossing(makers, worst, quantity, on_fill);
}

/// Kept out of the way of the orders that meet nobody.
template <class OnFill>
[[gnu::noinline]] Quantity Book::match_crossing(detail::LevelIndex& makers, std::int32_t worst,
                                                Quantity quantity, OnFill& on_fill) {
  TRADE_ASSERT(quantity.shares >= 0 && quantity.shares <= order_quantity_max,
               "an order's quantity is in range");
  auto left = static_cast<std::uint32_t>(quantity.shares);
  while (left > 0 && makers.best_rank() >= worst)
    left = match_level(makers, left, on_fill);
  return {left};
}

/// Trades at the best level, up to `quantity`, and returns what is left of it.
template <class OnFill>
std::uint32_t Book::match_level(detail::LevelIndex& makers, std::uint32_t quantity, OnFill& on_fill) {
  const NodeIndex level_index = makers.best();
  Node& level = nodes()[level_index];
  const Price price = rank_price(level.level.rank);
  NodeIndex index = level.next;
  std::uint32_t left = quantity;
  while (left > 0 && index != level_index) {
    Node& maker = nodes()[index];
    const std::uint32_t filled = std::min(left, maker.order.leaves);
    left -= filled;
    maker.order.leaves -= filled;
    on_fill(maker.order.key, price, Quantity{filled}, Quantity{maker.order.leaves});
    if (maker.order.leaves > 0) break;
    const NodeIndex next = maker.next;
    nodes().free(index);
    --level.level.orders;
    --order_count_;
    index = next;
  }
  if (index == level_index) {
    makers.erase_best(pool_->blocks_);
    nodes().free(level_index);
  } else {
    level.level.leaves -= quantity - left;
    level.next = index;
    nodes()[index].previous = level_index;
  }
  return left;
}

template <class Visit>
void Book::for_each_level(Side side, Visit&& visit) const {
  levels(side).for_each(pool_->blocks_, [&](NodeIndex level) { return visit(level_of(nodes()[level])); });
}

template <class Visit>
void Book::for_each_order(Side side, Visit&& visit) const {
  levels(side).for_each(pool_->blocks_, [&](NodeIndex level_index) {
    const Price price = rank_price(nodes()[level_index].level.rank);
    for (NodeIndex index = nodes()[level_index].next; index != level_index; index = nodes()[index].next) {
      const Node& order = nodes()[index];
      if constexpr (std::is_same_v<decltype(visit(order.order.key, price, Quantity{})), bool>) {
        if (!visit(order.order.key, price, Quantity{order.order.leaves})) return false;
      } else {
        visit(order.order.key, price, Quantity{order.order.leaves});
      }
    }
    return true;
  });
}

}  // namespace trade
