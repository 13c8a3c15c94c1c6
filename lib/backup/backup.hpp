// A home as a copy: taken while its daemons run, and made a home again. The journal is the truth; it is
// copied last, so that what the followers and the checkpoints had reached lies within it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/home.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"

namespace trade::backup {

/// What a backup says of itself, in its file backup.json, which is written last: without it, it is not whole.
struct Manifest {
  Timestamp created_at;
  std::string program_version;
  std::uint64_t batch = 0;  ///< the last one in it
  Sequence last_sequence = 0;
  std::uint64_t state_hash = 0;    ///< of the engine after it
  std::vector<std::string> parts;  ///< "journal", "ledger", …, "trade.toml"
};

/// Told how far it is, in batches; false from it ends the copying.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t all)>;

struct BackupOptions {
  std::filesystem::path config_file;  ///< copied as trade.toml where there is one
  bool journal_only = false;          ///< leaves out what is made again from the journal: books, market data
};

/// What would be copied from this home, in order.
Result<std::vector<std::string>> parts_of(const app::Home& home, const BackupOptions& options);

/// Copies the home to `directory`, which must be empty or not there yet. Logs and sockets are left out.
Result<Manifest> make(const app::Home& home, const std::filesystem::path& directory,
                      const BackupOptions& options, const Progress& progress);

/// `not_found` where there is no backup, `corrupt` where it is not whole.
Result<Manifest> read_manifest(const std::filesystem::path& directory);

/// Copies a backup into `<home>/restoring`; nothing else of the home changes. What an earlier try left there
/// is replaced. The journal is checked on the way.
Status stage(const std::filesystem::path& directory, const Manifest& manifest, const app::Home& home,
             const Progress& progress);
/// Where a staged home's journal is.
std::filesystem::path staged_journal(const app::Home& home);
/// Puts what is staged in its place; what was there goes to `<home>/replaced-<time>`, which is returned, or
/// an empty path where nothing was there.
Result<std::filesystem::path> install(const Manifest& manifest, const app::Home& home, Timestamp now);

/// Which of the parts that a backup has the home has as well.
std::vector<std::string> existing_parts(const Manifest& manifest, const app::Home& home);

}  // namespace trade::backup
