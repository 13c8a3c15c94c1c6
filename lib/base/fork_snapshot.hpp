// Memory as it was at a fork, for the child, without the kernel's copy-on-write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include <sys/types.h>

#include "base/large_pages.hpp"

namespace trade {

class ForkSnapshot;

/// A stretch of memory whose owner says what it is about to write to. While a ForkSnapshot still wants it as
/// it was, that part is copied first; at any other time saying so is one comparison.
class SnapshotMemory {
 public:
  SnapshotMemory() = default;
  ~SnapshotMemory();
  SnapshotMemory(const SnapshotMemory&) = delete;
  SnapshotMemory& operator=(const SnapshotMemory&) = delete;

  /// Before each write to `bytes` at `offset` from the beginning of the memory.
  void before_write(std::size_t offset, std::size_t bytes) {
    if (snapshot_ != nullptr) [[unlikely]]
      keep(offset, bytes);
  }

 private:
  friend class ForkSnapshot;

  void keep(std::size_t offset, std::size_t bytes);

  ForkSnapshot* snapshot_ = nullptr;  ///< null: nothing of it is wanted, or nothing any more
  std::size_t place_ = 0;             ///< in the snapshot's list
};

/// One fork and what its child is to see. A child of fork shares all memory with its parent, and each page
/// that the parent writes to while it does is copied by the kernel in a page fault: 23 to 39 µs on a virtual
/// machine, for tens of thousands of pages in the first second, and large pages are broken up. Memory that
/// is added here is left out of the fork. It is copied, page by page where the parent is about to write to
/// it and many pages at a time by `step`, into a file in memory, which the child maps in its place. The file
/// is kept for the next fork: memory that is used for the first time is much dearer.
///
/// For one thread. What the child sees of memory that was added is not there before the parent has said so,
/// once `complete`; all else is there from the beginning.
class ForkSnapshot {
 public:
  /// What is smaller than `smallest_bytes` is left to the kernel.
  explicit ForkSnapshot(std::size_t smallest_bytes = large_page_bytes) : smallest_bytes_(smallest_bytes) {}
  ~ForkSnapshot();
  ForkSnapshot(const ForkSnapshot&) = delete;
  ForkSnapshot& operator=(const ForkSnapshot&) = delete;

  /// Adds the first `used_bytes` of memory that was made usable in an AddressSpace. To be called before
  /// `fork`.
  void add(SnapshotMemory& memory, const std::byte* begin, std::size_t used_bytes);

  /// Memory that the child does not look at: what of it are whole pages is not there for it.
  void leave_out(const void* begin, std::size_t bytes);

  /// Forgets what was added, and returns what takes memory for copies of that much, for a thread of its own,
  /// which is to be over before `fork`: memory that has never been used is dearer than copying.
  std::function<void(const std::stop_token&)> taking_of_room();

  /// As fork(2). Where there is no file in memory to be had (the system has none, or no descriptor is left),
  /// the child shares all memory with the parent. In the child all that was added is mapped, to be read only;
  /// a child in which that fails ends with the status `exit_not_mapped`.
  pid_t fork();
  static constexpr int exit_not_mapped = 3;

  /// Copies up to so many bytes that have not been copied yet; a page of 4 KiB at least.
  void step(std::size_t bytes_max);
  /// All is copied, or nothing was to be.
  [[nodiscard]] bool complete() const { return !failed_ && pages_left_ == 0; }
  /// The child cannot be given what it needs: no memory was left for the copy, or some of it was given back.
  [[nodiscard]] bool failed() const { return failed_; }

  /// Nothing is copied any more. What was added is forgotten; a child that had all of it still has it, and is
  /// to end before the next fork.
  void end();

  /// What was copied since `fork`: in all, and because it was about to be written to.
  [[nodiscard]] std::size_t bytes_kept() const { return bytes_kept_; }
  [[nodiscard]] std::size_t bytes_kept_before_writes() const { return bytes_kept_before_writes_; }

  static constexpr std::size_t page_bytes = 4'096;

 private:
  friend class SnapshotMemory;

  struct Part {
    SnapshotMemory* memory = nullptr;  ///< null: it was given back
    std::byte* begin = nullptr;
    std::size_t mapped_bytes = 0;  ///< whole pages, large ones where there are such
    std::size_t pages = 0;         ///< of `page_bytes`, that are in use
    std::size_t file_offset = 0;
    std::size_t next_page = 0;              ///< all before it are kept
    std::vector<std::uint64_t> kept_pages;  ///< a bit each
  };

  struct Range {
    std::byte* begin = nullptr;
    std::size_t bytes = 0;
  };

  static bool is_kept(const Part& part, std::size_t page) {
    return (part.kept_pages[page / 64] >> (page % 64) & 1) != 0;
  }
  void keep_before_write(std::size_t place, std::size_t offset, std::size_t bytes);
  void keep_pages(Part& part, std::size_t first, std::size_t count);
  void let_go(std::size_t place);
  /// Owners need not say any more what they write to.
  void release();
  /// So long does the file have to be for what was added.
  [[nodiscard]] std::size_t file_bytes() const;
  [[nodiscard]] bool has_file(std::size_t bytes);
  void advise(int advice) const;
  [[nodiscard]] bool map_copies() const;

  std::size_t smallest_bytes_;
  std::vector<Part> parts_;
  std::vector<Range> left_out_;
  int file_ = -1;  ///< made by the first fork that needs it
  std::size_t pages_left_ = 0;
  std::size_t bytes_kept_ = 0;
  std::size_t bytes_kept_before_writes_ = 0;
  bool failed_ = false;
};

}  // namespace trade
