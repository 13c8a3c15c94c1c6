#include "gatewayd/disk_worker.hpp"

namespace trade::gatewayd {

DiskWorker::~DiskWorker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool DiskWorker::add(std::function<void()> piece) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= waiting_max) return false;
    waiting_.push_back(std::move(piece));
  }
  changed_.notify_all();
  return true;
}

void DiskWorker::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    const std::function<void()> piece = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    piece();
    lock.lock();
  }
}

}  // namespace trade::gatewayd
