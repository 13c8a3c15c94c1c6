// Lets time come to the engine in order: whatever is due at a moment is sequenced at that moment, before
// anything that comes later, however far the clock has gone since it was last looked at.
#pragma once

#include <functional>

#include "base/clock.hpp"
#include "engine/engine.hpp"
#include "sequencer/session_schedule.hpp"

namespace trade::sequencer {

/// The clock that a sequencer stamps commands by: it shows the time that was let come.
class Timekeeper final : public Clock {
 public:
  Timekeeper(Timestamp start, SessionSchedule schedule) : now_(start), schedule_(schedule) {}

  [[nodiscard]] Timestamp now() const override { return now_; }

  /// Sequences a command at the time that this clock shows; it must reach the engine before the call returns.
  using Sequence = std::function<void(const CommandBody& body)>;

  /// Lets the time come, and on the way what is due: the session's openings and closings, new trading days,
  /// orders that expire, pauses that end. A time before `now` is taken over, and nothing is due by it.
  void advance_to(Timestamp time, const Engine& engine, const Sequence& sequence);

  [[nodiscard]] const SessionSchedule& schedule() const { return schedule_; }
  /// What the session follows from now on.
  void follow(SessionSchedule schedule) {
    schedule.succeed(schedule_);
    schedule_ = schedule;
  }

 private:
  void do_what_is_due(const Engine& engine, const Sequence& sequence);

  Timestamp now_;
  SessionSchedule schedule_;
};

}  // namespace trade::sequencer
