// Records of one type that never move, named by a 32-bit index and reused once freed.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>
#include <vector>

#include "base/address_space.hpp"
#include "base/fork_snapshot.hpp"
#include "base/prefetch.hpp"

namespace trade::engine {

/// Index zero is "none". Memory is taken as records are first used, and kept. A record is as newly made when
/// it is handed out; the one freed last is the next to be used, while it is still in the cache.
template <class Record>
class Slab {
  static_assert(std::is_trivially_copyable_v<Record> && std::is_trivially_destructible_v<Record>);

 public:
  Slab() {
    space_.make_usable(sizeof(Record));
    records_[0] = Record{};
  }

  /// To be written to, before the next ForkSnapshot at the latest.
  [[nodiscard]] Record& operator[](std::uint32_t index) {
    snapshot_memory_.before_write(std::size_t{index} * sizeof(Record), sizeof(Record));
    return records_[index];
  }
  [[nodiscard]] const Record& operator[](std::uint32_t index) const { return records_[index]; }

  std::uint32_t allocate() {
    std::uint32_t index = next_;
    if (free_.empty()) {
      if (next_ == capacity_) [[unlikely]]
        grow();
      ++next_;
    } else {
      index = free_.back();
      free_.pop_back();
    }
    std::memcpy(static_cast<void*>(&(*this)[index]), blank_.data(), sizeof(Record));
    ++used_;
    return index;
  }
  void free(std::uint32_t index) {
    free_.push_back(index);
    --used_;
  }

  /// Records handed out and not freed.
  [[nodiscard]] std::uint32_t used() const { return used_; }
  /// What `const` member functions look at is in the snapshot as it is when the process forks.
  void add_to(ForkSnapshot& snapshot) const {
    snapshot.add(snapshot_memory_, space_.begin(), std::size_t{next_} * sizeof(Record));
  }
  /// Brings every cache line of the record nearer; index zero is allowed.
  void prefetch(std::uint32_t index) const {
    const auto* bytes = reinterpret_cast<const char*>(&records_[index]);
    for (std::size_t at = 0; at < sizeof(Record); at += 64)
      prefetch_line(bytes + at);
  }

 private:
  // Room for twice as many orders as the books can hold; the range of addresses is all that it costs.
  static constexpr std::size_t address_space_bytes = std::size_t{16} << 30;
  static constexpr std::size_t address_space_bytes_min = std::size_t{64} << 20;

  [[gnu::noinline]] void grow() {
    const std::size_t bytes = (std::size_t{capacity_} + 1) * sizeof(Record);
    if (bytes > space_.bytes()) throw std::bad_alloc();
    space_.make_usable(bytes);
    capacity_ = static_cast<std::uint32_t>(std::min<std::size_t>(space_.usable_bytes() / sizeof(Record),
                                                                 std::numeric_limits<std::uint32_t>::max()));
    // Room for every index, so that freeing never allocates. Nothing is free now, so nothing is copied.
    free_.reserve(capacity_);
  }

  // Copied from where a compiler does not know what it reads: it takes wide moves then. To one that it knows
  // it counts the zeros out (`rep stos`), which takes longer to begin than to do.
  std::array<std::byte, sizeof(Record)> blank_ =
      std::bit_cast<std::array<std::byte, sizeof(Record)>>(Record{});
  AddressSpace space_{address_space_bytes, address_space_bytes_min};
  Record* records_ = reinterpret_cast<Record*>(space_.begin());
  mutable SnapshotMemory snapshot_memory_;  ///< no part of what the records are
  std::vector<std::uint32_t> free_;
  std::uint32_t capacity_ = 1;
  std::uint32_t next_ = 1;
  std::uint32_t used_ = 0;
};

}  // namespace trade::engine
