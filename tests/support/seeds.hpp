// The seeds that the random tests take.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace trade::test {

/// The seeds 1, 2, 3 and so on: as many as $TRADE_TEST_SEEDS says, else `usual`.
inline std::vector<std::uint64_t> seeds(std::size_t usual) {
  const char* const wanted = std::getenv("TRADE_TEST_SEEDS");
  std::vector<std::uint64_t> all(wanted != nullptr ? std::stoul(wanted) : usual);
  std::iota(all.begin(), all.end(), 1);
  return all;
}

/// The seed of a test that takes another in each run: $TRADE_TEST_SEED, so that a run is repeated, else any.
/// The test shows it.
inline std::uint64_t seed_of_run() {
  const char* const given = std::getenv("TRADE_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

}  // namespace trade::test
