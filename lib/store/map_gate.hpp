// Keeps the transactions of this process out of the memory map while it is replaced by a larger one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace trade::store {

/// Any number of transactions may be inside; shutting waits until none is, and keeps new ones waiting.
class MapGate {
 public:
  void enter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !shut_; });
    ++inside_;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    if (--inside_ == 0) changed_.notify_all();
  }

  /// False, and open again, when the transactions inside did not end within `wait_max`. One thread at a time.
  bool shut(std::chrono::milliseconds wait_max) {
    std::unique_lock lock(mutex_);
    shut_ = true;
    if (changed_.wait_for(lock, wait_max, [this] { return inside_ == 0; })) return true;
    shut_ = false;
    changed_.notify_all();
    return false;
  }

  void reopen() {
    const std::lock_guard lock(mutex_);
    shut_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t inside_ = 0;
  bool shut_ = false;
};

}  // namespace trade::store
