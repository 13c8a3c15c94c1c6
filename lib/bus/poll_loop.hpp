// One thread's event loop over sockets, file descriptors and timers.
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.hpp"

namespace trade::bus {

template <class T>
concept PollableSocket = requires(const T& socket) {
  { socket.native_handle() } -> std::same_as<void*>;
};

/// Calls back whatever is ready, again and again. Level-triggered for sockets as for descriptors: what a
/// callback leaves unread is offered again. Callbacks may add and remove anything, themselves included.
/// Everything but `stop` belongs to the thread that runs the loop.
class PollLoop {
 public:
  using Callback = std::function<void()>;
  using Id = std::uint64_t;

  PollLoop();
  ~PollLoop();
  PollLoop(const PollLoop&) = delete;
  PollLoop& operator=(const PollLoop&) = delete;

  /// Calls when the socket has something to receive. The socket must outlive its registration.
  template <PollableSocket Socket>
  Id add(const Socket& socket, Callback callback) {
    return add_socket(socket.native_handle(), std::move(callback));
  }
  /// Calls when the descriptor is readable or in error; a signalfd, an eventfd, a listening socket.
  Id add(int descriptor, Callback callback);
  /// The same, but not kept waiting by `set_turn_interval`.
  Id add_urgent(int descriptor, Callback callback);
  /// Calls every `interval` (above zero) from now. Intervals that pass while something else runs are skipped.
  Id add_timer(std::chrono::nanoseconds interval, Callback callback);
  /// Ends a registration of any kind. An id that is gone already is no error.
  void remove(Id id);

  /// Turns that may wait begin at least so long (zero: no time, as at first; at most a second) after each
  /// other: what arrives meanwhile is taken together, so that a steady load wakes the thread less often.
  /// After a pause the first thing to come is taken at once.
  void set_turn_interval(std::chrono::nanoseconds interval);

  /// Runs until stopped.
  Status run();
  /// Waits at most `timeout` for something, calls back what is ready, once. False when stopped.
  Result<bool> run_once(std::chrono::nanoseconds timeout);
  /// Ends `run` after the callbacks of this turn. May be called from any thread.
  void stop();
  [[nodiscard]] bool stopped() const;

 private:
  Id add_socket(void* handle, Callback callback);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trade::bus
