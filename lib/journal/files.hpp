// Where a journal keeps what: one LMDB environment with two databases, and a lock file for the one writer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "journal/journal.hpp"
#include "journal/record.hpp"
#include "store/environment.hpp"
#include "store/key.hpp"

namespace trade::journal {

// Database "batches": key big-endian u64 batch number, value the record (see record.hpp).
// Database "meta": "format_version" (u32, little-endian), "identity" (32 random bytes, set when the journal
// is made; they stand for the hash of a record before the first), and, once old batches were removed, "start"
// (56 bytes: u64 batch, u64 next_command, u64 last_sequence of the last one removed, and its hash).

constexpr std::uint32_t format_version = 1;

/// An open journal's environment and what was found in it.
struct JournalFiles {
  std::filesystem::path directory;
  std::shared_ptr<store::Environment> environment;
  store::Database batches;
  store::Database meta;
  Hash identity{};
  ChainLink start;  ///< what the first record in the database follows, when this was opened
};

/// Creates what is missing, a new journal with this identity or, where none is given, with one of its own.
/// Only for the holder of the writer's lock.
Result<JournalFiles> open_files_for_writing(const std::filesystem::path& directory, const Options& options,
                                            const std::optional<Hash>& identity = std::nullopt);
/// not_found where there is no journal (yet).
Result<JournalFiles> open_files_for_reading(const std::filesystem::path& directory);

/// An existing journal, for removing what is archived; beside a writer.
Result<JournalFiles> open_files_for_pruning(const std::filesystem::path& directory);
/// What the first record in the database follows as this transaction sees it: a prune may have moved it since
/// the journal was opened.
Result<ChainLink> read_start(const JournalFiles& files, store::Transaction& transaction);
/// Notes what the first record must follow now.
Status put_start(const JournalFiles& files, store::Transaction& transaction, const ChainLink& start);

/// The last record's number and bytes, good as long as the transaction; nothing where there is none.
struct StoredRecord {
  std::uint64_t number = 0;
  wire::Bytes bytes;
};
Result<std::optional<StoredRecord>> last_record(const JournalFiles& files, store::Transaction& transaction);

/// The number in a key; `corrupt` where the key is none of ours.
Result<std::uint64_t> number_of_key(const JournalFiles& files, store::Bytes key);

/// The error of a damaged batch, with advice.
Error damaged(const JournalFiles& files, std::uint64_t batch, const std::string& problem);

}  // namespace trade::journal
