#include "itch/simulated_book.hpp"

#include <algorithm>
#include <bit>

namespace trade::itch {

OrderIndex OrderPool::make() {
  if (free_.empty()) {
    orders_.emplace_back();
    return static_cast<OrderIndex>(orders_.size() - 1);
  }
  const OrderIndex index = free_.back();
  free_.pop_back();
  return index;
}

void SimulatedBook::walk(Random& random) {
  if (!random.chance(1, 32)) return;
  middle_ = std::clamp(middle_ + (random.chance(1, 2) ? 1 : -1), middle_min, middle_max);
}

std::int32_t SimulatedBook::choose_level(Side side, Random& random) const {
  // Half of the orders one level off the middle, a quarter two, and so on; one in eight anywhere in reach.
  std::int32_t distance = 1 + std::min(std::countr_zero(random.next()), 12);
  if (random.chance(1, 8)) distance = static_cast<std::int32_t>(random.between(1, middle_min));
  if (side == Side::buy) return std::max(std::min(middle_ - distance, best_ask_ - 1), 0);
  return std::min(std::max(middle_ + distance, best_bid_ + 1), levels - 1);
}

void SimulatedBook::insert(OrderPool& pool, OrderIndex index) {
  SimulatedOrder& order = pool[index];
  Queue& at = queue(order.side, order.level);
  order.ahead = at.tail;
  order.behind = no_order;
  if (at.tail == no_order) {
    at.head = index;
  } else {
    pool[at.tail].behind = index;
  }
  at.tail = index;
  order.live_index = static_cast<std::uint32_t>(live_.size());
  live_.push_back(index);
  if (order.side == Side::buy) {
    best_bid_ = std::max(best_bid_, order.level);
  } else {
    best_ask_ = std::min(best_ask_, order.level);
  }
}

void SimulatedBook::remove(OrderPool& pool, OrderIndex index) {
  const SimulatedOrder order = pool[index];
  Queue& at = queue(order.side, order.level);
  (order.ahead == no_order ? at.head : pool[order.ahead].behind) = order.behind;
  (order.behind == no_order ? at.tail : pool[order.behind].ahead) = order.ahead;
  live_[order.live_index] = live_.back();
  pool[live_.back()].live_index = order.live_index;
  live_.pop_back();
  if (order.side == Side::buy) {
    while (has_bid() && queue(Side::buy, best_bid_).head == no_order)
      --best_bid_;
  } else {
    while (has_ask() && queue(Side::sell, best_ask_).head == no_order)
      ++best_ask_;
  }
}

OrderIndex SimulatedBook::draw_executed(Random& random) const {
  bool sells = random.chance(1, 2);
  if (has_ask() && best_ask_ <= middle_) {
    sells = true;
  } else if (has_bid() && best_bid_ >= middle_) {
    sells = false;
  }
  if (sells) return has_ask() ? asks_[static_cast<std::size_t>(best_ask_)].head : no_order;
  return has_bid() ? bids_[static_cast<std::size_t>(best_bid_)].head : no_order;
}

std::int32_t SimulatedBook::draw_hidden_level(Random& random) const {
  if (!has_bid() || !has_ask()) return middle_;
  return static_cast<std::int32_t>(random.between(best_bid_, best_ask_));
}

}  // namespace trade::itch
