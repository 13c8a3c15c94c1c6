// What the market says when it is asked.
#pragma once

#include "base/result.hpp"
#include "market/market.hpp"
#include "model/messages.hpp"

namespace trade::market {

/// The most levels of each side in an answer.
constexpr std::size_t answered_depth_levels_max = 1'000;

// `not_found` when there is no such symbol.

/// In the order of the request; of all symbols in the order of their names where it names none.
Result<QuotesReply> quotes_view(const Market& market, const QuotesRequest& request);
Result<DepthReply> depth_view(const Market& market, const DepthRequest& request);
/// The trades that are still kept, newest first.
Result<TapeReply> tape_view(const Market& market, const TapeRequest& request);

}  // namespace trade::market
