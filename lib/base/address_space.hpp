// A range of addresses reserved in one piece, of which memory is made usable from its start on.
#pragma once

#include <cstddef>

namespace trade {

/// What is put there never moves, and where it lies is found by one addition. The range costs nothing until
/// it is used. It starts at a multiple of the machine's large pages (2 MiB) and asks for them: a table of
/// many megabytes that is read at random then costs far fewer misses of the translation cache, which on a
/// virtual machine are the dearest ones (measured: `share/doc/performance.md`).
class AddressSpace {
 public:
  /// Reserves `bytes`, or, where the system allows a process less (a limit on its address space, an
  /// emulator), half of that, or half of that again, down to `bytes_min`. Throws std::bad_alloc when even
  /// that cannot be had.
  AddressSpace(std::size_t bytes, std::size_t bytes_min);
  explicit AddressSpace(std::size_t bytes) : AddressSpace(bytes, bytes) {}
  ~AddressSpace();
  AddressSpace(const AddressSpace&) = delete;
  AddressSpace& operator=(const AddressSpace&) = delete;

  [[nodiscard]] std::byte* begin() const { return begin_; }
  /// How much is reserved.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// From the start on; it read as zeros until it was written.
  [[nodiscard]] std::size_t usable_bytes() const { return usable_bytes_; }
  /// Makes at least so much usable, at most the whole range: a little at a time while little is used, whole
  /// large pages after that. Throws std::bad_alloc.
  void make_usable(std::size_t bytes) {
    if (bytes > usable_bytes_) grow(bytes);
  }

 private:
  void grow(std::size_t bytes);

  void* mapping_;
  std::size_t mapping_bytes_;
  std::byte* begin_;
  std::size_t bytes_;
  std::size_t usable_bytes_ = 0;
};

}  // namespace trade
