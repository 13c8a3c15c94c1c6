#include "sequencer/queries.hpp"

#include <algorithm>
#include <string>

namespace trade::sequencer {

namespace {

ErrorReply not_found(std::string_view name, std::string message, std::string hint) {
  return ErrorReply{fail_named(ErrorCode::not_found, name, std::move(message), std::move(hint)).error()};
}

ReplyBody answer(const Engine& engine, const AccountsRequest& request) {
  AccountsReply reply;
  if (!request.name.empty()) {
    const auto account = engine.account(engine.find_account(request.name));
    if (!account)
      return not_found("unknown_account", "no account '" + request.name + "'",
                       "'trade account list' shows them");
    reply.accounts.push_back(*account);
    return reply;
  }
  const std::uint32_t limit = std::min(request.limit, page_rows_max);
  for (std::uint64_t number = std::uint64_t{request.after.value} + 1;
       number <= engine.account_count() && reply.accounts.size() < limit; ++number) {
    reply.accounts.push_back(*engine.account(AccountId{static_cast<std::uint32_t>(number)}));
  }
  return reply;
}

ReplyBody answer(const Engine& engine, const SymbolsRequest& request) {
  SymbolsReply reply;
  if (!request.symbol.empty()) {
    const auto symbol = engine.symbol(engine.find_symbol(request.symbol));
    if (!symbol)
      return not_found("unknown_symbol", "no symbol '" + request.symbol + "'",
                       "'trade symbol list' shows them");
    reply.symbols.push_back(*symbol);
    return reply;
  }
  const std::uint32_t limit = std::min(request.limit, page_rows_max);
  for (std::uint64_t number = std::uint64_t{request.after.value} + 1;
       number <= engine.symbol_count() && reply.symbols.size() < limit; ++number) {
    reply.symbols.push_back(*engine.symbol(SymbolId{static_cast<std::uint32_t>(number)}));
  }
  return reply;
}

ReplyBody answer(const Engine& engine, const HoldingsRequest& request) {
  HoldingsReply reply;
  reply.sequence = engine.last_sequence();
  if (request.only) {
    if (auto row = engine.holdings(request.only)) reply.rows.push_back(std::move(*row));
    return reply;
  }
  const std::uint32_t limit = std::min(request.limit, page_rows_max);
  std::size_t holdings = 0;
  for (std::uint64_t number = std::uint64_t{request.after.value} + 1;
       number <= engine.account_count() && reply.rows.size() < limit && holdings < page_holdings_max;
       ++number) {
    reply.rows.push_back(*engine.holdings(AccountId{static_cast<std::uint32_t>(number)}));
    holdings += reply.rows.back().holdings.size();
  }
  return reply;
}

ReplyBody answer(const Engine& engine, const SessionRequest&) {
  return SessionReply{engine.session()};
}

ReplyBody answer(const Engine& engine, const VenuesRequest& request) {
  VenuesReply reply;
  const auto is_meant = [&](const VenueView& venue) { return request.removed || !venue.removed; };
  if (!request.name.empty()) {
    auto venue = engine.venue(engine.find_venue(request.name));
    if (!venue || !is_meant(*venue))
      return not_found("unknown_venue", "no venue '" + request.name + "'", "'trade route list' shows them");
    reply.venues.push_back(*std::move(venue));
    return reply;
  }
  for (VenueId id{1}; id.value <= engine.venue_count(); ++id.value) {
    if (auto venue = engine.venue(id); is_meant(*venue)) reply.venues.push_back(*std::move(venue));
  }
  return reply;
}

template <class Other>
ReplyBody answer(const Engine&, const Other&) {
  return ErrorReply{
      fail_named(ErrorCode::usage, "not_served_here", "tradingd does not answer this kind of request")
          .error()};
}

}  // namespace

ReplyBody answer_query(const Engine& engine, const RequestBody& request) {
  return std::visit([&](const auto& body) { return answer(engine, body); }, request);
}

}  // namespace trade::sequencer
