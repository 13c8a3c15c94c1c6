// The memory of all books of one engine: 32-byte nodes, each an order or a price level, named by their index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/assert.hpp"
#include "model/enums.hpp"

namespace trade {

/// What the owner of a book knows an order by. The book only gives it back.
using BookOrderKey = std::uint32_t;

namespace detail {

/// Index of a node in the pool; zero is "none".
using NodeIndex = std::uint32_t;

/// The orders of a level form a ring through `previous` and `next` that the level itself closes: it stands
/// before the oldest and behind the youngest order, so that linking and unlinking need no special case.
struct BookNode {
  struct Order {
    std::uint32_t leaves;  ///< shares still to trade, from 1
    BookOrderKey key;
    NodeIndex level;
    std::uint32_t unused;
  };
  struct Level {
    std::uint64_t leaves;  ///< sum over the level's orders
    std::int32_t rank;     ///< see price_rank: a better price has a greater rank
    std::uint32_t orders;
  };

  NodeIndex previous;
  NodeIndex next;
  union {
    Order order;
    Level level;
  };
  Side side;
};
static_assert(sizeof(BookNode) == 32 && std::is_trivially_copyable_v<BookNode>);

}  // namespace detail

/// Hands out the nodes of any number of books. Memory is taken in steps and never given back before the pool
/// ends; a node that is freed is the next to be handed out, while it is still in the cache. Single-threaded.
class BookPool {
 public:
  /// Nodes that one pool can hold: an order takes one, a price level one.
  static constexpr std::uint32_t nodes_max = 1U << 27;
  /// Orders that always fit, each at a price of its own.
  static constexpr std::uint32_t orders_max = nodes_max / 2 - 1;

  /// Makes room for `orders_reserved` orders, each at a price of its own, and touches that memory, so that
  /// neither allocation nor page faults happen until more are resting.
  /// Throws std::bad_alloc when the address space cannot be had.
  explicit BookPool(std::uint32_t orders_reserved = 0);
  ~BookPool();
  BookPool(const BookPool&) = delete;
  BookPool& operator=(const BookPool&) = delete;

  /// Orders and levels that exist now.
  [[nodiscard]] std::uint32_t nodes_used() const { return used_; }
  /// Memory that the nodes occupy.
  [[nodiscard]] std::size_t memory_bytes() const {
    return std::size_t{committed_} * sizeof(detail::BookNode);
  }

 private:
  friend class Book;
  using Node = detail::BookNode;
  using NodeIndex = detail::NodeIndex;

  [[nodiscard]] Node& at(NodeIndex index) { return nodes_[index]; }
  [[nodiscard]] const Node& at(NodeIndex index) const { return nodes_[index]; }

  NodeIndex allocate() {
    if (free_ == 0) [[unlikely]]
      grow();
    const NodeIndex index = free_;
    free_ = nodes_[index].next;
    ++used_;
    return index;
  }
  void free(NodeIndex index) {
    nodes_[index].next = free_;
    free_ = index;
    --used_;
  }

  void grow();
  void commit(std::uint32_t nodes);

  Node* nodes_ = nullptr;  ///< address space for nodes_max of them; `committed_` are usable
  NodeIndex free_ = 0;     ///< free nodes, linked by `next`
  std::uint32_t used_ = 0;
  std::uint32_t committed_ = 0;
};

}  // namespace trade
