#include "base/large_page_allocator.hpp"

#include <cstdlib>

#include <sys/mman.h>

#include "base/address_space.hpp"

namespace trade {

namespace {

constexpr std::size_t large_page_bytes = std::size_t{2} << 20;

}  // namespace

void* allocate_large_pages(std::size_t bytes) {
  const std::size_t whole_pages = (bytes + large_page_bytes - 1) / large_page_bytes * large_page_bytes;
  void* const memory = std::aligned_alloc(large_page_bytes, whole_pages);
  if (memory == nullptr) throw std::bad_alloc();
  // Only a wish: where the kernel has no large pages, all works as it would without.
  static_cast<void>(madvise(memory, whole_pages, MADV_HUGEPAGE));
  detail::count_large_memory_grant();
  return memory;
}

void free_large_pages(void* memory, std::size_t) noexcept {
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc): what aligned_alloc gives is freed so
}

}  // namespace trade
