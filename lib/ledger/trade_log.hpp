// The newest trades, so that fills can be listed newest first without reading the postings frames.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ledger/records.hpp"

namespace trade::ledger {

/// Trades are numbered from zero over the whole life of the ledger; the newest `capacity` of them are here.
/// Older ones are in the frames.
class TradeLog {
 public:
  /// `capacity` is rounded up to a power of two, at least one page.
  explicit TradeLog(std::uint32_t capacity);

  /// Number of the next trade: how many there were in all.
  [[nodiscard]] std::uint64_t next() const { return next_; }
  /// Number of the oldest that is here; `next()` when none is.
  [[nodiscard]] std::uint64_t oldest() const {
    return next_ - first_ > capacity_ ? next_ - capacity_ : first_;
  }
  [[nodiscard]] bool holds(std::uint64_t index) const { return index >= oldest() && index < next_; }
  [[nodiscard]] const TradeRecord& operator[](std::uint64_t index) const {
    return pages_[slot(index) / page_records][slot(index) % page_records];
  }
  [[nodiscard]] std::uint64_t capacity() const { return capacity_; }

  /// The record of the next trade, to be filled in; its chain distances are for the caller to set.
  TradeRecord& append();
  /// Empties the log and numbers the next trade `next`: before the window is restored.
  void restart_at(std::uint64_t next) { first_ = next_ = next; }

  /// The distance from the trade `index` back to the one numbered `previous_plus_one - 1`; zero when there
  /// is none, or it is no longer here.
  [[nodiscard]] std::uint32_t distance(std::uint64_t index, std::uint64_t previous_plus_one) const {
    const bool here = previous_plus_one > oldest() && previous_plus_one <= index;
    return here ? static_cast<std::uint32_t>(index + 1 - previous_plus_one) : 0;
  }

 private:
  static constexpr std::uint64_t page_records = 4'096;
  [[nodiscard]] std::uint64_t slot(std::uint64_t index) const { return index & (capacity_ - 1); }

  std::uint64_t capacity_;
  std::uint64_t first_ = 0;  ///< where the log was begun
  std::uint64_t next_ = 0;
  std::vector<std::unique_ptr<TradeRecord[]>> pages_;  ///< made as they are first used
};

}  // namespace trade::ledger
