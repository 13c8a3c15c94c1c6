// What the saved state begins with.
#pragma once

#include <cstdint>

namespace trade::engine {

/// The layouts that are read. The newest is written; an older one, without what it does not know, for whoever
/// wants it (borrow rates are written wherever there are some).
enum class SavedLayout : std::uint8_t {
  without_tiers,  ///< no bands of tiers, no time at which trading closes, no venues
  current,
};

/// "TRDSTA06" in memory order. The number goes up with every change of the layout.
constexpr std::uint64_t saved_state_magic = 0x3630'4154'5344'5254;
/// "TRDSTA07": the same with what there is of other venues. A state without any is saved without it.
constexpr std::uint64_t saved_state_with_venues_magic = 0x3730'4154'5344'5254;
/// "TRDSTA08" and "TRDSTA09": the two with what it costs to borrow shares. A state in which that costs
/// nothing is saved without it.
constexpr std::uint64_t saved_state_with_rates_magic = 0x3830'4154'5344'5254;
constexpr std::uint64_t saved_state_with_venues_and_rates_magic = 0x3930'4154'5344'5254;
/// "TRDSTA10" and "TRDSTA11": the two with venues, with the number of what each was last heard to tell. A
/// state in which nothing was told with a number is saved without it.
constexpr std::uint64_t saved_state_with_numbers_magic = 0x3031'4154'5344'5254;
constexpr std::uint64_t saved_state_with_numbers_and_rates_magic = 0x3131'4154'5344'5254;
/// In the byte of a symbol's tier: the factor of a leveraged fund follows.
constexpr std::uint8_t leveraged_tier_bit = 0x80;

/// "TRDSTA05".
constexpr std::uint64_t saved_state_without_tiers_magic = 0x3530'4154'5344'5254;

}  // namespace trade::engine
