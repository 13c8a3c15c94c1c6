#include "book/slab.hpp"

#include <new>

#include <sys/mman.h>

#include "base/assert.hpp"

namespace trade::detail {

std::byte* reserve_address_space(std::size_t bytes) {
  void* const address = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(address);
}

void release_address_space(std::byte* address, std::size_t bytes) {
  munmap(address, bytes);
}

void commit_memory(std::byte* address, std::size_t bytes) {
  if (mprotect(address, bytes, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
}

void slab_is_full() {
  assertion_failed("room in the slab", __FILE__, __LINE__, "the book pool's bound was passed");
}

}  // namespace trade::detail
