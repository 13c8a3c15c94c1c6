// The bounds that keep every sum of the engine within 64 bits. Commands that would pass one are refused, so
// that no input ever reaches the overflow check of money arithmetic.
//
// Cash only enters by deposits, only moves between accounts by trades, and leaves by withdrawals and fees, so
// an account's cash is at most what was deposited in all plus what others are short of:
//     cash <= cash_total_units_max + deficit_total_units_max
//     reserved = cash - free <= cash_total_units_max + 2 * deficit_total_units_max
// both well below 2^63 units. What other venues tell may leave a cash account short, which is bounded by
// itself (venue_shortfall_units_max) and adds as much again to both.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/numbers.hpp"

namespace trade::engine {

/// The largest single deposit or withdrawal: 10^12 dollars.
constexpr std::int64_t cash_move_units_max = 1'000'000'000'000 * units_per_dollar;

/// All deposits less all withdrawals, of all accounts: 2 * 10^14 dollars.
constexpr std::int64_t cash_total_units_max = 200'000'000'000'000 * units_per_dollar;

/// What all accounts together may be short of, open buy orders included (margin loans; the house): 2 * 10^14
/// dollars.
constexpr std::int64_t deficit_total_units_max = 200'000'000'000'000 * units_per_dollar;

/// What trades at other venues may leave cash accounts short of, each time that they do, all in all: 2 *
/// 10^14 dollars. A report that would pass it is refused.
constexpr std::int64_t venue_shortfall_units_max = 200'000'000'000'000 * units_per_dollar;

/// Total cost of all shares ever transferred in: 2 * 10^14 dollars.
constexpr std::int64_t transfer_total_units_max = 200'000'000'000'000 * units_per_dollar;

/// Shares of one symbol in one account, open buys included, and how far the house may be short of one.
constexpr std::int64_t position_shares_max = 1'000'000'000'000;

/// The limits of the rules that FirmRules describes.
constexpr std::int64_t margin_multiplier_basis_points_min = 10'000;
constexpr std::int64_t margin_multiplier_basis_points_max = 100'000;
constexpr std::int64_t price_collar_basis_points_max = 10'000;
constexpr std::int64_t short_ratio_basis_points_max = 100'000;
constexpr std::int64_t day_trades_limit_max = 1'000'000;

constexpr std::int64_t basis_points = 10'000;

/// Client order ids that one order answers to: the one it was placed with and the most recent that replaces
/// gave it. Those between are forgotten, the oldest first.
constexpr std::uint32_t client_ids_per_order_max = 16;

/// The window in which day trades count, in trading days, the present one included.
constexpr std::uint32_t day_trade_window_days = 5;

/// Bytes of the reason of a halt.
constexpr std::size_t halt_reason_bytes_max = 64;

}  // namespace trade::engine
