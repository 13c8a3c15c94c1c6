// The machine's large pages, and how often memory was taken in them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace trade {

constexpr std::size_t large_page_bytes = std::size_t{2} << 20;

constexpr std::size_t rounded_up(std::size_t bytes, std::size_t step) {
  return (bytes + step - 1) / step * step;
}

/// Asks for large pages in a range that starts at one. Only a wish: where the kernel has none, all works as
/// it would without.
void wish_for_large_pages(void* memory, std::size_t bytes);

/// Makes memory known that asked for large pages, so that a LargePageGathering finds it. It starts at a large
/// page; what is less than one at its end stays out. Again for the same start: its new size.
void register_large_memory(const void* memory, std::size_t bytes);
/// To be called before the memory is given back; memory that is not known is no error.
void forget_large_memory(const void* memory);

/// In a child of fork that needs the registered memory no more: stops sharing it, so that the parent's writes
/// copy nothing from then on. What was in it is lost to the child. Other threads of the parent may have been
/// at work on the registry when it forked; then nothing is given up.
void give_up_large_memory();

/// One round over the registered memory that puts it into large pages again, one at a time. What a process
/// writes to while a child of fork shares it is broken up into small pages, and the next fork has to copy
/// an entry for each of those: 7.5 ms for 256 MB, where large pages take 0.3 ms. Putting one together takes
/// the kernel 0.6 ms, so it is done in steps.
class LargePageGathering {
 public:
  /// Does the next page. False where there was none left: the round is over.
  bool step();

 private:
  std::uintptr_t next_ = 0;
};

/// How often memory was taken from the system for the tables of this process: by any AddressSpace and by
/// allocate_large_pages. In steady state it stands still.
std::uint64_t large_memory_grants();
void count_large_memory_grant();

}  // namespace trade
