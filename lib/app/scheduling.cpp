#include "app/scheduling.hpp"

#include <algorithm>
#include <cstdint>

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace trade::app {

namespace {

/// How long a thread runs at a time. From Linux 6.12 on a thread with a short slice preempts one with a long
/// slice when it wakes (EEVDF's "sched_runtime" of an ordinary thread, 0.1 to 100 ms); before, the field is
/// ignored.
constexpr std::uint64_t slice_nanoseconds = 100'000;

}  // namespace

void ask_for_short_slices() {
  SchedulingAttributes attributes;
  attributes.policy = SCHED_OTHER;
  attributes.nice = ::getpriority(PRIO_PROCESS, 0);
  attributes.runtime_nanoseconds = slice_nanoseconds;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

Precedence::Precedence()
    : is_known_(::syscall(SYS_sched_getattr, 0, &before_, sizeof before_, 0) == 0 &&
                before_.policy == SCHED_OTHER) {
  if (!is_known_) return;
  // Not with SCHED_RESET_ON_FORK, which only the privileged may give back.
  const sched_param least{1};
  if (::sched_setscheduler(0, SCHED_FIFO, &least) == 0) return;
  // On Linux niceness is a thread's own, whatever POSIX says of processes (setpriority(2)).
  if (::setpriority(PRIO_PROCESS, 0, -20) == 0) return;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NICE, &limit) != 0) return;
  // The limit is told as 20 less the niceness (getrlimit(2)).
  const int permitted = 20 - static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 40));
  if (permitted < before_.nice) ::setpriority(PRIO_PROCESS, 0, permitted);
}

void Precedence::end() const {
  if (is_known_) ::syscall(SYS_sched_setattr, 0, &before_, 0);
}

}  // namespace trade::app
