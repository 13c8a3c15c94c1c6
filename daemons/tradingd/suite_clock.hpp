// The clock by which a suite goes: the machine's, or one that its operator sets.
#pragma once

#include <optional>

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "engine/engine.hpp"
#include "model/clock.hpp"
#include "model/messages.hpp"

namespace trade::tradingd {

/// Where the clock is to go, and how it goes on from there.
struct ClockChange {
  Timestamp time;
  ClockPace pace;
};

class SuiteClock final : public Clock {
 public:
  /// The machine's.
  SuiteClock() = default;
  /// A simulated one, which shows `start`.
  SuiteClock(Timestamp start, const ClockPace& pace);
  /// As it is configured: a simulated one goes on from where the journal ends, as it went then; in a new home
  /// it stands at tradingd.clock_start.
  static SuiteClock of(const app::Config& config, const Engine& engine);

  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] bool simulated() const { return simulated_.has_value(); }
  [[nodiscard]] const ClockPace& pace() const { return pace_; }

  /// What a request that asks for a change comes to, where the clock shows `now`; or why it cannot be.
  [[nodiscard]] Result<ClockChange> decide(const ClockRequest& request, Timestamp now) const;
  /// Only where it is simulated.
  void change(const ClockChange& change);

 private:
  SystemClock machine_;
  std::optional<SimulatedClock> simulated_;
  ClockPace pace_;
};

}  // namespace trade::tradingd
