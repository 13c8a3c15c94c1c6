#include "replay_check.hpp"

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "engine/engine.hpp"
#include "format/journal_json.hpp"
#include "interrupt.hpp"
#include "journal/archive.hpp"
#include "journal_directory.hpp"
#include "progress.hpp"

namespace trade::cmd {

namespace {

/// Runs batches through an engine and compares what comes of them.
class Replay {
 public:
  Replay() = default;
  /// Goes on from a state, with this command.
  Replay(Engine engine, std::uint64_t first_command)
      : engine_(std::move(engine)), next_command_(first_command) {}

  /// What is different in this batch; nothing where all is the same.
  std::optional<std::string> apply(const wire::Batch& batch) {
    events_.clear();
    events_per_command_.clear();
    wire::Encoder::BatchHeader header = batch.header;
    header.first_sequence = engine_.last_sequence() + 1;
    header.first_command = next_command_;
    for (std::size_t i = 0; i < batch.commands.size(); ++i) {
      const std::size_t before = events_.size();
      engine_.prefetch(batch.commands, i);
      engine_.apply(batch.commands[i], events_);
      events_per_command_.push_back(static_cast<std::uint32_t>(events_.size() - before));
    }
    commands_ += batch.commands.size();
    next_command_ += batch.commands.size();
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
  std::uint64_t next_command_ = 1;
  std::uint64_t commands_ = 0;
  std::vector<Event> events_;
  std::vector<std::uint32_t> events_per_command_;
  wire::Encoder recorded_encoder_;
  wire::Encoder replayed_encoder_;
  format::NameDirectory names_;  ///< empty: differences are told with numbers
};

/// Where a replay begins.
struct ReplayStart {
  Replay replay;
  std::uint64_t batch = 1;
};

/// The checkpoints that are whole and have all batches behind them, the oldest first.
Result<std::vector<journal::Checkpoint>> find_checkpoints(const std::filesystem::path& journal,
                                                          std::uint64_t first_batch,
                                                          std::uint64_t last_batch) {
  std::vector<journal::Checkpoint> checkpoints;
  std::uint64_t batch_max = last_batch;
  while (true) {
    auto checkpoint = journal::load_checkpoint(journal, batch_max);
    if (!checkpoint) return pass_on(std::move(checkpoint));
    if (!*checkpoint || (*checkpoint)->batch + 1 < first_batch) break;
    batch_max = (*checkpoint)->batch - 1;
    checkpoints.push_back(std::move(**checkpoint));
  }
  std::ranges::reverse(checkpoints);
  return checkpoints;
}

/// A replay from the checkpoint on; nothing where the journal has another state there.
Result<std::optional<Replay>> start_at(const journal::Checkpoint& checkpoint, journal::Reader& reader,
                                       std::uint64_t first_batch) {
  ByteReader bytes(checkpoint.state);
  Result<Engine> engine = Engine::load(bytes);
  if (!engine) return std::nullopt;
  // Where the checkpoint's own batch is gone, the next one has to fit: its replay shows whether the hash
  // does.
  const bool own = checkpoint.batch >= first_batch;
  wire::Batch batch;
  if (Status read = read_batch(reader, checkpoint.batch + (own ? 0 : 1), batch); !read)
    return pass_on(std::move(read));
  if (own &&
      (engine->state_hash() != batch.header.state_hash || engine->last_sequence() != batch.last_sequence())) {
    return std::nullopt;
  }
  if (!own && engine->last_sequence() + 1 != batch.header.first_sequence) return std::nullopt;
  return Replay(std::move(*engine), batch.header.first_command + (own ? batch.commands.size() : 0));
}

Result<ReplayStart> find_start(const std::filesystem::path& journal, const std::filesystem::path& archive,
                               journal::Reader& reader, const journal::Head& head) {
  const Result<std::uint64_t> first = journal::first_batch_there(journal);
  if (!first) return std::unexpected(first.error());
  if (*first == 1) return ReplayStart();
  const auto checkpoints = find_checkpoints(journal, *first, head.batch);
  if (!checkpoints) return std::unexpected(checkpoints.error());
  for (const journal::Checkpoint& checkpoint : *checkpoints) {
    Result<std::optional<Replay>> replay = start_at(checkpoint, reader, *first);
    if (!replay) return pass_on(std::move(replay));
    if (*replay) return ReplayStart{std::move(**replay), checkpoint.batch + 1};
  }
  return fail_named(ErrorCode::not_found, journal::batch_not_archived,
                    "the journal at " + journal.string() + " begins with batch " + std::to_string(*first) +
                        ", and has no checkpoint from which it could be replayed",
                    "bring the archive's files (segment-*.zst) of batches 1 to " +
                        std::to_string(*first - 1) + " to " + archive.string());
}

Result<ReplayOutcome> replay_from(Context& context, journal::Reader& reader, const journal::Head& head,
                                  ReplayStart start) {
  const CooperativeInterrupt interrupt;
  Progress progress(context, "batches", head.batch);
  Replay& replay = start.replay;
  wire::Batch batch;
  ReplayOutcome outcome;
  outcome.first_batch = start.batch <= head.batch ? start.batch : 0;
  outcome.batches = start.batch - 1;
  const std::int64_t started = monotonic_nanoseconds();
  for (std::uint64_t number = start.batch;
       number <= head.batch && !outcome.difference && !interrupt.requested(); ++number) {
    if (Status read = read_batch(reader, number, batch); !read) return pass_on(std::move(read));
    outcome.difference = replay.apply(batch);
    if (outcome.difference)
      outcome.difference = "batch " + std::to_string(number) + ": " + *outcome.difference;
    outcome.batches = number;
    progress.update(number);
  }
  progress.finish();
  outcome.commands = replay.commands();
  outcome.sequence = replay.engine().last_sequence();
  outcome.state_hash = replay.engine().state_hash();
  outcome.full_state_hash = replay.engine().full_state_hash();
  outcome.seconds = static_cast<double>(monotonic_nanoseconds() - started) / 1e9;
  outcome.interrupted = interrupt.requested();
  return outcome;
}

}  // namespace

Result<ReplayOutcome> replay_and_compare(Context& context, const std::filesystem::path& journal) {
  Result<std::unique_ptr<journal::Reader>> reader = open_journal(journal);
  if (!reader) return pass_on(std::move(reader));
  const Result<journal::Head> head = (*reader)->head();
  if (!head) return std::unexpected(head.error());
  return replay_from(context, **reader, *head, {});
}

Result<ReplayOutcome> replay_and_compare_rest(Context& context, const std::filesystem::path& journal,
                                              const std::filesystem::path& archive) {
  Result<std::unique_ptr<journal::Reader>> reader = open_journal(journal);
  if (!reader) return pass_on(std::move(reader));
  const Result<journal::Head> head = (*reader)->head();
  if (!head) return std::unexpected(head.error());
  Result<ReplayStart> start = find_start(journal, archive, **reader, *head);
  if (!start) return pass_on(std::move(start));
  return replay_from(context, **reader, *head, std::move(*start));
}

Error replay_difference(const std::string& difference) {
  return fail_named(ErrorCode::difference, "replay_difference", difference,
                    "this build is not the one that wrote the journal, or the journal was changed")
      .error();
}

}  // namespace trade::cmd
