// The load of the benchmarks: a made-up market, orders into it from several clients at once, and what was
// measured.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/histogram.hpp"
#include "base/result.hpp"
#include "client/client.hpp"

namespace trade::cmd {

/// The accounts and symbols that a load trades.
struct BenchMarket {
  std::uint32_t accounts = 1'000;
  std::uint32_t symbols = 100;
  /// Each account trades this many of the symbols, of which it is given shares.
  static constexpr std::uint32_t symbols_per_account = 4;

  // Numbers that the engine gave them; accounts and symbols were made in one go, so they are dense.
  AccountId first_account;
  SymbolId first_symbol;
};

/// The name of the n-th symbol of the market, counted from zero.
std::string bench_symbol(const BenchMarket& market, std::uint32_t number);

/// The name of the n-th account, counted from zero.
std::string bench_account(const BenchMarket& market, std::uint32_t number);
/// Which of the market's symbols the n-th is that an account trades; all are counted from zero.
std::uint32_t bench_symbol_of(const BenchMarket& market, std::uint32_t account, std::uint32_t nth);

/// Opens and funds the accounts and adds the symbols, through the sockets like any client.
Status make_bench_market(const ClientOptions& options, BenchMarket& market);

struct BenchLoad {
  std::uint64_t orders = 1'000'000;
  std::uint32_t clients = 2;
  /// Orders in one request.
  std::uint32_t orders_per_request = 256;
  /// Requests under way at one time, of each client, when there is no rate.
  std::uint32_t requests_in_flight = 32;
  /// Orders a second in all, each due at its own time; zero: as many as go through.
  std::uint64_t rate = 0;
  /// Of the orders that rest when they are acknowledged, how many in a hundred are cancelled soon after.
  std::uint32_t cancel_percent = 0;
  /// Keep each acknowledgement, to be compared with what a subscriber saw and when.
  bool record_acknowledgements = false;
  std::uint64_t seed = 1;
};

/// Everything up to the event `sequence` was acknowledged at that time (monotonic_nanoseconds).
struct Acknowledgement {
  Sequence sequence = 0;
  std::int64_t nanoseconds = 0;
};

struct BenchMeasurement {
  std::uint64_t orders = 0;  ///< acknowledged
  std::uint64_t rejected = 0;
  std::uint64_t cancels = 0;           ///< acknowledged
  std::uint64_t cancels_too_late = 0;  ///< of them, those that found their order filled
  double seconds = 0;                  ///< from the first order sent to the last one acknowledged
  Histogram latency_nanoseconds;       ///< of each order: acknowledged less due (or sent, without a rate)
  Sequence last_sequence = 0;          ///< of the last event that was acknowledged
  std::vector<Acknowledgement> acknowledgements;  ///< where they were asked for, in no order
};

/// Sends the load and waits for every acknowledgement. `progress` is told orders acknowledged so far, about
/// ten times a second; false ends the run early.
Result<BenchMeasurement> run_bench_load(const ClientOptions& options, const BenchMarket& market,
                                        const BenchLoad& load,
                                        const std::function<bool(std::uint64_t acknowledged)>& progress);

}  // namespace trade::cmd
