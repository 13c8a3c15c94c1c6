// Time is injected: whatever needs the present asks a Clock, so that tests and simulations own it.
#pragma once

#include "base/time.hpp"

namespace trade {

class Clock {
 public:
  virtual ~Clock() = default;
  /// The present, by this clock. Not promised to be monotonic: a wall clock may be set back.
  [[nodiscard]] virtual Timestamp now() const = 0;
};

/// The machine's real-time clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
};

/// A clock that stands until told to move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}
  [[nodiscard]] Timestamp now() const override { return now_; }
  void set(Timestamp timestamp) { now_ = timestamp; }
  void advance_nanoseconds(std::int64_t nanoseconds) { now_.nanoseconds += nanoseconds; }

 private:
  Timestamp now_;
};

/// Nanoseconds of a clock that never goes back; for measuring spans and deadlines only.
std::int64_t monotonic_nanoseconds();

}  // namespace trade
