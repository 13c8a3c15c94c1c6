// Writes to the ledger's store on a thread of its own, so that events are folded while the disk syncs.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.hpp"
#include "ledgerd/ledger_store.hpp"

namespace trade::ledgerd {

/// One change at a time is under way. All calls come from one thread.
class StoreWriter {
 public:
  /// `store` must outlive it.
  explicit StoreWriter(const LedgerStore& store);
  /// Waits for the change under way.
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  /// Begins to write. None may be under way, nor an outcome be waiting to be taken.
  void start(StoreChange change);

  struct Outcome {
    Status status;
    std::int64_t duration_ns = 0;
  };
  /// What came of the last change, once; nothing while it is under way or when there was none.
  std::optional<Outcome> take_outcome();
  /// The same, but waits for it.
  std::optional<Outcome> wait_for_outcome();

  /// A change is under way, or its outcome was not taken.
  [[nodiscard]] bool busy() const { return busy_; }

 private:
  void run();

  const LedgerStore& store_;
  bool busy_ = false;  ///< of the calling thread

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<StoreChange> work_;
  std::optional<Outcome> outcome_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace trade::ledgerd
