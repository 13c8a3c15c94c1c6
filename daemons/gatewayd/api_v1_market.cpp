#include <algorithm>
#include <array>

#include "gatewayd/answer.hpp"
#include "gatewayd/api_v1.hpp"
#include "gatewayd/services.hpp"

namespace trade::gatewayd::v1 {

namespace {

constexpr std::uint32_t depth_levels = 10;
constexpr std::uint32_t depth_levels_max = 1'000;
constexpr std::uint32_t trades_listed = 100;
constexpr std::uint32_t trades_listed_max = 1'000;
constexpr std::uint32_t bars_listed = 100;
constexpr std::uint32_t bars_listed_max = 10'000;
constexpr std::uint32_t symbols_page = 1'000;

Task<Result<QuotesReply>> ask_quotes(Call& call, std::vector<std::string> symbols) {
  RequestBody body(QuotesRequest{std::move(symbols)});
  co_return co_await call.upstream().ask<QuotesReply>(Daemon::feedd, std::move(body));
}

Task<http::Response> quote(Call& call) {
  const auto symbol = parse_symbol(call.arguments[0]);
  if (!symbol) co_return error(symbol.error());
  const auto text = co_await call.services.fresh_quotes.ask(symbol->string());
  if (!text) co_return error(text.error());
  co_return http::Response(200, **text);
}

Task<http::Response> quotes(Call& call) {
  const std::string* named = call.request.parameter("symbols");
  auto symbols = symbols_of(named == nullptr ? std::string_view{} : *named);
  if (!symbols) co_return error(symbols.error());
  const auto reply = co_await ask_quotes(call, std::move(*symbols));
  if (!reply) co_return error(reply.error());
  format::Json json = format::Json::array();
  for (const QuoteView& quote : reply->quotes)
    json.push_back(format::json_of(quote));
  co_return json_response(200, json);
}

Task<http::Response> depth(Call& call) {
  const auto symbol = parse_symbol(call.arguments[0]);
  if (!symbol) co_return error(symbol.error());
  const auto levels = number_parameter(call.request, "levels", 1, depth_levels_max, depth_levels);
  if (!levels) co_return error(levels.error());
  RequestBody body(DepthRequest{symbol->string(), *levels});
  const auto reply = co_await call.upstream().ask<DepthReply>(Daemon::feedd, std::move(body));
  if (!reply) co_return error(reply.error());
  co_return json_response(200, format::json_of(reply->depth));
}

Task<http::Response> tape(Call& call) {
  const auto symbol = parse_symbol(call.arguments[0]);
  if (!symbol) co_return error(symbol.error());
  const auto limit = number_parameter(call.request, "limit", 1, trades_listed_max, trades_listed);
  if (!limit) co_return error(limit.error());
  RequestBody body(TapeRequest{symbol->string(), *limit});
  const auto reply = co_await call.upstream().ask<TapeReply>(Daemon::feedd, std::move(body));
  if (!reply) co_return error(reply.error());
  format::Json json = format::Json::array();
  for (const TapeEntryView& entry : reply->entries)
    json.push_back(format::json_of(entry));
  co_return json_response(200, json);
}

/// The newest `limit` bars, or with `from` the first ones from there; oldest first either way.
Result<BarsRequest> read_bars_request(const Call& call) {
  const auto symbol = parse_symbol(call.arguments[0]);
  if (!symbol) return std::unexpected(symbol.error());
  BarsRequest request{.symbol = symbol->string()};
  if (const std::string* interval = call.request.parameter("interval"); interval != nullptr) {
    const auto span = parse_bar_span(*interval);
    if (!span) return std::unexpected(span.error());
    request.span = *span;
  }
  for (auto [name, time] : {std::pair{"from", &request.from}, {"to", &request.to}}) {
    const auto parsed = time_parameter(call.request, name);
    if (!parsed) return std::unexpected(parsed.error());
    *time = *parsed;
  }
  const auto limit = number_parameter(call.request, "limit", 1, bars_listed_max, bars_listed);
  if (!limit) return std::unexpected(limit.error());
  request.limit = *limit;
  request.oldest_first = static_cast<bool>(request.from);
  return request;
}

Task<http::Response> bars(Call& call) {
  auto request = read_bars_request(call);
  if (!request) co_return error(request.error());
  RequestBody body(*request);
  auto reply = co_await call.upstream().ask<BarsReply>(Daemon::feedd, std::move(body));
  if (!reply) co_return error(reply.error());
  if (!request->oldest_first) std::ranges::reverse(reply->bars);
  format::Json json = format::Json::array();
  for (const BarView& bar : reply->bars)
    json.push_back(format::json_of(bar, request->symbol, request->span));
  co_return json_response(200, json);
}

Task<http::Response> symbols(Call& call) {
  format::Json json = format::Json::array();
  SymbolsRequest request;
  for (;;) {
    request.limit = symbols_page;
    RequestBody body(request);
    const auto reply = co_await call.upstream().ask<SymbolsReply>(Daemon::tradingd, std::move(body));
    if (!reply) co_return error(reply.error());
    for (const SymbolView& symbol : reply->symbols) {
      json.push_back(format::json_of(symbol));
      request.after = std::max(request.after, symbol.number);
    }
    if (reply->symbols.empty()) break;
  }
  co_return json_response(200, json);
}

Task<http::Response> symbol(Call& call) {
  const auto name = parse_symbol(call.arguments[0]);
  if (!name) co_return error(name.error());
  SymbolsRequest request;
  request.symbol = name->string();
  request.limit = 1;
  RequestBody body(std::move(request));
  const auto reply = co_await call.upstream().ask<SymbolsReply>(Daemon::tradingd, std::move(body));
  if (!reply) co_return error(reply.error());
  if (reply->symbols.empty()) {
    co_return response_to(Surface::v1, {404, "unknown_symbol", "Unknown symbol"});
  }
  co_return json_response(200, format::json_of(reply->symbols.front()));
}

Task<http::Response> session(Call& call) {
  RequestBody body(SessionRequest{});
  const auto reply = co_await call.upstream().ask<SessionReply>(Daemon::tradingd, std::move(body));
  if (!reply) co_return error(reply.error());
  co_return json_response(200, format::json_of(reply->session));
}

constexpr std::array routes{
    Route{"GET", "/api/v1/quotes", Access::view, quotes},
    Route{"GET", "/api/v1/quotes/{symbol}", Access::view, quote},
    Route{"GET", "/api/v1/depth/{symbol}", Access::view, depth},
    Route{"GET", "/api/v1/tape/{symbol}", Access::view, tape},
    Route{"GET", "/api/v1/bars/{symbol}", Access::view, bars},
    Route{"GET", "/api/v1/symbols", Access::view, symbols},
    Route{"GET", "/api/v1/symbols/{symbol}", Access::view, symbol},
    Route{"GET", "/api/v1/market", Access::view, session},
};

}  // namespace

std::span<const Route> market_routes() {
  return routes;
}

}  // namespace trade::gatewayd::v1
