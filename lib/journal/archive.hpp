// Old batches go to the archive, compressed, and from there on need not be in the database. Readers find them
// in either place. All of it while the journal is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/result.hpp"
#include "base/time.hpp"
#include "journal/journal.hpp"

namespace trade::journal {

/// Told the last batch done and the last to be done; false from it ends the work after the segment.
using ArchiveProgress = std::function<bool(std::uint64_t done, std::uint64_t last)>;

struct ArchiveReport {
  std::uint64_t first = 0;  ///< of the batches that were archived; zero: none
  std::uint64_t last = 0;
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;  ///< of their records
  std::uint64_t compressed_bytes = 0;
};

/// Archives the batches up to `through` that are not yet archived. Each is checked on the way.
Result<ArchiveReport> archive(const std::filesystem::path& journal, std::uint64_t through,
                              const ArchiveProgress& progress);

struct PruneReport {
  std::uint64_t first = 0;  ///< of the batches that were removed; zero: none
  std::uint64_t last = 0;
  std::uint64_t kept_from = 1;  ///< the first batch that is in the database now
};

/// What a prune up to `through` would remove: whole archived segments, with nothing in them but what comes
/// before the newest checkpoint's batch (so that a start needs no archive), and never the last batch.
Result<PruneReport> prunable(const std::filesystem::path& journal, std::uint64_t through);

/// Removes it from the database, once it has been compared with the archive byte by byte. In small steps with
/// pauses between: the sequencer's commits go on.
Result<PruneReport> prune(const std::filesystem::path& journal, std::uint64_t through,
                          const ArchiveProgress& progress);

/// The first batch from which on none is missing: each is in the database or in the archive, whose older
/// files may have been taken elsewhere.
Result<std::uint64_t> first_batch_there(const std::filesystem::path& journal);

/// The last batch whose first command is earlier than `time`; zero where there is none. Batches that were
/// removed, and that the archive does not have, count as earlier.
Result<std::uint64_t> last_batch_before(Reader& reader, Timestamp time);

}  // namespace trade::journal
