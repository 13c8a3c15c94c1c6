// trade replay journal: the same commands through a fresh engine must give the same events and state.
#include "arguments.hpp"
#include "commands.hpp"
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
  auto directory = std::make_shared<std::string>();
  add_journal_directory(app, *directory);
  return [directory](Context& context) { return replay_journal(context, *directory); };
}

}  // namespace trade::cmd
