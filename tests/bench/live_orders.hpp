// The orders that rest, found by a 64-bit id of the client's choosing. Compact, so that it stays in the cache
// however the ids are spread: only live orders are in it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "book/book.hpp"

namespace trade::bench {

/// A hash table of eight bytes a slot with linear probing. A slot is written and read as one word: a read
/// that spans two writes still under way, as searching several slots at once would be, waits for both.
class LiveOrders {
 public:
  /// A place among the live orders; it stays the order's until the order is erased.
  using Record = std::uint32_t;
  static constexpr Record none = 0;

  struct Order {
    std::uint64_t id;
    BookHandle handle;
    Record next_free;
  };
  struct Found {
    Record record;     ///< `none`: no such order
    std::size_t slot;  ///< valid until the next change
  };

  /// Touches memory for `orders_reserved` orders.
  explicit LiveOrders(std::uint32_t orders_reserved) : orders_(std::size_t{orders_reserved} + 1) {
    slots_.resize(std::bit_ceil(orders_reserved * slots_per_order));
    slots_.assign(std::size_t{1} << slots_min_log2, 0);
    set_size(slots_min_log2);
    for (Record record = orders_reserved; record > 0; --record) {
      orders_[record].next_free = free_;
      free_ = record;
    }
  }

  [[nodiscard]] Found find(std::uint64_t id) const {
    const std::uint32_t tag = tag_of(id);
    for (std::size_t slot = home(tag);; slot = next(slot)) {
      const std::uint64_t word = table_[slot];
      if (tag_in(word) == tag && orders_[record_in(word)].id == id) return {record_in(word), slot};
      if (word == 0) return {none, slot};
    }
  }

  /// The record that the next `insert` will use.
  [[nodiscard]] Record next_record() {
    if (free_ == none) [[unlikely]]
      add_record();
    return free_;
  }
  [[nodiscard]] const Order& at(Record record) const { return orders_[record]; }

  /// `id` is not live.
  void insert(std::uint64_t id, BookHandle handle) {
    const Record record = next_record();
    Order& order = orders_[record];
    free_ = order.next_free;
    order.id = id;
    order.handle = handle;
    if (++count_ > count_max_) [[unlikely]]
      grow();
    put(std::uint64_t{tag_of(id)} << 32 | record);
  }

  void erase(Found found) {
    orders_[found.record].next_free = free_;
    free_ = found.record;
    --count_;
    // What follows moves up unless it is at home or between its home and the hole.
    std::size_t hole = found.slot;
    for (std::size_t slot = next(hole);; slot = next(slot)) {
      const std::uint64_t word = table_[slot];
      if (word == 0) break;
      if (((slot - home(tag_in(word))) & mask_) < ((slot - hole) & mask_)) continue;
      table_[hole] = word;
      hole = slot;
    }
    table_[hole] = 0;
  }

 private:
  /// Fewer make longer searches, more take more cache.
  static constexpr std::size_t slots_per_order = 4;
  static constexpr int slots_min_log2 = 10;

  /// All 64 bits take part, since ids may differ in any of them.
  static std::uint32_t tag_of(std::uint64_t id) {
    return static_cast<std::uint32_t>((id * 0x9E37'79B9'7F4A'7C15U) >> 32);
  }
  // A word is a tag and a record, which is not zero; the word of a free slot is.
  static std::uint32_t tag_in(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }
  static Record record_in(std::uint64_t word) { return static_cast<Record>(word); }
  [[nodiscard]] std::size_t home(std::uint32_t tag) const { return tag >> shift_; }
  [[nodiscard]] std::size_t next(std::size_t slot) const { return (slot + 1) & mask_; }

  void put(std::uint64_t word) {
    std::size_t slot = home(tag_in(word));
    while (table_[slot] != 0)
      slot = next(slot);
    table_[slot] = word;
  }
  void set_size(int size_log2) {
    table_ = slots_.data();
    mask_ = slots_.size() - 1;
    count_max_ = slots_.size() / slots_per_order;
    shift_ = 32 - size_log2;
  }
  [[gnu::noinline]] void grow() {
    const std::vector<std::uint64_t> old = slots_;
    slots_.assign(old.size() * 2, 0);
    set_size(std::countr_zero(slots_.size()));
    for (const std::uint64_t word : old) {
      if (word != 0) put(word);
    }
  }
  [[gnu::noinline]] void add_record() {
    orders_.push_back({});
    free_ = static_cast<Record>(orders_.size() - 1);
  }

  std::uint64_t* table_ = nullptr;  ///< of slots_
  std::size_t mask_ = 0;
  int shift_ = 0;
  Record free_ = none;
  std::size_t count_ = 0;
  std::size_t count_max_ = 0;
  std::vector<Order> orders_;
  std::vector<std::uint64_t> slots_;
};

}  // namespace trade::bench
