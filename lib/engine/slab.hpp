// Records of one type in chunks that never move, named by a 32-bit index and reused once freed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace trade::engine {

/// Index zero is "none". Memory is taken a chunk of 2^ChunkBits records at a time and kept. A record is as
/// newly made when it is handed out; the one freed last is the next to be used, while it is still in the
/// cache.
template <class Record, unsigned ChunkBits>
class Slab {
 public:
  [[nodiscard]] Record& operator[](std::uint32_t index) {
    return chunks_[index >> ChunkBits][index & chunk_mask];
  }
  [[nodiscard]] const Record& operator[](std::uint32_t index) const {
    return chunks_[index >> ChunkBits][index & chunk_mask];
  }

  std::uint32_t allocate() {
    if (free_.empty() && next_ >> ChunkBits == chunks_.size()) grow();
    std::uint32_t index = next_;
    if (free_.empty()) {
      ++next_;
    } else {
      index = free_.back();
      free_.pop_back();
    }
    (*this)[index] = Record{};
    ++used_;
    return index;
  }
  void free(std::uint32_t index) {
    free_.push_back(index);
    --used_;
  }

  /// Records handed out and not freed.
  [[nodiscard]] std::uint32_t used() const { return used_; }
  /// Brings every cache line of the record nearer; index zero is allowed.
  void prefetch(std::uint32_t index) const {
    if (index == 0) return;
    const auto* bytes = reinterpret_cast<const char*>(&(*this)[index]);
    for (std::size_t at = 0; at < sizeof(Record); at += 64)
      __builtin_prefetch(bytes + at);
  }

 private:
  static constexpr std::uint32_t chunk_size = 1U << ChunkBits;
  static constexpr std::uint32_t chunk_mask = chunk_size - 1;

  void grow() {
    chunks_.push_back(std::make_unique<Record[]>(chunk_size));
    // Room for every index, so that freeing never allocates. Nothing is free now, so nothing is copied.
    free_.reserve(chunks_.size() * chunk_size);
  }

  std::vector<std::unique_ptr<Record[]>> chunks_;
  std::vector<std::uint32_t> free_;
  std::uint32_t next_ = 1;
  std::uint32_t used_ = 0;
};

}  // namespace trade::engine
