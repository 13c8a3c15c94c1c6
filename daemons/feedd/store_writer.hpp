// Writes the stored market on a thread of its own, so that a slow disk holds up neither quotes nor answers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.hpp"
#include "feedd/market_store.hpp"

namespace trade::feedd {

/// One write at a time is under way; whoever hands them over belongs to one thread.
class StoreWriter {
 public:
  explicit StoreWriter(MarketStore store);
  /// Waits for the write under way.
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  /// Begins a write. None may be under way, nor an outcome be waiting to be taken.
  void start(MarketChanges changes);

  struct Outcome {
    Status status;
    MarketChanges changes;  ///< those that were, or were not, written
    std::int64_t duration_ns = 0;
  };
  /// What came of the last write, once; nothing while it is under way or when there was none.
  std::optional<Outcome> take_outcome();
  /// Waits for it.
  std::optional<Outcome> wait_for_outcome();

  /// A write is under way, or its outcome has not been taken.
  [[nodiscard]] bool busy() const { return busy_; }

 private:
  void run();

  MarketStore store_;
  bool busy_ = false;  ///< of the thread that hands over

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<MarketChanges> work_;
  std::optional<Outcome> outcome_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace trade::feedd
