// How long the book takes for an operation of a mixed day.
#include <cstddef>
#include <vector>

#include <benchmark/benchmark.h>

#include "workload/book_day.hpp"

namespace trade {
namespace {

using workload::BookMarket;
using workload::BookOperation;

constexpr std::size_t operation_count = 1U << 20;

void run(benchmark::State& state, const workload::BookMix& mix) {
  const std::vector<BookOperation> operations = make_book_operations(mix, operation_count);
  BookMarket market(mix);
  for (const BookOperation& operation : operations)
    market.apply(operation);
  std::size_t next = 0;
  for (auto _ : state) {
    market.apply(operations[next]);
    next = (next + 1) % operation_count;
  }
  state.SetItemsProcessed(state.iterations());
}

void one_busy_book(benchmark::State& state) {
  run(state, workload::one_busy_book);
}
void thousands_of_thin_books(benchmark::State& state) {
  run(state, workload::thousands_of_thin_books);
}

BENCHMARK(one_busy_book);
BENCHMARK(thousands_of_thin_books);

void make_busy(BookMarket& market) {
  for (const BookOperation& operation : make_book_operations(workload::one_busy_book, operation_count))
    market.apply(operation);
}

/// Looking at the best level, as risk checks and market data do.
void best_of_a_busy_book(benchmark::State& state) {
  BookMarket market(workload::one_busy_book);
  make_busy(market);
  for (auto _ : state)
    benchmark::DoNotOptimize(market.book(0).best(Side::buy));
}
BENCHMARK(best_of_a_busy_book);

/// What a market order of a few levels would cost.
void sweep_of_a_busy_book(benchmark::State& state) {
  BookMarket market(workload::one_busy_book);
  make_busy(market);
  for (auto _ : state)
    benchmark::DoNotOptimize(market.book(0).sweep(Side::buy, {}, Quantity{state.range(0)}));
}
BENCHMARK(sweep_of_a_busy_book)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace trade

BENCHMARK_MAIN();
