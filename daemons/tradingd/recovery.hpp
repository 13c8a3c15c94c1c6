// Start-up: from a checkpoint and the journal behind it to the state that was acknowledged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

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

/// Restores the engine. A checkpoint that does not load is passed over with a call to `warn`. `difference`
/// when a batch, applied again, gives another state than it gave when it was journaled.
Result<Recovered> recover(const std::filesystem::path& journal_directory, journal::Reader& reader,
                          const std::function<void(const std::string&)>& warn);

}  // namespace trade::tradingd
