#include <array>

#include "gatewayd/answer.hpp"
#include "gatewayd/api_v1.hpp"
#include "gatewayd/input.hpp"
#include "gatewayd/orders.hpp"

namespace trade::gatewayd::v1 {

namespace {

constexpr std::uint32_t orders_listed = 100;
constexpr std::uint32_t orders_listed_max = 1'000;

struct NewOrder {
  std::string account;
  std::string symbol;
  std::string client_order_id;  ///< what `order`'s view points at
  PlaceOrder order;
  bool dry_run = false;
};

/// What may be asked for beyond the type and the prices; the engine says what goes with what.
OrderInstructions read_instructions(Fields& fields) {
  OrderInstructions instructions;
  instructions.post_only = fields.enumeration<PostOnly>("post_only");
  instructions.all_or_none = fields.boolean("all_or_none").value_or(false);
  instructions.self_trade_prevention = fields.enumeration<SelfTradePrevention>("self_trade_prevention");
  instructions.display_quantity = fields.quantity("display_quantity").value_or(Quantity{});
  instructions.minimum_quantity = fields.quantity("minimum_quantity").value_or(Quantity{});
  instructions.trail_amount = fields.price("trail_amount").value_or(Price{});
  instructions.trail_basis_points = fields.percent("trail_percent").value_or(0);
  instructions.expires_at = fields.time("expires_at").value_or(Timestamp{});
  return instructions;
}

/// A stop-loss that trails is one leg more than the prices told of.
void read_stop_loss_trail(Fields& fields, OrderLegs& legs, bool says_class) {
  legs.stop_loss_trail_amount = fields.price("stop_loss_trail_amount").value_or(Price{});
  legs.stop_loss_trail_basis_points = fields.percent("stop_loss_trail_percent").value_or(0);
  if (!legs.stop_loss_trails() || says_class) return;
  legs.order_class = legs.take_profit_limit_price ? OrderClass::bracket : OrderClass::oto;
}

/// buy, sell, or how a short sale is marked, which goes to the instructions.
std::optional<Side> read_side(Fields& fields, std::optional<ShortSale>& short_sale) {
  const auto word = fields.text("side");
  if (!word) return std::nullopt;
  short_sale = value_named<ShortSale>(*word);
  if (short_sale) return Side::sell;
  const auto side = value_named<Side>(*word);
  if (!side) {
    fields.refuse("side",
                  "'" + word->substr(0, 32) + "' is none of buy, sell, sell_short, sell_short_exempt");
  }
  return side;
}

Result<NewOrder> read_new_order(const Call& call, const Input& input) {
  Fields fields(input);
  NewOrder wanted;
  const auto account = fields.text("account");
  const auto symbol = fields.text("symbol");
  std::optional<ShortSale> short_sale;
  const auto side = read_side(fields, short_sale);
  const auto quantity = fields.quantity("quantity");
  const auto type = fields.enumeration<OrderType>("order_type");
  auto price = fields.price("price");
  const auto stop_price = fields.price("stop_price");
  const auto time_in_force = fields.enumeration<TimeInForce>("time_in_force");
  const auto client_order_id = fields.text("client_order_id");
  const auto session = fields.text("session");
  const auto order_class = fields.enumeration<OrderClass>("order_class");
  const auto take_profit_price = fields.price("take_profit_price");
  const auto stop_loss_price = fields.price("stop_loss_price");
  const auto stop_loss_limit_price = fields.price("stop_loss_limit_price");
  wanted.order.legs = legs_of(order_class, take_profit_price, stop_loss_price, stop_loss_limit_price, price);
  wanted.order.instructions = read_instructions(fields);
  wanted.order.instructions.short_sale = short_sale;
  read_stop_loss_trail(fields, wanted.order.legs, order_class.has_value());
  wanted.dry_run = fields.boolean("dry_run").value_or(false);
  fields.refuse_others();
  if (!fields.error() && !symbol) fields.refuse("symbol", "it is missing");
  if (!fields.error() && !side) fields.refuse("side", "it is missing");
  if (!fields.error() && !quantity) fields.refuse("quantity", "it is missing");
  if (fields.error()) return std::unexpected(*fields.error());

  auto owner = call.account(account);
  if (!owner) return pass_on(std::move(owner));
  auto checked_symbol = parse_symbol(*symbol);
  if (!checked_symbol) return pass_on(std::move(checked_symbol));
  auto id = client_order_id_of(call, client_order_id);
  if (!id) return pass_on(std::move(id));
  const auto bound_to = session_of(call, session, *owner);
  if (!bound_to) return std::unexpected(bound_to.error());
  wanted.order.session = *bound_to;
  wanted.account = std::move(*owner);
  wanted.symbol = checked_symbol->string();
  wanted.client_order_id = std::move(*id);
  PlaceOrder& order = wanted.order;
  order.side = *side;
  order.quantity = *quantity;
  order.type = type.value_or(implied_type(price.has_value(), stop_price.has_value()));
  order.time_in_force = time_in_force.value_or(TimeInForce::day);
  order.limit_price = price.value_or(Price{});
  order.stop_price = stop_price.value_or(Price{});
  if (Status prices = check_prices(order.type, price.has_value(), stop_price.has_value()); !prices) {
    return pass_on(std::move(prices));
  }
  return wanted;
}

/// Checks only: says whether the order would be taken, and what it would be.
Task<http::Response> try_order(Call& call, const NewOrder& wanted) {
  SubmittedCommand command{wanted.order, wanted.account, wanted.symbol};
  Result<CommandResult> result = co_await call.upstream().submit(std::move(command), true);
  if (!result) co_return error(result.error());
  format::Json json;
  json["dry_run"] = true;
  json["accepted"] = result->reason == RejectReason::none;
  json["code"] = format::text_or_null(row_of(result->reason).name);
  json["error"] = format::text_or_null(row_of(result->reason).text);
  co_return json_response(200, json);
}

Task<http::Response> place(Call& call) {
  const auto input = parse_input(call.request.body);
  if (!input) co_return error(input.error());
  auto wanted = read_new_order(call, *input);
  if (!wanted) co_return error(wanted.error());
  wanted->order.client_order_id = wanted->client_order_id;
  if (wanted->dry_run) co_return co_await try_order(call, *wanted);
  std::string about = "place " + describe(wanted->order, wanted->symbol) + " for " + wanted->account;
  CommandBody body(wanted->order);
  auto order =
      co_await change_order(call, wanted->account, wanted->symbol, std::move(body), std::move(about));
  if (!order) co_return error(order.error());
  http::Response response = json_response(201, format::json_of(*order));
  response.headers.push_back({"Location", "/api/v1/orders/" + std::to_string(order->id.value)});
  co_return response;
}

Result<OrdersRequest> read_list(const Call& call) {
  OrdersRequest request;
  auto account = call.account();
  if (!account) return pass_on(std::move(account));
  request.account = std::move(*account);
  auto filter = enum_parameter(call.request, "status", OrderFilter::all);
  if (!filter) return pass_on(std::move(filter));
  request.filter = *filter;
  auto limit = number_parameter(call.request, "limit", 1, orders_listed_max, orders_listed);
  if (!limit) return pass_on(std::move(limit));
  request.limit = *limit;
  if (const std::string* symbol = call.request.parameter("symbol")) {
    auto checked = parse_symbol(*symbol);
    if (!checked) return pass_on(std::move(checked));
    request.symbol = checked->string();
  }
  if (const std::string* before = call.request.parameter("before")) {
    auto id = parse_order_id(*before);
    if (!id) return pass_on(std::move(id));
    request.before = *id;
  }
  if (const std::string* client_order_id = call.request.parameter("client_order_id")) {
    if (auto checked = check_client_order_id(*client_order_id); !checked) return pass_on(std::move(checked));
    request.client_order_id = *client_order_id;
  }
  return request;
}

Task<http::Response> list(Call& call) {
  auto request = read_list(call);
  if (!request) co_return error(request.error());
  RequestBody body(std::move(*request));
  const auto reply = co_await call.upstream().ask<OrdersReply>(Daemon::ledgerd, std::move(body));
  if (!reply) co_return error(reply.error());
  format::Json json = format::Json::array();
  for (const OrderView& order : reply->orders)
    json.push_back(format::json_of(order));
  co_return json_response(200, json);
}

Task<http::Response> show(Call& call) {
  const auto id = parse_order_id(call.arguments[0]);
  if (!id) co_return error(id.error());
  const auto order = co_await find_order(call, *id);
  if (!order) co_return error(order.error());
  co_return json_response(200, format::json_of(*order));
}

Task<http::Response> cancel(Call& call) {
  const auto id = parse_order_id(call.arguments[0]);
  if (!id) co_return error(id.error());
  std::string account = acting_account(call);
  CommandBody body(CancelOrder{.account = {}, .order = *id, .client_order_id = {}});
  std::string about = about_order("cancel", *id, account);
  const auto order =
      co_await change_order(call, std::move(account), std::string(), std::move(body), std::move(about));
  if (!order) co_return error(order.error());
  co_return json_response(200, format::json_of(*order));
}

Task<http::Response> replace(Call& call) {
  const auto id = parse_order_id(call.arguments[0]);
  if (!id) co_return error(id.error());
  const auto input = parse_input(call.request.body);
  if (!input) co_return error(input.error());
  Fields fields(*input);
  ReplaceOrder replacement;
  replacement.order = *id;
  replacement.quantity = fields.quantity("quantity");
  replacement.limit_price = fields.price("price");
  replacement.stop_price = fields.price("stop_price");
  const auto client_order_id = fields.text("client_order_id");
  fields.refuse_others();
  if (fields.error()) co_return error(*fields.error());
  if (client_order_id) {
    if (auto checked = check_client_order_id(*client_order_id); !checked) co_return error(checked.error());
    replacement.new_client_order_id = *client_order_id;
  }
  std::string account = acting_account(call);
  CommandBody body(replacement);
  std::string about = about_order("replace", *id, account);
  const auto order =
      co_await change_order(call, std::move(account), std::string(), std::move(body), std::move(about));
  if (!order) co_return error(order.error());
  co_return json_response(200, format::json_of(*order));
}

Task<http::Response> cancel_all(Call& call) {
  auto account = call.account();
  if (!account) co_return error(account.error());
  std::string symbol;
  if (const std::string* named = call.request.parameter("symbol")) {
    auto checked = parse_symbol(*named);
    if (!checked) co_return error(checked.error());
    symbol = checked->string();
  }
  SubmittedCommand command{CancelAllOrders{}, *account, symbol};
  const auto result = co_await call.upstream().submit(std::move(command));
  call.note = "cancel all orders" + (symbol.empty() ? "" : " in " + symbol) + " of " + *account;
  if (!result) co_return error(result.error());
  if (result->reason != RejectReason::none) {
    const RejectReasonRow& row = row_of(result->reason);
    co_return response_to(Surface::v1, {row.http_status, std::string(row.name), std::string(row.text)});
  }
  call.note += ": " + std::to_string(result->affected);
  format::Json json;
  json["cancelled"] = result->affected;
  co_return json_response(200, json);
}

constexpr std::array routes{
    Route{"POST", "/api/v1/orders", Access::trade, place},
    Route{"GET", "/api/v1/orders", Access::view, list},
    Route{"DELETE", "/api/v1/orders", Access::trade, cancel_all},
    Route{"GET", "/api/v1/orders/{id}", Access::view, show},
    Route{"DELETE", "/api/v1/orders/{id}", Access::trade, cancel},
    Route{"PATCH", "/api/v1/orders/{id}", Access::trade, replace},
};

}  // namespace

std::span<const Route> order_routes() {
  return routes;
}

}  // namespace trade::gatewayd::v1
