// The journal as the owner of one account may read it: from any event on, as far as a follower has applied
// it. It costs the follower time, a bounded portion with each answer, and trading none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "follower/application.hpp"
#include "journal/journal.hpp"
#include "model/messages.hpp"

namespace trade::follower {

class AccountJournal {
 public:
  using Open = std::function<Result<std::unique_ptr<journal::Reader>>()>;
  /// What an answer may cost; it ends at the first of them, and with the events that were asked for.
  struct Bounds {
    std::uint32_t events_max = 4'096;
    std::size_t batches_max = 32;           ///< that have events of the account
    std::int64_t time_ns_max = 10'000'000;  ///< but one batch is always looked at
  };

  /// The journal is opened when it is first asked for.
  explicit AccountJournal(Open open) : AccountJournal(std::move(open), Bounds{}) {}
  AccountJournal(Open open, const Bounds& bounds) : open_(std::move(open)), bounds_(bounds) {}

  /// The account's events from the one that the request names on, as far as `end`. Their texts are good until
  /// the next call. `not_found` where a batch is not in the journal any more.
  Result<AccountEventsReply> read(const AccountEventsRequest& request, AccountId account,
                                  const Position& end);

 private:
  Result<std::uint64_t> first_batch(const AccountEventsRequest& request, const Position& end);

  Open open_;
  Bounds bounds_;
  std::unique_ptr<journal::Reader> reader_;
  std::deque<wire::Batch> batches_;  ///< that the last answer's texts are in
};

}  // namespace trade::follower
