// One checkpoint on its way to disk: the pages that changed, written in portions so that no commit takes
// long, and then the removal of what they supersede.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ledgerd/ledger_store.hpp"

namespace trade::ledgerd {

class Checkpoint {
 public:
  /// Of the ledger as it is now; it may go on folding meanwhile. A portion has about `portion_bytes`, or more
  /// where the checkpoint is large.
  Checkpoint(ledger::Ledger& ledger, const Position& position, std::uint64_t generation,
             std::size_t portion_bytes);

  /// Adds the next portion to a change.
  void add_portion(StoreChange& change);
  /// All pages and the record are handed over: with that change the checkpoint counts.
  [[nodiscard]] bool complete() const { return next_page_ == names_.size(); }
  /// And nothing is left to be removed.
  [[nodiscard]] bool finished() const { return complete() && next_removed_ == names_.size(); }

  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] const Position& position() const { return position_; }
  /// Written so far.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  ledger::Ledger& ledger_;
  std::uint64_t generation_;
  Position position_;
  std::vector<std::byte> summary_;
  std::vector<PageName> names_;
  std::size_t bytes_ = 0;
  std::size_t portion_bytes_ = 0;
  std::size_t next_page_ = 0;
  std::size_t next_removed_ = 0;
};

}  // namespace trade::ledgerd
