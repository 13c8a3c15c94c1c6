// Bars drawn as candles, and series of prices as sparklines, with the characters that Unicode has for it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/bars.hpp"
#include "screen.hpp"

namespace trade::cmd {

/// A part of a screen.
struct Area {
  std::size_t row = 0;
  std::size_t column = 0;
  std::size_t width = 0;
  std::size_t height = 0;
};

/// The least area in which candles can be told from one another.
constexpr std::size_t candles_height_min = 5;
constexpr std::size_t candles_width_min = 24;

/// Draws the newest of `bars` (oldest first) that fit, one column each and newest at the right, with prices
/// at the right, times below and the volume in between. Half a row is the finest step. Without colours a bar
/// that closed below its open is drawn double instead of thick.
void draw_candles(Screen& screen, const Area& area, std::span<const BarView> bars, BarSpan span, bool color);

/// How many bars fit.
std::size_t candles_that_fit(const Area& area);

/// One character a value from low to high, eight steps; empty for none.
std::string sparkline(std::span<const Price> prices);

}  // namespace trade::cmd
