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

}  // namespace

Result<Recovered> recover(const LoadCheckpoint& load_checkpoint, journal::Reader& reader,
                          const std::function<void(const std::string&)>& warn,
                          const EngineCapacity& capacity) {
  const Result<journal::Head> head = reader.head();
  if (!head) return std::unexpected(head.error());
  Recovered recovered{Engine(capacity), *head, 0, 0};
  auto checkpoint = load_checkpoint(head->batch);
  if (!checkpoint) {
    warn("no checkpoint used: " + checkpoint.error().message);
  } else if (checkpoint->has_value()) {
    ByteReader bytes((*checkpoint)->state);
    Result<Engine> engine = Engine::load(bytes, capacity);
    if (engine) {
      recovered.engine = std::move(*engine);
      recovered.checkpoint_batch = (*checkpoint)->batch;
    } else {
      warn("checkpoint of batch " + std::to_string((*checkpoint)->batch) +
           " not used: " + engine.error().message);
    }
  }
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
