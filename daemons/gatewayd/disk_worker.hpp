// Work that waits for the disk, done in a thread of its own, one piece after the other: the loop goes on
// meanwhile.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/result.hpp"
#include "base/task.hpp"
#include "http/loop.hpp"

namespace trade::gatewayd {

class DiskWorker {
 public:
  /// Pieces that wait at most; more are refused.
  static constexpr std::size_t waiting_max = 1'000;

  /// The loop must outlive it.
  explicit DiskWorker(http::Loop& loop) : loop_(loop), thread_([this] { run(); }) {}
  /// Ends after the piece at hand; those that wait are not done any more.
  ~DiskWorker();
  DiskWorker(const DiskWorker&) = delete;
  DiskWorker& operator=(const DiskWorker&) = delete;

  /// Does `work`, which gives a Result, in the worker's thread; the task goes on in the loop's. `overloaded`
  /// when too much waits already.
  template <class Value>
  Task<Result<Value>> perform(std::move_only_function<Result<Value>()> work) {
    Done<Value> done{*this, std::move(work), std::nullopt};
    co_await done;
    if (done.result) co_return std::move(*done.result);
    co_return fail_named(ErrorCode::rejected, "overloaded", "too many requests wait for the disk");
  }

 private:
  template <class Value>
  struct Done {
    bool await_ready() noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
      return worker.add([this, waiting] {
        result.emplace(work());
        worker.loop_.post([waiting] { waiting.resume(); });
      });
    }
    void await_resume() noexcept {}

    DiskWorker& worker;
    std::move_only_function<Result<Value>()> work;
    std::optional<Result<Value>> result;
  };

  bool add(std::function<void()> piece);
  void run();

  http::Loop& loop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;  ///< guarded
  bool ending_ = false;                        ///< guarded
  std::thread thread_;
};

}  // namespace trade::gatewayd
