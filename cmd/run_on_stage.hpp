// One command of a scenario, run within this process.
#pragma once

#include <string>
#include <vector>

#include "context.hpp"
#include "scenario/desk.hpp"

namespace trade::cmd {

/// Parses the words as the command line does, runs the command on the stage and takes what it wrote.
scenario::Outcome run_on_stage(Stage& stage, const std::string& account,
                               const std::vector<std::string>& words);

}  // namespace trade::cmd
