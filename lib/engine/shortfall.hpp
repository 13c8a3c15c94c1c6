// Counting what venues leave cash accounts short of, for those who change such accounts on a venue's word.
#pragma once

#include <algorithm>

#include "engine/state.hpp"

namespace trade {

template <class Change>
void Engine::State::count_shortfall(AccountId id, Change&& change) {
  const engine::Account& account = accounts_[id];
  if (account.type != AccountType::cash) return change();
  const auto lack = [&] { return std::max<std::int64_t>(-account.free().units, 0); };
  const std::int64_t before = lack();
  change();
  if (const std::int64_t after = lack(); after > before) venue_shortfall_.units += after - before;
}

}  // namespace trade
