// What looking ahead has found.
#pragma once

#include "book/book.hpp"
#include "engine/accounts.hpp"

namespace trade::engine {

/// For a command that is still to come. It may have changed by the time that the command is applied, so
/// nothing but warming the cache is done with it.
struct Ahead {
  const Book* book = nullptr;  ///< that a PlaceOrder goes to; none where it cannot
  OrderSlot order = 0;         ///< that a CancelOrder or ReplaceOrder is about; zero: none
  BookHandle level;            ///< that a PlaceOrder comes to rest in; none: a new one
};

}  // namespace trade::engine
