// Commands that change state: submitting one, and what came of it.
#pragma once

#include <string>
#include <string_view>

#include "context.hpp"
#include "exit_status.hpp"
#include "model/messages.hpp"

namespace trade::cmd {

/// Submits a command. A refusal is an Error that says `about` what it is: "deposit to account alice".
Result<CommandResult> submit(Context& context, const SubmittedCommand& command, std::string_view about);

/// Asks what would come of a command, prints that, and changes nothing. A refusal is an Error.
Result<ExitStatus> dry_run(Context& context, const SubmittedCommand& command, std::string_view about);

}  // namespace trade::cmd
