#include "candles.hpp"

#include <algorithm>
#include <array>

namespace trade::cmd {

namespace {

constexpr std::size_t label_width = 12;  // a blank and "200000.0000"
constexpr std::array<char32_t, 9> eighths{U' ', U'▁', U'▂', U'▃', U'▄', U'▅', U'▆', U'▇', U'█'};

/// What a half of a cell shows.
enum class Stroke : std::uint8_t { none, wick, body };

/// By the upper and the lower half.
constexpr std::array<std::array<char32_t, 3>, 3> strokes{{
    {U' ', U'╷', U'╻'},
    {U'╵', U'│', U'╽'},
    {U'╹', U'╿', U'┃'},
}};

/// `value` out of [low, high] as a step out of [0, steps-1], to the nearest.
std::int64_t step_of(std::int64_t value, std::int64_t low, std::int64_t high, std::int64_t steps) {
  if (high <= low) return steps / 2;
  return ((value - low) * (steps - 1) * 2 + (high - low)) / ((high - low) * 2);
}

struct Range {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

Range price_range(std::span<const BarView> bars) {
  Range range{bars.front().low.units, bars.front().high.units};
  for (const BarView& bar : bars) {
    range.low = std::min(range.low, bar.low.units);
    range.high = std::max(range.high, bar.high.units);
  }
  return range;
}

/// One candle in the rows of the area that show prices.
void draw_candle(Screen& screen, const Area& rows, std::size_t column, const BarView& bar, Range range,
                 bool color) {
  const auto halves = static_cast<std::int64_t>(rows.height * 2);
  const auto half_of = [&](Price price) { return step_of(price.units, range.low, range.high, halves); };
  const bool up = bar.close >= bar.open;
  const std::int64_t low = half_of(bar.low);
  const std::int64_t high = half_of(bar.high);
  const std::int64_t body_low = half_of(std::min(bar.open, bar.close));
  const std::int64_t body_high = half_of(std::max(bar.open, bar.close));
  const auto stroke_at = [&](std::int64_t half) {
    if (half >= body_low && half <= body_high) return Stroke::body;
    return half >= low && half <= high ? Stroke::wick : Stroke::none;
  };
  for (std::size_t i = 0; i < rows.height; ++i) {
    const auto lower_half = static_cast<std::int64_t>((rows.height - 1 - i) * 2);
    const auto upper = static_cast<std::size_t>(stroke_at(lower_half + 1));
    const auto lower = static_cast<std::size_t>(stroke_at(lower_half));
    char32_t glyph = strokes[upper][lower];
    if (glyph == U' ') continue;
    const bool body = upper == 2 || lower == 2;
    if (!color && !up && body) glyph = U'║';
    screen.put(rows.row + i, column, {glyph, up ? Ink::gain : Ink::loss, false});
  }
}

/// "14:30", "14:30:05" or "Jan 30", as the span needs.
std::string time_label(Timestamp start, BarSpan span) {
  const std::string text = format_timestamp(start);  // 2026-01-30T14:30:00…
  switch (span.unit) {
    case BarUnit::second:
      return text.substr(11, 8);
    case BarUnit::minute:
    case BarUnit::hour:
      return text.substr(11, 5);
    case BarUnit::day:
    case BarUnit::week:
      return text.substr(5, 5);
    case BarUnit::month:
      return text.substr(0, 7);
  }
  return {};
}

void draw_times(Screen& screen, std::size_t row, std::size_t column, std::span<const BarView> bars,
                BarSpan span) {
  std::size_t free_from = 0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const std::string label = time_label(bars[i].start, span);
    if (i < free_from || (i != 0 && i + label.size() > bars.size())) continue;
    screen.write(row, column + i, label, Ink::dim);
    free_from = i + label.size() + 3;
  }
}

}  // namespace

std::size_t candles_that_fit(const Area& area) {
  return area.width > label_width ? area.width - label_width : 0;
}

void draw_candles(Screen& screen, const Area& area, std::span<const BarView> bars, BarSpan span, bool color) {
  if (area.height < candles_height_min || area.width < candles_width_min || bars.empty()) return;
  const std::size_t fit = candles_that_fit(area);
  if (bars.size() > fit) bars = bars.last(fit);
  const Range range = price_range(bars);
  const Area rows{area.row, area.column, area.width, area.height - 2};
  const std::size_t labels_end = area.column + area.width;

  // A price at the top, the bottom and every fourth row between them.
  for (std::size_t i = 0; i < rows.height; ++i) {
    const bool last = i + 1 == rows.height;
    if (!last && (i % 4 != 0 || i + 2 >= rows.height)) continue;
    const auto up = static_cast<std::int64_t>(rows.height - 1 - i);
    const auto steps = static_cast<std::int64_t>(rows.height - 1);
    Price price{range.low + (range.high - range.low) * up / steps};
    // Between the ends whole cents say enough, unless all of it is within a few.
    constexpr std::int64_t units_per_cent = 100;
    if (range.high - range.low >= 10 * units_per_cent && i != 0 && !last)
      price.units -= price.units % units_per_cent;
    screen.write_right(rows.row + i, labels_end, format_price(price), Ink::dim);
  }

  std::int64_t volume_max = 1;
  for (const BarView& bar : bars)
    volume_max = std::max(volume_max, bar.volume.shares);
  const std::size_t volume_row = rows.row + rows.height;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    draw_candle(screen, rows, area.column + i, bars[i], range, color);
    const auto level = static_cast<std::size_t>(1 + step_of(bars[i].volume.shares, 0, volume_max, 8));
    screen.put(volume_row, area.column + i, {eighths[level], Ink::dim, false});
  }
  screen.write_right(volume_row, labels_end, "vol " + std::to_string(volume_max), Ink::dim, label_width);
  draw_times(screen, volume_row + 1, area.column, bars, span);
}

std::string sparkline(std::span<const Price> prices) {
  if (prices.empty()) return {};
  const Price low = std::ranges::min(prices);
  const Price high = std::ranges::max(prices);
  std::u32string glyphs;
  for (const Price price : prices)
    glyphs += eighths[static_cast<std::size_t>(1 + step_of(price.units, low.units, high.units, 8))];
  return utf8(glyphs);
}

}  // namespace trade::cmd
