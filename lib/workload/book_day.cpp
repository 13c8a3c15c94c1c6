#include "workload/book_day.hpp"

#include <algorithm>
#include <random>

namespace trade::workload {

std::vector<BookOperation> make_book_operations(const BookMix& mix, std::size_t count) {
  std::mt19937_64 random(mix.seed);
  std::uniform_int_distribution<int> percent(1, 100);
  // Most orders are near the touch, a few far away.
  std::geometric_distribution<std::int64_t> depth(8.0 / static_cast<double>(mix.depth_units));
  std::uniform_int_distribution<std::int64_t> shares(1, 500);
  std::uniform_int_distribution<std::uint32_t> any_book(0, mix.books - 1);
  std::vector<std::int64_t> middles(mix.books, 1'500'000);
  std::vector<BookOperation> operations(count);
  for (BookOperation& operation : operations) {
    const int choice = percent(random);
    const std::uint32_t book = any_book(random);
    operation.kind = choice <= 48   ? BookOperation::Kind::add
                     : choice <= 72 ? BookOperation::Kind::remove_newest
                     : choice <= 92 ? BookOperation::Kind::remove_any
                                    : BookOperation::Kind::take;
    operation.side = percent(random) <= 50 ? Side::buy : Side::sell;
    operation.book = static_cast<std::uint16_t>(book);
    middles[book] += percent(random) <= 50 ? 100 : -100;
    const std::int64_t away = 100 * (1 + depth(random));
    operation.price = {middles[book] + (operation.side == Side::buy ? -away : away)};
    operation.quantity = {shares(random)};
    operation.any = static_cast<std::uint32_t>(random());
  }
  return operations;
}

BookMarket::BookMarket(const BookMix& mix)
    : pool_(static_cast<std::uint32_t>(2 * mix.orders_per_book * mix.books)),
      orders_min_(mix.orders_per_book / 2),
      orders_max_(2 * mix.orders_per_book) {
  books_.reserve(mix.books);
  for (std::uint32_t i = 0; i < mix.books; ++i)
    books_.emplace_back(pool_);
  resting_.resize(mix.books);
  for (std::vector<BookHandle>& resting : resting_)
    resting.reserve(orders_max_);
}

void BookMarket::apply(const BookOperation& operation) {
  Book& book = books_[operation.book];
  std::vector<BookHandle>& resting = resting_[operation.book];
  if (operation.kind == BookOperation::Kind::take) {
    if (resting.size() > orders_min_) take(book, resting, operation);
  } else if (resting.size() < orders_min_ ||
             (operation.kind == BookOperation::Kind::add && resting.size() < orders_max_)) {
    add(book, resting, operation);
  } else {
    remove(book, resting, operation);
  }
}

void BookMarket::add(Book& book, std::vector<BookHandle>& resting, const BookOperation& operation) {
  // A key is the order's place among the resting, so that a filled one is found.
  const auto key = static_cast<BookOrderKey>(resting.size());
  resting.push_back(book.add(operation.side, operation.price, operation.quantity, key));
}

void BookMarket::remove(Book& book, std::vector<BookHandle>& resting, const BookOperation& operation) {
  const std::size_t place =
      operation.kind == BookOperation::Kind::remove_any ? operation.any % resting.size() : resting.size() - 1;
  book.remove(resting[place]);
  forget(book, resting, place);
}

void BookMarket::take(Book& book, std::vector<BookHandle>& resting, const BookOperation& operation) {
  filled_.clear();
  book.match(opposite(operation.side), {}, operation.quantity,
             [&](BookOrderKey maker, Price, Quantity, Quantity leaves) {
               if (!leaves) filled_.push_back(maker);
             });
  // From the back, so that no place that is still to come is given to another order.
  std::ranges::sort(filled_, std::ranges::greater{});
  for (const BookOrderKey place : filled_)
    forget(book, resting, place);
}

void BookMarket::forget(Book& book, std::vector<BookHandle>& resting, std::size_t place) {
  if (place != resting.size() - 1) {
    resting[place] = resting.back();
    book.set_key(resting[place], static_cast<BookOrderKey>(place));
  }
  resting.pop_back();
}

}  // namespace trade::workload
