#include "compare_builds.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "engine/engine.hpp"
#include "interrupt.hpp"
#include "journal_directory.hpp"
#include "journal_lines.hpp"
#include "progress.hpp"

namespace trade::cmd {

namespace {

/// Runs batches through an engine of this build.
class Rerun {
 public:
  /// `replayed` becomes the batch as this build makes it; its texts are those of `batch`.
  void apply(const wire::Batch& batch, wire::Batch& replayed) {
    replayed.header = batch.header;
    replayed.header.first_sequence = engine_.last_sequence() + 1;
    replayed.commands = batch.commands;
    replayed.events.clear();
    replayed.events_per_command.clear();
    for (std::size_t i = 0; i < batch.commands.size(); ++i) {
      const std::size_t before = replayed.events.size();
      engine_.prefetch(batch.commands, i);
      engine_.apply(batch.commands[i], replayed.events);
      replayed.events_per_command.push_back(static_cast<std::uint32_t>(replayed.events.size() - before));
    }
    replayed.header.state_hash = engine_.state_hash();
    commands_ += batch.commands.size();
  }

  [[nodiscard]] const Engine& engine() const { return engine_; }
  [[nodiscard]] std::uint64_t commands() const { return commands_; }

 private:
  Engine engine_;
  std::uint64_t commands_ = 0;
};

/// Where the events of this build go: a file, or standard output for "-".
class EventFile {
 public:
  Status open(const std::string& name) {
    file_ = name == "-" ? stdout : std::fopen(name.c_str(), "we");
    if (file_ == nullptr)
      return fail(ErrorCode::internal, "cannot write " + name + ": " + std::strerror(errno));
    return {};
  }
  ~EventFile() {
    if (file_ != nullptr && file_ != stdout) std::fclose(file_);
  }
  EventFile() = default;
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;
  Status write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) == text.size() && std::fflush(file_) == 0) return {};
    return fail(ErrorCode::internal, std::string("cannot write the events: ") + std::strerror(errno));
  }

 private:
  std::FILE* file_ = nullptr;
};

}  // namespace

Result<ExitStatus> write_events(Context& context, const BuildComparison& arguments) {
  Result<OpenJournal> journal = open_journal(context, arguments.directory);
  if (!journal) return pass_on(std::move(journal));
  EventFile file;
  if (Status opened = file.open(arguments.write_events); !opened) return pass_on(std::move(opened));
  const CooperativeInterrupt interrupt;
  Rerun replay;
  wire::Batch batch;
  wire::Batch replayed;
  format::NameDirectory names;
  for (std::uint64_t number = 1; number <= journal->head.batch; ++number) {
    if (interrupt.requested()) return ExitStatus::interrupted;
    if (Status read = read_batch(*journal->reader, number, batch); !read) return pass_on(std::move(read));
    replay.apply(batch, replayed);
    if (Status written = file.write(batch_lines(replayed, names) + state_line(replayed)); !written)
      return pass_on(std::move(written));
  }
  return ExitStatus::done;
}

/// Compares what this build makes of the journal with what another one made of it.
Result<ExitStatus> compare_builds(Context& context, const BuildComparison& arguments) {
  Result<OpenJournal> journal = open_journal(context, arguments.directory);
  if (!journal) return pass_on(std::move(journal));
  Result<OtherEvents> other = arguments.events.empty()
                                  ? OtherEvents::run(arguments.against, journal->path.string())
                                  : OtherEvents::open_file(arguments.events);
  if (!other) return pass_on(std::move(other));
  const CooperativeInterrupt interrupt;
  Progress progress(context, "batches", journal->head.batch);
  Rerun replay;
  wire::Batch batch;
  wire::Batch replayed;
  format::NameDirectory names;
  std::optional<EventDifference> difference;
  std::uint64_t compared = 0;
  for (std::uint64_t number = 1; number <= journal->head.batch && !difference && !interrupt.requested();
       ++number) {
    if (Status read = read_batch(*journal->reader, number, batch); !read) return pass_on(std::move(read));
    replay.apply(batch, replayed);
    Result<std::optional<EventDifference>> found = other->compare(replayed, names);
    if (!found) return pass_on(std::move(found));
    difference = *std::move(found);
    compared = number;
    progress.update(number);
  }
  progress.finish();
  if (interrupt.requested()) return ExitStatus::interrupted;
  if (!difference) {
    Result<std::optional<EventDifference>> more = other->finish();
    if (!more) return pass_on(std::move(more));
    difference = *std::move(more);
  }
  format::Json record;
  record["journal"] = journal->path.string();
  record["other"] = arguments.events.empty() ? arguments.against : arguments.events;
  record["batches"] = compared;
  record["commands"] = replay.commands();
  record["sequence"] = replay.engine().last_sequence();
  record["state_hash"] = format_hash(replay.engine().state_hash());
  record["difference"] = difference ? format::Json(difference->text()) : format::Json(nullptr);
  record["command"] = difference ? difference->command : format::Json(nullptr);
  record["there"] = difference ? difference->there : format::Json(nullptr);
  record["here"] = difference ? difference->here : format::Json(nullptr);
  context.output().record(record);
  if (!difference) return ExitStatus::done;
  return fail_named(ErrorCode::difference, "builds_differ", difference->text(),
                    difference->command.is_null() ? std::string("up to there every event is the same")
                                                  : "it comes of " + format::text_of(difference->command));
}

}  // namespace trade::cmd
