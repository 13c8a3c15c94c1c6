// What a daemon asks of the kernel's scheduler.
#pragma once

#include <cstdint>

namespace trade::app {

/// The kernel's `struct sched_attr` in its first version (sched_setattr(2)); its own header and the C
/// library's cannot be included together, and older C libraries have none.
struct SchedulingAttributes {
  std::uint32_t size = 48;
  std::uint32_t policy = 0;  ///< SCHED_OTHER
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_nanoseconds = 0;
  std::uint64_t deadline_nanoseconds = 0;
  std::uint64_t period_nanoseconds = 0;
};
static_assert(sizeof(SchedulingAttributes) == 48);

/// Asks for the calling thread, and those that it starts later, to run soon when woken and for a short while:
/// somebody waits for the answer. Needs no privilege; a kernel that knows nothing of it schedules as ever.
void ask_for_short_slices();

/// While it lives the calling thread comes before all others, as far as it may: for what others wait for and
/// is done in milliseconds. With the least priority of real time where that is permitted (RLIMIT_RTPRIO,
/// CAP_SYS_NICE), since niceness is compared within a group of processes alone (sched(7), autogroup and
/// cgroups); or else by that (RLIMIT_NICE). A process that is forked meanwhile inherits it, and is to give it
/// up with `end`.
class Precedence {
 public:
  Precedence();
  ~Precedence() { end(); }
  Precedence(const Precedence&) = delete;
  Precedence& operator=(const Precedence&) = delete;

  void end() const;

 private:
  SchedulingAttributes before_;
  bool is_known_;  ///< it was an ordinary thread, and what it had can be given back
};

}  // namespace trade::app
