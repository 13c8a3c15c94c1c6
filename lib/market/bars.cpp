#include "market/bars.hpp"

#include <algorithm>

namespace trade::market {

namespace {

constexpr std::int64_t nanoseconds_per_minute = 60 * nanoseconds_per_second;
constexpr std::int64_t nanoseconds_per_day = 86'400 * nanoseconds_per_second;

/// Adds a trade to the newest bar, or begins one. Time that went back stays in the newest bar.
template <class Ring>
void add_to(Ring& ring, std::uint32_t start, Price price, Quantity quantity) {
  const auto units = static_cast<std::uint32_t>(price.units);
  if (ring.empty() || ring.newest().start < start) {
    ring.push(Bar{start, 1, units, units, units, units, quantity.shares});
    return;
  }
  Bar& bar = ring.newest();
  bar.high = std::max(bar.high, units);
  bar.low = std::min(bar.low, units);
  bar.close = units;
  bar.volume = (Quantity{bar.volume} + quantity).shares;
  ++bar.trades;
}

BarView view_of(const Bar& bar, std::int64_t start_nanoseconds) {
  return {Timestamp{start_nanoseconds}, Price{bar.open}, Price{bar.high}, Price{bar.low}, Price{bar.close},
          Quantity{bar.volume},         bar.trades};
}

void merge(BarView& into, const BarView& later) {
  into.high = std::max(into.high, later.high);
  into.low = std::min(into.low, later.low);
  into.close = later.close;
  into.volume += later.volume;
  into.trades += later.trades;
}

/// Bars of `span` nanoseconds from finer ones, newest bars last.
template <class Ring>
std::vector<BarView> folded(const Ring& ring, std::int64_t unit, std::int64_t span, std::size_t limit) {
  std::vector<BarView> bars;
  for (std::uint64_t number = ring.count(); number >= ring.first_kept() && number > 0; --number) {
    const Bar& bar = ring.numbered(number);
    BarView view = view_of(bar, bar.start * unit / span * span);
    if (!bars.empty() && bars.back().start == view.start) {
      merge(view, bars.back());
      bars.back() = view;
    } else if (bars.size() < limit) {
      bars.push_back(view);
    } else {
      break;
    }
  }
  std::ranges::reverse(bars);
  return bars;
}

}  // namespace

void BarHistory::add(Timestamp timestamp, Date trading_date, Price price, Quantity quantity) {
  // Times before 1970 are no trading times; they count to its first minute.
  const std::int64_t minute = std::max<std::int64_t>(timestamp.nanoseconds / nanoseconds_per_minute, 0);
  // Before any session is known, the day is the UTC date.
  const std::int64_t day = trading_date.days > 0
                               ? trading_date.days
                               : std::max<std::int64_t>(timestamp.nanoseconds / nanoseconds_per_day, 0);
  add_to(minutes_, static_cast<std::uint32_t>(minute), price, quantity);
  add_to(days_, static_cast<std::uint32_t>(day), price, quantity);
}

std::vector<BarView> BarHistory::last(BarInterval interval, std::size_t limit) const {
  switch (interval) {
    case BarInterval::one_minute:
      return folded(minutes_, nanoseconds_per_minute, nanoseconds_per_minute, limit);
    case BarInterval::five_minutes:
      return folded(minutes_, nanoseconds_per_minute, 5 * nanoseconds_per_minute, limit);
    case BarInterval::one_hour:
      return folded(minutes_, nanoseconds_per_minute, 60 * nanoseconds_per_minute, limit);
    case BarInterval::one_day:
      return folded(days_, nanoseconds_per_day, nanoseconds_per_day, limit);
  }
  return {};
}

}  // namespace trade::market
