#include "fixd/loop_post.hpp"

#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace trade::fixd {

LoopPost::~LoopPost() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status LoopPost::start(bus::PollLoop& loop) {
  descriptor_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (descriptor_ < 0) return fail(ErrorCode::internal, "cannot make an eventfd");
  loop.add(descriptor_, [this] { run(); });
  return {};
}

void LoopPost::post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  work_.push_back(std::move(work));
  ::eventfd_write(descriptor_, 1);
}

void LoopPost::run() {
  eventfd_t ignored = 0;
  ::eventfd_read(descriptor_, &ignored);
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(mutex_);
    work.swap(work_);
  }
  for (const auto& one : work)
    one();
}

}  // namespace trade::fixd
