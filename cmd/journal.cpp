// trade journal: verify, dump and hash, all of them offline.
#include <algorithm>
#include <limits>

#include "arguments.hpp"
#include "commands.hpp"
#include "engine/engine.hpp"
#include "format/journal_json.hpp"
#include "format/layout.hpp"
#include "interrupt.hpp"
#include "journal_directory.hpp"
#include "journal_lines.hpp"
#include "journal_scenario.hpp"

namespace trade::cmd {

namespace {

Result<ExitStatus> verify(Context& context, const std::string& directory) {
  Result<std::filesystem::path> path = find_journal(context, directory);
  if (!path) return pass_on(std::move(path));
  Result<journal::VerifyReport> report = journal::verify(*path);
  if (!report) return pass_on(std::move(report));
  format::Json record;
  record["journal"] = path->string();
  record["batches"] = report->batches;
  record["archived_batches"] = report->archived;
  record["commands"] = report->commands;
  record["events"] = report->events;
  record["bytes"] = report->bytes;
  record["last_sequence"] = report->head.last_sequence;
  record["bad_batch"] = report->bad_batch ? format::Json(*report->bad_batch) : format::Json(nullptr);
  record["problem"] = format::text_or_null(report->problem);
  context.output().record(record);
  if (!report->bad_batch && report->problem.empty()) return ExitStatus::done;
  const std::string where = report->bad_batch ? "batch " + std::to_string(*report->bad_batch) + ": " : "";
  return fail_named(ErrorCode::difference, "journal_damaged", path->string() + ": " + where + report->problem,
                    "stop the suite and restore the journal; what is before that batch is whole");
}

struct DumpArguments {
  std::string directory;
  std::uint64_t from = 1;
  std::optional<std::uint64_t> to;
};

Result<ExitStatus> dump(Context& context, const DumpArguments& arguments) {
  Result<std::filesystem::path> path = find_journal(context, arguments.directory);
  if (!path) return pass_on(std::move(path));
  Result<std::unique_ptr<journal::Reader>> reader = open_journal(*path);
  if (!reader) return pass_on(std::move(reader));
  const Result<journal::Head> head = (*reader)->head();
  // Where the end is damaged, what comes before it is printed, and then what is wrong is told.
  if (!head && head.error().code != ErrorCode::corrupt) return std::unexpected(head.error());
  constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t last = std::min(head ? head->batch : no_end, arguments.to.value_or(no_end));
  wire::Batch batch;
  format::NameDirectory names;
  // From the first one, printed or not: the names of accounts and symbols are in earlier batches.
  for (std::uint64_t number = 1; number <= last; ++number) {
    if (Status read = read_batch(**reader, number, batch); !read) return pass_on(std::move(read));
    if (number < arguments.from) {
      for (const Event& event : batch.events)
        names.learn(event);
    } else if (!context.output().write(batch_lines(batch, names))) {
      break;
    }
  }
  return ExitStatus::done;
}

Result<ExitStatus> hash(Context& context, const std::string& directory) {
  Result<OpenJournal> journal = open_journal(context, directory);
  if (!journal) return pass_on(std::move(journal));
  Engine engine;
  wire::Batch batch;
  std::vector<Event> events;
  for (std::uint64_t number = 1; number <= journal->head.batch; ++number) {
    if (Status read = read_batch(*journal->reader, number, batch); !read) return pass_on(std::move(read));
    events.clear();
    for (const Command& command : batch.commands)
      engine.apply(command, events);
  }
  format::Json record;
  record["batch"] = journal->head.batch;
  record["sequence"] = journal->head.last_sequence;
  record["state_hash"] = format_hash(engine.state_hash());
  record["full_state_hash"] = format_hash(engine.full_state_hash());
  context.output().record(record);
  if (journal->head.batch > 0 && engine.state_hash() != batch.header.state_hash) {
    return fail(ErrorCode::difference,
                "the state hash is not " + format_hash(batch.header.state_hash) + ", as the journal says",
                "'trade replay journal' tells where it first differs");
  }
  return ExitStatus::done;
}

struct ScenarioArguments {
  std::string directory;
  ScenarioOfJournal wanted;
};

Result<ExitStatus> write_scenario(Context& context, const ScenarioArguments& arguments) {
  Result<std::filesystem::path> path = find_journal(context, arguments.directory);
  if (!path) return pass_on(std::move(path));
  Result<std::unique_ptr<journal::Reader>> reader = open_journal(*path);
  if (!reader) return pass_on(std::move(reader));
  ScenarioOfJournal wanted = arguments.wanted;
  // The global --account is whose outcomes are wanted; that of the configuration is not.
  wanted.account = context.globals().account.value_or("");
  if (wanted.from > wanted.to) return fail(ErrorCode::usage, "--from is behind --to");
  Result<WrittenScenario> written = scenario_of_journal(**reader, wanted);
  if (!written) return pass_on(std::move(written));
  context.output().write(written->text);
  if (written->left_out > 0)
    context.note("what a scenario cannot say was left out in " + std::to_string(written->left_out) +
                 (written->left_out == 1 ? " place" : " places") + ": look for '# left out'");
  return ExitStatus::done;
}

}  // namespace

Handler define_journal_scenario(CLI::App& app) {
  auto arguments = std::make_shared<ScenarioArguments>();
  add_journal_directory(app, arguments->directory);
  add_value(app, "--from", arguments->wanted.from, parse_count, "SEQUENCE", "From this event on (1)");
  add_value(app, "--to", arguments->wanted.to, parse_count, "SEQUENCE", "Up to this event (the last)");
  add_flag(app, "--keep-names", arguments->wanted.keep_names, "Do not rename accounts and clients' ids");
  return [arguments](Context& context) { return write_scenario(context, *arguments); };
}

Handler define_journal_verify(CLI::App& app) {
  auto directory = std::make_shared<std::string>();
  add_journal_directory(app, *directory);
  return [directory](Context& context) { return verify(context, *directory); };
}

Handler define_journal_dump(CLI::App& app) {
  auto arguments = std::make_shared<DumpArguments>();
  add_journal_directory(app, arguments->directory);
  add_value(app, "--from", arguments->from, parse_count, "BATCH", "From this batch on (1)");
  add_value(app, "--to", arguments->to, parse_count, "BATCH", "Up to this batch (the last)");
  return [arguments](Context& context) { return dump(context, *arguments); };
}

Handler define_journal_hash(CLI::App& app) {
  auto directory = std::make_shared<std::string>();
  add_journal_directory(app, *directory);
  return [directory](Context& context) { return hash(context, *directory); };
}

}  // namespace trade::cmd
