// What the commands about FIX sessions have in common: texts of their options, and what they print.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace trade::cmd {

/// "FIX.4.2" or "FIX.4.4".
Result<std::string> parse_fix_version(std::string_view text);
Result<std::string> parse_comp_id(std::string_view text);
/// When sequence numbers begin at 1 again, "HH:MM" in UTC, as second of the day; below zero: "never".
Result<std::int32_t> parse_reset(std::string_view text);
std::string reset_text(std::int32_t second);

}  // namespace trade::cmd
