// The bars of one symbol as they are kept: the last so many spans with trades of each unit.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "market/numbered_ring.hpp"
#include "model/bars.hpp"
#include "model/numbers.hpp"

namespace trade::market {

__extension__ using WideUnits = unsigned __int128;

/// A bar as it is kept. Prices fit 32 bits (price_units_max), and so keep a busy symbol's bars small.
struct Bar {
  std::uint32_t start = 0;  ///< seconds, minutes, hours or days since 1970-01-01
  std::uint32_t trades = 0;
  std::uint32_t open = 0;  ///< prices in 1/10000 dollar
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  std::uint32_t close = 0;
  std::int64_t volume = 0;  ///< shares
  /// The sum of price times shares, in 1/10000 dollar, as two halves: a few of the largest trades there may
  /// be do not fit 64 bits.
  std::uint64_t notional_low = 0;
  std::uint64_t notional_high = 0;

  [[nodiscard]] WideUnits notional() const { return WideUnits{notional_high} << 64 | notional_low; }
  void set_notional(WideUnits units) {
    notional_low = static_cast<std::uint64_t>(units);
    notional_high = static_cast<std::uint64_t>(units >> 64);
  }

  bool operator==(const Bar&) const = default;
};
static_assert(price_units_max <= std::int64_t{UINT32_MAX});

// Only spans with trades are kept, so a thin symbol's reach further back.

/// A quarter of an hour in which every second has a trade.
constexpr std::size_t second_bars_max = 900;
/// Five regular sessions of 390 minutes.
constexpr std::size_t minute_bars_max = 1'950;
/// A year of sessions, each of which touches seven hours of the clock.
constexpr std::size_t hour_bars_max = 1'764;
/// Five years of trading days.
constexpr std::size_t day_bars_max = 1'260;

using SecondBars = NumberedRing<Bar, second_bars_max>;
using MinuteBars = NumberedRing<Bar, minute_bars_max>;
using HourBars = NumberedRing<Bar, hour_bars_max>;
using DayBars = NumberedRing<Bar, day_bars_max>;

/// Which bars are wanted, and in which order.
struct BarsWanted {
  BarSpan span;  ///< of a count that is allowed
  std::size_t limit = 0;
  Timestamp from;  ///< bars that start at this or later
  Timestamp to;    ///< bars that start at this or before; zero: to the newest
  bool oldest_first = false;
};

/// One symbol's bars. Spans without a trade have none.
class BarHistory {
 public:
  void add(Timestamp timestamp, Date trading_date, Price price, Quantity quantity);

  /// Has the processor fetch what a trade that is soon to be added changes.
  void prefetch() const {
    seconds_.prefetch();
    minutes_.prefetch();
    hours_.prefetch();
    days_.prefetch();
  }

  /// The first `limit` of those wanted, in that order. Spans of several units are put together from single
  /// ones; the oldest is left out where some of its own are no longer kept.
  [[nodiscard]] std::vector<BarView> find(const BarsWanted& wanted) const;

  [[nodiscard]] const SecondBars& seconds() const { return seconds_; }
  [[nodiscard]] const MinuteBars& minutes() const { return minutes_; }
  [[nodiscard]] const HourBars& hours() const { return hours_; }
  [[nodiscard]] const DayBars& days() const { return days_; }
  [[nodiscard]] SecondBars& seconds() { return seconds_; }
  [[nodiscard]] MinuteBars& minutes() { return minutes_; }
  [[nodiscard]] HourBars& hours() { return hours_; }
  [[nodiscard]] DayBars& days() { return days_; }

 private:
  SecondBars seconds_;
  MinuteBars minutes_;
  HourBars hours_;
  DayBars days_;
};

}  // namespace trade::market
