// Which record an order's id means.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/prefetch.hpp"
#include "engine/accounts.hpp"
#include "engine/digest.hpp"
#include "engine/hash_index.hpp"
#include "engine/slab.hpp"
#include "model/ids.hpp"

namespace trade::engine {

/// Ids are dense, so slots lie in pages by id, and the pages are named in chunks of so many that a chunk is
/// found without leaving the nearest cache. A page goes when all its orders are forgotten, a chunk with its
/// last page; a few old orders that stay open keep one of each. Forgetting an order leaves its slot where it
/// stands, far from any cache: whoever asks looks whether the record there is of the id that it asks for.
class OrderDirectory {
 public:
  /// The slot that the order of this id has, if there still is one; zero: there never was.
  [[nodiscard]] OrderSlot find(OrderId id) const { return *place_of(id); }
  /// `id` has no slot yet.
  void insert(OrderId id, OrderSlot slot);
  /// `id` has a slot, which is not its any more.
  void forget(OrderId id);
  /// Brings what `find` looks at last nearer; any id is allowed.
  void prefetch(OrderId id) const { prefetch_line(place_of(id)); }

  void add_to(ForkSnapshot& snapshot) const {
    pages_.add_to(snapshot);
    chunks_.add_to(snapshot);
  }

  /// Calls `visit(id, slot)` for every slot that `find` finds, by ascending id.
  template <class Visit>
  void for_each(Visit&& visit) const;

 private:
  using ChunkIndex = std::uint32_t;
  using PageIndex = std::uint32_t;

  static constexpr unsigned page_bits = 9;
  static constexpr unsigned chunk_bits = 10;
  static constexpr std::size_t page_size = std::size_t{1} << page_bits;
  static constexpr std::size_t chunk_size = std::size_t{1} << chunk_bits;
  struct Page {
    std::array<OrderSlot, page_size> slots{};
  };
  struct Chunk {
    std::array<PageIndex, chunk_size> pages{};
  };
  /// Of a chunk, what is looked at together, away from its pages.
  struct ChunkDetail {
    std::uint64_t number = 0;
    std::uint32_t used = 0;  ///< pages
  };

  static std::uint64_t page_number(OrderId id) { return id.value >> page_bits; }
  static std::uint64_t chunk_number(OrderId id) { return id.value >> (page_bits + chunk_bits); }
  static std::size_t place_in_page(OrderId id) { return id.value & (page_size - 1); }
  static std::size_t place_in_chunk(OrderId id) { return page_number(id) & (chunk_size - 1); }
  static std::uint64_t chunk_hash(std::uint64_t number) {
    return detail::fold_multiply(number ^ detail::seed_left, detail::seed_right);
  }

  /// The chunk with this number; zero: none.
  [[nodiscard]] ChunkIndex find_chunk(std::uint64_t number) const {
    return chunk_index_.find(chunk_hash(number),
                             [&](ChunkIndex chunk) { return chunk_details_[chunk].number == number; });
  }
  /// Where the slot stands, or a zero: chunk and page zero, which are none, have only zeros in them.
  [[nodiscard]] const OrderSlot* place_of(OrderId id) const {
    const PageIndex page = chunks_[find_chunk(chunk_number(id))].pages[place_in_chunk(id)];
    return &pages_[page].slots[place_in_page(id)];
  }
  PageIndex obtain_page(OrderId id);
  ChunkIndex make_chunk(std::uint64_t number);

  Slab<Page> pages_;
  std::vector<std::uint32_t> used_;  ///< slots, by page index
  Slab<Chunk> chunks_;
  std::vector<ChunkDetail> chunk_details_;  ///< by chunk index
  HashIndex chunk_index_;                   ///< by chunk number
  PageIndex newest_page_ = 0;               ///< where the last order was made; zero: look for it
  std::uint64_t newest_page_number_ = 0;
};

inline void OrderDirectory::insert(OrderId id, OrderSlot slot) {
  // Ids come one after the other, so that it is nearly always the same page.
  if (newest_page_ == 0 || newest_page_number_ != page_number(id)) [[unlikely]] {
    newest_page_ = obtain_page(id);
    newest_page_number_ = page_number(id);
  }
  pages_[newest_page_].slots[place_in_page(id)] = slot;
  ++used_[newest_page_];
}

template <class Visit>
void OrderDirectory::for_each(Visit&& visit) const {
  std::vector<ChunkIndex> in_order;
  for (ChunkIndex chunk = 1; chunk < chunk_details_.size(); ++chunk) {
    // One that was freed may still have a number, but is not found under it.
    if (find_chunk(chunk_details_[chunk].number) == chunk) in_order.push_back(chunk);
  }
  std::ranges::sort(in_order, {}, [&](ChunkIndex chunk) { return chunk_details_[chunk].number; });
  for (const ChunkIndex chunk : in_order) {
    for (std::size_t place = 0; place < chunk_size; ++place) {
      const PageIndex page = chunks_[chunk].pages[place];
      if (page == 0) continue;
      OrderId id{(chunk_details_[chunk].number << chunk_bits | place) << page_bits};
      for (const OrderSlot slot : pages_[page].slots) {
        if (slot != 0) visit(id, slot);
        ++id.value;
      }
    }
  }
}

}  // namespace trade::engine
