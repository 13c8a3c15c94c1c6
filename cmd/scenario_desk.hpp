// Where the steps of scenarios are carried out: the command line's own commands, on a venue in this process.
#pragma once

#include "scenario/desk.hpp"

namespace trade::cmd {

/// A venue of its own for each scenario, on a clock that stands until it is told to move.
Result<std::unique_ptr<scenario::Desk>> make_venue_desk(const scenario::DeskOptions& options);

}  // namespace trade::cmd
