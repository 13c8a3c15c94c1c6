#include "store/registry.hpp"

#include <atomic>
#include <utility>

#include <unistd.h>

#include "store/environment.hpp"

namespace trade::store {

Registry::Registry() : process_id_(::getpid()) {}

Registry& Registry::instance() {
  static std::atomic<Registry*> current = nullptr;
  Registry* found = current.load();
  while (found == nullptr || found->process_id_ != ::getpid()) {
    // A child after fork has nothing open, and its parent's mutex may be locked for ever in its copy.
    auto* const fresh = new Registry;
    if (current.compare_exchange_strong(found, fresh)) return *fresh;
    delete fresh;
  }
  return *found;
}

Result<std::shared_ptr<Environment>> Registry::find_or_open(
    const FileIdentity& identity, const std::function<Result<std::unique_ptr<Environment>>()>& open) {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto found = open_.find(identity);
    if (found == open_.end()) break;
    if (auto environment = found->second.lock()) return environment;
    // Its last owner is gone but its file not closed yet; the entry goes when it is.
    closed_.wait(lock);
  }
  auto opened = open();
  if (!opened) return pass_on(std::move(opened));
  std::shared_ptr<Environment> environment(opened->release(), [this, identity](Environment* closing) {
    delete closing;
    const std::lock_guard closing_lock(mutex_);
    open_.erase(identity);
    closed_.notify_all();
  });
  open_[identity] = environment;
  return environment;
}

}  // namespace trade::store
