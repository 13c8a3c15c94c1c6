#include "market/depth_side.hpp"

#include <algorithm>
#include <utility>

namespace trade::market {

namespace {
/// So many levels are looked at one by one from the best on before the rest is searched by halves.
constexpr std::ptrdiff_t scanned_levels = 8;
}  // namespace

std::vector<DepthSide::Level>::iterator DepthSide::find(std::int64_t rank) {
  auto level = levels_.end();
  const auto scan_end = levels_.end() - std::min<std::ptrdiff_t>(scanned_levels, std::ssize(levels_));
  while (level != scan_end) {
    if (std::prev(level)->rank < rank) return level;
    --level;
  }
  return std::lower_bound(levels_.begin(), level, rank, [](const Level& candidate, std::int64_t wanted) {
    return candidate.rank < wanted;
  });
}

DepthChange DepthSide::add(Price price, Quantity quantity) {
  if (quantity.shares <= 0) return DepthChange::impossible;
  const std::int64_t rank = rank_of(price);
  auto level = find(rank);
  if (level == levels_.end() || level->rank != rank) level = levels_.insert(level, Level{rank, 0, 0});
  level->size = (Quantity{level->size} + quantity).shares;
  ++level->orders;
  return std::next(level) == levels_.end() ? DepthChange::at_best : DepthChange::behind_best;
}

DepthChange DepthSide::remove(Price price, Quantity quantity, bool order_leaves) {
  const std::int64_t rank = rank_of(price);
  const auto level = find(rank);
  if (level == levels_.end() || level->rank != rank || quantity.shares < 0) return DepthChange::impossible;
  if (quantity.shares > level->size) return DepthChange::impossible;
  const std::int64_t size_left = level->size - quantity.shares;
  const std::int64_t orders_left = level->orders - (order_leaves ? 1 : 0);
  // Shares without an order, or an order without shares, cannot be.
  if ((size_left == 0) != (orders_left == 0)) return DepthChange::impossible;
  const bool best = std::next(level) == levels_.end();
  if (orders_left == 0) {
    levels_.erase(level);
  } else {
    level->size = size_left;
    level->orders = orders_left;
  }
  return best ? DepthChange::at_best : DepthChange::behind_best;
}

bool DepthSide::restore(std::vector<Level> levels) {
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i].size <= 0 || levels[i].orders <= 0) return false;
    if (i > 0 && levels[i - 1].rank >= levels[i].rank) return false;
  }
  levels_ = std::move(levels);
  return true;
}

}  // namespace trade::market
