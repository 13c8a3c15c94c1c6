// Goes through a journal record by record.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/result.hpp"
#include "journal/files.hpp"
#include "journal/journal.hpp"
#include "journal/record_checks.hpp"
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

/// How a verification goes about it.
enum class VerifyPace : std::uint8_t {
  together,    ///< many records at once, on every processor
  one_by_one,  ///< slower; where the process ends on the way, the batch after its progress is what ended it
};

class Verification {
 public:
  /// `progress` starts at zero and is kept up to date.
  Verification(JournalFiles files, VerifyProgress& progress, VerifyPace pace);

  /// Ends at the last batch there is when it begins, or at the first that is wrong.
  Result<VerifyReport> run();

 private:
  Status verify_archive(const ChainLink& start);
  Result<std::uint64_t> find_last();
  Status verify_portion(std::uint64_t last);
  bool verify_redo(std::uint64_t last);
  void verify_records(std::span<const wire::Bytes> records);
  void take(const CheckedRecord& checked, std::size_t bytes);
  void set_bad(std::uint64_t batch, std::string problem);

  JournalFiles files_;
  RedoReader redo_;
  std::vector<wire::AlignedBuffer> redo_records_;
  VerifyProgress& progress_;
  unsigned threads_;
  std::size_t portion_bytes_max_;
  ChainLink link_;  ///< how far it has got, at first the beginning of all
  std::optional<std::uint64_t> bad_batch_;
  std::string problem_;
};

}  // namespace trade::journal
