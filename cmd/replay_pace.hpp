// When each message of a recording is due: at the machine's pace, or at that of a suite's simulated clock,
// which then shows the recording's time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "context.hpp"
#include "interrupt.hpp"
#include "itch_player.hpp"

namespace trade::cmd {

struct PaceOptions {
  double speed = 0;                   ///< times the recording's; zero: as fast as it goes
  std::optional<std::int64_t> at;     ///< nanoseconds of the day; what comes before is due at once
  std::optional<std::int64_t> until;  ///< what comes at this or later is not wanted
  std::optional<Date> date;           ///< the recording's day, for a simulated clock

  /// Whether it matters when a message comes.
  [[nodiscard]] bool timed() const { return speed != 0 || at || until; }
};

class Pace {
 public:
  virtual ~Pace() = default;
  /// Waits until the message of this time of the day is due; false when interrupted before.
  virtual Result<bool> await(std::int64_t recorded) = 0;
  /// Nothing more comes.
  virtual Status finish() = 0;
};

/// The interrupt and the player must outlive it. Where the suite's clock is simulated and the options are
/// about time, the clock is set to the recording's time, and the pace follows it: whoever pauses the clock
/// pauses the replay.
Result<std::unique_ptr<Pace>> make_pace(Context& context, const PaceOptions& options, ItchPlayer& player,
                                        const CooperativeInterrupt& interrupt);

}  // namespace trade::cmd
