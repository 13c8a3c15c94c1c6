#include "ledgerd/store_writer.hpp"

#include <utility>

#include "base/assert.hpp"
#include "base/clock.hpp"

namespace trade::ledgerd {

StoreWriter::StoreWriter(const LedgerStore& store) : store_(store), thread_([this] { run(); }) {}

std::unique_ptr<Writer> make_store_writer(const LedgerStore& store) {
  return std::make_unique<StoreWriter>(store);
}

StoreWriter::~StoreWriter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StoreWriter::start(StoreChange change) {
  TRADE_ASSERT(!busy_, "one change is written at a time");
  busy_ = true;
  {
    const std::lock_guard lock(mutex_);
    work_ = std::move(change);
  }
  changed_.notify_all();
}

std::optional<StoreWriter::Outcome> StoreWriter::take_outcome() {
  if (!busy_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!outcome_) return std::nullopt;
  busy_ = false;
  return std::exchange(outcome_, std::nullopt);
}

std::optional<StoreWriter::Outcome> StoreWriter::wait_for_outcome() {
  if (!busy_) return std::nullopt;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return outcome_.has_value(); });
  busy_ = false;
  return std::exchange(outcome_, std::nullopt);
}

void StoreWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return work_.has_value() || ending_; });
    if (!work_) return;
    const StoreChange change = *std::exchange(work_, std::nullopt);
    lock.unlock();
    const std::int64_t started_ns = monotonic_nanoseconds();
    Status status = store_.write(change);
    const std::int64_t duration_ns = monotonic_nanoseconds() - started_ns;
    lock.lock();
    outcome_ = Outcome{std::move(status), duration_ns};
    changed_.notify_all();
  }
}

}  // namespace trade::ledgerd
