// Running a journal's commands through a fresh engine: what they give must be what the journal says they
// gave.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "context.hpp"
#include "model/ids.hpp"

namespace trade::cmd {

struct ReplayOutcome {
  std::uint64_t first_batch = 1;  ///< that was replayed; zero: none was
  std::uint64_t batches = 0;
  std::uint64_t commands = 0;
  Sequence sequence = 0;
  std::uint64_t state_hash = 0;
  std::uint64_t full_state_hash = 0;
  double seconds = 0;
  std::optional<std::string> difference;  ///< the first one: "batch 7: …"
  bool interrupted = false;               ///< by a signal, before the end
};

/// Replays the journal in this directory, with progress on standard error.
Result<ReplayOutcome> replay_and_compare(Context& context, const std::filesystem::path& journal);

/// The same where the first batches may be gone, their archive taken elsewhere: then from the oldest of the
/// journal's checkpoints that fits it and has all batches behind it. `batch_not_archived` where there is
/// none; `archive` is where the files are to be brought back to.
Result<ReplayOutcome> replay_and_compare_rest(Context& context, const std::filesystem::path& journal,
                                              const std::filesystem::path& archive);

/// The error that tells a difference.
Error replay_difference(const std::string& difference);

}  // namespace trade::cmd
