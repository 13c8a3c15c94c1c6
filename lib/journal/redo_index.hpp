// The redo log: where a batch becomes durable first. Two files that are written in turn, batch after batch,
// each with one sync; from there batches go to the database many at a time, which is durable before their
// place is used again. A commit of LMDB alone takes two syncs and writes pages all over its file: several
// times as long.
//
// This is where batches lie in it, in memory that the writer shares with readers in other processes. It is a
// help to find them, never the truth: whatever is read is checked against its record's own checksum, and a
// writer that starts goes through the files themselves.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include <sys/types.h>

#include "base/result.hpp"
#include "journal/hash.hpp"

namespace trade::journal {

/// So many files, one being filled, one being emptied.
constexpr std::size_t redo_files = 2;
/// A record begins at a multiple of this, so that no write touches what was acknowledged before.
constexpr std::uint64_t redo_page_bytes = 4'096;
/// In one file at most; so are the batches of which the index knows the place.
constexpr std::size_t redo_file_batches_max = 1'024;
constexpr std::size_t redo_slots = redo_files * redo_file_batches_max;

std::filesystem::path redo_file_path(const std::filesystem::path& journal, std::size_t file);
std::filesystem::path redo_index_path(const std::filesystem::path& journal);

struct RedoPlace {
  std::uint8_t file = 0;
  std::uint32_t page = 0;  ///< where the record begins
  std::uint32_t bytes = 0;
};

class RedoIndex {
 public:
  /// Makes the file where it is missing, empties it and gives it the journal's identity.
  static Result<RedoIndex> open_for_writing(const std::filesystem::path& journal, const Hash& identity);
  /// Nothing where there is none, or one of another journal.
  static std::optional<RedoIndex> open_for_reading(const std::filesystem::path& journal,
                                                   const Hash& identity);

  /// False where it is no longer the file that is there: it was taken away, and perhaps another was made.
  [[nodiscard]] bool is_that_of(const std::filesystem::path& journal) const;

  /// Nothing lies in the redo log any more.
  void clear();
  /// The batch is durable, and lies there.
  void put(std::uint64_t batch, const RedoPlace& place);
  /// Where the batch lies; nothing where it was not put yet, or its place has been given to another.
  [[nodiscard]] std::optional<RedoPlace> find(std::uint64_t batch) const;
  /// The last batch put; zero: none since it was opened for writing.
  [[nodiscard]] std::uint64_t last() const;

 private:
  struct Slot {
    std::atomic<std::uint64_t> batch;
    std::atomic<std::uint64_t> place;
  };
  struct Memory {
    std::uint64_t magic;
    Hash identity;
    std::atomic<std::uint64_t> last;
    std::array<Slot, redo_slots> slots;
  };
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "it is shared between processes");

  struct Unmap {
    void operator()(Memory* memory) const;
  };
  RedoIndex(Memory* memory, dev_t device, ino_t file) : memory_(memory), device_(device), file_(file) {}
  static Result<RedoIndex> map(const std::filesystem::path& path, bool writing);

  std::unique_ptr<Memory, Unmap> memory_;
  dev_t device_;
  ino_t file_;  ///< its number there
};

}  // namespace trade::journal
