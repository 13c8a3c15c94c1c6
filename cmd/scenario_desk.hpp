// Where the steps of scenarios are carried out: the command line's own commands, on a venue in this process.
#pragma once

#include <functional>
#include <memory>

#include "client/client.hpp"
#include "scenario/desk.hpp"

namespace trade::cmd {

/// A venue of its own for each scenario, on a clock that stands until it is told to move.
Result<std::unique_ptr<scenario::Desk>> make_venue_desk(const scenario::DeskOptions& options);

/// A suite that runs, for scenarios one after the other.
struct LiveSuite {
  ClientOptions client;
  /// Has the suite follow New York's hours, or be open at any. Null: it follows what it is configured to.
  std::function<Status(bool us)> set_calendar;
  /// Whether nothing more is to be done: commands fail then, and time stands. Null: there always is.
  std::function<bool()> interrupted;
};

/// On the suite each scenario has names of its own. What it needs of the time and the suite cannot give is
/// refused as `needs_virtual_time`.
Result<std::unique_ptr<scenario::Desk>> make_live_desk(const LiveSuite& suite,
                                                       const scenario::DeskOptions& options);

}  // namespace trade::cmd
