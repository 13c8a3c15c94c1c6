// An open-addressing table of 32-bit numbers (indices of records kept elsewhere), found by hash. It stores no
// keys: the caller's predicate compares the record, so that equality is always by the whole key.
#pragma once

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/fork_snapshot.hpp"
#include "base/large_page_allocator.hpp"
#include "base/prefetch.hpp"

namespace trade::engine {

/// Values are above zero. Of a hash only the upper 32 bits count. Linear probing; removal moves entries back,
/// so that there are no tombstones and the cost of a look-up does not depend on history. It grows by doubling
/// and never shrinks.
class HashIndex {
 public:
  explicit HashIndex(std::uint32_t expected = 8) { resize(slots_for(expected)); }

  [[nodiscard]] std::uint32_t size() const { return size_; }

  /// The value with this hash for which `matches(value)`; zero: none.
  template <class Matches>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, Matches&& matches) const {
    const std::uint32_t tag = tag_of(hash);
    for (std::uint32_t at = tag & mask_; slots_[at].value != 0; at = (at + 1) & mask_) {
      if (slots_[at].tag == tag && matches(slots_[at].value)) return slots_[at].value;
    }
    return 0;
  }

  /// `value` is not in the table yet.
  void insert(std::uint64_t hash, std::uint32_t value) {
    // At most three quarters full, so that a probe stays short.
    if (size_ >= mask_ - mask_ / 4) grow();
    put({tag_of(hash), value});
    ++size_;
  }

  /// Removes `value`, which was inserted with this hash.
  void erase(std::uint64_t hash, std::uint32_t value) {
    std::uint32_t hole = tag_of(hash) & mask_;
    while (slots_[hole].value != value) {
      if (slots_[hole].value == 0) return;
      hole = (hole + 1) & mask_;
    }
    for (std::uint32_t at = (hole + 1) & mask_; slots_[at].value != 0; at = (at + 1) & mask_) {
      // An entry may move back into the hole unless its home lies behind the hole.
      const std::uint32_t home = slots_[at].tag & mask_;
      if (((at - home) & mask_) >= ((at - hole) & mask_)) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = {};
    --size_;
  }

  /// A value that `find` would look at for this hash, and nearly always the one it finds: without looking at
  /// it, so that its record can be called for. Zero: there is none with this hash.
  [[nodiscard]] std::uint32_t guess(std::uint64_t hash) const {
    return find(hash, [](std::uint32_t) { return true; });
  }

  /// Nothing is looked for in it by whoever has the snapshot.
  void leave_out_of(ForkSnapshot& snapshot) const {
    snapshot.leave_out(slots_.data(), slots_.size() * sizeof(Slot));
  }

  void prefetch(std::uint64_t hash) const { prefetch_line(&slots_[tag_of(hash) & mask_]); }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t value = 0;
  };
  using Slots = std::vector<Slot, LargePageAllocator<Slot>>;

  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  static std::uint32_t slots_for(std::uint32_t expected) {
    return std::bit_ceil(expected + expected / 2 + 8);
  }

  void resize(std::uint32_t slots) {
    slots_.assign(slots, {});
    mask_ = slots - 1;
  }
  void grow() {
    Slots old;
    old.swap(slots_);
    resize(2 * (mask_ + 1));
    for (const Slot& slot : old) {
      if (slot.value != 0) put(slot);
    }
  }
  void put(Slot slot) {
    std::uint32_t at = slot.tag & mask_;
    while (slots_[at].value != 0)
      at = (at + 1) & mask_;
    slots_[at] = slot;
  }

  Slots slots_;
  std::uint32_t mask_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace trade::engine
