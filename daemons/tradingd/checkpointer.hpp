// Checkpoints without stopping: a forked child has the engine's state as it was at the fork, and writes it
// while the parent goes on. What is large of it the parent copies for the child as it goes on (ForkSnapshot);
// the rest is the kernel's copy-on-write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <thread>

#include <sys/types.h>

#include "base/fork_snapshot.hpp"
#include "base/result.hpp"
#include "engine/engine.hpp"

namespace trade::tradingd {

class Checkpointer {
 public:
  explicit Checkpointer(std::filesystem::path journal_directory);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  [[nodiscard]] bool busy() const { return child_ > 0; }

  /// A checkpoint is due soon: does what can be done for it beforehand, beside the orders. Only when not
  /// `busy`.
  void prepare(const Engine& engine);
  /// Forks a child that holds the state after `batch`, which need not be durable yet: the child writes only
  /// once `became_durable` said so, because a batch that is lost with a crash may come back with other
  /// content under the same number. Only when not `busy`.
  Status start(const Engine& engine, std::uint64_t batch);
  /// Copies some more of the state for the child, which is to be done once in a while until it says false:
  /// the more often, the sooner the child has it.
  bool copy_some();
  /// Tells a waiting child to write when its batch is no later than this one.
  void became_durable(std::uint64_t batch);
  /// Looks whether the child has ended; an error says that it could not write. To be called now and then.
  Status reap();

  /// Ends a child that still waits, and lets one that is writing finish. Before another checkpoint is saved
  /// by the parent itself: the child would take that for one of another history.
  void finish();

  /// The batch of the last checkpoint that was written.
  [[nodiscard]] std::uint64_t last_batch() const { return last_batch_; }

  /// The longest that `prepare`, `start` or one `copy_some` held up the orders.
  [[nodiscard]] std::int64_t pause_nanoseconds_max() const { return pause_nanoseconds_max_; }
  /// Of those, the longest of one `copy_some`.
  [[nodiscard]] std::int64_t copy_nanoseconds_max() const { return copy_nanoseconds_max_; }
  /// The most processor time that `start` took: what a pause was longer, other processes had their turn.
  [[nodiscard]] std::int64_t fork_processor_nanoseconds_max() const {
    return fork_processor_nanoseconds_max_;
  }

 private:
  void tell();
  void tell_copied();
  void tell_durable();
  /// The child ends where it waits for a word.
  void stop_telling();
  /// Does `first`, and then puts the heap into large pages, beside the orders.
  void begin_preparing(std::function<void(const std::stop_token&)> first);
  void end_preparing();

  std::filesystem::path directory_;
  pid_t child_ = -1;
  ForkSnapshot snapshot_;
  int child_descriptor_ = -1;  ///< what the child may do is written to it
  bool is_copied_ = false;     ///< the child has been told that it has the whole state
  bool is_durable_ = false;    ///< its batch is, of which it is told after that
  std::thread preparing_;
  std::stop_source stop_preparing_;
  std::uint64_t child_batch_ = 0;
  std::uint64_t last_batch_ = 0;
  std::int64_t pause_nanoseconds_max_ = 0;
  std::int64_t copy_nanoseconds_max_ = 0;
  std::int64_t fork_processor_nanoseconds_max_ = 0;
};

}  // namespace trade::tradingd
