#include "base/address_space.hpp"

#include <cstdint>
#include <new>

#include <sys/mman.h>

#include "base/assert.hpp"
#include "base/large_pages.hpp"

namespace trade {

namespace {

constexpr std::size_t small_step_bytes = std::size_t{64} << 10;

}  // namespace

AddressSpace::AddressSpace(std::size_t bytes, std::size_t bytes_min) {
  for (;; bytes /= 2) {
    bytes_ = rounded_up(bytes, large_page_bytes);
    mapping_bytes_ = bytes_ + large_page_bytes;
    mapping_ = mmap(nullptr, mapping_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping_ != MAP_FAILED) break;
    if (bytes / 2 < bytes_min) throw std::bad_alloc();
  }
  const auto address = reinterpret_cast<std::uintptr_t>(mapping_);
  begin_ = static_cast<std::byte*>(mapping_) + (rounded_up(address, large_page_bytes) - address);
  wish_for_large_pages(begin_, bytes_);
}

AddressSpace::~AddressSpace() {
  munmap(mapping_, mapping_bytes_);
}

void AddressSpace::grow(std::size_t bytes) {
  TRADE_ASSERT(bytes <= bytes_, "the range was reserved for as much as its owner may need");
  const std::size_t step = bytes < large_page_bytes ? small_step_bytes : large_page_bytes;
  const std::size_t usable = rounded_up(bytes, step);
  if (mprotect(begin_ + usable_bytes_, usable - usable_bytes_, PROT_READ | PROT_WRITE) != 0)
    throw std::bad_alloc();
  usable_bytes_ = usable;
  count_large_memory_grant();
}

}  // namespace trade
