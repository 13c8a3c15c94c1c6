// Draws `trade watch` onto a screen in memory.
#pragma once

#include "screen.hpp"
#include "watch_input.hpp"
#include "watch_model.hpp"

namespace trade::cmd {

/// All of it, for a screen of any size. `color`: whether the terminal has colours; what they say is said
/// otherwise where it has none.
void draw_watch(Screen& screen, const WatchModel& model, const WatchInput& input, bool color);

}  // namespace trade::cmd
