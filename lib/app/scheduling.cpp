#include "app/scheduling.hpp"

#include <algorithm>
#include <cstdint>

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace trade::app {

namespace {

/// The kernel's `struct sched_attr` in its first version (sched_setattr(2)); its own header and the C
/// library's cannot be included together, and older C libraries have none.
struct SchedulingAttributes {
  std::uint32_t size = 48;
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_nanoseconds = 0;
  std::uint64_t deadline_nanoseconds = 0;
  std::uint64_t period_nanoseconds = 0;
};
static_assert(sizeof(SchedulingAttributes) == 48);

/// How long a thread runs at a time. From Linux 6.12 on a thread with a short slice preempts one with a long
/// slice when it wakes (EEVDF's "sched_runtime" of an ordinary thread, 0.1 to 100 ms); before, the field is
/// ignored.
constexpr std::uint64_t slice_nanoseconds = 100'000;

}  // namespace

void ask_for_short_slices() {
  SchedulingAttributes attributes;
  attributes.nice = ::getpriority(PRIO_PROCESS, 0);
  attributes.runtime_nanoseconds = slice_nanoseconds;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

// On Linux niceness is a thread's own, whatever POSIX says of processes (setpriority(2), BUGS).

Precedence::Precedence() : niceness_before_(::getpriority(PRIO_PROCESS, 0)) {
  constexpr int least = -20;
  if (::setpriority(PRIO_PROCESS, 0, least) == 0) return;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NICE, &limit) != 0) return;
  // The limit is told as 20 less the niceness (getrlimit(2)).
  const int permitted = 20 - static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 40));
  if (permitted < niceness_before_) ::setpriority(PRIO_PROCESS, 0, permitted);
}

void Precedence::end() const {
  ::setpriority(PRIO_PROCESS, 0, niceness_before_);
}

}  // namespace trade::app
