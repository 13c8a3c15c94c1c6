// What the owner of an account may see of the journal: the one decision about every kind of event. A kind
// without a decision does not compile.
#pragma once

#include <optional>
#include <unordered_set>

#include "model/event.hpp"

namespace trade::access {

/// Picks an account's own events out of batches, which are to be given from their beginning.
class OwnEvents {
 public:
  explicit OwnEvents(AccountId account) : account_(account) {}

  void start_batch() { orders_.clear(); }
  /// The event as the owner may see it, which of a trade is the own side alone; nothing where it is not about
  /// the account. Its texts are those of `event`.
  std::optional<Event> take(const Event& event);

 private:
  AccountId account_;
  std::unordered_set<std::uint64_t> orders_;  ///< of the account, told of in this batch
};

}  // namespace trade::access
