// What looking ahead has found.
#pragma once

#include <array>
#include <cstddef>

#include "book/book.hpp"
#include "engine/accounts.hpp"

namespace trade::engine {

/// For a command that is still to come. It may have changed by the time that the command is applied, so
/// nothing but warming the cache is done with it; and there are no addresses of records, which a command
/// between may move.
struct Ahead {
  SymbolId symbol;      ///< whose book a PlaceOrder goes to; none where it cannot
  OrderSlot order = 0;  ///< that a CancelOrder or ReplaceOrder is about; zero: none
  BookHandle level;     ///< that a PlaceOrder comes to rest in; none: a new one
};

/// One for each command that is looked at ahead, by its place in the batch.
class AheadRing {
 public:
  static constexpr std::size_t size = 32;
  [[nodiscard]] Ahead& operator[](std::size_t place) { return ring_[place % size]; }

 private:
  std::array<Ahead, size> ring_{};
};

}  // namespace trade::engine
