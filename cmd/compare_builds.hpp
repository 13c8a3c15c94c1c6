// What this build makes of a journal, beside what another one makes of it.
#pragma once

#include <string>

#include "context.hpp"
#include "exit_status.hpp"

namespace trade::cmd {

struct BuildComparison {
  std::string directory;     ///< a home or a journal; empty: that of --home
  std::string against;       ///< the other build's program…
  std::string events;        ///< …or the file that it wrote its events into
  std::string write_events;  ///< where to write this build's
};

/// Writes the events that this build makes of the journal.
Result<ExitStatus> write_events(Context& context, const BuildComparison& arguments);

/// Compares event by event, and the state after each batch; `difference` with the first that differs.
Result<ExitStatus> compare_builds(Context& context, const BuildComparison& arguments);

}  // namespace trade::cmd
