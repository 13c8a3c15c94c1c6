#include "replay_check.hpp"

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
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

}  // namespace

Result<ReplayOutcome> replay_and_compare(Context& context, const std::filesystem::path& journal) {
  Result<std::unique_ptr<journal::Reader>> reader = open_journal(journal);
  if (!reader) return pass_on(std::move(reader));
  const Result<journal::Head> head = (*reader)->head();
  if (!head) return std::unexpected(head.error());
  const CooperativeInterrupt interrupt;
  Progress progress(context, "batches", head->batch);
  Replay replay;
  wire::Batch batch;
  ReplayOutcome outcome;
  const std::int64_t start = monotonic_nanoseconds();
  for (std::uint64_t number = 1; number <= head->batch && !outcome.difference && !interrupt.requested();
       ++number) {
    if (Status read = read_batch(**reader, number, batch); !read) return pass_on(std::move(read));
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
  outcome.seconds = static_cast<double>(monotonic_nanoseconds() - start) / 1e9;
  outcome.interrupted = interrupt.requested();
  return outcome;
}

Error replay_difference(const std::string& difference) {
  return fail_named(ErrorCode::difference, "replay_difference", difference,
                    "this build is not the one that wrote the journal, or the journal was changed")
      .error();
}

}  // namespace trade::cmd
