// Where the steps of scenarios are carried out: the command line's own commands, on a venue in this process.
#pragma once

#include "client/client.hpp"
#include "scenario/desk.hpp"

namespace trade::cmd {

/// A venue of its own for each scenario, on a clock that stands until it is told to move.
Result<std::unique_ptr<scenario::Desk>> make_venue_desk(const scenario::DeskOptions& options);

/// The suite under a home that is there. Each scenario has names of its own in it. One that needs a clock of
/// its own is refused as `needs_virtual_time`.
Result<std::unique_ptr<scenario::Desk>> make_live_desk(const ClientOptions& suite,
                                                       const scenario::DeskOptions& options);

}  // namespace trade::cmd
