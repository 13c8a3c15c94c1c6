// Reads what is in the redo log and perhaps not yet in the database.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "journal/redo_file.hpp"
#include "journal/redo_index.hpp"

namespace trade::journal {

/// Used by one thread. A log that is made later is found then.
class RedoReader {
 public:
  RedoReader(std::filesystem::path journal, const Hash& identity)
      : journal_(std::move(journal)), identity_(identity) {}

  /// The durable record of this batch, whole, good until the next call. Nothing where it is not there yet, or
  /// any more: then it is in the database, for whoever looks there afterwards.
  std::optional<wire::Bytes> record(std::uint64_t batch);
  /// The last durable batch, which may be in the database already; zero: look there.
  std::uint64_t last();

 private:
  bool find_index();

  std::filesystem::path journal_;
  Hash identity_;
  std::optional<RedoIndex> index_;
  std::array<std::optional<RedoFile>, redo_files> files_;
  std::vector<std::byte> record_;
};

}  // namespace trade::journal
