// An open-addressing index from a 64-bit hash to a number, for the lookups of the fold: no allocation per
// entry, one cache line per lookup as a rule. Memory only; it is rebuilt from the records that it points at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/large_page_allocator.hpp"

namespace trade::ledger {

/// Spreads the bits of a key. A bijection, so that different keys have different hashes.
constexpr std::uint64_t mixed_hash(std::uint64_t key) {
  key ^= key >> 33;
  key *= 0xff51afd7ed558ccdULL;
  key ^= key >> 33;
  key *= 0xc4ceb9fe1a85ec53ULL;
  key ^= key >> 33;
  return key;
}

inline std::uint64_t text_hash(std::string_view text) {
  return mixed_hash(std::hash<std::string_view>{}(text));
}

/// Values are any number but zero. Several values may have one hash: `find` asks the caller which it is.
class HashIndex {
 public:
  /// The first value of this hash for which `matches(value)`; zero when there is none.
  template <class Matches>
  [[nodiscard]] std::uint64_t find(std::uint64_t hash, Matches&& matches) const {
    if (slots_.empty()) return 0;
    for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.value == 0) return 0;
      if (slot.hash == hash && matches(slot.value)) return slot.value;
    }
  }

  /// Adds a value; one that is there already under this hash is there twice then.
  void insert(std::uint64_t hash, std::uint64_t value) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    place({hash, value});
    ++size_;
  }

  /// For an index whose keys all have hashes of their own: the value that this one has from now on.
  void set(std::uint64_t hash, std::uint64_t value) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    std::size_t at = hash & mask();
    while (slots_[at].value != 0 && slots_[at].hash != hash)
      at = (at + 1) & mask();
    if (slots_[at].value == 0) ++size_;
    slots_[at] = {hash, value};
  }

  /// Removes one entry of this hash and value; false when there is none.
  bool erase(std::uint64_t hash, std::uint64_t value) {
    if (slots_.empty()) return false;
    std::size_t at = hash & mask();
    while (slots_[at].hash != hash || slots_[at].value != value) {
      if (slots_[at].value == 0) return false;
      at = (at + 1) & mask();
    }
    // Entries behind the hole move up where their probe would otherwise stop at it.
    for (std::size_t next = (at + 1) & mask(); slots_[next].value != 0; next = (next + 1) & mask()) {
      const std::size_t home = slots_[next].hash & mask();
      if (((next - home) & mask()) >= ((next - at) & mask())) {
        slots_[at] = slots_[next];
        at = next;
      }
    }
    slots_[at] = {};
    --size_;
    return true;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

  /// Has the processor fetch where entries of this hash stand, for a lookup soon to come.
  void prefetch(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & mask()]);
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t value = 0;  ///< zero: empty
  };

  using Slots = std::vector<Slot, LargePageAllocator<Slot>>;

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }

  void place(Slot slot) {
    std::size_t at = slot.hash & mask();
    while (slots_[at].value != 0)
      at = (at + 1) & mask();
    slots_[at] = slot;
  }

  void grow() {
    Slots old = std::exchange(slots_, {});
    slots_.resize(old.empty() ? 64 : old.size() * 2);
    for (const Slot& slot : old) {
      if (slot.value != 0) place(slot);
    }
  }

  Slots slots_;  ///< a power of two, at most three quarters full
  std::size_t size_ = 0;
};

}  // namespace trade::ledger
