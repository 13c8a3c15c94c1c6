#include "base/large_pages.hpp"

#include <atomic>

#include <sys/mman.h>

namespace trade {

namespace {

std::atomic<std::uint64_t> grants{0};

}  // namespace

void wish_for_large_pages(void* memory, std::size_t bytes) {
  static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));
}

std::uint64_t large_memory_grants() {
  return grants;
}

void count_large_memory_grant() {
  ++grants;
}

}  // namespace trade
