// Bars: the trades of each span of time as open, high, low, close and volume.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "market/numbered_ring.hpp"
#include "model/numbers.hpp"

namespace trade::market {

enum class BarInterval : std::uint8_t {
  one_minute = 1,
  five_minutes = 2,
  one_hour = 3,
  one_day = 4,  ///< a trading day, as the session says, whatever the clock does meanwhile
};

struct BarView {
  Timestamp start;  ///< of the span, UTC; for a day, the trading date's midnight
  Price open;
  Price high;
  Price low;
  Price close;
  Quantity volume;
  std::int64_t trades = 0;

  bool operator==(const BarView&) const = default;
};

/// A bar as it is kept. Prices fit 32 bits (price_units_max), and so keep a busy symbol's bars small.
struct Bar {
  std::uint32_t start = 0;  ///< minutes or days since 1970-01-01
  std::uint32_t trades = 0;
  std::uint32_t open = 0;  ///< prices in 1/10000 dollar
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  std::uint32_t close = 0;
  std::int64_t volume = 0;  ///< shares

  bool operator==(const Bar&) const = default;
};
static_assert(price_units_max <= std::int64_t{UINT32_MAX});

/// A regular session of 390 minutes and some of the hours around it.
constexpr std::size_t minute_bars_max = 480;
/// A year of trading days.
constexpr std::size_t day_bars_max = 260;

using MinuteBars = NumberedRing<Bar, minute_bars_max>;
using DayBars = NumberedRing<Bar, day_bars_max>;

/// One symbol's bars. Spans without a trade have none.
class BarHistory {
 public:
  void add(Timestamp timestamp, Date trading_date, Price price, Quantity quantity);
  /// The last `limit`, oldest first. Five minutes and hours are put together from the minutes that are kept.
  [[nodiscard]] std::vector<BarView> last(BarInterval interval, std::size_t limit) const;

  [[nodiscard]] const MinuteBars& minutes() const { return minutes_; }
  [[nodiscard]] const DayBars& days() const { return days_; }
  [[nodiscard]] MinuteBars& minutes() { return minutes_; }
  [[nodiscard]] DayBars& days() { return days_; }

 private:
  MinuteBars minutes_;
  DayBars days_;
};

}  // namespace trade::market
