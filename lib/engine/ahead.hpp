// What is found out about commands before their turn, to have at hand what they will touch.
#pragma once

#include "book/book.hpp"
#include "engine/order_store.hpp"

namespace trade::engine {

/// Commands of a batch that are looked at ahead of the one that is being applied are fewer.
constexpr std::size_t ahead_max = 32;

/// What the steps have found for a command that is still to come. It may have changed by the time that the
/// command is applied, so nothing but warming the cache is done with it.
struct Ahead {
  const Book* book = nullptr;  ///< that a PlaceOrder goes to; none where it cannot
  OrderSlot order = 0;         ///< that a CancelOrder or ReplaceOrder is about; zero: none
  BookHandle level;            ///< that a PlaceOrder comes to rest in; none: a new one
};

}  // namespace trade::engine
