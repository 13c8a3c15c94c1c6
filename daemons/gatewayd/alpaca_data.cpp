#include "gatewayd/alpaca_data.hpp"

#include <algorithm>
#include <array>

#include "gatewayd/alpaca.hpp"

namespace trade::gatewayd::alpaca {

namespace {

format::Json latest_trade_json(const QuoteView& quote) {
  format::Json json;
  json["t"] = format::time_or_null(quote.timestamp);
  json["x"] = "V";
  json["p"] = number_json(quote.last);
  json["s"] = quote.last_size.shares;
  json["c"] = format::Json::array({"@"});
  json["i"] = quote.sequence;
  json["z"] = "C";
  return json;
}

Task<Result<std::vector<QuoteView>>> ask_quotes(Call& call, std::vector<std::string> symbols) {
  RequestBody body(QuotesRequest{std::move(symbols)});
  auto reply = co_await call.upstream().ask<QuotesReply>(Daemon::feedd, std::move(body));
  if (!reply) co_return pass_on(std::move(reply));
  co_return std::move(reply->quotes);
}

Task<Result<TapeReply>> ask_tape(Call& call, std::string symbol, std::uint32_t limit) {
  RequestBody body(TapeRequest{std::move(symbol), limit});
  co_return co_await call.upstream().ask<TapeReply>(Daemon::feedd, std::move(body));
}

Task<http::Response> latest_quote(Call& call) {
  const auto symbol = path_symbol(call);
  if (!symbol) co_return error(symbol.error());
  std::vector<std::string> named{*symbol};
  const auto quotes = co_await ask_quotes(call, std::move(named));
  if (!quotes) co_return error(quotes.error());
  format::Json json;
  json["symbol"] = *symbol;
  json["quote"] = data_json(quotes->front());
  co_return json_response(200, json);
}

Task<http::Response> latest_quotes(Call& call) {
  auto symbols = named_symbols(call);
  if (!symbols) co_return error(symbols.error());
  const auto quotes = co_await ask_quotes(call, std::move(*symbols));
  if (!quotes) co_return error(quotes.error());
  format::Json json;
  json["quotes"] = format::Json::object();
  for (const QuoteView& quote : *quotes)
    json["quotes"][quote.symbol] = data_json(quote);
  co_return json_response(200, json);
}

/// The last trade of the tape, or null where there was none.
Task<Result<format::Json>> last_trade(Call& call, std::string symbol) {
  auto tape = co_await ask_tape(call, std::move(symbol), 1);
  if (!tape) co_return pass_on(std::move(tape));
  co_return tape->entries.empty() ? format::Json(nullptr) : data_json(tape->entries.front());
}

Task<http::Response> latest_trade(Call& call) {
  const auto symbol = path_symbol(call);
  if (!symbol) co_return error(symbol.error());
  auto trade = co_await last_trade(call, *symbol);
  if (!trade) co_return error(trade.error());
  if (trade->is_null()) co_return error(404, "no trade found for " + *symbol);
  format::Json json;
  json["symbol"] = *symbol;
  json["trade"] = std::move(*trade);
  co_return json_response(200, json);
}

Task<http::Response> latest_trades(Call& call) {
  const auto symbols = named_symbols(call);
  if (!symbols) co_return error(symbols.error());
  format::Json json;
  json["trades"] = format::Json::object();
  for (const std::string& symbol : *symbols) {
    auto trade = co_await last_trade(call, symbol);
    if (!trade) co_return error(trade.error());
    if (!trade->is_null()) json["trades"][symbol] = std::move(*trade);
  }
  co_return json_response(200, json);
}

Task<Result<format::Json>> snapshot_json(Call& call, QuoteView quote) {
  format::Json json;
  json["latestTrade"] = quote.last ? latest_trade_json(quote) : format::Json(nullptr);
  json["latestQuote"] = data_json(quote);
  auto minutes = co_await last_bars(call, quote.symbol, BarUnit::minute, 1);
  if (!minutes) co_return pass_on(std::move(minutes));
  json["minuteBar"] = minutes->empty() ? format::Json(nullptr) : std::move(minutes->front());
  auto days = co_await last_bars(call, quote.symbol, BarUnit::day, 2);
  if (!days) co_return pass_on(std::move(days));
  // On a day without a trade yet the newest bar is of a day before.
  if (!quote.volume) days->insert(days->begin(), nullptr);
  days->resize(2);
  json["dailyBar"] = std::move((*days)[0]);
  json["prevDailyBar"] = std::move((*days)[1]);
  co_return std::move(json);
}

Task<http::Response> snapshot(Call& call) {
  const auto symbol = path_symbol(call);
  if (!symbol) co_return error(symbol.error());
  std::vector<std::string> named{*symbol};
  const auto quotes = co_await ask_quotes(call, std::move(named));
  if (!quotes) co_return error(quotes.error());
  format::Json json;
  json["symbol"] = *symbol;
  auto told = co_await snapshot_json(call, quotes->front());
  if (!told) co_return error(told.error());
  json.update(*told);
  co_return json_response(200, json);
}

Task<http::Response> snapshots(Call& call) {
  auto symbols = named_symbols(call);
  if (!symbols) co_return error(symbols.error());
  const auto quotes = co_await ask_quotes(call, std::move(*symbols));
  if (!quotes) co_return error(quotes.error());
  format::Json json = format::Json::object();
  for (const QuoteView& quote : *quotes) {
    auto told = co_await snapshot_json(call, quote);
    if (!told) co_return error(told.error());
    json[quote.symbol] = std::move(*told);
  }
  co_return json_response(200, json);
}

constexpr std::array routes{
    Route{"GET", "/v2/stocks/quotes/latest", Access::view, latest_quotes},
    Route{"GET", "/v2/stocks/{symbol}/quotes/latest", Access::view, latest_quote},
    Route{"GET", "/v2/stocks/trades/latest", Access::view, latest_trades},
    Route{"GET", "/v2/stocks/{symbol}/trades/latest", Access::view, latest_trade},
    Route{"GET", "/v2/stocks/snapshots", Access::view, snapshots},
    Route{"GET", "/v2/stocks/{symbol}/snapshot", Access::view, snapshot},
};

}  // namespace

std::span<const Route> data_routes() {
  return routes;
}

namespace {

/// What that API can tell in other currencies as well.
Status check_currency(const http::Request& request) {
  const std::string* currency = request.parameter("currency");
  if (currency == nullptr || currency->empty() || *currency == "USD") return {};
  return fail(ErrorCode::usage, "currency: only USD is supported");
}

}  // namespace

Result<std::vector<std::string>> named_symbols(const Call& call) {
  if (Status checked = check_currency(call.request); !checked) return pass_on(std::move(checked));
  const std::string* text = call.request.parameter("symbols");
  auto symbols = symbols_of(text == nullptr ? std::string_view{} : *text);
  if (symbols && symbols->empty()) return fail(ErrorCode::usage, "symbols is missing");
  return symbols;
}

Result<std::string> path_symbol(const Call& call) {
  if (Status checked = check_currency(call.request); !checked) return pass_on(std::move(checked));
  auto symbol = parse_symbol(call.arguments[0]);
  if (!symbol) return pass_on(std::move(symbol));
  return symbol->string();
}

format::Json number_json(Price price) {
  // The text of a decimal is a JSON number as well; parsing it makes one without arithmetic of ours.
  return format::Json::parse(format_price(price));
}

format::Json data_json(const QuoteView& quote) {
  return data_json(
      TopOfBookView{quote.bid, quote.bid_size, quote.ask, quote.ask_size, quote.timestamp, quote.sequence});
}

format::Json data_json(const TopOfBookView& top) {
  format::Json json;
  json["t"] = format::time_or_null(top.timestamp);
  json["ax"] = "V";
  json["ap"] = number_json(top.ask);
  json["as"] = top.ask_size.shares;
  json["bx"] = "V";
  json["bp"] = number_json(top.bid);
  json["bs"] = top.bid_size.shares;
  json["c"] = format::Json::array({"R"});
  json["z"] = "C";
  return json;
}

format::Json data_json(const TapeEntryView& entry) {
  format::Json json;
  json["t"] = format::time_or_null(entry.executed_at);
  json["x"] = "V";
  json["p"] = number_json(entry.price);
  json["s"] = entry.quantity.shares;
  json["c"] = format::Json::array({"@"});
  json["i"] = entry.id.value;
  json["z"] = "C";
  return json;
}

}  // namespace trade::gatewayd::alpaca
