// What the saved state begins with.
#pragma once

#include <cstdint>

namespace trade::engine {

/// "TRDSTA05" in memory order. The number goes up with every change of the layout.
constexpr std::uint64_t saved_state_magic = 0x3530'4154'5344'5254;

}  // namespace trade::engine
