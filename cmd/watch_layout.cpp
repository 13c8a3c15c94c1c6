#include "watch_layout.hpp"

#include <algorithm>

namespace trade::cmd {

namespace {
constexpr std::size_t symbols_width_max = 36;
constexpr std::size_t depth_width_min = 26;
constexpr std::size_t tape_width = 32;
constexpr std::size_t positions_width = 46;
constexpr std::size_t candles_top_min = 17;  ///< rows of the upper part from which candles have a place in it
constexpr std::size_t orders_height_min = 4;
}  // namespace

WatchLayout watch_layout(std::size_t width, std::size_t height) {
  WatchLayout layout;
  if (width < watch_width_min || height < watch_height_min) return layout;
  layout.title = {0, 0, width, 1};
  layout.status = {height - 1, 0, width, 1};
  const std::size_t body = height - 2;
  const std::size_t bottom = body < 12 ? 0 : std::max(orders_height_min, body / 4);
  const std::size_t top = body - bottom;

  // Side by side where there is room, else the list alone gives half of its rows to the depth.
  if (width >= 64) {
    const std::size_t symbols = std::min(symbols_width_max, width / 3 + 4);
    layout.symbols = {1, 0, symbols, top};
    const Area right{1, symbols + 1, width - symbols - 1, top};
    const bool candles = top >= candles_top_min && right.width >= candles_width_min;
    const std::size_t above = candles ? top / 2 : 0;
    if (candles) layout.candles = {right.row, right.column, right.width, above};
    const bool tape = right.width >= depth_width_min + 1 + tape_width;
    const std::size_t depth = tape ? right.width - 1 - tape_width : right.width;
    layout.depth = {right.row + above, right.column, depth, top - above};
    if (tape) layout.tape = {right.row + above, right.column + depth + 1, tape_width, top - above};
  } else {
    const std::size_t symbols = top / 2;
    layout.symbols = {1, 0, width, symbols};
    layout.depth = {1 + symbols, 0, width, top - symbols};
  }
  if (bottom == 0) return layout;
  const bool positions = width >= positions_width + 1 + 52;
  const std::size_t orders = positions ? width - positions_width - 1 : width;
  layout.orders = {1 + top, 0, orders, bottom};
  if (positions) layout.positions = {1 + top, orders + 1, positions_width, bottom};
  return layout;
}

}  // namespace trade::cmd
