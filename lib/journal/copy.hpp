// A journal as a copy elsewhere: for backups, taken while it is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/result.hpp"
#include "journal/journal.hpp"

namespace trade::journal {

struct CopyReport {
  Head head;                     ///< where the copy ends
  std::uint64_t state_hash = 0;  ///< of the engine there
  std::uint64_t bytes = 0;       ///< of the records
};

/// Copies every batch that is durable when this begins into a new journal at `to`, with the same identity.
/// What is copied is checked on the way: hashes, and that each batch follows the one before. Read
/// transactions are short, so the source's file does not grow by them. Where a prune removes batches that
/// were to be copied, the copy begins behind them, as its source does then. `progress` is told the number of
/// the last batch copied and of the last there is; false from it ends the copy with `internal`.
Result<CopyReport> copy(const std::filesystem::path& from, const std::filesystem::path& to,
                        const std::function<bool(std::uint64_t done, std::uint64_t all)>& progress);

/// Copies the checkpoints, the older first. One that is replaced meanwhile is left out.
Status copy_checkpoints(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace trade::journal
