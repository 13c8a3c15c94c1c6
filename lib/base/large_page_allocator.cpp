#include "base/large_page_allocator.hpp"

#include <cstdlib>

#include "base/large_pages.hpp"

namespace trade {

void* allocate_large_pages(std::size_t bytes) {
  const std::size_t whole_pages = rounded_up(bytes, large_page_bytes);
  void* const memory = std::aligned_alloc(large_page_bytes, whole_pages);
  if (memory == nullptr) throw std::bad_alloc();
  wish_for_large_pages(memory, whole_pages);
  count_large_memory_grant();
  return memory;
}

void free_large_pages(void* memory) noexcept {
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc): what aligned_alloc gives is freed so
}

}  // namespace trade
