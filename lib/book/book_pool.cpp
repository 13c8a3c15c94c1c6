#include "book/book_pool.hpp"

#include <algorithm>
#include <new>

#include <sys/mman.h>

namespace trade {

namespace {

/// Memory is taken in steps of 64 KiB: small enough for a test's pool, large enough to be rare.
constexpr std::uint32_t nodes_per_step = 2'048;

constexpr std::size_t address_space_bytes = std::size_t{BookPool::nodes_max} * sizeof(detail::BookNode);

}  // namespace

BookPool::BookPool(std::uint32_t orders_reserved) {
  TRADE_ASSERT(orders_reserved <= orders_max, "a book pool holds at most BookPool::orders_max orders");
  // Address space is reserved once and made usable piece by piece: nodes never move, and an index becomes an
  // address by one addition.
  void* const memory =
      mmap(nullptr, address_space_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  nodes_ = static_cast<Node*>(memory);
  commit(orders_reserved * 2 + 1);
}

BookPool::~BookPool() {
  munmap(nodes_, address_space_bytes);
}

void BookPool::grow() {
  TRADE_ASSERT(committed_ < nodes_max, "a book pool holds at most BookPool::nodes_max orders and levels");
  commit(nodes_per_step);
}

/// Makes at least `nodes` more nodes usable and links them so that low indices are handed out first.
void BookPool::commit(std::uint32_t nodes) {
  const std::uint32_t steps = (nodes + nodes_per_step - 1) / nodes_per_step;
  const std::uint32_t first = committed_;
  const std::uint32_t end = std::min(nodes_max, first + steps * nodes_per_step);
  if (mprotect(nodes_ + first, std::size_t{end - first} * sizeof(Node), PROT_READ | PROT_WRITE) != 0) {
    throw std::bad_alloc();
  }
  committed_ = end;
  for (NodeIndex index = end - 1; index >= std::max(first, 1U); --index) {
    nodes_[index] = Node{};
    nodes_[index].next = free_;
    free_ = index;
  }
}

}  // namespace trade
