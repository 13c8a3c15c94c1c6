// The memory of all books of one engine: nodes of 32 bytes, each an order or a price level, and the blocks
// that index the levels by price.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "book/rank_block.hpp"
#include "book/slab.hpp"

namespace trade {

/// What the owner of a book knows an order by. The book only gives it back.
using BookOrderKey = std::uint32_t;

namespace detail {

/// Index of a node in the pool; zero is "none".
using NodeIndex = std::uint32_t;

/// The orders of a level form a ring through `previous` and `next` that the level itself closes: it stands
/// before the oldest and behind the youngest order, so that linking and unlinking need no special case.
struct alignas(32) BookNode {
  struct Order {
    std::uint32_t leaves;  ///< shares still to trade, from 1
    BookOrderKey key;
    NodeIndex level;
    std::int32_t rank;  ///< the level's, so that an order can be told of, and mostly removed, without it
  };
  struct Level {
    std::uint64_t leaves;  ///< sum over the level's orders
    std::int32_t rank;     ///< see Book::price_rank
    std::uint32_t orders;
  };

  NodeIndex previous;
  NodeIndex next;
  union {
    Order order;
    Level level;
  };
};
static_assert(sizeof(BookNode) == 32);

constexpr std::uint32_t book_nodes_max = 1U << 27;
using BookNodes = Slab<BookNode, &BookNode::next, book_nodes_max>;
using RankBlocks = Slab<RankBlock, &RankBlock::next_free, book_nodes_max / 8>;

}  // namespace detail

/// Where any number of books keep their orders and levels. Single-threaded; outlives its books.
class BookPool {
 public:
  /// An order takes a node, and so does a price level.
  static constexpr std::uint32_t nodes_max = detail::book_nodes_max;
  /// Orders that always fit, each at a price of its own. The owner of the books holds to it; passing it
  /// stops the process.
  static constexpr std::uint32_t orders_max = nodes_max / 2 - 1;

  /// Makes room for `orders_reserved` orders, each at a price of its own, and touches that memory, so that
  /// neither allocation nor page faults happen until more are resting.
  /// Throws std::bad_alloc when the memory cannot be had.
  explicit BookPool(std::uint32_t orders_reserved = 0)
      : nodes_(2 * orders_reserved), blocks_(orders_reserved / levels_per_block_min + blocks_spare) {}

  /// Orders and levels that exist now; counted anew, slowly.
  [[nodiscard]] std::uint32_t nodes_used() const { return nodes_.used(); }
  /// The nodes alone: the blocks are few, and the books write to them through pointers that they keep.
  void add_to(ForkSnapshot& snapshot) const { nodes_.add_to(snapshot); }
  /// All memory taken, whether in use or free.
  [[nodiscard]] std::size_t memory_bytes() const { return nodes_.memory_bytes() + blocks_.memory_bytes(); }

 private:
  friend class Book;

  /// For every block, those above the leaves included, an index of levels has at least so many levels,
  /// not counting its first few blocks.
  static constexpr std::uint32_t levels_per_block_min = detail::RankBlock::fill_min - 1;
  static constexpr std::uint32_t blocks_spare = 16;

  detail::BookNodes nodes_;
  detail::RankBlocks blocks_;
};

}  // namespace trade
