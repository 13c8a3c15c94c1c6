#include <algorithm>
#include <array>

#include "gatewayd/accounts.hpp"
#include "gatewayd/alpaca.hpp"
#include "gatewayd/orders.hpp"

namespace trade::gatewayd::alpaca {

namespace {

/// `part / whole` to the nearest of four decimals, as that API gives fractions; "0" where there is no whole.
std::string fraction(Money part, Money whole) {
  // Twice of it, rounded down, is one below an even number where the nearest is above.
  const auto twice = whole ? scale(part, 2 * units_per_dollar, whole.units) : std::nullopt;
  return twice ? format_money(Money{(twice->units + 1) >> 1}) : "0";
}

/// `quote` tells the day's change; without one it is not known and told as none.
format::Json position_json(const PositionView& position, SymbolId symbol, const QuoteView* quote) {
  const Price close = quote != nullptr ? quote->previous_close : Price{};
  const bool known = close.units > 0 && position.market_price.units > 0;
  const Money change = known ? Money{position.market_price.units - close.units} : Money{};
  const Money intraday = known ? scale(change, position.quantity.shares, 1).value_or(Money{}) : Money{};
  const bool is_short = position.quantity.shares < 0;
  format::Json json;
  json["asset_id"] = uuid_of(IdKind::asset, symbol.value);
  json["symbol"] = position.symbol;
  json["exchange"] = "NASDAQ";
  json["asset_class"] = "us_equity";
  json["asset_marginable"] = true;
  json["qty"] = std::to_string(position.quantity.shares);
  json["qty_available"] = std::to_string(position.quantity.shares);
  json["avg_entry_price"] = format_price(average_price(position.cost, position.quantity));
  json["side"] = is_short ? "short" : "long";
  json["market_value"] = format_money(position.current_value);
  json["cost_basis"] = format_money(position.cost);
  json["unrealized_pl"] = format_money(position.unrealized_pnl);
  json["unrealized_plpc"] = fraction(position.unrealized_pnl, is_short ? -position.cost : position.cost);
  json["unrealized_intraday_pl"] = format_money(intraday);
  json["unrealized_intraday_plpc"] = fraction(is_short ? -change : change, Money{close.units});
  json["current_price"] = format_price(position.market_price);
  json["lastday_price"] = format_price(close);
  json["change_today"] = fraction(change, Money{close.units});
  return json;
}

/// Positions with what else is told of them.
struct Held {
  std::vector<PositionView> positions;
  std::map<std::string, SymbolId, std::less<>> symbols;
  std::map<std::string, QuoteView, std::less<>> quotes;

