// Time is injected: whatever needs the present asks a Clock, so that tests and simulations own it.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "base/time.hpp"

namespace trade {

/// Nanoseconds of a clock that never goes back; for measuring spans and deadlines only.
std::int64_t monotonic_nanoseconds();
/// The processor time that the calling thread has used, the kernel's on its behalf included.
std::int64_t thread_processor_nanoseconds();

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

/// A clock that is told what to show, and goes on from there: not at all, or faster or slower than the
/// machine's.
class SimulatedClock final : public Clock {
 public:
  /// The clock shows no later moment: 2200-01-01.
  static constexpr Timestamp latest{7'258'118'400'000'000'000};

  /// `machine_nanoseconds` tells of the time that passes, and never goes back.
  explicit SimulatedClock(Timestamp start,
                          std::function<std::int64_t()> machine_nanoseconds = monotonic_nanoseconds)
      : machine_nanoseconds_(std::move(machine_nanoseconds)),
        shown_(start),
        shown_at_(machine_nanoseconds_()) {}

  [[nodiscard]] Timestamp now() const override;
  /// Shows this from now on, no later than `latest`.
  void set(Timestamp time);
  /// Goes on at so many millionths of the machine's pace, from 1 on; zero: it stands.
  void set_pace(std::int64_t millionths);

 private:
  std::function<std::int64_t()> machine_nanoseconds_;
  Timestamp shown_;
  std::int64_t shown_at_;  ///< when it showed that, by the machine
  std::int64_t pace_millionths_ = 1'000'000;
};

}  // namespace trade
