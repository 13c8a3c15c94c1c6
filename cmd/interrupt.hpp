// SIGINT and closed pipes. A command that is interrupted ends at once with status 130, unless it said that
// it ends by itself: streams and replays, which then have something to finish.
#pragma once

namespace trade::cmd {

/// Installs the handlers: SIGINT and SIGTERM end the process with 130 and 143, SIGPIPE is ignored, so that
/// a closed pipe is an error of the write.
void install_signal_handlers();

/// While there are any of these, within one another, SIGINT and SIGTERM only raise a flag. Of one thread.
class CooperativeInterrupt {
 public:
  CooperativeInterrupt();
  ~CooperativeInterrupt();
  CooperativeInterrupt(const CooperativeInterrupt&) = delete;
  CooperativeInterrupt& operator=(const CooperativeInterrupt&) = delete;

  /// Whether one of the signals came.
  [[nodiscard]] bool requested() const;
};

}  // namespace trade::cmd
