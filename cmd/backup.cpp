// trade backup and trade restore.
#include "backup/backup.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "app/daemon.hpp"
#include "app/home_lock.hpp"
#include "arguments.hpp"
#include "base/clock.hpp"
#include "bus/endpoints.hpp"
#include "commands.hpp"
#include "format/json.hpp"
#include "interrupt.hpp"
#include "journal/segment.hpp"
#include "journal_directory.hpp"
#include "progress.hpp"
#include "replay_check.hpp"

namespace trade::cmd {

namespace {

struct BackupArguments {
  std::string directory;
  bool journal_only = false;
  bool verify = false;
  bool dry_run = false;
};

struct RestoreArguments {
  std::string directory;
  bool force = false;
  bool dry_run = false;
};

format::Json json_of(const backup::Manifest& manifest) {
  format::Json record;
  record["created_at"] = format_timestamp(manifest.created_at);
  record["batch"] = manifest.batch;
  record["sequence"] = manifest.last_sequence;
  record["state_hash"] = format_hash(manifest.state_hash);
  record["parts"] = manifest.parts;
  return record;
}

/// Shows how far the copying is, and ends it on a signal.
class CopyProgress {
 public:
  explicit CopyProgress(const Context& context) : progress_(context, "batches", 0) {}
  backup::Progress callback() {
    return [this](std::uint64_t done, std::uint64_t all) {
      progress_.update(done, done, all);
      return !interrupt_.requested();
    };
  }
  void finish() { progress_.finish(); }
  [[nodiscard]] bool interrupted() const { return interrupt_.requested(); }

