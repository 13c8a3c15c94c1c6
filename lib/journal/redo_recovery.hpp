// What a writer that starts, or who reads while there is none, finds in the redo log: batches that the
// database does not have yet.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "journal/record.hpp"
#include "journal/redo_index.hpp"

namespace trade::journal {

struct RedoRecord {
  RecordHeader header;
  RedoPlace place;
};

/// What a redo log has behind the end of the database.
struct RedoFindings {
  std::vector<RedoRecord> records;  ///< in their order, up to the end or to what is not whole
  Status whole;                     ///< the error of `find_redo_records`
};
RedoFindings examine_redo_log(const std::filesystem::path& journal, const Hash& identity,
                              const ChainLink& end);

/// The records that follow on from `end`, the end of the database, in their order. The last write may have
/// been cut short by a crash: it was never acknowledged, and is left out. `corrupt` where anything else is
/// not whole: a record before the last, or one that was acknowledged.
Result<std::vector<RedoRecord>> find_redo_records(const std::filesystem::path& journal, const Hash& identity,
                                                  const ChainLink& end);

}  // namespace trade::journal
