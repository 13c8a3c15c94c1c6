#include "base/large_pages.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <mutex>

#include <sys/mman.h>

namespace trade {

namespace {

#ifndef MADV_COLLAPSE
// Linux 6.1 has it, glibc names it from 2.37 on. An older kernel refuses it, and pages stay small.
constexpr int MADV_COLLAPSE = 25;
#endif

std::atomic<std::uint64_t> grants{0};

/// Whole large pages, by where they start. The mutex keeps memory from being given back under a step.
struct LargeMemory {
  std::mutex mutex;
  std::map<std::uintptr_t, std::size_t> bytes_by_start;
};

LargeMemory& large_memory() {
  // Never destroyed: tables that end with the process still give their memory back.
  static auto* const memory = new LargeMemory;
  return *memory;
}

}  // namespace

void wish_for_large_pages(void* memory, std::size_t bytes) {
  static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));
}

void register_large_memory(const void* memory, std::size_t bytes) {
  const std::size_t whole_pages = bytes / large_page_bytes * large_page_bytes;
  if (whole_pages == 0) return;
  LargeMemory& known = large_memory();
  const std::lock_guard lock(known.mutex);
  known.bytes_by_start[reinterpret_cast<std::uintptr_t>(memory)] = whole_pages;
}

void forget_large_memory(const void* memory) {
  LargeMemory& known = large_memory();
  const std::lock_guard lock(known.mutex);
  known.bytes_by_start.erase(reinterpret_cast<std::uintptr_t>(memory));
}

void give_up_large_memory() {
  LargeMemory& known = large_memory();
  const std::unique_lock lock(known.mutex, std::try_to_lock);
  if (!lock) return;
  for (const auto& [start, bytes] : known.bytes_by_start) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the registry orders addresses
    static_cast<void>(madvise(reinterpret_cast<void*>(start), bytes, MADV_DONTNEED));
  }
}

bool LargePageGathering::step() {
  LargeMemory& known = large_memory();
  const std::lock_guard lock(known.mutex);
  auto range = known.bytes_by_start.upper_bound(next_);
  if (range != known.bytes_by_start.begin()) {
    const auto before = std::prev(range);
    if (next_ < before->first + before->second) range = before;
  }
  if (range == known.bytes_by_start.end()) return false;
  const std::uintptr_t page = std::max(range->first, next_);
  next_ = page + large_page_bytes;
  // A page that is large already is left alone; one for which there is no room stays small.
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the registry orders addresses
  static_cast<void>(madvise(reinterpret_cast<void*>(page), large_page_bytes, MADV_COLLAPSE));
  return true;
}

std::uint64_t large_memory_grants() {
  return grants;
}

void count_large_memory_grant() {
  ++grants;
}

}  // namespace trade
