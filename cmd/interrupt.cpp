#include "interrupt.hpp"

#include <csignal>

#include <unistd.h>

namespace trade::cmd {

namespace {

constexpr int signal_status_base = 128;

volatile std::sig_atomic_t cooperative = 0;  ///< how many there are
volatile std::sig_atomic_t requested_signal = 0;

extern "C" void handle_signal(int signal_number) {
  requested_signal = signal_number;
  if (cooperative == 0) _exit(signal_status_base + signal_number);
}

}  // namespace

void install_signal_handlers() {
  struct sigaction action{};
  action.sa_handler = handle_signal;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART: a wait ends when the signal comes.
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGPIPE, &ignore, nullptr);
}

CooperativeInterrupt::CooperativeInterrupt() {
  if (cooperative == 0) requested_signal = 0;
  cooperative = cooperative + 1;
}

CooperativeInterrupt::~CooperativeInterrupt() {
  cooperative = cooperative - 1;
}

bool CooperativeInterrupt::requested() const {
  return requested_signal != 0;
}

}  // namespace trade::cmd
