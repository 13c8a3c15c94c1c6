// For whoever mistypes the name of a symbol or an account: the nearest one that there is.
#pragma once

#include <CLI/CLI.hpp>

#include "base/result.hpp"
#include "context.hpp"

namespace trade::cmd {

/// Where a command failed since it named a symbol or an account that the suite does not have, and there is
/// one that is called nearly so: says so in the error's hint. Asks the suite for their names.
void suggest_nearest_name(Context& context, const CLI::App& command, Error& error);

}  // namespace trade::cmd
