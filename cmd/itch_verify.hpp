// The house's resting orders against those that the recording itself leaves.
#pragma once

#include <cstdint>
#include <string>

#include "context.hpp"
#include "itch/reference_market.hpp"
#include "itch_player.hpp"

namespace trade::cmd {

struct BookDifferences {
  std::uint64_t count = 0;
  std::string first;  ///< in words
};

/// Asks ledgerd for the open orders of this run and compares each with the recording's.
Result<BookDifferences> compare_book(Context& context, const ItchPlayer& player,
                                     const itch::ReferenceMarket& recorded);

}  // namespace trade::cmd
