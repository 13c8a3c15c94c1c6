#include "bus/poll_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
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
    bool urgent = false;
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
  std::vector<pollfd> watched;  ///< while a turn is held: the stop event, then those of urgent sources
  std::vector<Id> urgent_ids;   ///< of these, but the first
  std::chrono::nanoseconds turn_interval{};
  Clock::time_point turn_began;
  Id next_id = 1;
  int stop_event = -1;
  std::atomic<bool> stopped{false};

  Id add(zmq_pollitem_t item, Callback callback, bool urgent = false) {
    items.push_back(item);
    sources.push_back({next_id, urgent, std::make_shared<Callback>(std::move(callback))});
    return next_id++;
  }

  void call_source(Id id) {
    const auto found = std::ranges::find(sources, id, &Source::id);
    if (found == sources.end()) return;
    const auto callback = found->callback;
    (*callback)();
  }

  /// Waits until the next turn may begin; calls urgent sources meanwhile.
  void hold_turn() {
    while (!stopped.load(std::memory_order_acquire)) {
      const std::chrono::nanoseconds left = turn_began + turn_interval - Clock::now();
      if (left.count() <= 0) return;
      watched.assign(1, {stop_event, POLLIN, 0});
      urgent_ids.clear();
      for (std::size_t i = 0; i < sources.size(); ++i) {
        if (!sources[i].urgent) continue;
        watched.push_back({items[i + 1].fd, POLLIN, 0});
        urgent_ids.push_back(sources[i].id);
      }
      const timespec timeout{left / std::chrono::seconds(1), (left % std::chrono::seconds(1)).count()};
      // Interrupted by a signal, or in error: the turn says so.
      if (::ppoll(watched.data(), watched.size(), &timeout, nullptr) <= 0) return;
      for (std::size_t i = 0; i < urgent_ids.size(); ++i) {
        if (watched[i + 1].revents != 0) call_source(urgent_ids[i]);
      }
    }
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
    for (const Id id : ready)
      call_source(id);
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

PollLoop::Id PollLoop::add_urgent(int descriptor, Callback callback) {
  return state_->add({nullptr, descriptor, ZMQ_POLLIN | ZMQ_POLLERR, 0}, std::move(callback), true);
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

void PollLoop::set_turn_interval(std::chrono::nanoseconds interval) {
  TRADE_ASSERT(interval.count() >= 0 && interval <= std::chrono::seconds(1), "a turn waits for a moment");
  state_->turn_interval = interval;
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
  const bool may_wait = timeout.count() > 0;
  if (may_wait) state.hold_turn();
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
  if (may_wait) state.turn_began = Clock::now();
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
