// Writes what came of scenarios into their files in the place of what was expected.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "scenario/runner.hpp"

namespace trade::scenario {

/// A line as it is and as it is to be.
struct LineChange {
  SourceLine line;
  std::string text;
};

struct Update {
  std::vector<LineChange> changes;    ///< in the order of files and lines
  std::vector<std::string> left_out;  ///< "orders.scenario:12: …": what cannot be written, and why
};

/// What would have to change for these results to be those that are expected. An expectation that is made of
/// a variable, and one in a loop that came to several values, cannot be written.
Update make_update(std::span<const ScenarioResult> results);

/// The changes as lines that go and lines that come.
std::string update_text(const Update& update, bool color);

/// Writes the files anew, each as a whole or not at all.
Status write_update(const Update& update);

}  // namespace trade::scenario
