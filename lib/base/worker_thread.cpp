#include "base/worker_thread.hpp"

#include <csignal>
#include <string>
#include <system_error>
#include <utility>

namespace trade {

Result<std::thread> start_worker_thread(std::string_view name, std::function<void()> run) {
  // The new thread inherits a mask that blocks them all.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  Result<std::thread> started;
  try {
    started = std::thread(std::move(run));
  } catch (const std::system_error& error) {
    started = fail(ErrorCode::internal, "cannot start " + std::string(name) + ": " + error.what(),
                   "raise the limit of processes (ulimit -u)");
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

}  // namespace trade
