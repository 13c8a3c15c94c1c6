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

}  // namespace trade::ledger
