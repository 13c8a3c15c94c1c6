// One measurement of a whole suite, which `trade bench orders`, `day` and `feed` ask for in different sizes:
// a load as fast as it goes, then a steady one for latency.
#pragma once

#include <cstdint>

#include "bench_load.hpp"
#include "context.hpp"
#include "exit_status.hpp"

namespace trade::cmd {

struct BenchPlan {
  std::uint32_t accounts = 1'000;
  std::uint32_t symbols = 100;
  std::uint32_t clients = 2;
  std::uint32_t orders_per_request = 256;
  std::uint32_t cancel_percent = 0;
  std::uint64_t seed = 1;
  /// As fast as they go; zero: this part is left out.
  std::uint64_t orders = 1'000'000;
  /// …but no more once the books hold so many trades of the run; zero: all of them.
  std::uint64_t trades = 0;
  /// Orders a second while latency is measured; zero: this part is left out, and the latencies are those
  /// under full load.
  std::uint64_t rate = 10'000;
  std::uint64_t rate_seconds = 5;
  /// Sockets that follow quotes while latency is measured.
  std::uint32_t subscribers = 1;
};

/// Starts a suite of its own (or uses that of --home), measures, and prints one record.
Result<ExitStatus> run_bench(Context& context, const BenchPlan& plan);

}  // namespace trade::cmd
