#include "sequencer/timekeeper.hpp"

#include <algorithm>

namespace trade::sequencer {

void Timekeeper::advance_to(Timestamp time, const Engine& engine, const Sequence& sequence) {
  do {
    Timestamp next = time;
    if (const Timestamp change = schedule_.next_change(); change > now_) next = std::min(next, change);
    if (const auto expiry = engine.next_expiry(); expiry && *expiry > now_) next = std::min(next, *expiry);
    now_ = next;
    do_what_is_due(engine, sequence);
  } while (now_ < time);
}

void Timekeeper::do_what_is_due(const Engine& engine, const Sequence& sequence) {
  if (now_ >= schedule_.next_change()) {
    if (const auto session = schedule_.due(now_, engine.session(), engine.last_timestamp()))
      sequence(*session);
  }
  // Where nothing else happens, orders must still end in time.
  if (const auto expiry = engine.next_expiry(); expiry && *expiry <= now_) sequence(ExpireOrders{});
}

}  // namespace trade::sequencer
