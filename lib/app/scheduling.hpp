// What a daemon asks of the kernel's scheduler.
#pragma once

namespace trade::app {

/// Asks for the calling thread, and those that it starts later, to run soon when woken and for a short while:
/// somebody waits for the answer. Needs no privilege; a kernel that knows nothing of it schedules as ever.
void ask_for_short_slices();

/// While it lives the calling thread comes before all others that are not of real time, as far as it may
/// (RLIMIT_NICE, CAP_SYS_NICE): for what others wait for and is done in milliseconds. A thread or process
/// begun meanwhile inherits that, and gives it up with `end`.
class Precedence {
 public:
  Precedence();
  ~Precedence() { end(); }
  Precedence(const Precedence&) = delete;
  Precedence& operator=(const Precedence&) = delete;

  void end() const;

 private:
  int niceness_before_;
};

}  // namespace trade::app
