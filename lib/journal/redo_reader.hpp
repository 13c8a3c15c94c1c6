// Reads what is in the redo log and perhaps not yet in the database.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "journal/files.hpp"
#include "journal/redo_file.hpp"
#include "journal/redo_index.hpp"
#include "journal/redo_recovery.hpp"

namespace trade::journal {

/// Used by one thread. A log that is made later is found then.
///
/// While a process writes the journal, the index tells where batches lie. Where none does when this is made,
/// the log's files are gone through instead: after power loss the index, which is never synced, tells what it
/// told some time before, or nothing.
class RedoReader {
 public:
  explicit RedoReader(const JournalFiles& files);

  struct Record {
    RecordHeader header;
    wire::Bytes bytes;  ///< all of it, good until the next call
  };
  /// `corrupt` where batches that were acknowledged are not whole in the files. Those before them are read as
  /// ever.
  [[nodiscard]] const Status& whole() const { return whole_; }
  /// The durable record of this batch, its checksum right. Nothing where it is not there yet, or any more:
  /// then it is in the database, for whoever looks there afterwards.
  std::optional<Record> record(std::uint64_t batch);
  /// The same, read into `record`, which holds anything where there is none.
  std::optional<RecordHeader> read(std::uint64_t batch, wire::AlignedBuffer& record);
  /// For whoever has found a batch neither in the database nor here: the first time it may have moved
  /// meanwhile, and both are to be looked at again; the second time in a row it is missing.
  bool is_missing(std::uint64_t batch) { return std::exchange(missed_, batch) == batch; }
  /// The last durable batch, which may be in the database already; zero: look there.
  std::uint64_t last();
  /// True while `last` may fall behind the database: a writer that begins moves what an earlier one left
  /// there, and goes on. Then `database_has` is to be told how far that goes.
  [[nodiscard]] bool may_be_behind() const { return !left_.empty(); }
  void database_has(std::uint64_t last);

 private:
  void find_left(const JournalFiles& files);
  bool find_index();
  /// What the index tells; zero: nothing that the files did not.
  std::uint64_t last_of_index();
  std::optional<RedoPlace> find_place(std::uint64_t batch);

  std::filesystem::path journal_;
  Hash identity_;
  std::optional<RedoIndex> index_;
  std::int64_t index_looked_at_ns_ = 0;
  std::array<std::optional<RedoFile>, redo_files> files_;
  std::vector<RedoRecord> left_;  ///< what an earlier writer left, in order
  std::uint64_t left_end_ = 0;    ///< up to here the index tells nothing; zero: there was a writer
  Status whole_;
  wire::AlignedBuffer record_;
  std::uint64_t missed_ = 0;  ///< the last batch that was not found
};

}  // namespace trade::journal
