#include "ledgerd/checkpoint.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "base/assert.hpp"

namespace trade::ledgerd {

namespace {

/// A large checkpoint is written in about so many portions, so that it is done before the next is due.
constexpr std::size_t portions_max = 40;
/// Pages whose older versions are removed in one transaction.
constexpr std::size_t removed_per_portion = 1'024;

}  // namespace

Checkpoint::Checkpoint(ledger::Ledger& ledger, const Position& position, std::uint64_t generation,
                       std::size_t portion_bytes)
    : generation_(generation), position_(position) {
  ledger.save_changed_pages(
      [this](ledger::PageKind kind, std::uint32_t number, std::span<const std::byte> bytes) {
        names_.push_back({kind, number});
        pages_.push_back({{kind, number}, {bytes.begin(), bytes.end()}});
        bytes_ += bytes.size();
      });
  TRADE_ASSERT(!names_.empty(), "a checkpoint without changes");
  portion_bytes_ = std::max(portion_bytes, bytes_ / portions_max);
  ByteWriter writer;
  ledger.save_summary(writer);
  summary_ = writer.take();
}

void Checkpoint::add_portion(StoreChange& change) {
  change.generation = generation_;
  if (!complete()) {
    for (std::size_t bytes = 0; next_page_ < pages_.size() && bytes < portion_bytes_; ++next_page_) {
      bytes += pages_[next_page_].bytes.size();
      change.pages.push_back(std::move(pages_[next_page_]));
    }
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
