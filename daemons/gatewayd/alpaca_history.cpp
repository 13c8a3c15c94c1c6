// Bars, trades and quotes of the past, page by page, as that API tells them.
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>

#include "calendar/calendar.hpp"
#include "gatewayd/alpaca.hpp"
#include "gatewayd/alpaca_data.hpp"

namespace trade::gatewayd::alpaca {

namespace {

constexpr std::uint32_t rows_listed = 1'000;
constexpr std::uint32_t rows_listed_max = 10'000;
constexpr std::int64_t nanoseconds_per_day = 86'400 * nanoseconds_per_second;

/// Where a page ended: the symbol, and what of it was told last (a start of a bar, a trade's sequence); zero:
/// nothing of it. As text "AAPL.1769783400000000000".
struct PageEnd {
  std::string symbol;
  std::int64_t key = 0;
};

struct Wanted {
  Timestamp start;
  Timestamp end;  ///< zero: to now
  std::uint32_t limit = rows_listed;
  bool descending = false;
  std::optional<PageEnd> after;
};

std::optional<PageEnd> read_token(std::string_view token) {
  const std::size_t dot = token.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  PageEnd end{std::string(token.substr(0, dot)), 0};
  const auto [stop, bad] = std::from_chars(token.data() + dot + 1, token.data() + token.size(), end.key);
  if (bad != std::errc() || stop != token.data() + token.size() || end.key < 0) return std::nullopt;
  if (!parse_symbol(end.symbol)) return std::nullopt;
  return end;
}

Result<Wanted> read_wanted(const http::Request& request) {
  Wanted wanted;
  for (auto [name, time] : {std::pair{"start", &wanted.start}, {"end", &wanted.end}}) {
    auto parsed = time_parameter(request, name);
    if (!parsed) return pass_on(std::move(parsed));
    *time = *parsed;
  }
  auto limit = number_parameter(request, "limit", 1, rows_listed_max, rows_listed);
  if (!limit) return pass_on(std::move(limit));
  wanted.limit = *limit;
  if (const std::string* sort = request.parameter("sort"); sort != nullptr && !sort->empty()) {
    if (*sort != "asc" && *sort != "desc") return fail(ErrorCode::usage, "sort must be asc or desc");
    wanted.descending = *sort == "desc";
  }
  if (const std::string* token = request.parameter("page_token"); token != nullptr && !token->empty()) {
    wanted.after = read_token(*token);
    if (!wanted.after) return fail(ErrorCode::usage, "page_token is none that was given");
  }
  return wanted;
}

struct Row {
  std::int64_t key = 0;
  format::Json json;
};

/// At most `limit` rows of a symbol beyond `after` (zero: from the first on), in the order that is wanted.
using AskRows = std::function<Task<Result<std::vector<Row>>>(
    Call& call, std::string symbol, const Wanted& wanted, std::int64_t after, std::uint32_t limit)>;

struct Page {
  format::Json rows = format::Json::object();  ///< by symbol
  format::Json next_token = nullptr;
};

/// One page over several symbols, one after the other in the order of their names.
Task<Result<Page>> read_page(Call& call, std::vector<std::string> symbols, Wanted wanted, AskRows ask) {
  Page page;
  std::ranges::sort(symbols);
  std::uint32_t left = wanted.limit;
  for (const std::string& symbol : symbols) {
    if (wanted.after && symbol < wanted.after->symbol) continue;
    const bool within = wanted.after && symbol == wanted.after->symbol;
    const std::int64_t after = within ? wanted.after->key : 0;
    // One more than fits tells whether there is another page.
    std::string name = symbol;
    auto rows = co_await ask(call, std::move(name), wanted, after, left + 1);
    if (!rows) co_return pass_on(std::move(rows));
    const bool more = rows->size() > left;
    if (more) rows->resize(left);
    if (!rows->empty()) page.rows[symbol] = format::Json::array();
    for (Row& row : *rows)
      page.rows[symbol].push_back(std::move(row.json));
    left -= static_cast<std::uint32_t>(rows->size());
    if (more) {
      page.next_token = symbol + "." + std::to_string(rows->empty() ? after : rows->back().key);
      break;
    }
  }
  co_return std::move(page);
}

/// Trades (TapeRequest, TapeReply) or quotes (QuoteHistoryRequest, QuoteHistoryReply).
template <class HistoryRequest, class HistoryReply>
Task<Result<std::vector<Row>>> ask_history(Call& call, std::string symbol, const Wanted& wanted,
                                           std::int64_t after, std::uint32_t limit) {
  RequestBody body(HistoryRequest{.symbol = std::move(symbol),
                                  .limit = limit,
                                  .from = wanted.start,
                                  .to = wanted.end,
                                  .oldest_first = !wanted.descending,
                                  .beyond = static_cast<Sequence>(after)});
  auto reply = co_await call.upstream().ask<HistoryReply>(Daemon::feedd, std::move(body));
  if (!reply) co_return pass_on(std::move(reply));
  std::vector<Row> rows;
  for (const auto& entry : reply->entries)
    rows.push_back({static_cast<std::int64_t>(entry.sequence), data_json(entry)});
  co_return std::move(rows);
}

/// "1Min", "15T", "4Hour", "1D", "1Week", "3Month".
Result<BarSpan> read_timeframe(const http::Request& request) {
  const std::string* text = request.parameter("timeframe");
  if (text == nullptr || text->empty()) return fail(ErrorCode::usage, "timeframe is missing");
  std::uint32_t count = 0;
  const auto [end, bad] = std::from_chars(text->data(), text->data() + text->size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text->data() + text->size() - end));
  constexpr std::array<std::pair<std::string_view, BarUnit>, 10> units{{{"Min", BarUnit::minute},
                                                                        {"T", BarUnit::minute},
                                                                        {"Hour", BarUnit::hour},
                                                                        {"H", BarUnit::hour},
                                                                        {"Day", BarUnit::day},
                                                                        {"D", BarUnit::day},
                                                                        {"Week", BarUnit::week},
                                                                        {"W", BarUnit::week},
                                                                        {"Month", BarUnit::month},
                                                                        {"M", BarUnit::month}}};
  const auto found = std::ranges::find(units, unit, &std::pair<std::string_view, BarUnit>::first);
  if (bad == std::errc() && found != units.end() && count >= 1 && count <= bar_count_max(found->second)) {
    return BarSpan{found->second, count};
  }
  return fail(ErrorCode::usage,
              "timeframe must be 1 to 59Min, 1 to 23Hour, 1Day, 1Week or 1, 2, 3, 4, 6 or 12Month");
}

/// There a bar of days starts at its date's midnight in New York, here at the date's in UTC.
Timestamp told_start(BarSpan span, Timestamp start) {
  if (span.unit < BarUnit::day) return start;
  return calendar::from_new_york(
      {Date{static_cast<std::int32_t>(start.nanoseconds / nanoseconds_per_day)}, 0});
}
/// The first (or last) start of ours that is told as one at `bound` or later (or earlier).
Timestamp own_bound(BarSpan span, Timestamp bound, bool lower) {
  if (!bound || span.unit < BarUnit::day) return bound;
  Date date = calendar::to_new_york(bound).date;
  if (lower && calendar::from_new_york({date, 0}) < bound) ++date.days;
  return {std::max<std::int64_t>(std::int64_t{date.days} * nanoseconds_per_day, 1)};
}

Task<Result<std::vector<BarView>>> ask_bars(Call& call, BarsRequest request) {
  RequestBody body(std::move(request));
  auto reply = co_await call.upstream().ask<BarsReply>(Daemon::feedd, std::move(body));
  if (!reply) co_return pass_on(std::move(reply));
  co_return std::move(reply->bars);
}

AskRows bar_rows(BarSpan span) {
  return [span](Call& call, std::string symbol, const Wanted& wanted, std::int64_t after,
                std::uint32_t limit) -> Task<Result<std::vector<Row>>> {
    BarsRequest request{.symbol = std::move(symbol),
                        .span = span,
                        .limit = limit,
                        .from = own_bound(span, wanted.start, true),
                        .to = own_bound(span, wanted.end, false),
                        .oldest_first = !wanted.descending};
    if (after != 0 && wanted.descending) request.to = Timestamp{after - 1};
    if (after != 0 && !wanted.descending) request.from = Timestamp{after + 1};
    const BarSpan of = span;  // the function that made this may be gone when the answer comes
    auto bars = co_await ask_bars(call, std::move(request));
    if (!bars) co_return pass_on(std::move(bars));
    std::vector<Row> rows;
    for (const BarView& bar : *bars)
      rows.push_back({bar.start.nanoseconds, bar_json(bar, of)});
    co_return std::move(rows);
  };
}

Task<http::Response> answer_one(Call& call, const char* name, AskRows ask) {
  const auto symbol = path_symbol(call);
  if (!symbol) co_return error(symbol.error());
  const auto wanted = read_wanted(call.request);
  if (!wanted) co_return error(wanted.error());
  std::vector<std::string> symbols{*symbol};
  auto page = co_await read_page(call, std::move(symbols), *wanted, std::move(ask));
  if (!page) co_return error(page.error());
  format::Json json;
  json["symbol"] = *symbol;
  json[name] = page->rows.empty() ? format::Json::array() : std::move(page->rows.begin().value());
  json["next_page_token"] = std::move(page->next_token);
  co_return json_response(200, json);
}

Task<http::Response> answer_many(Call& call, const char* name, AskRows ask) {
  auto symbols = named_symbols(call);
  if (!symbols) co_return error(symbols.error());
  const auto wanted = read_wanted(call.request);
  if (!wanted) co_return error(wanted.error());
  auto page = co_await read_page(call, std::move(*symbols), *wanted, std::move(ask));
  if (!page) co_return error(page.error());
  format::Json json;
  json[name] = std::move(page->rows);
  json["next_page_token"] = std::move(page->next_token);
  co_return json_response(200, json);
}

Task<http::Response> trades_of_one(Call& call) {
  AskRows ask(ask_history<TapeRequest, TapeReply>);
  co_return co_await answer_one(call, "trades", std::move(ask));
}

Task<http::Response> trades_of_many(Call& call) {
  AskRows ask(ask_history<TapeRequest, TapeReply>);
  co_return co_await answer_many(call, "trades", std::move(ask));
}

Task<http::Response> quotes_of_one(Call& call) {
  AskRows ask(ask_history<QuoteHistoryRequest, QuoteHistoryReply>);
  co_return co_await answer_one(call, "quotes", std::move(ask));
}

Task<http::Response> quotes_of_many(Call& call) {
  AskRows ask(ask_history<QuoteHistoryRequest, QuoteHistoryReply>);
  co_return co_await answer_many(call, "quotes", std::move(ask));
}

Task<http::Response> bars_of_one(Call& call) {
  const auto span = read_timeframe(call.request);
  if (!span) co_return error(span.error());
  AskRows ask = bar_rows(*span);
  co_return co_await answer_one(call, "bars", std::move(ask));
}

Task<http::Response> bars_of_many(Call& call) {
  const auto span = read_timeframe(call.request);
  if (!span) co_return error(span.error());
  AskRows ask = bar_rows(*span);
  co_return co_await answer_many(call, "bars", std::move(ask));
}

Task<http::Response> latest_bar(Call& call) {
  const auto symbol = path_symbol(call);
  if (!symbol) co_return error(symbol.error());
  auto bars = co_await last_bars(call, *symbol, BarUnit::minute, 1);
  if (!bars) co_return error(bars.error());
  if (bars->empty()) co_return error(404, "no bar found for " + *symbol);
  format::Json json;
  json["symbol"] = *symbol;
  json["bar"] = std::move(bars->front());
  co_return json_response(200, json);
}

Task<http::Response> latest_bars(Call& call) {
  const auto symbols = named_symbols(call);
  if (!symbols) co_return error(symbols.error());
  format::Json json;
  json["bars"] = format::Json::object();
  for (const std::string& symbol : *symbols) {
    auto bars = co_await last_bars(call, symbol, BarUnit::minute, 1);
    if (!bars) co_return error(bars.error());
    if (!bars->empty()) json["bars"][symbol] = std::move(bars->front());
  }
  co_return json_response(200, json);
}

constexpr std::array routes{
    Route{"GET", "/v2/stocks/trades", Access::view, trades_of_many},
    Route{"GET", "/v2/stocks/{symbol}/trades", Access::view, trades_of_one},
    Route{"GET", "/v2/stocks/quotes", Access::view, quotes_of_many},
    Route{"GET", "/v2/stocks/{symbol}/quotes", Access::view, quotes_of_one},
    Route{"GET", "/v2/stocks/bars", Access::view, bars_of_many},
    Route{"GET", "/v2/stocks/{symbol}/bars", Access::view, bars_of_one},
    Route{"GET", "/v2/stocks/bars/latest", Access::view, latest_bars},
    Route{"GET", "/v2/stocks/{symbol}/bars/latest", Access::view, latest_bar},
};

}  // namespace

std::span<const Route> history_routes() {
  return routes;
}

format::Json bar_json(const BarView& bar, BarSpan span) {
  format::Json json;
  json["t"] = format::time_or_null(told_start(span, bar.start));
  json["o"] = number_json(bar.open);
  json["h"] = number_json(bar.high);
  json["l"] = number_json(bar.low);
  json["c"] = number_json(bar.close);
  json["v"] = bar.volume.shares;
  json["n"] = bar.trades;
  json["vw"] = number_json(bar.average);
  return json;
}

Task<Result<std::vector<format::Json>>> last_bars(Call& call, std::string symbol, BarUnit unit,
                                                  std::uint32_t limit) {
  const BarSpan span{unit, 1};
  BarsRequest request{.symbol = std::move(symbol), .span = span, .limit = limit};
  auto bars = co_await ask_bars(call, std::move(request));
  if (!bars) co_return pass_on(std::move(bars));
  std::vector<format::Json> told;
  for (const BarView& bar : *bars)
    told.push_back(bar_json(bar, span));
  co_return std::move(told);
}

}  // namespace trade::gatewayd::alpaca
