// One security's book as the generator keeps it: a window of prices, a queue at each, and the live orders in
// a list to draw from. Everything is an index into flat memory, so that millions of messages take seconds.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "itch/random.hpp"
#include "model/enums.hpp"

namespace trade::itch {

/// Index of an order in the pool that all books share.
using OrderIndex = std::uint32_t;
constexpr OrderIndex no_order = std::numeric_limits<OrderIndex>::max();

struct SimulatedOrder {
  std::uint64_t reference = 0;
  Side side = Side::buy;
  std::int32_t level = 0;
  std::uint32_t shares = 0;
  OrderIndex ahead = no_order;  ///< in the queue of its level
  OrderIndex behind = no_order;
  std::uint32_t live_index = 0;  ///< where its book lists it
};

/// The orders of all books; freed ones are used again.
class OrderPool {
 public:
  OrderIndex make();
  void free(OrderIndex index) { free_.push_back(index); }
  SimulatedOrder& operator[](OrderIndex index) { return orders_[index]; }
  const SimulatedOrder& operator[](OrderIndex index) const { return orders_[index]; }

 private:
  std::vector<SimulatedOrder> orders_;
  std::vector<OrderIndex> free_;
};

class SimulatedBook {
 public:
  /// Prices are levels from 0 to `levels - 1`; the middle of the market stays in the inner half of them.
  static constexpr std::int32_t levels = 129;
  static constexpr std::int32_t middle_min = levels / 4;
  static constexpr std::int32_t middle_max = levels - 1 - levels / 4;

  /// Lets the middle of the market take a step of its random walk, now and then.
  void walk(Random& random);

  /// A level for a new order: near the middle mostly, and never one that would trade.
  [[nodiscard]] std::int32_t choose_level(Side side, Random& random) const;

  void insert(OrderPool& pool, OrderIndex index);
  void remove(OrderPool& pool, OrderIndex index);

  [[nodiscard]] std::size_t live_orders() const { return live_.size(); }
  /// Any live order; there must be one.
  [[nodiscard]] OrderIndex draw(Random& random) const { return live_[random.below(live_.size())]; }

  /// The first order of the queue at the best price of the side that a trade would take from: the one whose
  /// best price the middle has passed, else any. `no_order` when the side is empty.
  [[nodiscard]] OrderIndex draw_executed(Random& random) const;
  /// A level at which a hidden order may trade: from the best bid to the best ask.
  [[nodiscard]] std::int32_t draw_hidden_level(Random& random) const;

 private:
  struct Queue {
    OrderIndex head = no_order;
    OrderIndex tail = no_order;
  };
  Queue& queue(Side side, std::int32_t level) {
    return (side == Side::buy ? bids_ : asks_)[static_cast<std::size_t>(level)];
  }
  [[nodiscard]] bool has_bid() const { return best_bid_ >= 0; }
  [[nodiscard]] bool has_ask() const { return best_ask_ < levels; }

  std::array<Queue, levels> bids_{};
  std::array<Queue, levels> asks_{};
  std::int32_t best_bid_ = -1;      ///< -1: none
  std::int32_t best_ask_ = levels;  ///< `levels`: none
  std::int32_t middle_ = levels / 2;
  std::vector<OrderIndex> live_;
};

}  // namespace trade::itch
