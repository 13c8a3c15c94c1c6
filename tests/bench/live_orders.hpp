// The orders that rest, found by a 64-bit id of the client's choosing. Compact, so that it stays in the cache
// however the ids are spread: only live orders are in it, eight bytes each times the spare room.
#pragma once

#include <cstdint>
#include <vector>

#include "book/book.hpp"

namespace trade::bench {

class LiveOrders {
 public:
  struct Order {
    std::uint64_t id;
    BookHandle handle;
    std::uint32_t next_free;
  };
  static constexpr std::uint32_t none = 0;

  /// Touches memory for `orders_reserved` orders.
  explicit LiveOrders(std::uint32_t orders_reserved) : orders_(std::size_t{orders_reserved} + 1) {
    slots_.reserve(std::size_t{orders_reserved} * spare);
    slots_.resize(slots_.capacity());
    slots_.assign(slots_min, Slot{});
    for (std::uint32_t record = orders_reserved; record > 0; --record) {
      orders_[record].next_free = free_;
      free_ = record;
    }
  }

  /// The record of an id, or `none`.
  [[nodiscard]] std::uint32_t find(std::uint64_t id) const {
    const std::uint32_t tag = tag_of(id);
    for (std::size_t slot = home(tag);; slot = next(slot)) {
      const Slot& candidate = slots_[slot];
      if (candidate.record == none) return none;
      if (candidate.tag == tag && orders_[candidate.record].id == id) return candidate.record;
    }
  }

  /// The record that the next `insert` will use. It stays the order's until it is erased.
  [[nodiscard]] std::uint32_t next_record() {
    if (free_ == none) [[unlikely]] {
      orders_.push_back({});
      free_ = static_cast<std::uint32_t>(orders_.size() - 1);
    }
    return free_;
  }
  Order& at(std::uint32_t record) { return orders_[record]; }

  /// `id` is not live.
  void insert(std::uint64_t id, BookHandle handle) {
    const std::uint32_t record = next_record();
    Order& order = orders_[record];
    free_ = order.next_free;
    order.id = id;
    order.handle = handle;
    if (++count_ * spare > slots_.size()) [[unlikely]]
      grow();
    put({tag_of(id), record});
  }

  void erase(std::uint32_t record) {
    Order& order = orders_[record];
    std::size_t hole = home(tag_of(order.id));
    while (slots_[hole].record != record)
      hole = next(hole);
    // What follows moves up unless it already is at home or between its home and the hole.
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = next(hole); slots_[slot].record != none; slot = next(slot)) {
      const std::size_t distance = (slot - home(slots_[slot].tag)) & mask;
      if (distance >= ((slot - hole) & mask)) {
        slots_[hole] = slots_[slot];
        hole = slot;
      }
    }
    slots_[hole] = Slot{};
    --count_;
    order.next_free = free_;
    free_ = record;
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t record = none;
  };
  /// Slots for each order: fewer make longer searches, more take more cache.
  static constexpr std::size_t spare = 4;
  static constexpr std::size_t slots_min = 1'024;

  /// All 64 bits take part: ids may differ in any of them.
  static std::uint32_t tag_of(std::uint64_t id) {
    return static_cast<std::uint32_t>((id * 0x9E37'79B9'7F4A'7C15U) >> 32);
  }
  [[nodiscard]] std::size_t home(std::uint32_t tag) const { return tag >> shift_; }
  [[nodiscard]] std::size_t next(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }

  void put(Slot entry) {
    std::size_t slot = home(entry.tag);
    while (slots_[slot].record != none)
      slot = next(slot);
    slots_[slot] = entry;
  }
  void grow() {
    std::vector<Slot> old = slots_;
    slots_.assign(old.size() * 2, Slot{});
    --shift_;
    for (const Slot& entry : old) {
      if (entry.record != none) put(entry);
    }
  }

  std::vector<Slot> slots_;
  std::vector<Order> orders_;
  std::uint32_t free_ = none;
  std::size_t count_ = 0;
  int shift_ = 32 - 10;
  static_assert(slots_min == 1U << 10);
};

}  // namespace trade::bench
