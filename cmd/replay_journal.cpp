// trade replay journal: the same commands through a fresh engine must give the same events and state.
#include <algorithm>

#include "arguments.hpp"
#include "base/clock.hpp"
#include "commands.hpp"
#include "engine/engine.hpp"
#include "format/journal_json.hpp"
#include "interrupt.hpp"
#include "journal_directory.hpp"
#include "progress.hpp"

namespace trade::cmd {

namespace {

/// Runs batches through an engine and compares what comes of them.
class Replay {
 public:
  /// What is different in this batch; nothing where all is the same.
  std::optional<std::string> apply(const wire::Batch& batch) {
    events_.clear();
    events_per_command_.clear();
    wire::Encoder::BatchHeader header = batch.header;
    header.first_sequence = engine_.last_sequence() + 1;
    header.first_command = commands_ + 1;
    for (std::size_t i = 0; i < batch.commands.size(); ++i) {
      const std::size_t before = events_.size();
      engine_.prefetch(batch.commands, i);
      engine_.apply(batch.commands[i], events_);
      events_per_command_.push_back(static_cast<std::uint32_t>(events_.size() - before));
    }
    commands_ += batch.commands.size();
    header.state_hash = engine_.state_hash();
    return difference(batch, header);
  }

  [[nodiscard]] const Engine& engine() const { return engine_; }
  [[nodiscard]] std::uint64_t commands() const { return commands_; }

 private:
  std::optional<std::string> difference(const wire::Batch& batch, const wire::Encoder::BatchHeader& header) {
    // Both sides are encoded anew by this build, so that bytes are equal exactly where fields are.
    const wire::Bytes recorded =
        recorded_encoder_.encode_batch(batch.header, batch.commands, batch.events_per_command, batch.events);
    const wire::Bytes replayed =
        replayed_encoder_.encode_batch(header, batch.commands, events_per_command_, events_);
    if (std::ranges::equal(recorded, replayed)) return std::nullopt;
    const std::size_t common = std::min(batch.events.size(), events_.size());
    for (std::size_t i = 0; i < common; ++i) {
      const std::string was = format::text_of(format::json_of(batch.events[i], names_));
      const std::string is = format::text_of(format::json_of(events_[i], names_));
      if (was != is)
        return "event " + std::to_string(batch.events[i].sequence) + " was " + was + ", is now " + is;
    }
    if (batch.events.size() != events_.size()) {
      return std::to_string(batch.events.size()) + " events, now " + std::to_string(events_.size());
    }
    if (batch.header.state_hash != header.state_hash) {
      return "state hash " + format_hash(batch.header.state_hash) + ", now " + format_hash(header.state_hash);
    }
    if (batch.header.first_sequence != header.first_sequence ||
        batch.header.first_command != header.first_command) {
      return "starts with event " + std::to_string(batch.header.first_sequence) + " and command " +
             std::to_string(batch.header.first_command) + ", now " + std::to_string(header.first_sequence) +
             " and " + std::to_string(header.first_command);
    }
    return "events are divided otherwise among the commands";
  }

  Engine engine_;
  std::uint64_t commands_ = 0;
  std::vector<Event> events_;
  std::vector<std::uint32_t> events_per_command_;
  wire::Encoder recorded_encoder_;
  wire::Encoder replayed_encoder_;
  format::NameDirectory names_;  ///< empty: differences are told with numbers
};

Result<ExitStatus> replay_journal(Context& context, const std::string& directory) {
  Result<std::filesystem::path> path = find_journal(context, directory);
  if (!path) return pass_on(std::move(path));
  Result<std::unique_ptr<journal::Reader>> reader = open_journal(*path);
  if (!reader) return pass_on(std::move(reader));
  const Result<journal::Head> head = (*reader)->head();
  if (!head) return std::unexpected(head.error());
  const CooperativeInterrupt interrupt;
  Progress progress(context, "batches", head->batch);
  Replay replay;
  wire::Batch batch;
  std::optional<std::string> difference;
  std::uint64_t replayed = 0;
  const std::int64_t start = monotonic_nanoseconds();
  for (std::uint64_t number = 1; number <= head->batch && !difference && !interrupt.requested(); ++number) {
    if (Status read = read_batch(**reader, number, batch); !read) return pass_on(std::move(read));
    difference = replay.apply(batch);
    if (difference) difference = "batch " + std::to_string(number) + ": " + *difference;
    replayed = number;
    progress.update(number);
  }
  progress.finish();
  format::Json record;
  record["journal"] = path->string();
  record["batches"] = replayed;
  record["commands"] = replay.commands();
  record["sequence"] = replay.engine().last_sequence();
  record["state_hash"] = format_hash(replay.engine().state_hash());
  record["full_state_hash"] = format_hash(replay.engine().full_state_hash());
  record["elapsed_seconds"] = static_cast<double>(monotonic_nanoseconds() - start) / 1e9;
  record["difference"] = difference ? format::Json(*difference) : format::Json(nullptr);
  context.output().record(record);
  if (difference) {
    return fail_named(ErrorCode::difference, "replay_difference", *difference,
                      "this build is not the one that wrote the journal, or the journal was changed");
  }
  return interrupt.requested() ? ExitStatus::interrupted : ExitStatus::done;
}

}  // namespace

Handler define_replay_journal(CLI::App& app) {
  auto directory = std::make_shared<std::string>();
  add_journal_directory(app, *directory);
  return [directory](Context& context) { return replay_journal(context, *directory); };
}

}  // namespace trade::cmd
