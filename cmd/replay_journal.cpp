// trade replay journal: the same commands through a fresh engine must give the same events and state.
#include "arguments.hpp"
#include "commands.hpp"
#include "compare_builds.hpp"
#include "format/json.hpp"
#include "journal_directory.hpp"
#include "replay_check.hpp"

namespace trade::cmd {

namespace {

Result<ExitStatus> replay_journal(Context& context, const std::string& directory) {
  Result<std::filesystem::path> path = find_journal(context, directory);
  if (!path) return pass_on(std::move(path));
  const Result<ReplayOutcome> outcome = replay_and_compare(context, *path);
  if (!outcome) return std::unexpected(outcome.error());
  format::Json record;
  record["journal"] = path->string();
  record["batches"] = outcome->batches;
  record["commands"] = outcome->commands;
  record["sequence"] = outcome->sequence;
  record["state_hash"] = format_hash(outcome->state_hash);
  record["full_state_hash"] = format_hash(outcome->full_state_hash);
  record["elapsed_seconds"] = outcome->seconds;
  record["difference"] = outcome->difference ? format::Json(*outcome->difference) : format::Json(nullptr);
  context.output().record(record);
  if (outcome->difference) return std::unexpected(replay_difference(*outcome->difference));
  return outcome->interrupted ? ExitStatus::interrupted : ExitStatus::done;
}

}  // namespace

Handler define_replay_journal(CLI::App& app) {
  auto arguments = std::make_shared<BuildComparison>();
  add_journal_directory(app, arguments->directory);
  add_value(app, "--against", arguments->against, parse_text, file_kind,
            "Compare with what this other 'trade' makes of the journal");
  add_value(app, "--events", arguments->events, parse_text, file_kind,
            "Compare with what --write-events of another build wrote");
  add_value(app, "--write-events", arguments->write_events, parse_text, file_kind,
            "Write the events that this build makes, one a line; - is standard output");
  return [arguments](Context& context) -> Result<ExitStatus> {
    const int chosen = (arguments->against.empty() ? 0 : 1) + (arguments->events.empty() ? 0 : 1) +
                       (arguments->write_events.empty() ? 0 : 1);
    if (chosen > 1)
      return fail(ErrorCode::usage, "--against, --events and --write-events exclude each other");
    if (!arguments->write_events.empty()) return write_events(context, *arguments);
    if (chosen == 1) return compare_builds(context, *arguments);
    return replay_journal(context, arguments->directory);
  };
}

}  // namespace trade::cmd
