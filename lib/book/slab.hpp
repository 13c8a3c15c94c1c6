// Memory for many small things of one type, each named by a 32-bit index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/address_space.hpp"
#include "base/fork_snapshot.hpp"
#include "base/prefetch.hpp"

namespace trade::detail {

/// Stops the process: every owner of a slab bounds what it puts in.
[[noreturn]] void slab_is_full();

/// Address space for `size_max` things is reserved once and made usable step by step: things never move, and
/// an index becomes an address by one addition. Index zero is never handed out: it means "none". What is
/// freed last is handed out first, while it is still in the cache. `free_link` is the member that links free
/// things; whoever allocates one sets all that it will read. Memory is given back only when the slab ends.
template <class T, std::uint32_t T::* free_link, std::uint32_t size_max>
class Slab {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  explicit Slab(std::uint32_t reserved) { commit(reserved < size_max ? reserved + 1 : size_max); }

  T& operator[](std::uint32_t index) {
    snapshot_memory_.before_write(std::size_t{index} * sizeof(T), sizeof(T));
    return things_[index];
  }
  const T& operator[](std::uint32_t index) const { return things_[index]; }

  [[nodiscard]] std::uint32_t allocate() {
    if (free_ == 0) [[unlikely]] {
      commit(1);
    }
    const std::uint32_t index = free_;
    free_ = things_[index].*free_link;
    return index;
  }
  void free(std::uint32_t index) {
    (*this)[index].*free_link = free_;
    free_ = index;
  }

  /// Brings the first cache line of a thing nearer; index zero is allowed.
  void prefetch(std::uint32_t index) const { prefetch_line(&things_[index]); }

  // The same for two at once, without going to memory in between.

  struct Two {
    std::uint32_t first;
    std::uint32_t second;
  };
  /// The two that are next to be handed out. They are not yet: `take_first` or `take` does it, at once.
  [[nodiscard]] Two next_two() {
    for (;;) {
      const std::uint32_t first = free_;
      const std::uint32_t second = first == 0 ? 0 : things_[first].*free_link;
      if (second != 0) [[likely]] {
        return {first, second};
      }
      commit(1);
    }
  }
  void take_first(Two two) { free_ = two.second; }
  void take(Two two) { free_ = things_[two.second].*free_link; }
  /// They are handed out again in the order of their names.
  void free(Two two) {
    (*this)[two.second].*free_link = free_;
    (*this)[two.first].*free_link = two.second;
    free_ = two.first;
  }

  /// For things that are written to only through references that were got since the process last forked:
  /// what `const` member functions look at is in the snapshot as it is when it forks.
  void add_to(ForkSnapshot& snapshot) const {
    snapshot.add(snapshot_memory_, space_.begin(), std::size_t{committed_} * sizeof(T));
  }

  /// How many are handed out. Counted anew, slowly.
  [[nodiscard]] std::uint32_t used() const {
    std::uint32_t used = committed_ - 1;
    for (std::uint32_t index = free_; index != 0; index = things_[index].*free_link)
      --used;
    return used;
  }
  [[nodiscard]] std::size_t memory_bytes() const { return std::size_t{committed_} * sizeof(T); }

 private:
  /// Small enough for a book in a test, large enough to be a rare event.
  static constexpr std::uint32_t things_per_step = 65'536 / sizeof(T);

  /// Makes at least `count` more usable, touches them, and links them so that low indices go out first.
  [[gnu::noinline]] void commit(std::uint32_t count) {
    const std::uint32_t first = committed_;
    if (count > size_max - first) slab_is_full();
    const std::uint32_t whole_steps = (count + things_per_step - 1) / things_per_step * things_per_step;
    const std::uint32_t end = whole_steps < size_max - first ? first + whole_steps : size_max;
    space_.make_usable(std::size_t{end} * sizeof(T));
    committed_ = end;
    for (std::uint32_t index = end - 1; index >= first && index != 0; --index)
      free(index);
  }

  AddressSpace space_{std::size_t{size_max} * sizeof(T)};
  T* things_ = reinterpret_cast<T*>(space_.begin());
  mutable SnapshotMemory snapshot_memory_;  ///< no part of what the things are
  std::uint32_t free_ = 0;
  std::uint32_t committed_ = 0;
};

}  // namespace trade::detail
