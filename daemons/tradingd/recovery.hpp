// Start-up: from a checkpoint and the journal behind it to the state that was acknowledged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "engine/engine.hpp"
#include "journal/journal.hpp"

namespace trade::tradingd {

struct Recovered {
  Engine engine;
  journal::Head head;
  std::uint64_t checkpoint_batch = 0;   ///< zero: from the beginning
  std::uint64_t replayed_commands = 0;  ///< from there on
};

/// Where a checkpoint comes from: the newest that is whole and not after the batch.
using LoadCheckpoint = std::function<Result<std::optional<journal::Checkpoint>>(std::uint64_t batch_max)>;

/// Restores the engine. A checkpoint that does not load, or is not of this journal, is passed over with a
/// call to `warn`, and the one before it is tried. `difference` when a batch, applied again, gives another
/// state than it gave when it was journaled.
Result<Recovered> recover(const LoadCheckpoint& load_checkpoint, journal::Reader& reader,
                          const std::function<void(const std::string&)>& warn,
                          const EngineCapacity& capacity = {});
/// The same, with the checkpoints that are kept beside the journal.
Result<Recovered> recover(const std::filesystem::path& journal_directory, journal::Reader& reader,
                          const std::function<void(const std::string&)>& warn);

}  // namespace trade::tradingd
