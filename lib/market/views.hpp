// What the market says when it is asked.
#pragma once

#include "base/result.hpp"
#include "market/market.hpp"
#include "model/messages.hpp"

namespace trade::market {

/// The most levels of each side in an answer.
constexpr std::size_t answered_depth_levels_max = 1'000;
/// The most bars in an answer: more than are kept.
constexpr std::size_t answered_bars_max = 10'000;

// `not_found` when there is no such symbol.

/// In the order of the request; of all symbols in the order of their names where it names none.
Result<QuotesReply> quotes_view(const Market& market, const QuotesRequest& request);
Result<DepthReply> depth_view(const Market& market, const DepthRequest& request);
/// Of the trades that are still kept.
Result<TapeReply> tape_view(const Market& market, const TapeRequest& request);
/// Of the changes that are still kept.
Result<QuoteHistoryReply> quote_history_view(const Market& market, const QuoteHistoryRequest& request);
/// `usage` when there are no bars of such a span.
Result<BarsReply> bars_view(const Market& market, const BarsRequest& request);

}  // namespace trade::market
