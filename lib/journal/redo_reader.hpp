// Reads what is in the redo log and perhaps not yet in the database.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include "journal/redo_file.hpp"
#include "journal/redo_index.hpp"

namespace trade::journal {

/// Used by one thread. A log that is made later is found then.
class RedoReader {
 public:
  RedoReader(std::filesystem::path journal, const Hash& identity)
      : journal_(std::move(journal)), identity_(identity) {}

  struct Record {
    RecordHeader header;
    wire::Bytes bytes;  ///< all of it, good until the next call
  };
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

 private:
  bool find_index();

  std::filesystem::path journal_;
  Hash identity_;
  std::optional<RedoIndex> index_;
  std::array<std::optional<RedoFile>, redo_files> files_;
  wire::AlignedBuffer record_;
  std::uint64_t missed_ = 0;  ///< the last batch that was not found
};

}  // namespace trade::journal
