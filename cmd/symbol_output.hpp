// Commands that change a symbol and print it as it is afterwards.
#pragma once

#include <string>

#include "submit.hpp"

namespace trade::cmd {

Result<ExitStatus> print_symbol(Context& context, const std::string& symbol);

/// Submits a command about a symbol, or with `only_dry_run` says what would come of it.
Result<ExitStatus> change_symbol(Context& context, const std::string& symbol, const SubmittedCommand& command,
                                 const std::string& about, bool only_dry_run);

}  // namespace trade::cmd
