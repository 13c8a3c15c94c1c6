// The engine under a day's mix, with and without client order ids and warming the cache for what comes.
#include <span>

#include <benchmark/benchmark.h>

#include "workload/engine_day.hpp"
#include "workload/processor_time.hpp"

namespace trade {
namespace {

using workload::EngineDay;
using workload::thread_seconds;

double run_measured(EngineDay& day, bool prefetch) {
  const std::span<const Command> batch = day.next_batch();
  const double begin = thread_seconds();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (prefetch) day.engine().prefetch(batch, i);
    day.engine().apply(batch[i], day.events());
  }
  const double end = thread_seconds();
  day.note_events();
  return end - begin;
}

void mixed_day(benchmark::State& state) {
  workload::EngineMix mix;
  mix.client_ids = state.range(0) != 0;
  EngineDay day(mix);
  for (auto _ : state)
    state.SetIterationTime(run_measured(day, state.range(1) != 0));
  const auto commands =
      static_cast<double>(state.iterations()) * static_cast<double>(EngineDay::batch_commands);
  const auto per_command = [&](std::uint64_t count) { return static_cast<double>(count) / commands; };
  const EngineDay::Counts& counts = day.counts();
  state.counters["commands"] = benchmark::Counter(commands, benchmark::Counter::kIsRate);
  state.counters["trades"] =
      benchmark::Counter(static_cast<double>(counts.trades), benchmark::Counter::kIsRate);
  state.counters["events_per_command"] = per_command(counts.events);
  state.counters["rejected_share"] = per_command(counts.rejected);
  state.counters["open_orders"] = static_cast<double>(day.engine().open_order_count());
}
BENCHMARK(mixed_day)
    ->ArgNames({"client_ids", "prefetch"})
    ->ArgsProduct({{0, 1}, {0, 1}})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace trade

BENCHMARK_MAIN();
