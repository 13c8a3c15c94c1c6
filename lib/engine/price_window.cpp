#include "engine/price_window.hpp"

#include <algorithm>

namespace trade::engine {

void PriceWindow::clear() {
  first_ = 0;
  count_ = 0;
  total_ = 0;
  trades_ = 0;
  low_ = {};
  high_ = {};
}

void PriceWindow::add(Timestamp now, Price price) {
  advance(now);
  const std::int64_t second = now.nanoseconds / nanoseconds_per_second;
  if (count_ == 0 || at(count_ - 1).second != second) {
    ring_[(first_ + count_) % ring_.size()] = {
        .second = second, .total = 0, .trades = 0, .low = price, .high = price};
    ++count_;
  }
  Second& newest = ring_[(first_ + count_ - 1) % ring_.size()];
  if (newest.trades == trades_max) return;
  newest.total += price.units;
  ++newest.trades;
  newest.low = std::min(newest.low, price);
  newest.high = std::max(newest.high, price);
  total_ += price.units;
  ++trades_;
  low_ = low_ ? std::min(low_, price) : price;
  high_ = std::max(high_, price);
}

void PriceWindow::advance(Timestamp now) {
  const std::int64_t second = now.nanoseconds / nanoseconds_per_second;
  bool left = false;
  while (count_ != 0 && at(0).second <= second - seconds) {
    total_ -= at(0).total;
    trades_ -= at(0).trades;
    first_ = static_cast<std::uint32_t>((first_ + 1) % ring_.size());
    --count_;
    left = true;
  }
  if (left) find_range();
}

Price PriceWindow::mean() const {
  return trades_ == 0 ? Price{} : Price{static_cast<std::int64_t>((total_ + trades_ / 2) / trades_)};
}

bool PriceWindow::restore(const Second& second) {
  const bool fits =
      second.trades != 0 && second.low.units > 0 && second.low <= second.high &&
      second.high.units <= price_units_max &&
      second.total >= second.low.units * std::int64_t{second.trades} &&
      second.total <= second.high.units * std::int64_t{second.trades} &&
      (count_ == 0 || (second.second > at(count_ - 1).second && second.second < at(0).second + seconds));
  if (!fits) return false;
  ring_[count_++] = second;
  total_ += second.total;
  trades_ += second.trades;
  find_range();
  return true;
}

void PriceWindow::find_range() {
  low_ = {};
  high_ = {};
  for (std::uint32_t i = 0; i < count_; ++i) {
    low_ = low_ ? std::min(low_, at(i).low) : at(i).low;
    high_ = std::max(high_, at(i).high);
  }
}

}  // namespace trade::engine
