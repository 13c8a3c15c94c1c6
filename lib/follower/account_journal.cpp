#include "follower/account_journal.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "access/own_events.hpp"
#include "base/clock.hpp"

namespace trade::follower {

Result<std::uint64_t> AccountJournal::first_batch(const AccountEventsRequest& request, const Position& end) {
  if (request.from_batch != 0) return request.from_batch;
  return reader_->find_batch(end.batch, request.from_sequence);
}

Result<AccountEventsReply> AccountJournal::read(const AccountEventsRequest& request, AccountId account,
                                                const Position& end) {
  AccountEventsReply reply;
  reply.head_sequence = end.last_sequence;
  reply.next_sequence = std::max(request.from_sequence, end.last_sequence + 1);
  reply.next_batch = end.batch + 1;
  if (request.from_sequence == 0 || request.from_sequence > end.last_sequence) return reply;
  if (!reader_) {
    auto opened = open_();
    if (!opened) return pass_on(std::move(opened));
    reader_ = std::move(*opened);
  }
  auto first = first_batch(request, end);
  if (!first) return pass_on(std::move(first));

  const std::size_t events_max = std::clamp<std::uint32_t>(request.limit, 1, bounds_.events_max);
  const std::int64_t time_end_ns = monotonic_nanoseconds() + bounds_.time_ns_max;
  access::OwnEvents own(account);
  std::size_t used = 0;
  for (std::uint64_t number = *first; number <= end.batch; ++number) {
    if (batches_.size() == used) batches_.emplace_back();
    wire::Batch& batch = batches_[used];
    const Result<bool> there = reader_->read(number, batch);
    if (!there) return std::unexpected(there.error());
    if (!*there) {
      return fail(ErrorCode::not_found, "batch " + std::to_string(number) + " is not in the journal any more",
                  "begin with a later event");
    }
    if (request.from_batch == 0 && number == *first && batch.header.first_sequence > request.from_sequence) {
      return fail_named(ErrorCode::not_found, journal::batch_not_archived,
                        "event " + std::to_string(request.from_sequence) + " is not in the journal any more",
                        "begin with event " + std::to_string(batch.header.first_sequence));
    }
    own.start_batch();
    const std::size_t events_before = reply.events.size();
    for (const Event& event : batch.events) {
      const std::optional<Event> seen = own.take(event);
      if (!seen || event.sequence < request.from_sequence) continue;
      if (reply.events.size() == events_max) {
        reply.next_sequence = event.sequence;
        reply.next_batch = number;
        return reply;
      }
      reply.events.push_back(*seen);
    }
    if (reply.events.size() > events_before) ++used;
    if (used < bounds_.batches_max && monotonic_nanoseconds() < time_end_ns) continue;
    reply.next_sequence = std::max(request.from_sequence, batch.last_sequence() + 1);
    reply.next_batch = number + 1;
    return reply;
  }
  return reply;
}

}  // namespace trade::follower
