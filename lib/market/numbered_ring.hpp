// The last so many of a series, each known by its number in the whole series.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/prefetch.hpp"

namespace trade::market {

/// Elements are numbered from 1 as they are pushed; the last `Capacity` are kept. Element n lives in slot
/// (n - 1) % Capacity, so that a stored copy can be overwritten slot by slot and stays bounded too. Memory
/// grows with the elements up to the capacity: most symbols are thin.
template <class Element, std::size_t Capacity>
class NumberedRing {
 public:
  static constexpr std::size_t capacity = Capacity;

  static constexpr std::size_t slot_of(std::uint64_t number) {
    return static_cast<std::size_t>((number - 1) % Capacity);
  }

  void push(const Element& element) {
    if (elements_.size() < Capacity) {
      elements_.push_back(element);
    } else {
      elements_[slot_of(count_ + 1)] = element;
    }
    ++count_;
  }

  /// Has the processor fetch the newest, and where the next one goes.
  void prefetch() const {
    if (empty()) return;
    prefetch_line(elements_.data() + slot_of(count_));
    prefetch_line(elements_.data() + slot_of(count_ + 1));
  }

  /// How many were ever pushed: the number of the newest.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// How many are kept.
  [[nodiscard]] std::size_t size() const { return elements_.size(); }
  [[nodiscard]] bool empty() const { return elements_.empty(); }
  /// The number of the oldest that is kept; count() + 1 when there is none.
  [[nodiscard]] std::uint64_t first_kept() const { return count_ - elements_.size() + 1; }

  /// `number` from first_kept() to count().
  [[nodiscard]] const Element& numbered(std::uint64_t number) const { return elements_[index_of(number)]; }
  [[nodiscard]] Element& numbered(std::uint64_t number) { return elements_[index_of(number)]; }
  /// `slot` less than size().
  [[nodiscard]] const Element& at_slot(std::size_t slot) const { return elements_[slot]; }
  [[nodiscard]] const Element& newest() const { return numbered(count_); }
  [[nodiscard]] Element& newest() { return numbered(count_); }

  /// The ring as it was with its kept elements in ascending order; at most `Capacity`, and exactly that many
  /// when `count` is that or more, else `count`. False, and unchanged, when their number does not fit so.
  bool restore(std::uint64_t count, std::vector<Element> ascending) {
    if (ascending.size() != (count < Capacity ? count : Capacity)) return false;
    if (count > Capacity) {
      // Rotates so that the oldest comes to its slot.
      std::vector<Element> slots(Capacity);
      for (std::size_t i = 0; i < Capacity; ++i)
        slots[slot_of(count - Capacity + 1 + i)] = ascending[i];
      ascending = std::move(slots);
    }
    elements_ = std::move(ascending);
    count_ = count;
    return true;
  }

 private:
  [[nodiscard]] std::size_t index_of(std::uint64_t number) const {
    TRADE_ASSERT(number >= first_kept() && number <= count_, "the element is kept");
    return slot_of(number);
  }

  std::vector<Element> elements_;
  std::uint64_t count_ = 0;
};

}  // namespace trade::market
