// How a scenario tells the venue to behave, in words.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "venue/rehearsal.hpp"

namespace trade::cmd {

/// "fill AAPL 40%", "lose answer times 2"; see trade-scenario(5).
Result<venue::Behaviour> parse_behaviour(const std::vector<std::string>& words);

}  // namespace trade::cmd
