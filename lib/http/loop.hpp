// One thread's event loop for sockets, timers and file descriptors; a thin face of Asio, so that nobody else
// needs its headers.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace trade::http {

class Loop {
 public:
  using Callback = std::move_only_function<void()>;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Until stopped. What a callback throws comes out of here.
  void run();
  /// From any thread.
  void stop();
  /// Runs the callback in the loop's thread, soon. From any thread.
  void post(Callback callback);

  /// A registration, which ends when it is destroyed.
  class Registration {
   public:
    virtual ~Registration() = default;
  };
  /// Calls every `interval` from now; of those that pass while something else runs, one.
  [[nodiscard]] std::unique_ptr<Registration> every(std::chrono::milliseconds interval,
                                                    std::function<void()> callback);
  /// Calls whenever the descriptor is readable. It may be closed, once this is destroyed.
  [[nodiscard]] std::unique_ptr<Registration> watch(int descriptor, std::function<void()> callback);

  struct State;
  [[nodiscard]] State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace trade::http
