// Work for the daemon's loop from another thread.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "base/result.hpp"
#include "bus/poll_loop.hpp"

namespace trade::fixd {

class LoopPost {
 public:
  LoopPost() = default;
  ~LoopPost();
  LoopPost(const LoopPost&) = delete;
  LoopPost& operator=(const LoopPost&) = delete;

  Status start(bus::PollLoop& loop);
  /// From any thread, once started: runs it in the loop's thread, soon.
  void post(std::function<void()> work);

 private:
  void run();

  int descriptor_ = -1;
  std::mutex mutex_;
  std::vector<std::function<void()>> work_;  ///< guarded
};

}  // namespace trade::fixd
