// BLAKE2b (RFC 7693) without a key, one message in each 64-bit lane of the processor's vectors.
#include "journal/hash_lanes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/assert.hpp"

namespace trade::journal {

namespace {

#if defined(__x86_64__)

constexpr std::size_t block_bytes = 128;
constexpr std::size_t block_words = 16;
constexpr unsigned rounds = 12;

constexpr std::array<std::uint64_t, 8> initial_state{
    0x6a09'e667'f3bc'c908, 0xbb67'ae85'84ca'a73b, 0x3c6e'f372'fe94'f82b, 0xa54f'f53a'5f1d'36f1,
    0x510e'527f'ade6'82d1, 0x9b05'688c'2b3e'6c1f, 0x1f83'd9ab'fb41'bd6b, 0x5be0'cd19'137e'2179};
/// The parameter block: 32 bytes of hash, no key, no tree.
constexpr std::uint64_t parameters = 0x0101'0000 | sizeof(Hash);

/// Which word of a block each step of a round takes.
constexpr std::uint8_t schedule[10][block_words] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                                    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                                    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                                    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                                    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                                    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                                    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                                    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                                    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                                    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

template <unsigned lanes>
struct Vectors {
  /// One word of each lane.
  using Words [[gnu::vector_size(lanes * sizeof(std::uint64_t))]] = std::uint64_t;

  Words state[8];
  Words bytes;  ///< hashed so far
};

/// Blocks of all lanes that are hashed one after the other.
template <unsigned lanes>
struct Run {
  const std::byte* first[lanes];
  std::size_t stride[lanes];   ///< from one block to the next; zero: the same again
  std::uint64_t block[lanes];  ///< bytes that each block counts for
  std::uint64_t last[lanes];   ///< all ones: the block, of which there is one then, ends it
  std::size_t blocks = 0;
};

template <class Words>
[[gnu::always_inline]] inline void rotate_right(Words& words, unsigned bits) {
  words = (words >> bits) | (words << (64 - bits));
}

template <class Words>
[[gnu::always_inline]] inline void mix(Words& a, Words& b, Words& c, Words& d, const Words& x,
                                       const Words& y) {
  a = a + b + x;
  d ^= a;
  rotate_right(d, 32);
  c = c + d;
  b ^= c;
  rotate_right(b, 24);
  a = a + b + y;
  d ^= a;
  rotate_right(d, 16);
  c = c + d;
  b ^= c;
  rotate_right(b, 63);
}

template <unsigned lanes>
[[gnu::always_inline]] inline void hash_run(Vectors<lanes>& vectors, const Run<lanes>& run) {
  using Words = typename Vectors<lanes>::Words;
  Words last;
  Words block;
  for (unsigned lane = 0; lane < lanes; ++lane) {
    last[lane] = run.last[lane];
    block[lane] = run.block[lane];
  }
  for (std::size_t at = 0; at < run.blocks; ++at) {
    Words message[block_words];
    for (unsigned lane = 0; lane < lanes; ++lane) {
      const std::byte* const from = run.first[lane] + at * run.stride[lane];
      for (std::size_t word = 0; word < block_words; ++word) {
        std::uint64_t value = 0;
        std::memcpy(&value, from + word * sizeof value, sizeof value);
        message[word][lane] = value;
      }
    }
    vectors.bytes += block;
    Words v[block_words];
    for (unsigned i = 0; i < 8; ++i) {
      v[i] = vectors.state[i];
      v[i + 8] = Words{} + initial_state[i];
    }
    v[12] ^= vectors.bytes;
    v[14] ^= last;
#pragma GCC unroll 12
    for (unsigned round = 0; round < rounds; ++round) {
      const auto& order = schedule[round % 10];
      mix(v[0], v[4], v[8], v[12], message[order[0]], message[order[1]]);
      mix(v[1], v[5], v[9], v[13], message[order[2]], message[order[3]]);
      mix(v[2], v[6], v[10], v[14], message[order[4]], message[order[5]]);
      mix(v[3], v[7], v[11], v[15], message[order[6]], message[order[7]]);
      mix(v[0], v[5], v[10], v[15], message[order[8]], message[order[9]]);
      mix(v[1], v[6], v[11], v[12], message[order[10]], message[order[11]]);
      mix(v[2], v[7], v[8], v[13], message[order[12]], message[order[13]]);
      mix(v[3], v[4], v[9], v[14], message[order[14]], message[order[15]]);
    }
    for (unsigned i = 0; i < 8; ++i)
      vectors.state[i] ^= v[i] ^ v[i + 8];
  }
}

// The loop above is made part of each, and so compiled for what the function is for.
[[gnu::target("avx512f")]] void hash_run_of(Vectors<8>& vectors, const Run<8>& run) {
  hash_run(vectors, run);
}
[[gnu::target("avx2")]] void hash_run_of(Vectors<4>& vectors, const Run<4>& run) {
  hash_run(vectors, run);
}

/// One message in each lane, to the end of the longest.
template <unsigned lanes>
class SideBySide {
 public:
  SideBySide(std::span<const std::span<const std::byte>> messages, std::span<Hash> hashes) : hashes_(hashes) {
    for (unsigned i = 0; i < 8; ++i)
      vectors_.state[i] = Words{} + (initial_state[i] ^ (i == 0 ? parameters : 0));
    for (std::size_t lane = 0; lane < messages.size(); ++lane)
      lanes_[lane] = {messages[lane], false};
    busy_ = messages.size();
  }

