// What the holder of a key may ask for: the one decision about every kind of request and command that comes
// over the network to a daemon's own socket. A kind without a decision does not compile.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/key.hpp"
#include "model/messages.hpp"

namespace trade::access {

struct Grant {
  KeyRole role = KeyRole::viewer;
  std::vector<std::string> accounts;  ///< whose orders and books are its own; an operator needs none
};

/// `not_permitted`, with what would be needed, where the grant does not cover the request. An operator may
/// ask for everything; a trader may read the market and its own accounts, and place, change and cancel their
/// orders; a viewer may only read. Accounts are told by name: a number in its place is an operator's. Where
/// the answer would be about all accounts and the grant is for one alone, the request is narrowed to that
/// one.
Status permit(const Grant& grant, RequestBody& request);

}  // namespace trade::access
