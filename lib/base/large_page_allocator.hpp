// An allocator for tables that grow to many megabytes and are read at random.
#pragma once

#include <cstddef>
#include <new>

namespace trade {

/// Memory that starts at a large page and asks for such pages. Throws std::bad_alloc.
void* allocate_large_pages(std::size_t bytes);
void free_large_pages(void* memory) noexcept;

/// What is smaller than some large pages comes from the usual place.
template <class T>
struct LargePageAllocator {
  using value_type = T;

  LargePageAllocator() = default;
  template <class U>
  // NOLINTNEXTLINE(google-explicit-constructor): containers convert allocators implicitly
  LargePageAllocator(const LargePageAllocator<U>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes >= large_from_bytes) return static_cast<T*>(allocate_large_pages(bytes));
    return static_cast<T*>(::operator new(bytes, std::align_val_t{alignof(T)}));
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    const std::size_t bytes = count * sizeof(T);
    if (bytes >= large_from_bytes) return free_large_pages(memory);
    ::operator delete(memory, std::align_val_t{alignof(T)});
  }

  bool operator==(const LargePageAllocator&) const = default;

 private:
  static constexpr std::size_t large_from_bytes = std::size_t{4} << 20;
};

}  // namespace trade
