// The redo log as the writer has it: appends to it, and has a thread move what was appended into the
// database.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "journal/files.hpp"
#include "journal/record.hpp"
#include "journal/redo_file.hpp"
#include "journal/redo_index.hpp"

namespace trade::journal {

/// Its own calls come from one thread. The database's batches are written by nobody else meanwhile.
class RedoLog {
 public:
  /// Moves what an earlier writer left into the database. `end` is the end of that, and is moved on.
  static Result<std::unique_ptr<RedoLog>> open(const JournalFiles& files, ChainLink& end, bool sync);
  /// Moves everything into the database.
  ~RedoLog();
  RedoLog(const RedoLog&) = delete;
  RedoLog& operator=(const RedoLog&) = delete;

  /// The record is durable when this returns. Waits while both files are full.
  Status append(const RecordHeader& header, wire::Bytes payload);
  /// After an append: hands a file over to be moved when that is worth a commit, and makes room.
  void prepare();

 private:
  /// Records of one file, in their order.
  struct Filled {
    std::uint64_t first_batch = 0;
    std::vector<RedoPlace> places;
  };

  RedoLog(JournalFiles files, RedoIndex index, std::array<RedoFile, redo_files> redo);

  void hand_over();
  [[nodiscard]] std::uint64_t filled_bytes() const { return std::uint64_t{next_page_} * redo_page_bytes; }
  void run();
  Status move(const Filled& filled);

  JournalFiles files_;
  RedoIndex index_;
  std::array<RedoFile, redo_files> redo_;
  std::uint8_t current_ = 0;     ///< the file that is being filled
  std::uint32_t next_page_ = 0;  ///< in it
  Filled filled_;                ///< in it
  std::int64_t begun_ns_ = 0;    ///< when its first record was appended

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Filled> work_;  ///< being moved
  std::optional<Error> failure_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace trade::journal
