// Several scenarios in one suite: each sees accounts and symbols under its own names, which the suite knows
// with a mark behind them, and none of the others'.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "client/transport.hpp"

namespace trade::venue {

/// `mark` goes behind every name on the way there, and off on the way back: one to six of [A-Z0-9]. A name
/// that would be too long with it is refused.
std::unique_ptr<Transport> renaming_transport(std::unique_ptr<Transport> inner, const std::string& mark);

}  // namespace trade::venue