 private:
  CooperativeInterrupt interrupt_;
  Progress progress_;
};

/// Replays a journal, that of the backup in this directory or a copy of it, which must give what the backup
/// says.
Result<ReplayOutcome> prove(Context& context, const std::filesystem::path& journal,
                            const std::filesystem::path& directory, const backup::Manifest& manifest) {
  Result<ReplayOutcome> outcome =
      replay_and_compare_rest(context, journal, journal::archive_directory(directory / "journal"));
  if (!outcome) {
    // What cannot be read is damaged: that is what was to be found out.
    if (outcome.error().code == ErrorCode::corrupt) outcome.error().code = ErrorCode::difference;
    return outcome;
  }
  if (outcome->interrupted) return outcome;
  if (outcome->difference) return std::unexpected(replay_difference(*outcome->difference));
  if (outcome->batches == manifest.batch && outcome->sequence == manifest.last_sequence &&
      (manifest.batch == 0 || outcome->state_hash == manifest.state_hash)) {
    return outcome;
  }
  return fail_named(ErrorCode::difference, "backup_difference",
                    "the journal ends with batch " + std::to_string(outcome->batches) + ", state hash " +
                        format_hash(outcome->state_hash) + "; the backup says batch " +
                        std::to_string(manifest.batch) + ", " + format_hash(manifest.state_hash),
                    "its files are not those that were written together: use another backup");
}

/// What a proof adds to the record of a backup.
void add_proof(format::Json& record, const ReplayOutcome& proof) {
  record["full_state_hash"] = format_hash(proof.full_state_hash);
  record["proven_from"] = proof.first_batch == 0 ? format::Json(nullptr) : format::Json(proof.first_batch);
}

Result<ExitStatus> backup_home(Context& context, const BackupArguments& arguments) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  Result<std::filesystem::path> config = context.config_file();
  if (!config) return pass_on(std::move(config));
  const backup::BackupOptions options{*config, arguments.journal_only};
  format::Json record;
  record["backup"] = arguments.directory;
  if (arguments.dry_run) {
    auto parts = backup::parts_of(*home, options);
    if (!parts) return pass_on(std::move(parts));
    record["dry_run"] = true;
    record["parts"] = *parts;
    context.output().record(record);
    return ExitStatus::done;
  }
  CopyProgress progress(context);
  auto manifest = backup::make(*home, arguments.directory, options, progress.callback());
  progress.finish();
  if (!manifest && progress.interrupted()) return ExitStatus::interrupted;
  if (!manifest) return pass_on(std::move(manifest));
  record.update(json_of(*manifest));
  if (arguments.verify) {
    const auto proof = prove(context, std::filesystem::path(arguments.directory) / "journal",
                             arguments.directory, *manifest);
    if (!proof) return std::unexpected(proof.error());
    if (proof->interrupted) return ExitStatus::interrupted;
    add_proof(record, *proof);
  }
  context.output().record(record);
  return ExitStatus::done;
}

Status check_nothing_runs(const app::Home& home) {
  for (const std::string_view daemon : bus::daemon_names) {
    const auto pid = app::daemon_pid(home, daemon);
    if (!pid) continue;
    if (!*pid) continue;
    return fail_named(
        ErrorCode::rejected, "suite_running",
        std::string(daemon) + " runs in " + home.root.string() + " (process " + std::to_string(**pid) + ")",
        "stop the suite first: trade down");
  }
  return {};
}

Result<ExitStatus> restore_home(Context& context, const RestoreArguments& arguments) {
  Result<app::Home> home = context.home();
  if (!home) return pass_on(std::move(home));
  auto manifest = backup::read_manifest(arguments.directory);
  if (!manifest) return pass_on(std::move(manifest));
  if (Status stopped = check_nothing_runs(*home); !stopped) return pass_on(std::move(stopped));
  const std::vector<std::string> existing = backup::existing_parts(*manifest, *home);
  if (!existing.empty() && !arguments.force) {
    return fail_named(ErrorCode::rejected, "home_not_empty",
                      home->root.string() + " is not empty: it has '" + existing.front() + "'",
                      "name another home with --home, or replace what is there with --force");
  }
  format::Json record;
  record["home"] = home->root.string();
  record.update(json_of(*manifest));
  const std::filesystem::path journal = std::filesystem::path(arguments.directory) / "journal";
  std::optional<app::HomeLock> lock;
  if (!arguments.dry_run) {
    if (Status created = app::create_home(*home); !created) return pass_on(std::move(created));
    // To the end: a service manager may start again what was just stopped, and orders that are acknowledged
    // while the journal is exchanged would be gone.
    auto taken = app::HomeLock::take(*home);
    if (!taken) return pass_on(std::move(taken));
    lock = std::move(*taken);
    CopyProgress progress(context);
    Status staged = backup::stage(arguments.directory, *manifest, *home, progress.callback());
    progress.finish();
    if (!staged && progress.interrupted()) return ExitStatus::interrupted;
    if (!staged && staged.error().code == ErrorCode::corrupt) staged.error().code = ErrorCode::difference;
    if (!staged) return pass_on(std::move(staged));
  }
  // What will be used is what is proven.
  const auto proof = prove(context, arguments.dry_run ? journal : backup::staged_journal(*home),
                           arguments.directory, *manifest);
  if (!proof) return std::unexpected(proof.error());
  if (proof->interrupted) return ExitStatus::interrupted;
  add_proof(record, *proof);
  if (arguments.dry_run) {
    record["dry_run"] = true;
    record["replaces"] = existing;
  } else {
    const auto replaced = backup::install(*manifest, *home, SystemClock().now());
    if (!replaced) return std::unexpected(replaced.error());
    record["replaced"] = format::text_or_null(replaced->string());
  }
  context.output().record(record);
  return ExitStatus::done;
}

}  // namespace

Handler define_backup(CLI::App& app) {
  auto arguments = std::make_shared<BackupArguments>();
  required(add_value(app, "dir", arguments->directory, parse_text, directory_kind,
                     "Where to: a directory that is empty or not there yet"));
  add_flag(app, "--journal-only", arguments->journal_only,
           "Leave out what is made again from the journal: books and market data");
  add_flag(app, "--verify", arguments->verify, "Prove the backup by replaying its journal");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return backup_home(context, *arguments); };
}

Handler define_restore(CLI::App& app) {
  auto arguments = std::make_shared<RestoreArguments>();
  required(add_value(app, "dir", arguments->directory, parse_text, directory_kind, "The backup"));
  add_flag(app, "--force", arguments->force, "Replace what the home has; that is kept in a directory beside");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return restore_home(context, *arguments); };
}

}  // namespace trade::cmd