  void run() {
    while (busy_ != 0) {
      plan();
      hash_run_of(vectors_, run_);
      for (unsigned lane = 0; lane < lanes; ++lane) {
        if (run_.last[lane] != 0) end(lane);
      }
    }
  }

 private:
  using Words = typename Vectors<lanes>::Words;

  struct Lane {
    std::span<const std::byte> rest;  ///< not hashed yet
    bool done = true;
  };

  /// What the lanes do next: as many blocks as each of them has, or each the last that it has.
  void plan() {
    run_ = {};
    run_.blocks = std::numeric_limits<std::size_t>::max();
    for (unsigned lane = 0; lane < lanes; ++lane) {
      const Lane& at = lanes_[lane];
      run_.first[lane] = at.rest.data();
      run_.stride[lane] = block_bytes;
      run_.block[lane] = block_bytes;
      if (at.done) {
        run_.first[lane] = last_blocks_[lane].data();
        run_.stride[lane] = 0;
      } else if (at.rest.size() <= block_bytes) {
        make_last_block(lane);
        run_.blocks = 1;
      } else {
        // One that ends with a whole block keeps it for the end.
        run_.blocks = std::min(run_.blocks, (at.rest.size() - 1) / block_bytes);
      }
    }
    for (unsigned lane = 0; lane < lanes; ++lane) {
      Lane& at = lanes_[lane];
      if (!at.done) at.rest = at.rest.subspan(std::min(at.rest.size(), run_.blocks * block_bytes));
    }
  }

  void make_last_block(unsigned lane) {
    std::ranges::copy(lanes_[lane].rest, last_blocks_[lane].begin());
    run_.first[lane] = last_blocks_[lane].data();
    run_.block[lane] = lanes_[lane].rest.size();
    run_.last[lane] = ~std::uint64_t{0};
  }

  void end(unsigned lane) {
    Hash& hash = hashes_[lane];
    for (unsigned i = 0; i < hash.size() / sizeof(std::uint64_t); ++i) {
      const std::uint64_t word = vectors_.state[i][lane];
      std::memcpy(hash.data() + i * sizeof word, &word, sizeof word);
    }
    lanes_[lane].done = true;
    --busy_;
  }

  std::span<Hash> hashes_;
  Vectors<lanes> vectors_{};
  Run<lanes> run_{};
  std::array<Lane, lanes> lanes_{};
  std::array<std::array<std::byte, block_bytes>, lanes> last_blocks_{};  ///< filled up with zeros
  std::size_t busy_ = 0;
};

template <unsigned lanes>
void hash_in_groups(std::span<const std::span<const std::byte>> messages, std::span<Hash> hashes) {
  while (!messages.empty()) {
    const std::size_t count = std::min<std::size_t>(messages.size(), lanes);
    SideBySide<lanes>(messages.first(count), hashes).run();
    messages = messages.subspan(count);
    hashes = hashes.subspan(count);
  }
}

#endif

}  // namespace

HashLanes hash_lanes() {
#if defined(__x86_64__)
  static const HashLanes lanes = __builtin_cpu_supports("avx512f") != 0 ? HashLanes::eight
                                 : __builtin_cpu_supports("avx2") != 0  ? HashLanes::four
                                                                        : HashLanes::one;
  return lanes;
#else
  return HashLanes::one;
#endif
}

void hash_side_by_side(std::span<const std::span<const std::byte>> messages, std::span<Hash> hashes,
                       HashLanes lanes) {
  TRADE_ASSERT(messages.size() == hashes.size(), "there is room for the hash of each message");
#if defined(__x86_64__)
  if (lanes == HashLanes::eight) return hash_in_groups<8>(messages, hashes);
  if (lanes == HashLanes::four) return hash_in_groups<4>(messages, hashes);
#endif
  for (std::size_t i = 0; i < messages.size(); ++i)
    hashes[i] = hash_of({messages[i]});
}

}  // namespace trade::journal
