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
    return fail(ErrorCode::not_found, "no symbol '" + symbol->string() + "'",
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
  TapeReply tape;
  for (std::uint64_t number = symbol.tape.count();
       number >= symbol.tape.first_kept() && number > 0 && tape.entries.size() < request.limit; --number) {
    tape.entries.push_back(symbol.tape_entry(number));
  }
  return tape;
}

}  // namespace trade::market
