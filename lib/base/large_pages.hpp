// The machine's large pages, and how often memory was taken in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>

namespace trade {

constexpr std::size_t large_page_bytes = std::size_t{2} << 20;

constexpr std::size_t rounded_up(std::size_t bytes, std::size_t step) {
  return (bytes + step - 1) / step * step;
}

/// Asks for large pages in a range that starts at one. Only a wish: where the kernel has none, all works as
/// it would without.
void wish_for_large_pages(void* memory, std::size_t bytes);

/// Puts malloc's heap, those of all threads, into large pages again, one after the other, until `stop` says
/// so; for a thread of its own. What a process writes to while a child of fork shares it is broken up into
/// small pages, and the next fork has to copy an entry for each of those: some 3 ms for 40 MB, where large
/// pages take a tenth of that.
void gather_heap_into_large_pages(const std::stop_token& stop);

/// How often memory was taken from the system for the tables of this process: by any AddressSpace and by
/// allocate_large_pages. In steady state it stands still.
std::uint64_t large_memory_grants();
void count_large_memory_grant();

}  // namespace trade
