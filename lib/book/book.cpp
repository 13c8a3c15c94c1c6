#include "book/book.hpp"

namespace trade {

Book::Book(BookPool& pool) : pool_(&pool) {
  for (detail::LevelIndex& index : levels_)
    index.open(pool.blocks_);
}

Book::~Book() {
  release();
}

Book::Book(Book&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), levels_(other.levels_), order_count_(other.order_count_) {}

Book& Book::operator=(Book&& other) noexcept {
  if (this == &other) return *this;
  release();
  pool_ = std::exchange(other.pool_, nullptr);
  levels_ = other.levels_;
  order_count_ = other.order_count_;
  return *this;
}

void Book::release() {
  if (pool_ == nullptr) return;
  clear();
  for (detail::LevelIndex& index : levels_)
    index.close(pool_->blocks_);
}

void Book::clear() {
  clear_side(Side::buy);
  clear_side(Side::sell);
  order_count_ = 0;
}

void Book::clear_side(Side side) {
  detail::LevelIndex& index = levels(side);
  index.for_each(pool_->blocks_, [&](NodeIndex level_index) {
    for (NodeIndex order = nodes()[level_index].next; order != level_index;) {
      const NodeIndex next = nodes()[order].next;
      nodes().free(order);
      order = next;
    }
    nodes().free(level_index);
    return true;
  });
  index.close(pool_->blocks_);
  index.open(pool_->blocks_);
}

std::optional<BookLevel> Book::level_at(Side side, Price price) const {
  if (price.units <= 0 || price.units > price_units_max) return std::nullopt;
  const NodeIndex level = levels(side).find(pool_->blocks_, price_rank(side, price));
  if (level == 0) return std::nullopt;
  return level_of(nodes()[level]);
}

Quantity Book::available(Side taker_side, Price limit, Quantity wanted) const {
  const std::int32_t worst = worst_rank(taker_side, limit);
  std::int64_t found = 0;
  levels(opposite(taker_side)).for_each(pool_->blocks_, [&](NodeIndex index) {
    const Node& level = nodes()[index];
    if (level.level.rank < worst || found >= wanted.shares) return false;
    found += static_cast<std::int64_t>(level.level.leaves);
    return true;
  });
  return {std::min(found, wanted.shares)};
}

Book::Sweep Book::sweep(Side taker_side, Price limit, Quantity quantity) const {
  const std::int32_t worst = worst_rank(taker_side, limit);
  Sweep sweep;
  levels(opposite(taker_side)).for_each(pool_->blocks_, [&](NodeIndex index) {
    const Node& level = nodes()[index];
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
