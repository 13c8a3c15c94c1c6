// Memory for the pages of records, in blocks of one size.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "base/large_page_allocator.hpp"
#include "base/large_pages.hpp"

namespace trade::ledger {

/// Blocks are cut from pieces that grow with what is in use, up to the machine's large pages: records are
/// looked up at random, and in small pages nearly every lookup misses the translation cache besides (with all
/// of malloc's memory in large pages, folding took a quarter less). Memory goes back to the system with the
/// pool.
class BlockPool {
 public:
  /// `block_bytes`: a multiple of a cache line, at which blocks begin.
  explicit BlockPool(std::size_t block_bytes) : block_bytes_(block_bytes) {}

  /// Good as long as the pool is there. What is in it is for the caller to set.
  void* take() {
    if (!free_.empty()) {
      void* const block = free_.back();
      free_.pop_back();
      return block;
    }
    if (left_ == 0) grow();
    --left_;
    return std::exchange(next_, next_ + block_bytes_);
  }
  /// For another to take; nothing is looked at in it any more.
  void give_back(void* block) { free_.push_back(block); }

 private:
  static constexpr std::size_t line_bytes = 64;
  static constexpr std::size_t piece_bytes_max = 2 * large_page_bytes;

  struct Free {
    bool large = false;
    void operator()(std::byte* piece) const {
      if (large) return free_large_pages(piece);
      ::operator delete(piece, std::align_val_t{line_bytes});
    }
  };

  void grow() {
    const std::size_t count =
        std::max<std::size_t>(std::min(taken_bytes_, piece_bytes_max) / block_bytes_, 1);
    const std::size_t bytes = count * block_bytes_;
    const bool large = bytes >= large_page_bytes;
    void* const piece =
        large ? allocate_large_pages(bytes) : ::operator new(bytes, std::align_val_t{line_bytes});
    pieces_.emplace_back(static_cast<std::byte*>(piece), Free{large});
    next_ = pieces_.back().get();
    left_ = count;
    taken_bytes_ += bytes;
  }

  std::size_t block_bytes_;
  std::vector<std::unique_ptr<std::byte, Free>> pieces_;
  std::vector<void*> free_;
  std::byte* next_ = nullptr;  ///< in the newest piece
  std::size_t left_ = 0;       ///< blocks from there on
  std::size_t taken_bytes_ = 0;
};

}  // namespace trade::ledger
