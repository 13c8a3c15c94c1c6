// What may be refused when there is more to do than can be done.
#pragma once

#include "model/command.hpp"
#include "model/messages.hpp"

namespace trade {

/// Whether a command adds to the load by choice: a new order, or a change that is one in effect. All others
/// (cancels, and what an operator does) must go through when orders are refused: they are what ends trouble.
bool can_be_refused(const CommandBody& body);

/// How many of the request's commands go through where orders are refused. A question has none.
std::size_t commands_that_pass(const RequestBody& request);

}  // namespace trade
