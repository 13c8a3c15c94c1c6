// Goes through a journal record by record.
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/result.hpp"
#include "journal/files.hpp"
#include "journal/journal.hpp"
#include "journal/redo_reader.hpp"

namespace trade::journal {

/// How far a verification has got: what was found good. In memory that two processes may share.
struct VerifyProgress {
  Head head;
  std::uint64_t batches = 0;
  std::uint64_t archived = 0;  ///< of them, in the archive alone
  std::uint64_t commands = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
};
static_assert(std::is_trivially_copyable_v<VerifyProgress>);

inline VerifyReport report_of(const VerifyProgress& progress) {
  VerifyReport report;
  report.head = progress.head;
  report.batches = progress.batches;
  report.archived = progress.archived;
  report.commands = progress.commands;
  report.events = progress.events;
  report.bytes = progress.bytes;
  return report;
}

class Verification {
 public:
  /// `progress` starts at zero and is kept up to date.
  Verification(JournalFiles files, VerifyProgress& progress);

  /// Ends at the last batch there is when it begins, or at the first that is wrong.
  Result<VerifyReport> run();

 private:
  Status verify_archive();
  Result<std::uint64_t> find_last();
  Status verify_portion(std::uint64_t last);
  bool verify_redo(std::uint64_t expected);
  void verify_stored(std::uint64_t expected, store::Bytes key, wire::Bytes record);
  void verify_record(std::uint64_t expected, wire::Bytes record);
  void set_bad(std::uint64_t batch, std::string problem);

  JournalFiles files_;
  RedoReader redo_;
  VerifyProgress& progress_;
  ChainLink link_;
  std::optional<std::uint64_t> bad_batch_;
  std::string problem_;
  wire::Batch batch_;
};

}  // namespace trade::journal
