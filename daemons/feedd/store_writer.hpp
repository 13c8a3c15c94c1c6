// Writes the stored market on a thread of its own, so that a slow disk holds up neither quotes nor answers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.hpp"
#include "feedd/market_store.hpp"

namespace trade::feedd {

/// Writes beside the thread that hands over; one write at a time is under way. All calls come from one
/// thread.
class Writer {
 public:
  virtual ~Writer() = default;

  /// Begins a write. None may be under way, nor an outcome be waiting to be taken.
  virtual void start(MarketChanges changes) = 0;

  struct Outcome {
    Status status;
    MarketChanges changes;  ///< those that were, or were not, written
    std::int64_t duration_ns = 0;
  };
  /// What came of the last write, once; nothing while it is under way or when there was none.
  virtual std::optional<Outcome> take_outcome() = 0;
  /// The same, but waits for it.
  virtual std::optional<Outcome> wait_for_outcome() = 0;

  /// A write is under way, or its outcome was not taken.
  [[nodiscard]] virtual bool busy() const = 0;
};

/// Makes the writer of a store: the daemon's has a thread of its own, the simulator's fails when told to.
using MakeWriter = std::function<std::unique_ptr<Writer>(MarketStore store)>;
std::unique_ptr<Writer> make_store_writer(MarketStore store);

class StoreWriter final : public Writer {
 public:
  explicit StoreWriter(MarketStore store);
  /// Waits for the write under way.
  ~StoreWriter() override;
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  void start(MarketChanges changes) override;
  std::optional<Outcome> take_outcome() override;
  std::optional<Outcome> wait_for_outcome() override;
  [[nodiscard]] bool busy() const override { return busy_; }

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
