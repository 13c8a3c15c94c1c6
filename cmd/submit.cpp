#include "submit.hpp"

#include "format/journal_json.hpp"
#include "format/rejection.hpp"

namespace trade::cmd {

Result<CommandResult> submit(Context& context, const SubmittedCommand& command, std::string_view about) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<CommandResult> result = (*client)->submit(command);
  if (result && result->reason != RejectReason::none) {
    return std::unexpected(format::rejection(result->reason, about));
  }
  return result;
}

Result<ExitStatus> dry_run(Context& context, const SubmittedCommand& command, std::string_view about) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<CommandResult> result = (*client)->submit(command, true);
  if (!result) return pass_on(std::move(result));
  format::Json record;
  record["dry_run"] = true;
  record["accepted"] = result->reason == RejectReason::none;
  record["reject_reason"] = format::text_or_null(row_of(result->reason).name);
  record.update(format::json_of(command));
  context.output().record(record);
  if (result->reason != RejectReason::none) return std::unexpected(format::rejection(result->reason, about));
  context.note("dry run: nothing was changed");
  return ExitStatus::done;
}

}  // namespace trade::cmd
