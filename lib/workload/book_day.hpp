// A made-up day for lib/book alone: most orders are added near the touch and removed soon after, some trade.
// On one busy book, or on thousands of thin ones that share the cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "book/book.hpp"

namespace trade::workload {

struct BookOperation {
  enum class Kind : std::uint8_t { add, remove_newest, remove_any, take };
  Kind kind;
  Side side;
  std::uint16_t book;
  Price price;
  Quantity quantity;
  std::uint32_t any;  ///< picks the order that `remove_any` removes
};

/// How the books are used.
struct BookMix {
  std::uint32_t books = 1;
  /// Resting orders of a book, about which the mix holds its number.
  std::size_t orders_per_book = 4'000;
  /// How deep orders lie behind the touch: a measure of the spread of their prices.
  std::int64_t depth_units = 400;
  std::uint64_t seed = 20'260'130;
};
constexpr BookMix one_busy_book;
constexpr BookMix thousands_of_thin_books{.books = 4'000, .orders_per_book = 8, .depth_units = 40};

/// 48 % additions, 24 % removals of the newest order, 20 % of any, 8 % takers.
std::vector<BookOperation> make_book_operations(const BookMix& mix, std::size_t count);

/// Books with the handles of what rests in them.
class BookMarket {
 public:
  explicit BookMarket(const BookMix& mix);
  // The books refer to the pool.
  BookMarket(const BookMarket&) = delete;
  BookMarket& operator=(const BookMarket&) = delete;

  void apply(const BookOperation& operation);
  [[nodiscard]] const Book& book(std::size_t place) const { return books_[place]; }

 private:
  static void add(Book& book, std::vector<BookHandle>& resting, const BookOperation& operation);
  static void remove(Book& book, std::vector<BookHandle>& resting, const BookOperation& operation);
  void take(Book& book, std::vector<BookHandle>& resting, const BookOperation& operation);
  static void forget(Book& book, std::vector<BookHandle>& resting, std::size_t place);

  BookPool pool_;
  std::size_t orders_min_;
  std::size_t orders_max_;
  std::vector<Book> books_;
  std::vector<std::vector<BookHandle>> resting_;
  std::vector<BookOrderKey> filled_;
};

}  // namespace trade::workload
