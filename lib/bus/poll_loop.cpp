#include "bus/poll_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include "base/assert.hpp"

namespace trade::bus {

namespace {
using Clock = std::chrono::steady_clock;
/// The longest wait at once; only to keep the arithmetic of timeouts in range.
constexpr std::chrono::nanoseconds wait_max = std::chrono::hours(1);
}  // namespace

struct PollLoop::State {
  // Callbacks are shared with the call under way, so that one may remove itself.
  struct Source {
    Id id = 0;
    std::shared_ptr<Callback> callback;
  };
  struct Timer {
    Id id = 0;
    std::chrono::nanoseconds interval{};
    Clock::time_point due;
    std::shared_ptr<Callback> callback;
  };

  std::vector<zmq_pollitem_t> items;  ///< the first is the stop event; items[i + 1] is sources[i]
  std::vector<Source> sources;
  std::vector<Timer> timers;
  Id next_id = 1;
  int stop_event = -1;
  std::atomic<bool> stopped{false};

  Id add(zmq_pollitem_t item, Callback callback) {
    items.push_back(item);
    sources.push_back({next_id, std::make_shared<Callback>(std::move(callback))});
    return next_id++;
  }

  [[nodiscard]] std::chrono::nanoseconds time_to_next_timer(std::chrono::nanoseconds timeout) const {
    if (timers.empty()) return timeout;
    const auto due = std::ranges::min(timers, {}, &Timer::due).due;
    return std::clamp<std::chrono::nanoseconds>(due - Clock::now(), std::chrono::nanoseconds(0), timeout);
  }

  void call_ready_sources() {
    // Noted down first, because callbacks change the list.
    std::vector<Id> ready;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (items[i + 1].revents != 0) ready.push_back(sources[i].id);
    }
    for (const Id id : ready) {
      const auto found = std::ranges::find(sources, id, &Source::id);
      if (found == sources.end()) continue;
      const auto callback = found->callback;
      (*callback)();
    }
  }

  void call_due_timers() {
    const auto now = Clock::now();
    std::vector<Id> due;
    for (const Timer& timer : timers) {
      if (timer.due <= now) due.push_back(timer.id);
    }
    for (const Id id : due) {
      const auto found = std::ranges::find(timers, id, &Timer::id);
      if (found == timers.end()) continue;
      found->due += found->interval * ((now - found->due) / found->interval + 1);
      const auto callback = found->callback;
      (*callback)();
    }
  }
};

PollLoop::PollLoop() : state_(std::make_unique<State>()) {
  state_->stop_event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  TRADE_ASSERT(state_->stop_event >= 0, "a process has descriptors left when it starts its loop");
  state_->items.push_back({nullptr, state_->stop_event, ZMQ_POLLIN, 0});
}

PollLoop::~PollLoop() {
  ::close(state_->stop_event);
}

PollLoop::Id PollLoop::add_socket(void* handle, Callback callback) {
  return state_->add({handle, 0, ZMQ_POLLIN, 0}, std::move(callback));
}

PollLoop::Id PollLoop::add(int descriptor, Callback callback) {
  return state_->add({nullptr, descriptor, ZMQ_POLLIN | ZMQ_POLLERR, 0}, std::move(callback));
}

PollLoop::Id PollLoop::add_timer(std::chrono::nanoseconds interval, Callback callback) {
  TRADE_ASSERT(interval.count() > 0, "a timer has an interval");
  const Id id = state_->next_id++;
  state_->timers.push_back(
      {id, interval, Clock::now() + interval, std::make_shared<Callback>(std::move(callback))});
  return id;
}

void PollLoop::remove(Id id) {
  State& state = *state_;
  if (const auto found = std::ranges::find(state.sources, id, &State::Source::id);
      found != state.sources.end()) {
    state.items.erase(state.items.begin() + 1 + (found - state.sources.begin()));
    state.sources.erase(found);
  }
  std::erase_if(state.timers, [id](const State::Timer& timer) { return timer.id == id; });
}

Status PollLoop::run() {
  for (;;) {
    auto turned = run_once(wait_max);
    if (!turned) return pass_on(std::move(turned));
    if (!*turned) return {};
  }
}

Result<bool> PollLoop::run_once(std::chrono::nanoseconds timeout) {
  State& state = *state_;
  if (state.stopped.load(std::memory_order_acquire)) return false;
  const auto wait = state.time_to_next_timer(std::min(timeout, wait_max));
  const long milliseconds = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  const int result = zmq_poll(state.items.data(), static_cast<int>(state.items.size()), milliseconds);
  if (result < 0) {
    const int error = zmq_errno();
    // A signal that nobody reads from a descriptor: nothing is ready, but timers may be due.
    if (error != EINTR) {
      return fail(ErrorCode::internal, std::string("cannot wait for events: ") + zmq_strerror(error));
    }
    for (auto& item : state.items)
      item.revents = 0;
  }
  state.call_ready_sources();
  state.call_due_timers();
  return !state.stopped.load(std::memory_order_acquire);
}

void PollLoop::stop() {
  state_->stopped.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  // The only failure is a counter that is full, and then the loop is awake already.
  [[maybe_unused]] const auto written = ::write(state_->stop_event, &one, sizeof one);
}

bool PollLoop::stopped() const {
  return state_->stopped.load(std::memory_order_acquire);
}

}  // namespace trade::bus
