// trade journal archive and prune: what is old goes to compressed files, and out of the database.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "arguments.hpp"
#include "base/clock.hpp"
#include "commands.hpp"
#include "format/json.hpp"
#include "interrupt.hpp"
#include "journal/archive.hpp"
#include "journal_directory.hpp"
#include "progress.hpp"

namespace trade::cmd {

namespace {

constexpr std::int64_t nanoseconds_per_day = std::int64_t{86'400} * nanoseconds_per_second;
constexpr std::uint64_t days_max = 36'500;

struct Arguments {
  std::string directory;
  std::optional<std::uint64_t> through;
  std::optional<std::uint64_t> older_than_days;
  bool dry_run = false;
};

void define_arguments(CLI::App& app, Arguments& arguments) {
  add_journal_directory(app, arguments.directory);
  add_value(app, "--through", arguments.through, parse_count, "BATCH", "Up to this batch, however old it is");
  add_value(
      app, "--older-than", arguments.older_than_days,
      [](std::string_view text) -> Result<std::uint64_t> {
        auto days = parse_number(text);
        if (days && *days > days_max) {
          return fail(ErrorCode::usage, "days are at most " + std::to_string(days_max));
        }
        return days;
      },
      "DAYS", "What is older than this, rather than what the configuration says");
  add_dry_run(app, arguments.dry_run);
}

/// The last batch that is meant; nothing where the configuration says never.
Result<std::optional<std::uint64_t>> last_meant(Context& context, const Arguments& arguments,
                                                const std::filesystem::path& journal,
                                                const char* config_key) {
  if (arguments.through && arguments.older_than_days) {
    return fail(ErrorCode::usage, "--through and --older-than exclude each other", "leave one of them away");
  }
  if (arguments.through) return *arguments.through;
  std::int64_t days = 0;
  if (arguments.older_than_days) {
    days = static_cast<std::int64_t>(*arguments.older_than_days);
  } else {
    const auto config = context.config();
    if (!config) return std::unexpected(config.error());
    days = (*config)->integer(config_key);
    if (days == 0) return std::nullopt;
  }
  auto reader = open_journal(journal);
  if (!reader) return pass_on(std::move(reader));
  const Timestamp before{SystemClock().now().nanoseconds - days * nanoseconds_per_day};
  auto last = journal::last_batch_before(**reader, before);
  if (!last) return pass_on(std::move(last));
  return *last;
}

format::Json batch_or_null(std::uint64_t batch) {
  return batch == 0 ? format::Json(nullptr) : format::Json(batch);
}

/// Shows how far it is, and ends it on a signal.
class ArchiveWork {
 public:
  explicit ArchiveWork(const Context& context) : progress_(context, "batches", 0) {}
  journal::ArchiveProgress callback() {
    return [this](std::uint64_t done, std::uint64_t last) {
      progress_.update(done, done, last);
      return !interrupt_.requested();
    };
  }
  ExitStatus finish() {
    progress_.finish();
    return interrupt_.requested() ? ExitStatus::interrupted : ExitStatus::done;
  }

 private:
  CooperativeInterrupt interrupt_;
  Progress progress_;
};

Result<ExitStatus> archive(Context& context, const Arguments& arguments) {
  const auto path = find_journal(context, arguments.directory);
  if (!path) return std::unexpected(path.error());
  const auto through = last_meant(context, arguments, *path, "journal.archive_after_days");
  if (!through) return std::unexpected(through.error());
  format::Json record;
  record["journal"] = path->string();
  if (arguments.dry_run) {
    record["dry_run"] = true;
    record["through"] = batch_or_null(through->value_or(0));
    context.output().record(record);
    return ExitStatus::done;
  }
  ArchiveWork work(context);
  const auto report = journal::archive(*path, through->value_or(0), work.callback());
  const ExitStatus status = work.finish();
  if (!report) return std::unexpected(report.error());
  record["first_batch"] = batch_or_null(report->first);
  record["last_batch"] = batch_or_null(report->last);
  record["segments"] = report->segments;
  record["bytes"] = report->bytes;
  record["compressed_bytes"] = report->compressed_bytes;
  context.output().record(record);
  return status;
}

Result<ExitStatus> prune(Context& context, const Arguments& arguments) {
  const auto path = find_journal(context, arguments.directory);
  if (!path) return std::unexpected(path.error());
  const auto through = last_meant(context, arguments, *path, "journal.prune_after_days");
  if (!through) return std::unexpected(through.error());
  format::Json record;
  record["journal"] = path->string();
  ArchiveWork work(context);
  const std::uint64_t last = through->value_or(0);
  if (arguments.dry_run) record["dry_run"] = true;
  const auto report =
      arguments.dry_run ? journal::prunable(*path, last) : journal::prune(*path, last, work.callback());
  const ExitStatus status = work.finish();
  if (!report) return std::unexpected(report.error());
  record["first_batch"] = batch_or_null(report->first);
  record["last_batch"] = batch_or_null(report->last);
  record["kept_from"] = report->kept_from;
  context.output().record(record);
  return status;
}

}  // namespace

Handler define_journal_archive(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  define_arguments(app, *arguments);
  return [arguments](Context& context) { return archive(context, *arguments); };
}

Handler define_journal_prune(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  define_arguments(app, *arguments);
  return [arguments](Context& context) { return prune(context, *arguments); };
}

}  // namespace trade::cmd
