// A block of the index of levels: a short sorted array of ranks with what each stands for.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace trade::detail {

struct RankEntry {
  std::int32_t rank;
  std::uint32_t index;  ///< in a leaf the level's node; above, the block below
};

/// Four cache lines. A search compares all ranks at once, so it takes the same time wherever it ends.
struct alignas(64) RankBlock {
  static constexpr std::uint32_t capacity = 30;
  /// Every block but a root holds at least so many entries.
  static constexpr std::uint32_t fill_min = 7;

  RankEntry entries[capacity];  ///< the first `count` of them, ranks strictly rising
  std::uint32_t count;
  std::uint32_t next_free;
  std::uint64_t unused;

  [[nodiscard]] bool full() const { return count == capacity; }
  [[nodiscard]] RankEntry last() const { return entries[count - 1]; }

  /// How many ranks are not greater than `rank`: also the place after them.
  [[nodiscard]] std::uint32_t upper_bound(std::int32_t rank) const;
  /// The same on any machine.
  [[nodiscard]] std::uint32_t upper_bound_portable(std::int32_t rank) const;

  void insert(std::uint32_t place, RankEntry entry) {
    move_entries(place + 1, place, count - place);
    entries[place] = entry;
    ++count;
  }
  void erase(std::uint32_t place) {
    --count;
    move_entries(place, place + 1, count - place);
  }

  /// Moves the entries from `place` on to the end of `other`, or, where `other` comes after this block, to
  /// its front.
  void move_tail_to_back_of(RankBlock& other, std::uint32_t place) {
    std::memcpy(other.entries + other.count, entries + place, (count - place) * sizeof(RankEntry));
    other.count += count - place;
    count = place;
  }
  void move_tail_to_front_of(RankBlock& other, std::uint32_t place) {
    other.move_entries(count - place, 0, other.count);
    std::memcpy(other.entries, entries + place, (count - place) * sizeof(RankEntry));
    other.count += count - place;
    count = place;
  }
  void move_head_to_back_of(RankBlock& other, std::uint32_t moved) {
    std::memcpy(other.entries + other.count, entries, moved * sizeof(RankEntry));
    other.count += moved;
    count -= moved;
    move_entries(0, moved, count);
  }

 private:
  void move_entries(std::uint32_t to, std::uint32_t from, std::uint32_t moved) {
    std::memmove(entries + to, entries + from, moved * sizeof(RankEntry));
  }
};
static_assert(sizeof(RankBlock) == 256);

inline std::uint32_t RankBlock::upper_bound_portable(std::int32_t rank) const {
  // No early end: a compiler can make vector code of it.
  std::uint32_t not_greater = 0;
  for (std::uint32_t place = 0; place < capacity; ++place) {
    not_greater +=
        static_cast<std::uint32_t>(place < count) & static_cast<std::uint32_t>(entries[place].rank <= rank);
  }
  return not_greater;
}

inline std::uint32_t RankBlock::upper_bound(std::int32_t rank) const {
#if defined(__SSE2__)
  // SSE2 is part of every x86-64, so nothing has to be asked of the machine. There are 32 lanes: the last two
  // are not entries but what follows them in the block, and are masked out with all lanes from `count` on.
  const __m128i wanted = _mm_set1_epi32(rank);
  const auto* const pairs = reinterpret_cast<const __m128i*>(this);
  const auto greater = [&](std::ptrdiff_t group) {
    const __m128 low = _mm_castsi128_ps(_mm_load_si128(pairs + 2 * group));
    const __m128 high = _mm_castsi128_ps(_mm_load_si128(pairs + 2 * group + 1));
    return _mm_cmpgt_epi32(_mm_castps_si128(_mm_shuffle_ps(low, high, _MM_SHUFFLE(2, 0, 2, 0))), wanted);
  };
  const auto sixteen = [&](std::ptrdiff_t group) {
    return static_cast<std::uint32_t>(
        _mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(greater(group), greater(group + 1)),
                                          _mm_packs_epi32(greater(group + 2), greater(group + 3)))));
  };
  const std::uint32_t greater_lanes = sixteen(0) | sixteen(4) << 16;
  return static_cast<std::uint32_t>(std::countr_zero(greater_lanes | ~0U << count));
#else
  return upper_bound_portable(rank);
#endif
}

}  // namespace trade::detail
