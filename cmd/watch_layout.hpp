// Where `trade watch` shows what, for a terminal of any size.
#pragma once

#include "candles.hpp"

namespace trade::cmd {

constexpr std::size_t watch_width_min = 40;
constexpr std::size_t watch_height_min = 10;

/// Areas without rows or columns are not shown: there is no room for them. Those that are shown do not
/// overlap.
struct WatchLayout {
  Area title;
  Area symbols;
  Area candles;
  Area depth;
  Area tape;
  Area orders;
  Area positions;
  Area status;
};

/// Everything is empty below the least size.
WatchLayout watch_layout(std::size_t width, std::size_t height);

constexpr bool is_shown(const Area& area) {
  return area.width > 0 && area.height > 0;
}

}  // namespace trade::cmd
