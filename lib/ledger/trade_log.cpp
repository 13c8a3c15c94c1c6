#include "ledger/trade_log.hpp"

#include <algorithm>
#include <bit>

namespace trade::ledger {

TradeLog::TradeLog(std::uint32_t capacity)
    : capacity_(std::bit_ceil(std::max<std::uint64_t>(capacity, page_records))),
      pages_(capacity_ / page_records) {}

TradeRecord& TradeLog::append() {
  const std::uint64_t at = slot(next_++);
  std::unique_ptr<TradeRecord[]>& page = pages_[at / page_records];
  if (!page) page = std::make_unique<TradeRecord[]>(page_records);
  return page[at % page_records] = TradeRecord{};
}

void TradeLog::mark_busted(TradeId trade) {
  // Trades have ascending ids.
  std::uint64_t first = oldest();
  std::uint64_t count = next_ - first;
  while (count > 0) {
    const std::uint64_t half = count / 2;
    if ((*this)[first + half].trade < trade) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  if (!holds(first)) return;
  TradeRecord& record = pages_[slot(first) / page_records][slot(first) % page_records];
  if (record.trade == trade) record.busted = true;
}

}  // namespace trade::ledger
