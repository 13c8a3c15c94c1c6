// The orders that rest, found by a 64-bit id of the client's choosing. Compact, so that it stays in the cache
// however the ids are spread: only live orders are in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "book/book.hpp"

namespace trade::bench {

/// A hash table with linear probing, four bytes a slot: an order's node in the book's pool and, above it, as
/// many bits of its id's hash as there is room for. The ids themselves stand in an array beside the pool.
class LiveOrders {
 public:
  struct Found {
    BookHandle handle;   ///< none: no such order
    std::uint32_t slot;  ///< valid until the next change
  };

  /// Touches memory for `orders_reserved` orders.
  explicit LiveOrders(std::uint32_t orders_reserved) {
    int size_log2 = size_log2_min;
    while (nodes_max_of(size_log2) < 2 * orders_reserved)
      ++size_log2;
    resize(size_log2);
    resize(size_log2_min);
  }

  [[nodiscard]] Found find(std::uint64_t id) const {
    const std::uint32_t hash = hash_of(id);
    const std::uint32_t tag = hash << size_log2_;
    for (std::uint32_t slot = home(hash);; slot = next(slot)) {
      const std::uint32_t word = table_[slot];
      if ((word ^ tag) <= mask_ && id_by_node_[word & mask_] == id) return {{word & mask_}, slot};
      if (word == 0) return {{}, slot};
    }
  }

  [[nodiscard]] std::uint64_t id_of(BookHandle handle) const { return id_by_node_[handle.node]; }

  /// `id` is not live.
  void insert(std::uint64_t id, BookHandle handle) {
    if (handle.node > nodes_max_) [[unlikely]] {
      grow(handle.node);
    }
    id_by_node_[handle.node] = id;
    put(hash_of(id), handle.node);
  }

  void erase(Found found) {
    // What follows moves up unless it is at home or between its home and the hole.
    std::uint32_t hole = found.slot;
    for (std::uint32_t slot = next(hole);; slot = next(slot)) {
      const std::uint32_t word = table_[slot];
      if (word == 0) break;
      const std::uint32_t its_home = home(hash_of(id_by_node_[word & mask_]));
      if (((slot - its_home) & mask_) < ((slot - hole) & mask_)) continue;
      table_[hole] = word;
      hole = slot;
    }
    table_[hole] = 0;
  }

 private:
  static constexpr int size_log2_min = 11;
  static constexpr int size_log2_small_max = 14;

  /// The highest node that a table of this size takes. Much room makes searches short, little room takes less
  /// cache, which only large tables need to mind.
  static std::uint32_t nodes_max_of(int size_log2) {
    return (1U << size_log2) / (size_log2 <= size_log2_small_max ? 8 : 2) - 1;
  }
  /// All 64 bits take part, since ids may differ in any of them.
  static std::uint32_t hash_of(std::uint64_t id) {
    return static_cast<std::uint32_t>((id * 0x9E37'79B9'7F4A'7C15U) >> 32);
  }
  /// The hash's upper bits; its lower ones stand in the slot.
  [[nodiscard]] std::uint32_t home(std::uint32_t hash) const { return hash >> home_shift_; }
  [[nodiscard]] std::uint32_t next(std::uint32_t slot) const { return (slot + 1) & mask_; }

  void put(std::uint32_t hash, std::uint32_t node) {
    std::uint32_t slot = home(hash);
    while (table_[slot] != 0)
      slot = next(slot);
    table_[slot] = hash << size_log2_ | node;
  }

  [[gnu::noinline]] void grow(std::uint32_t node) {
    const std::uint32_t old_mask = mask_;
    const std::vector<std::uint32_t> old = slots_;
    int size_log2 = size_log2_;
    while (nodes_max_of(size_log2) < node)
      ++size_log2;
    resize(size_log2);
    for (const std::uint32_t word : old) {
      if (word != 0) put(hash_of(id_by_node_[word & old_mask]), word & old_mask);
    }
  }
  /// Empties the table.
  void resize(int size_log2) {
    slots_.assign(std::size_t{1} << size_log2, 0);
    nodes_max_ = nodes_max_of(size_log2);
    ids_.resize(std::size_t{nodes_max_} + 1);
    table_ = slots_.data();
    id_by_node_ = ids_.data();
    size_log2_ = size_log2;
    home_shift_ = 32 - size_log2;
    mask_ = (1U << size_log2) - 1;
  }

  std::uint32_t* table_ = nullptr;       ///< of slots_; zero is a free slot
  std::uint64_t* id_by_node_ = nullptr;  ///< of ids_
  std::uint32_t mask_ = 0;
  std::uint32_t nodes_max_ = 0;
  int size_log2_ = 0;
  int home_shift_ = 0;
  std::vector<std::uint32_t> slots_;
  std::vector<std::uint64_t> ids_;
};

}  // namespace trade::bench
