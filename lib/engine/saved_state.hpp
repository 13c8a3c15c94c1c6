// What the saved state begins with.
#pragma once

#include <cstdint>

namespace trade::engine {

/// "TRDSTA05" in memory order. The number goes up with every change of the layout.
constexpr std::uint64_t saved_state_magic = 0x3530'4154'5344'5254;
/// "TRDSTA06": the same with what there is of other venues. A state without any is saved as before.
constexpr std::uint64_t saved_state_with_venues_magic = 0x3630'4154'5344'5254;
/// "TRDSTA07": the first with bands of tiers or the time at which trading closes; "TRDSTA08": so the second.
constexpr std::uint64_t saved_state_with_tiers_magic = 0x3730'4154'5344'5254;
constexpr std::uint64_t saved_state_with_tiers_and_venues_magic = 0x3830'4154'5344'5254;

}  // namespace trade::engine
