// What the feed tells, for tests.
#pragma once

#include "model/views.hpp"

namespace trade::fixd::test {

/// A trade in AAPL, told apart by its sequence alone.
inline TapeEntryView trade_at(Sequence sequence) {
  TapeEntryView trade;
  trade.id = TradeId{sequence};
  trade.symbol = "AAPL";
  trade.price = Price{1'500'000};
  trade.quantity = Quantity{10};
  trade.executed_at = Timestamp{1'000'000'000};
  trade.sequence = sequence;
  return trade;
}

}  // namespace trade::fixd::test
