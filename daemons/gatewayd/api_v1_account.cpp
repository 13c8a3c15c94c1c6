#include <array>

#include "gatewayd/accounts.hpp"
#include "gatewayd/answer.hpp"
#include "gatewayd/api_v1.hpp"

namespace trade::gatewayd::v1 {

namespace {

constexpr std::uint32_t fills_listed = 100;
constexpr std::uint32_t fills_listed_max = 1'000;

Task<http::Response> account(Call& call) {
  auto name = call.account();
  if (!name) co_return error(name.error());
  const auto view = co_await find_account(call, std::move(*name));
  if (!view) co_return error(view.error());
  co_return json_response(200, format::json_of(*view));
}

Task<http::Response> portfolio(Call& call) {
  auto name = call.account();
  if (!name) co_return error(name.error());
  const auto view = co_await find_portfolio(call, *name);
  if (!view) co_return error(view.error());
  const auto risk = co_await find_account(call, *name);
  // What the account may still spend is risk's to say: without it the rest is told all the same.
  const std::optional<Money> buying_power = risk ? std::optional(risk->buying_power) : std::nullopt;
  co_return json_response(200, format::json_of(*view, buying_power));
}

Task<http::Response> fills(Call& call) {
  FillsRequest request;
  auto name = call.account();
  if (!name) co_return error(name.error());
  request.account = std::move(*name);
  const auto limit = number_parameter(call.request, "limit", 1, fills_listed_max, fills_listed);
  if (!limit) co_return error(limit.error());
  request.limit = *limit;
  if (const std::string* before = call.request.parameter("before")) {
    // A fill's id is its trade's number, written as an order's is.
    const auto number = parse_order_id(*before);
    if (!number) co_return error(fail(ErrorCode::usage, "before must be the id of a fill").error());
    request.before = TradeId{number->value};
  }
  if (const std::string* named = call.request.parameter("symbol")) {
    const auto symbol = parse_symbol(*named);
    if (!symbol) co_return error(symbol.error());
    request.symbol = symbol->string();
  }
  RequestBody body(std::move(request));
  const auto reply = co_await call.upstream().ask<FillsReply>(Daemon::ledgerd, std::move(body));
  if (!reply) co_return error(reply.error());
  format::Json json = format::Json::array();
  for (const FillView& fill : reply->fills)
    json.push_back(format::json_of(fill));
  co_return json_response(200, json);
}

/// Whose key it is that asks.
Task<http::Response> key(Call& call) {
  format::Json json = format::json_of(*call.key);
  co_return json_response(200, json);
}

constexpr std::array routes{
    Route{"GET", "/api/v1/account", Access::view, account},
    Route{"GET", "/api/v1/portfolio", Access::view, portfolio},
    Route{"GET", "/api/v1/fills", Access::view, fills},
    Route{"GET", "/api/v1/key", Access::view, key},
};

}  // namespace

std::span<const Route> account_routes() {
  return routes;
}

}  // namespace trade::gatewayd::v1
