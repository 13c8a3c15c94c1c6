#include "tradingd/recovery.hpp"

#include <string>
#include <utility>
#include <vector>

namespace trade::tradingd {

namespace {

/// Applies one journaled batch and compares what comes of it with what came of it then.
Status replay(Engine& engine, const wire::Batch& batch, std::vector<Event>& events) {
  const auto different = [&](const std::string& what) {
    return fail(
        ErrorCode::difference,
        "journal batch " + std::to_string(batch.header.batch) + " replays differently: " + what,
        "this build is not the one that wrote the journal, or the journal was edited; run 'trade journal "
        "verify' and use the build that wrote it");
  };
  events.clear();
  for (std::size_t i = 0; i < batch.commands.size(); ++i) {
    engine.prefetch(batch.commands, i);
    engine.apply(batch.commands[i], events);
  }
  if (events.size() != batch.events.size()) {
    return different(std::to_string(events.size()) + " events instead of " +
                     std::to_string(batch.events.size()));
  }
  if (engine.state_hash() != batch.header.state_hash) return different("another state hash");
  return {};
}

/// Whether a checkpoint's engine is the one after that batch of this journal. One of another history (of a
/// journal that was replaced by a copy, or of batches that were lost with the disk) may have a number that
/// this one has come to as well.
Result<bool> is_of_this_journal(const Engine& engine, std::uint64_t number, journal::Reader& reader,
                                wire::Batch& batch) {
  const Result<bool> there = reader.read(number, batch);
  if (!there) {
    // It was removed from the database, as programs before this one did with the checkpoint's own batch too,
    // and its archive is elsewhere: there is nothing to hold the checkpoint against.
    if (there.error().name == journal::batch_not_archived) return true;
    return std::unexpected(there.error());
  }
  return *there && batch.header.state_hash == engine.state_hash() &&
         batch.last_sequence() == engine.last_sequence();
}

/// Takes the newest checkpoint that loads and is of this journal; without one, all is replayed.
Status start_from_checkpoint(const LoadCheckpoint& load_checkpoint, journal::Reader& reader,
                             const std::function<void(const std::string&)>& warn,
                             const EngineCapacity& capacity, Recovered& recovered) {
  wire::Batch batch;
  for (std::uint64_t batch_max = recovered.head.batch; batch_max != 0;) {
    const auto checkpoint = load_checkpoint(batch_max);
    if (!checkpoint) {
      warn("no checkpoint used: " + checkpoint.error().message);
      return {};
    }
    if (!checkpoint->has_value()) return {};
    const std::uint64_t number = (*checkpoint)->batch;
    const auto not_used = [&](const std::string& why) {
      warn("checkpoint of batch " + std::to_string(number) + " not used: " + why);
    };
    ByteReader bytes((*checkpoint)->state);
    Result<Engine> engine = Engine::load(bytes, capacity);
    if (engine) {
      const Result<bool> fits = is_of_this_journal(*engine, number, reader, batch);
      if (!fits) return std::unexpected(fits.error());
      if (*fits) {
        recovered.engine = std::move(*engine);
        recovered.checkpoint_batch = number;
        return {};
      }
      not_used("it is not of this journal");
    } else {
      not_used(engine.error().message);
    }
    batch_max = number - 1;
  }
  return {};
}

}  // namespace

Result<Recovered> recover(const LoadCheckpoint& load_checkpoint, journal::Reader& reader,
                          const std::function<void(const std::string&)>& warn,
                          const EngineCapacity& capacity) {
  const Result<journal::Head> head = reader.head();
  if (!head) return std::unexpected(head.error());
  Recovered recovered{Engine(capacity), *head, 0, 0};
  if (Status started = start_from_checkpoint(load_checkpoint, reader, warn, capacity, recovered); !started)
    return std::unexpected(started.error());
  wire::Batch batch;
  std::vector<Event> events;
  for (std::uint64_t number = recovered.checkpoint_batch + 1; number <= head->batch; ++number) {
    const Result<bool> there = reader.read(number, batch);
    if (!there) return std::unexpected(there.error());
    if (!*there) {
      return fail(ErrorCode::corrupt, "journal batch " + std::to_string(number) + " is missing",
                  "run 'trade journal verify' and restore from a backup");
    }
    if (Status status = replay(recovered.engine, batch, events); !status)
      return std::unexpected(status.error());
    recovered.replayed_commands += batch.commands.size();
  }
  if (recovered.engine.last_sequence() != head->last_sequence) {
    return fail(ErrorCode::difference,
                "the restored state ends with event " + std::to_string(recovered.engine.last_sequence()) +
                    ", the journal with " + std::to_string(head->last_sequence),
                "remove the checkpoint files from the journal's directory and start again");
  }
  return recovered;
}

Result<Recovered> recover(const std::filesystem::path& journal_directory, journal::Reader& reader,
                          const std::function<void(const std::string&)>& warn) {
  return recover(
      [&](std::uint64_t batch_max) { return journal::load_own_checkpoint(journal_directory, batch_max); },
      reader, warn);
}

}  // namespace trade::tradingd