  [[nodiscard]] format::Json json(const PositionView& position) const {
    const auto symbol = symbols.find(position.symbol);
    const auto quote = quotes.find(position.symbol);
    return position_json(position, symbol == symbols.end() ? SymbolId{} : symbol->second,
                         quote == quotes.end() ? nullptr : &quote->second);
  }
};

/// Those of one symbol, or all.
Task<Result<Held>> find_held(Call& call, std::string only) {
  auto portfolio = co_await find_portfolio(call, call.key->account);
  if (!portfolio) co_return pass_on(std::move(portfolio));
  Held held;
  std::vector<std::string> names;
  for (PositionView& position : portfolio->positions) {
    if (!position.quantity || (!only.empty() && position.symbol != only)) continue;
    names.push_back(position.symbol);
    held.positions.push_back(std::move(position));
  }
  if (names.empty()) co_return std::move(held);
  for (const std::string& name : names) {
    auto symbol = co_await find_symbol(call, name);
    if (!symbol) co_return pass_on(std::move(symbol));
    held.symbols.emplace(name, symbol->number);
  }
  RequestBody body(QuotesRequest{names});
  auto quotes = co_await call.upstream().ask<QuotesReply>(Daemon::feedd, std::move(body));
  // What is held does not depend on the market's news.
  if (quotes) {
    for (QuoteView& quote : quotes->quotes) {
      std::string name = quote.symbol;
      held.quotes.emplace(std::move(name), std::move(quote));
    }
  }
  co_return std::move(held);
}

/// A path's symbol, or the symbol of its asset id.
Task<Result<std::string>> named_symbol(Call& call) {
  if (const auto number = number_of(IdKind::asset, call.arguments[0])) {
    SymbolsRequest request;
    request.after = SymbolId{static_cast<std::uint32_t>(*number) - 1};
    request.limit = 1;
    RequestBody body(std::move(request));
    auto reply = co_await call.upstream().ask<SymbolsReply>(Daemon::tradingd, std::move(body));
    if (!reply) co_return pass_on(std::move(reply));
    if (reply->symbols.empty() || reply->symbols.front().number.value != *number) {
      co_return fail(ErrorCode::not_found, "asset not found");
    }
    co_return std::move(reply->symbols.front().symbol);
  }
  auto symbol = parse_symbol(call.arguments[0]);
  if (!symbol) co_return pass_on(std::move(symbol));
  co_return symbol->string();
}

Task<http::Response> list(Call& call) {
  const auto held = co_await find_held(call, std::string());
  if (!held) co_return error(held.error());
  format::Json json = format::Json::array();
  for (const PositionView& position : held->positions)
    json.push_back(held->json(position));
  co_return json_response(200, json);
}

Task<http::Response> show(Call& call) {
  auto symbol = co_await named_symbol(call);
  if (!symbol) co_return error(symbol.error());
  const auto held = co_await find_held(call, std::move(*symbol));
  if (!held) co_return error(held.error());
  if (held->positions.empty()) co_return error(404, "position does not exist");
  co_return json_response(200, held->json(held->positions.front()));
}

/// Sells what is held, or so much of it, at the market.
Task<Result<OrderView>> close_position(Call& call, PositionView position, Quantity quantity) {
  PlaceOrder order;
  order.side = position.quantity.shares > 0 ? Side::sell : Side::buy;
  order.type = OrderType::market;
  order.quantity = quantity;
  std::string about = "close: " + describe(order, position.symbol) + " for " + call.key->account;
  CommandBody body(order);
  co_return co_await change_order(call, call.key->account, position.symbol, std::move(body),
                                  std::move(about));
}

/// How much of a position the parameters name: `qty`, `percentage`, or all.
Result<Quantity> quantity_to_close(const Call& call, Quantity held) {
  const std::int64_t all = held.shares < 0 ? -held.shares : held.shares;
  const std::string* qty = call.request.parameter("qty");
  const std::string* percentage = call.request.parameter("percentage");
  if (qty != nullptr && percentage != nullptr)
    return fail(ErrorCode::usage, "give qty or percentage, not both");
  if (qty != nullptr) {
    auto quantity = parse_quantity(*qty);
    if (!quantity) return quantity;
    if (quantity->shares > all) return fail(ErrorCode::usage, "qty is more than is held");
    return quantity;
  }
  if (percentage == nullptr) return Quantity{all};
  const auto percent = parse_money(*percentage);
  if (!percent || percent->units <= 0 || percent->units > 100 * units_per_dollar) {
    return fail(ErrorCode::usage, "percentage must be above 0 and at most 100");
  }
  const auto part = scale(Money{all}, percent->units, 100 * units_per_dollar);
  if (!part || part->units == 0) return fail(ErrorCode::usage, "that is less than one share");
  return Quantity{part->units};
}

Task<http::Response> close_one(Call& call) {
  auto symbol = co_await named_symbol(call);
  if (!symbol) co_return error(symbol.error());
  auto held = co_await find_held(call, std::move(*symbol));
  if (!held) co_return error(held.error());
  if (held->positions.empty()) co_return error(404, "position does not exist");
  const auto quantity = quantity_to_close(call, held->positions.front().quantity);
  if (!quantity) co_return error(quantity.error());
  const auto order = co_await close_position(call, held->positions.front(), *quantity);
  if (!order) co_return error(order.error());
  co_return json_response(200, order_json(*order));
}

Task<http::Response> close_all(Call& call) {
  const std::string* cancel = call.request.parameter("cancel_orders");
  if (cancel != nullptr && *cancel == "true") {
    SubmittedCommand command{CancelAllOrders{}, call.key->account, {}};
    const auto cancelled = co_await call.upstream().submit(std::move(command));
    if (!cancelled) co_return error(cancelled.error());
  }
  const auto held = co_await find_held(call, std::string());
  if (!held) co_return error(held.error());
  format::Json json = format::Json::array();
  std::string notes;
  for (const PositionView& position : held->positions) {
    const Quantity all{position.quantity.shares < 0 ? -position.quantity.shares : position.quantity.shares};
    const auto order = co_await close_position(call, position, all);
    notes += (notes.empty() ? "" : "; ") + call.note;
    format::Json row;
    row["symbol"] = position.symbol;
    if (order) {
      row["status"] = 200;
      row["body"] = order_json(*order);
    } else {
      const http::Response refused = error(order.error());
      row["status"] = refused.status;
      row["body"] = format::Json::parse(refused.body);
    }
    json.push_back(std::move(row));
  }
  call.note = "close all positions of " + call.key->account + ": " + notes;
  co_return json_response(207, json);
}

constexpr std::array routes{
    Route{"GET", "/v2/positions", Access::view, list},
    Route{"DELETE", "/v2/positions", Access::trade, close_all},
    Route{"GET", "/v2/positions/{symbol}", Access::view, show},
    Route{"DELETE", "/v2/positions/{symbol}", Access::trade, close_one},
};

}  // namespace

std::span<const Route> position_routes() {
  return routes;
}

}  // namespace trade::gatewayd::alpaca
