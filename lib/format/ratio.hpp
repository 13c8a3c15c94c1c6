// Ratios and percentages in basis points (1/10000), as text and back, exactly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace trade::format {

/// A factor: 20000 is "2.00", 12345 is "1.2345".
std::string format_ratio(std::int64_t basis_points);
/// A percentage: 1000 is "10%", 1250 is "12.5%".
std::string format_percent(std::int64_t basis_points);

/// "2", "2.0" or "2.5x": a factor with at most four decimals.
Result<std::int64_t> parse_ratio(std::string_view text);
/// "10%" or "12.5%": at most two decimals, from 0% to 1000%.
Result<std::int64_t> parse_percent(std::string_view text);

}  // namespace trade::format
