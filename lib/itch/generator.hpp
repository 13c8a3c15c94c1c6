// Invents a trading day as Nasdaq would send it: for tests, benchmarks and demonstrations where real data may
// not be used. The same options give the same messages on every machine.
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.hpp"
#include "itch/messages.hpp"

namespace trade::itch {

struct GeneratorOptions {
  std::uint32_t symbols = 100;  ///< from 1 to generator_symbols_max
  std::uint64_t messages =
      1'000'000;  ///< in all: from generator_messages_min(symbols) to generator_messages_max
  std::uint64_t seed = 1;
};
constexpr std::uint32_t generator_symbols_max = 20'000;
constexpr std::uint64_t generator_messages_max = 100'000'000'000;

/// What a day consists of at least: six system events and the directory, trading action, short-sale and two
/// market-maker messages of each symbol.
constexpr std::uint64_t generator_messages_min(std::uint32_t symbols) {
  return 6 + 5 * std::uint64_t{symbols};
}

/// The ticker of symbol number `index` (from 0): "AAAA", "AAAB", …
Stock generated_stock(std::uint32_t index);

/// Gives exactly `messages` messages to `sink`, and stops at its first error. What they describe holds
/// together: every reference resolves, no book ever crosses, each execution takes from the first order at the
/// best price, prices move in cents around a wandering middle, and times never fall. Of the messages that
/// trade, about 47 in 100 add an order, 41 delete one, 8.5 execute one and 2.4 are hidden trades; few
/// replace, cancel in part, name a market maker or execute at another price. Refuses options outside their
/// bounds with `usage`.
Status generate(const GeneratorOptions& options, const std::function<Status(const Message&)>& sink);

}  // namespace trade::itch
