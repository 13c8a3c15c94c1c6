#include "http/loop.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unistd.h>

#include "http/loop_state.hpp"

namespace trade::http {

namespace {

/// Its callbacks are cancelled when it is destroyed; one that destroys it finds `alive` false afterwards.
class Timer final : public Loop::Registration {
 public:
  Timer(asio::io_context& context, std::chrono::milliseconds interval, std::function<void()> callback)
      : shared_(std::make_shared<Shared>(context, interval, std::move(callback))) {
    wait(shared_);
  }
  ~Timer() override { shared_->alive = false; }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  struct Shared {
    Shared(asio::io_context& context, std::chrono::milliseconds every, std::function<void()> call)
        : timer(context), interval(every), callback(std::move(call)) {}
    asio::steady_timer timer;
    std::chrono::milliseconds interval;
    std::function<void()> callback;
    bool alive = true;
  };
  static void wait(const std::shared_ptr<Shared>& shared) {
    shared->timer.expires_after(shared->interval);
    // What waits does not hold it: it ends with the timer.
    shared->timer.async_wait([weak = std::weak_ptr(shared)](const boost::system::error_code& error) {
      const std::shared_ptr<Shared> still = weak.lock();
      if (error || !still) return;
      still->callback();
      if (still->alive) wait(still);
    });
  }
  std::shared_ptr<Shared> shared_;
};

class Watch final : public Loop::Registration {
 public:
  /// Watches a copy of the descriptor, so that whose it is may close it at any time.
  Watch(asio::io_context& context, int descriptor, std::function<void()> callback)
      : shared_(std::make_shared<Shared>(context, ::dup(descriptor), std::move(callback))) {
    wait(shared_);
  }
  ~Watch() override {
    shared_->alive = false;
    boost::system::error_code ignored;
    shared_->descriptor.close(ignored);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  struct Shared {
    Shared(asio::io_context& context, int handle, std::function<void()> call)
        : descriptor(context, handle), callback(std::move(call)) {}
    asio::posix::stream_descriptor descriptor;
    std::function<void()> callback;
    bool alive = true;
  };
  static void wait(const std::shared_ptr<Shared>& shared) {
    shared->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                  [shared](const boost::system::error_code& error) {
                                    if (error || !shared->alive) return;
                                    shared->callback();
                                    if (shared->alive) wait(shared);
                                  });
  }
  std::shared_ptr<Shared> shared_;
};

}  // namespace

Loop::Loop() : state_(std::make_unique<State>()) {}
Loop::~Loop() = default;

void Loop::run() {
  state_->context.run();
}

void Loop::stop() {
  state_->context.stop();
}

void Loop::post(Callback callback) {
  asio::post(state_->context, std::move(callback));
}

std::unique_ptr<Loop::Registration> Loop::every(std::chrono::milliseconds interval,
                                                std::function<void()> callback) {
  return std::make_unique<Timer>(state_->context, interval, std::move(callback));
}

std::unique_ptr<Loop::Registration> Loop::watch(int descriptor, std::function<void()> callback) {
  return std::make_unique<Watch>(state_->context, descriptor, std::move(callback));
}

}  // namespace trade::http
