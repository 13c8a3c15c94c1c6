// The journal of this machine for those who follow events alone, as ledgerd and feedd do.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.hpp"
#include "journal/journal.hpp"

namespace trade::journal {

/// As `open_reader`, but batches are read without their commands: `commands` and `events_per_command` stay
/// empty, which is cheaper.
Result<std::unique_ptr<Reader>> open_events_reader(const std::filesystem::path& directory);

/// The same, without the events that no market changes with: see wire::decode_market_events.
Result<std::unique_ptr<Reader>> open_market_events_reader(const std::filesystem::path& directory);

}  // namespace trade::journal
