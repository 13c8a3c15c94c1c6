// Short texts in reusable memory: blocks in sizes of 16 to 128 bytes, so that a text that goes makes room for
// one that comes and the allocator is not asked.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/slab.hpp"
#include "model/ids.hpp"

namespace trade::engine {

/// Where a text lies. An empty one needs no block.
struct StoredText {
  std::uint32_t block = 0;
  std::uint8_t size = 0;
};

/// Texts of at most client_order_id_bytes_max bytes.
class TextStore {
 public:
  StoredText put(std::string_view text);
  /// The view is good until the text is dropped.
  [[nodiscard]] std::string_view get(StoredText text) const;
  void drop(StoredText text);

  void add_to(ForkSnapshot& snapshot) const {
    to_16_.add_to(snapshot);
    to_32_.add_to(snapshot);
    to_48_.add_to(snapshot);
    to_64_.add_to(snapshot);
    to_128_.add_to(snapshot);
  }

 private:
  template <std::size_t Bytes>
  struct Block {
    std::array<char, Bytes> bytes;
  };
  template <std::size_t Bytes>
  using Blocks = Slab<Block<Bytes>>;

  static_assert(client_order_id_bytes_max <= 128);
  Blocks<16> to_16_;
  Blocks<32> to_32_;
  Blocks<48> to_48_;
  Blocks<64> to_64_;
  Blocks<128> to_128_;

  /// Calls `use(blocks)` with those for texts of this size.
  template <class Self, class Use>
  static auto with_blocks(Self& self, std::size_t size, Use&& use) {
    if (size <= 16) return use(self.to_16_);
    if (size <= 32) return use(self.to_32_);
    if (size <= 48) return use(self.to_48_);
    if (size <= 64) return use(self.to_64_);
    return use(self.to_128_);
  }
};

inline StoredText TextStore::put(std::string_view text) {
  if (text.empty()) return {};
  return with_blocks(*this, text.size(), [&](auto& blocks) {
    const std::uint32_t block = blocks.allocate();
    std::memcpy(blocks[block].bytes.data(), text.data(), text.size());
    return StoredText{block, static_cast<std::uint8_t>(text.size())};
  });
}

inline std::string_view TextStore::get(StoredText text) const {
  if (text.size == 0) return {};
  return with_blocks(*this, text.size, [&](const auto& blocks) {
    return std::string_view(blocks[text.block].bytes.data(), text.size);
  });
}

inline void TextStore::drop(StoredText text) {
  if (text.size != 0) with_blocks(*this, text.size, [&](auto& blocks) { blocks.free(text.block); });
}

}  // namespace trade::engine
