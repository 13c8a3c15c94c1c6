// What the book promises of its memory: little for an empty book, a bound for a resting order, nodes that
// are used again, and nothing taken after what was reserved.
#include <vector>

#include <gtest/gtest.h>

#include "book/book.hpp"

namespace trade::test {
namespace {

TEST(BookMemory, EmptyBookIsSmall) {
  BookPool pool;
  const Book book(pool);
  EXPECT_LT(sizeof book + book.memory_bytes(), 4'096U);
}

TEST(BookMemory, ThinBookIsSmall) {
  BookPool pool;
  Book book(pool);
  for (std::int64_t i = 0; i < 5; ++i) {
    book.add(Side::buy, {1'000'000 - i * 100}, {100}, 1);
    book.add(Side::sell, {1'000'100 + i * 100}, {100}, 1);
  }
  EXPECT_LT(sizeof book + book.memory_bytes(), 4'096U);
}

TEST(BookMemory, BookThatWasEmptiedIsSmallAgain) {
  BookPool pool;
  Book book(pool);
  std::vector<BookHandle> handles;
  for (std::int64_t i = 1; i <= 20'000; ++i) {
    handles.push_back(book.add(Side::buy, {i * 50}, {1}, 1));
    handles.push_back(book.add(Side::sell, {i * 50}, {1}, 1));
  }
  for (const BookHandle handle : handles)
    book.remove(handle);
  EXPECT_LT(sizeof book + book.memory_bytes(), 4'096U);
  EXPECT_EQ(pool.nodes_used(), 0U);
}

TEST(BookMemory, RestingOrdersAtOneLevelTakeOneNodeEach) {
  static_assert(sizeof(detail::BookNode) <= 64);
  BookPool pool;
  Book book(pool);
  for (BookOrderKey key = 0; key < 10'000; ++key)
    book.add(Side::buy, {100}, {1}, key);
  EXPECT_EQ(pool.nodes_used(), 10'001U) << "one for each order, one for the level";
  EXPECT_LT(pool.memory_bytes(), 64U * 10'000);
}

TEST(BookMemory, LevelsTakeBoundedMemoryWhateverTheirPrices) {
  BookPool pool;
  Book book(pool);
  constexpr std::int64_t level_count = 50'000;
  for (std::int64_t i = 0; i < level_count; ++i) {
    // Spread over all prices there are, in an order that is neither rising nor falling.
    const std::int64_t place = i * 7'919 % level_count;
    book.add(Side::sell, {1 + place * (price_units_max / level_count)}, {1}, 0);
  }
  EXPECT_LE(book.memory_bytes(), 64U * level_count);
}

TEST(BookMemory, PriceThatWandersLeavesNothingBehind) {
  BookPool pool;
  Book book(pool);
  std::size_t largest = 0;
  std::vector<BookHandle> resting;
  for (std::int64_t price = 1; price <= 200'000; ++price) {
    resting.push_back(book.add(Side::buy, {price}, {1}, 0));
    if (resting.size() > 100) book.remove(resting[resting.size() - 101]);
    largest = std::max(largest, book.memory_bytes());
  }
  EXPECT_LT(largest, 16'384U);
}

TEST(BookMemory, NodesAreUsedAgain) {
  BookPool pool;
  Book book(pool);
  book.add(Side::buy, {100}, {1}, 1);
  const std::size_t bytes = pool.memory_bytes();
  for (int round = 0; round < 100'000; ++round) {
    const BookHandle handle = book.add(Side::sell, {200}, {1}, 2);
    if (round % 2 == 0) {
      book.remove(handle);
    } else {
      book.match(Side::buy, {}, {1}, [](auto...) {});
    }
  }
  EXPECT_EQ(pool.nodes_used(), 2U);
  EXPECT_EQ(pool.memory_bytes(), bytes);
}

TEST(BookMemory, ReservedOrdersNeedNoMoreMemory) {
  constexpr std::uint32_t reserved = 10'000;
  BookPool pool(reserved);
  const std::size_t bytes = pool.memory_bytes();
  Book book(pool);
  for (std::uint32_t i = 1; i <= reserved; ++i)
    book.add(Side::buy, {i}, {1}, i);
  EXPECT_EQ(pool.memory_bytes(), bytes);
}

TEST(BookMemory, DestroyedBookGivesItsNodesBack) {
  BookPool pool;
  {
    Book book(pool);
    for (std::int64_t price = 1; price <= 1'000; ++price) {
      book.add(Side::buy, {price}, {1}, 0);
      book.add(Side::buy, {price}, {1}, 0);
      book.add(Side::sell, {price}, {1}, 0);
    }
    EXPECT_EQ(pool.nodes_used(), 3'000U + 2'000U);
  }
  EXPECT_EQ(pool.nodes_used(), 0U);
}

TEST(BookMemory, MovedBookTakesItsOrdersAlong) {
  BookPool pool;
  Book first(pool);
  const BookHandle handle = first.add(Side::buy, {100}, {7}, 42);
  first.add(Side::sell, {101}, {8}, 43);
  Book second(std::move(first));
  EXPECT_EQ(second.order_count(), 2U);
  EXPECT_EQ(second.key_of(handle), 42U);

  Book third(pool);
  third.add(Side::buy, {1}, {1}, 1);
  third = std::move(second);
  EXPECT_EQ(third.best(Side::buy), (BookLevel{{100}, {7}, 1}));
  third.remove(handle);
  EXPECT_TRUE(third.empty(Side::buy));
  EXPECT_EQ(third.order_count(), 1U);
  EXPECT_EQ(pool.nodes_used(), 2U) << "what the third book held before is gone";
}

TEST(BookMemory, BooksOfOnePoolAreApart) {
  BookPool pool;
  std::vector<Book> books;
  for (int i = 0; i < 100; ++i)
    books.emplace_back(pool);
  for (std::uint32_t i = 0; i < 100; ++i)
    books[i].add(Side::buy, {100 + i}, {1 + i}, i);
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(books[i].best(Side::buy), (BookLevel{{100 + i}, {1 + i}, 1}));
    EXPECT_EQ(books[i].order_count(), 1U);
  }
}

}  // namespace
}  // namespace trade::test
