// How long the book takes for an operation of a mixed day: most orders are added near the touch and removed
// soon after, some trade. On one busy book, and on thousands of thin ones that share the cache.
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include "book/book.hpp"

namespace trade::bench {
namespace {

struct Operation {
  enum class Kind : std::uint8_t { add, remove_newest, remove_any, take };
  Kind kind;
  Side side;
  std::uint16_t book;
  Price price;
  Quantity quantity;
  std::uint32_t any;  ///< picks the order that `remove_any` removes
};

constexpr std::uint64_t seed = 20'260'130;
constexpr std::size_t operation_count = 1U << 20;
/// Resting orders of a book, about which the mix holds its number.
constexpr std::size_t orders_per_busy_book = 4'000;
constexpr std::size_t orders_per_thin_book = 8;

/// 48 % additions, 24 % removals of the newest order, 20 % of any, 8 % takers.
std::vector<Operation> make_operations(std::uint32_t books, std::int64_t depth_units) {
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<int> percent(1, 100);
  // Most orders are near the touch, a few far away.
  std::geometric_distribution<std::int64_t> depth(8.0 / static_cast<double>(depth_units));
  std::uniform_int_distribution<std::int64_t> shares(1, 500);
  std::uniform_int_distribution<std::uint32_t> any_book(0, books - 1);
  std::vector<std::int64_t> middles(books, 1'500'000);
  std::vector<Operation> operations(operation_count);
  for (Operation& operation : operations) {
    const int choice = percent(random);
    const std::uint32_t book = any_book(random);
    operation.kind = choice <= 48   ? Operation::Kind::add
                     : choice <= 72 ? Operation::Kind::remove_newest
                     : choice <= 92 ? Operation::Kind::remove_any
                                    : Operation::Kind::take;
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

/// Books with the handles of what rests in them.
class Market {
 public:
  Market(std::uint32_t books, std::size_t orders_per_book)
      : pool_(static_cast<std::uint32_t>(2 * books * orders_per_book)),
        orders_min_(orders_per_book / 2),
        orders_max_(2 * orders_per_book) {
    books_.reserve(books);
    for (std::uint32_t i = 0; i < books; ++i)
      books_.emplace_back(pool_);
    resting_.resize(books);
    for (std::vector<BookHandle>& resting : resting_)
      resting.reserve(orders_max_);
  }

  void apply(const Operation& operation) {
    Book& book = books_[operation.book];
    std::vector<BookHandle>& resting = resting_[operation.book];
    if (operation.kind == Operation::Kind::take) {
      if (resting.size() > orders_min_) take(book, resting, operation);
    } else if (resting.size() < orders_min_ ||
               (operation.kind == Operation::Kind::add && resting.size() < orders_max_)) {
      add(book, resting, operation);
    } else {
      remove(book, resting, operation);
    }
  }

  [[nodiscard]] const Book& book(std::size_t place) const { return books_[place]; }

 private:
  static void add(Book& book, std::vector<BookHandle>& resting, const Operation& operation) {
    // A key is the order's place among the resting, so that a filled one is found.
    const auto key = static_cast<BookOrderKey>(resting.size());
    resting.push_back(book.add(operation.side, operation.price, operation.quantity, key));
  }
  static void remove(Book& book, std::vector<BookHandle>& resting, const Operation& operation) {
    const std::size_t place =
        operation.kind == Operation::Kind::remove_any ? operation.any % resting.size() : resting.size() - 1;
    book.remove(resting[place]);
    forget(book, resting, place);
  }
  void take(Book& book, std::vector<BookHandle>& resting, const Operation& operation) {
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
  static void forget(Book& book, std::vector<BookHandle>& resting, std::size_t place) {
    if (place != resting.size() - 1) {
      resting[place] = resting.back();
      book.set_key(resting[place], static_cast<BookOrderKey>(place));
    }
    resting.pop_back();
  }

  BookPool pool_;
  std::size_t orders_min_;
  std::size_t orders_max_;
  std::vector<Book> books_;
  std::vector<std::vector<BookHandle>> resting_;
  std::vector<BookOrderKey> filled_;
};

void run(benchmark::State& state, std::uint32_t books, std::size_t orders_per_book,
         std::int64_t depth_units) {
  const std::vector<Operation> operations = make_operations(books, depth_units);
  Market market(books, orders_per_book);
  for (const Operation& operation : operations)
    market.apply(operation);
  std::size_t next = 0;
  for (auto _ : state) {
    market.apply(operations[next]);
    next = (next + 1) % operation_count;
  }
  state.SetItemsProcessed(state.iterations());
}

void one_busy_book(benchmark::State& state) {
  run(state, 1, orders_per_busy_book, 400);
}
void thousands_of_thin_books(benchmark::State& state) {
  run(state, 4'000, orders_per_thin_book, 40);
}

BENCHMARK(one_busy_book);
BENCHMARK(thousands_of_thin_books);

/// Looking at the best level, as risk checks and market data do.
void best_of_a_busy_book(benchmark::State& state) {
  Market market(1, orders_per_busy_book);
  for (const Operation& operation : make_operations(1, 400))
    market.apply(operation);
  for (auto _ : state)
    benchmark::DoNotOptimize(market.book(0).best(Side::buy));
}
BENCHMARK(best_of_a_busy_book);

/// What a market order of a few levels would cost.
void sweep_of_a_busy_book(benchmark::State& state) {
  Market market(1, orders_per_busy_book);
  for (const Operation& operation : make_operations(1, 400))
    market.apply(operation);
  for (auto _ : state)
    benchmark::DoNotOptimize(market.book(0).sweep(Side::buy, {}, Quantity{state.range(0)}));
}
BENCHMARK(sweep_of_a_busy_book)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace trade::bench

BENCHMARK_MAIN();
