// How many seeds the random tests take.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <numeric>
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

}  // namespace trade::test
