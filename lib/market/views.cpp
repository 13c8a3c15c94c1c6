#include "market/views.hpp"

#include <algorithm>
#include <string>

namespace trade::market {

namespace {

/// The symbol that a request names, or the reason why there is none.
Result<SymbolId> find(const Market& market, std::string_view name) {
  auto symbol = parse_symbol(name);
  if (!symbol) return pass_on(std::move(symbol));
  const SymbolId id = market.find(*symbol);
  if (!id) {
    return fail_named(ErrorCode::not_found, "unknown_symbol", "no symbol '" + symbol->string() + "'",
                      "'trade symbol list' shows those there are, 'trade symbol add' adds one");
  }
  return id;
}

}  // namespace

Result<QuotesReply> quotes_view(const Market& market, const QuotesRequest& request) {
  QuotesReply quotes;
  if (request.symbols.empty()) {
    quotes.quotes.reserve(market.symbol_count());
    for (const auto& [name, id] : market.by_name())
      quotes.quotes.push_back(market.symbol(id).quote());
    return quotes;
  }
  quotes.quotes.reserve(request.symbols.size());
  for (const std::string& name : request.symbols) {
    auto id = find(market, name);
    if (!id) return pass_on(std::move(id));
    quotes.quotes.push_back(market.symbol(*id).quote());
  }
  return quotes;
}

Result<DepthReply> depth_view(const Market& market, const DepthRequest& request) {
  auto id = find(market, request.symbol);
  if (!id) return pass_on(std::move(id));
  return DepthReply{
      market.symbol(*id).depth(std::min<std::size_t>(request.levels, answered_depth_levels_max))};
}

Result<TapeReply> tape_view(const Market& market, const TapeRequest& request) {
  auto id = find(market, request.symbol);
  if (!id) return pass_on(std::move(id));
  const SymbolMarket& symbol = market.symbol(*id);
  const Tape& kept = symbol.tape;
  TapeReply tape;
  for (std::uint64_t i = 0; i < kept.size() && tape.entries.size() < request.limit; ++i) {
    const std::uint64_t number = request.oldest_first ? kept.first_kept() + i : kept.count() - i;
    const TapeEntry& entry = kept.numbered(number);
    if (entry.executed_at < request.from || (request.to && entry.executed_at > request.to)) continue;
    const bool passed =
        request.oldest_first ? entry.sequence > request.beyond : entry.sequence < request.beyond;
    if (request.beyond != 0 && !passed) continue;
    tape.entries.push_back(symbol.tape_entry(number));
  }
  return tape;
}

Result<QuoteHistoryReply> quote_history_view(const Market& market, const QuoteHistoryRequest& request) {
  auto id = find(market, request.symbol);
  if (!id) return pass_on(std::move(id));
  const Tops& kept = market.symbol(*id).tops;
  QuoteHistoryReply history;
  for (std::uint64_t i = 0; i < kept.size() && history.entries.size() < request.limit; ++i) {
    const TopOfBookView& top = kept.numbered(request.oldest_first ? kept.first_kept() + i : kept.count() - i);
    if (top.timestamp < request.from || (request.to && top.timestamp > request.to)) continue;
    const bool passed = request.oldest_first ? top.sequence > request.beyond : top.sequence < request.beyond;
    if (request.beyond != 0 && !passed) continue;
    history.entries.push_back(top);
  }
  return history;
}

Result<BarsReply> bars_view(const Market& market, const BarsRequest& request) {
  auto id = find(market, request.symbol);
  if (!id) return pass_on(std::move(id));
  if (request.span.count == 0 || request.span.count > bar_count_max(request.span.unit))
    return fail(ErrorCode::usage, "no interval of bars: " + format_bar_span(request.span));
  return BarsReply{
      market.symbol(*id).bars.find({.span = request.span,
                                    .limit = std::min<std::size_t>(request.limit, answered_bars_max),
                                    .from = request.from,
                                    .to = request.to,
                                    .oldest_first = request.oldest_first})};
}

}  // namespace trade::market
