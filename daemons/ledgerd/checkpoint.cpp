#include "ledgerd/checkpoint.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/assert.hpp"

namespace trade::ledgerd {

namespace {

/// A large checkpoint is written in about so many portions, so that it is done before the next is due.
constexpr std::size_t portions_max = 100;
/// Pages whose older versions are removed in one transaction.
constexpr std::size_t removed_per_portion = 1'024;

}  // namespace

Checkpoint::Checkpoint(ledger::Ledger& ledger, const Position& position, std::uint64_t generation,
                       std::size_t portion_bytes)
    : ledger_(ledger),
      generation_(generation),
      position_(position),
      names_(ledger.begin_saving()),
      portion_bytes_(portion_bytes) {
  TRADE_ASSERT(!names_.empty(), "a checkpoint without changes");
  ByteWriter writer;
  ledger.save_summary(writer);
  summary_ = writer.take();
}

void Checkpoint::add_portion(StoreChange& change) {
  change.generation = generation_;
  if (!complete()) {
    const std::size_t pages_min = names_.size() / portions_max;
    std::size_t bytes = 0;
    for (std::size_t pages = 0; next_page_ < names_.size() && (bytes < portion_bytes_ || pages < pages_min);
         ++pages, ++next_page_) {
      const PageName name = names_[next_page_];
      change.pages.push_back({name, ledger_.save_page(name)});
      bytes += change.pages.back().bytes.size();
    }
    bytes_ += bytes;
    if (complete()) change.completed = CheckpointRecord{generation_, position_, std::move(summary_)};
    return;
  }
  const std::size_t end = std::min(next_removed_ + removed_per_portion, names_.size());
  change.superseded.assign(names_.begin() + static_cast<std::ptrdiff_t>(next_removed_),
                           names_.begin() + static_cast<std::ptrdiff_t>(end));
  next_removed_ = end;
  change.cleaned = finished();
}

}  // namespace trade::ledgerd
