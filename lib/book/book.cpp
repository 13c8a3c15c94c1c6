#include "book/book.hpp"

namespace trade {

Book::Book(Book&& other) noexcept
    : pool_(other.pool_),
      levels_(std::exchange(other.levels_, {})),
      order_count_(std::exchange(other.order_count_, 0)) {}

Book& Book::operator=(Book&& other) noexcept {
  if (this != &other) {
    clear();
    pool_ = other.pool_;
    levels_ = std::exchange(other.levels_, {});
    order_count_ = std::exchange(other.order_count_, 0);
  }
  return *this;
}

void Book::clear() {
  clear_side(Side::buy);
  clear_side(Side::sell);
  order_count_ = 0;
}

void Book::clear_side(Side side) {
  detail::LevelIndex& index = levels(side);
  while (const NodeIndex level_index = index.best()) {
    index.erase_best();
    NodeIndex order = pool_->at(level_index).next;
    while (order != level_index) {
      const NodeIndex next = pool_->at(order).next;
      pool_->free(order);
      order = next;
    }
    pool_->free(level_index);
  }
}

Quantity Book::available(Side taker_side, Price limit, Quantity wanted) const {
  const std::int32_t worst = worst_rank(taker_side, limit);
  std::int64_t found = 0;
  levels(opposite(taker_side)).for_each([&](NodeIndex index) {
    const Node& level = pool_->at(index);
    if (level.level.rank < worst || found >= wanted.shares) return false;
    found += static_cast<std::int64_t>(level.level.leaves);
    return true;
  });
  return {std::min(found, wanted.shares)};
}

Book::Sweep Book::sweep(Side taker_side, Price limit, Quantity quantity) const {
  const std::int32_t worst = worst_rank(taker_side, limit);
  Sweep sweep;
  levels(opposite(taker_side)).for_each([&](NodeIndex index) {
    const Node& level = pool_->at(index);
    if (level.level.rank < worst || sweep.quantity >= quantity) return false;
    const BookLevel at_level = level_of(level);
    const Quantity taken = std::min(at_level.quantity, quantity - sweep.quantity);
    sweep.quantity += taken;
    sweep.notional += at_level.price * taken;
    return true;
  });
  return sweep;
}

}  // namespace trade
