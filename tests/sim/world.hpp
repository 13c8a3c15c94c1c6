// A virtual world: time that passes only from one event to the next, a wall clock that can jump, one source
// of randomness, and the faults that it decides on. The same seed gives the same run, whatever the machine
// does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "model/enums.hpp"

namespace trade::sim {

#define TRADE_SIM_FAULTS(X)                                                    \
  X(message_dropped, "messages dropped", 60'000)                               \
  X(message_doubled, "messages doubled", 60'000)                               \
  X(message_delayed, "messages delayed", 100'000)                              \
  X(process_killed, "processes killed between steps", 3'000)                   \
  X(killed_within_step, "processes killed within a step", 2'000)               \
  X(process_stopped, "processes stopped cleanly", 1'000)                       \
  X(sync_failed, "syncs of the journal that failed", 8'000)                    \
  X(write_torn, "unsynced writes torn by a crash", 400'000)                    \
  X(write_lost, "unsynced writes lost by a crash", 400'000)                    \
  X(disk_filled, "times the journal's disk filled up", 3'000)                  \
  X(store_write_failed, "writes of ledgerd and feedd that failed", 20'000)     \
  X(checkpoint_torn, "checkpoints torn", 200'000)                              \
  X(clock_jumped, "jumps of the wall clock", 20'000)                           \
  X(journal_silent, "times a follower got no answer from the journal", 30'000) \
  X(router_killed, "times the router to a venue was killed", 2'000)            \
  X(router_write_failed, "writes of the router that failed", 10'000)           \
  X(venue_message_lost, "messages to and from a venue lost", 20'000)           \
  X(venue_message_doubled, "messages to and from a venue doubled", 40'000)     \
  X(venue_message_delayed, "messages to and from a venue delayed", 60'000)     \
  X(venue_line_cut, "lines to a venue cut", 5'000)                             \
  X(venue_numbers_lost, "sessions of a venue that began anew", 400'000)        \
  X(venue_told_again, "reports that a venue told once more", 50'000)

enum class Fault : std::uint8_t {
#define TRADE_SIM_FAULT(name, text, most) name,
  TRADE_SIM_FAULTS(TRADE_SIM_FAULT)
#undef TRADE_SIM_FAULT
};
inline constexpr std::array fault_names = {
#define TRADE_SIM_FAULT(name, text, most) std::string_view(text),
    TRADE_SIM_FAULTS(TRADE_SIM_FAULT)
#undef TRADE_SIM_FAULT
};
/// By kind of fault.
using FaultCounts = std::array<std::uint64_t, fault_names.size()>;

/// What can be wrong on purpose, to see that it is found.
enum class Breakage : std::uint8_t {
  none = 1,
  lying_disk,        ///< the journal's disk says that it has synced, and has not
  flipped_bit,       ///< a record that is long on the disk changes
  skipped_batch,     ///< ledgerd passes a batch over
  forgotten_client,  ///< tradingd does not know a retried order again
  forgotten_fill,    ///< what a venue told of a fill never reaches tradingd
  request_again,     ///< a request that was sent to a venue is sent again after a restart
};
constexpr EnumNames<Breakage, 7> enum_names(Breakage) {
  return {{{Breakage::none, "nothing"},
           {Breakage::lying_disk, "lying-disk"},
           {Breakage::flipped_bit, "flipped-bit"},
           {Breakage::skipped_batch, "skipped-batch"},
           {Breakage::forgotten_client, "forgotten-client"},
           {Breakage::forgotten_fill, "forgotten-fill"},
           {Breakage::request_again, "request-again"}}};
}

/// Thrown where a process is killed within a step; whoever runs the process catches it, and drops all it had.
struct Killed {};

class World final : public Clock {
 public:
  explicit World(std::uint64_t seed);

  /// From 0 to `bound` - 1.
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  /// Whether a fault of this kind happens here; counts it.
  bool happens(Fault fault);
  /// Kills the process that this is called in, perhaps.
  void kill_within_step() {
    if (happens(Fault::killed_within_step)) throw Killed();
  }
  /// Faults begin to happen.
  void begin_faults() { healed_ = false; }
  /// From now on nothing fails any more.
  void heal() { healed_ = true; }
  [[nodiscard]] bool healed() const { return healed_; }
  [[nodiscard]] const FaultCounts& faults() const { return counts_; }
  /// Something is not as it should be in this world: the checks must find it.
  void break_on_purpose(Breakage breakage) { breakage_ = breakage; }
  [[nodiscard]] bool is_broken(Breakage breakage) const { return breakage_ == breakage; }

  /// Does something so many nanoseconds from now.
  void after(std::int64_t nanoseconds, std::function<void()> action);
  /// Does what comes next. False when nothing does.
  bool step();

  /// Since the beginning; never goes back.
  [[nodiscard]] std::int64_t monotonic_ns() const { return now_ns_; }
  /// The wall clock, which jumps.
  [[nodiscard]] Timestamp now() const override;
  void jump_clock();

 private:
  struct Event {
    std::int64_t at_ns;
    std::uint64_t number;  ///< of two at one time, the one planned first comes first
    std::function<void()> action;
    bool operator>(const Event& other) const {
      return at_ns != other.at_ns ? at_ns > other.at_ns : number > other.number;
    }
  };

  std::mt19937_64 random_;
  std::array<std::uint64_t, fault_names.size()> per_million_{};
  FaultCounts counts_{};
  bool healed_ = true;
  Breakage breakage_ = Breakage::none;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t planned_ = 0;
  std::int64_t now_ns_ = 0;
  std::int64_t clock_offset_ns_ = 0;
};

constexpr std::int64_t microsecond = 1'000;
constexpr std::int64_t millisecond = 1'000'000;

}  // namespace trade::sim
