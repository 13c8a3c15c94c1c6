#include <algorithm>
#include <array>

#include "gatewayd/alpaca.hpp"
#include "gatewayd/input.hpp"
#include "gatewayd/orders.hpp"

namespace trade::gatewayd::alpaca {

namespace {

constexpr std::uint32_t orders_listed = 50;
constexpr std::uint32_t orders_listed_max = 500;
/// Orders that are looked through for those that a filter lets pass.
constexpr std::uint32_t page_orders = 500;
constexpr int pages_max = 40;

/// What an order says of the position that it is to lead to.
enum class PositionIntent : std::uint8_t { unsaid, open, close };

struct NewOrder {
  std::string symbol;
  std::string client_order_id;
  PlaceOrder order;
  PositionIntent intent = PositionIntent::unsaid;
};

PositionIntent read_intent(Fields& fields, std::optional<Side> side) {
  const auto text = fields.text("position_intent");
  if (!text || text->empty() || !side) return PositionIntent::unsaid;
  const std::string start = *side == Side::buy ? "buy_to_" : "sell_to_";
  if (*text == start + "open") return PositionIntent::open;
  if (*text == start + "close") return PositionIntent::close;
  fields.refuse("position_intent", "with this side it is " + start + "open or " + start + "close");
  return PositionIntent::unsaid;
}

/// What that API offers and this market does not: a request for it is refused, never half done.
void refuse_unsupported(Fields& fields) {
  if (fields.boolean("extended_hours").value_or(false)) {
    fields.refuse("extended_hours", "orders outside the session are not supported");
  }
  for (const std::string_view name : {"notional", "legs", "advanced_instructions"}) {
    if (fields.given(name)) fields.refuse(name, "it is not supported");
  }
}

std::optional<OrderType> type_named(std::string_view name) {
  if (name == "stop") return OrderType::stop_loss;
  if (name == "market" || name == "limit" || name == "stop_limit" || name == "trailing_stop")
    return value_named<OrderType>(name);
  return std::nullopt;
}

/// The take-profit and the stop-loss, each an object of its own.
OrderLegs read_legs(Fields& fields, const Input& input, std::optional<Price>& limit_price) {
  const auto class_text = fields.text("order_class");
  std::optional<OrderClass> order_class;
  if (class_text && !class_text->empty()) {
    order_class = value_named<OrderClass>(*class_text);
    if (!order_class) {
      fields.refuse("order_class",
                    "simple, bracket, oco and oto are supported, not '" + class_text->substr(0, 16) + "'");
    }
  }
  const auto price_in = [&](std::string_view leg, std::string_view name) -> std::optional<Price> {
    if (!fields.given(leg)) return std::nullopt;
    const Input* object = input.find(leg);
    if (object->kind != Input::Kind::object) {
      fields.refuse(leg, "it must be an object");
      return std::nullopt;
    }
    Fields within(*object);
    const auto price = within.price(name);
    if (within.error()) fields.refuse(leg, within.error()->message);
    return price;
  };
  const auto take_profit = price_in("take_profit", "limit_price");
  const auto stop_loss = price_in("stop_loss", "stop_price");
  const auto stop_loss_limit = price_in("stop_loss", "limit_price");
  if (fields.given("take_profit") && !take_profit) fields.refuse("take_profit", "its limit_price is missing");
  if (fields.given("stop_loss") && !stop_loss) fields.refuse("stop_loss", "its stop_price is missing");
  return legs_of(order_class, take_profit, stop_loss, stop_loss_limit, limit_price);
}

Result<NewOrder> read_new_order(const Call& call, const Input& input) {
  Fields fields(input);
  NewOrder wanted;
  refuse_unsupported(fields);
  const auto symbol = fields.text("symbol");
  const auto side = fields.enumeration<Side>("side");
  const auto quantity = fields.quantity("qty");
  const auto type_text = fields.text("type");
  auto limit_price = fields.price("limit_price");
  const auto stop_price = fields.price("stop_price");
  const auto time_in_force = fields.enumeration<TimeInForce>("time_in_force");
  const auto client_order_id = fields.text("client_order_id");
  wanted.order.legs = read_legs(fields, input, limit_price);
  wanted.order.instructions.trail_amount = fields.price("trail_price").value_or(Price{});
  wanted.order.instructions.trail_basis_points = fields.percent("trail_percent").value_or(0);
  wanted.intent = read_intent(fields, side);
  const auto type = type_named(type_text.value_or("market"));
  if (!type) fields.refuse("type", "market, limit, stop, stop_limit and trailing_stop are supported");
  if (!symbol) fields.refuse("symbol", "it is missing");
  if (!side) fields.refuse("side", "it is missing");
  if (!quantity) fields.refuse("qty", "it is missing");
  if (!time_in_force) fields.refuse("time_in_force", "it is missing");
  if (fields.error()) return std::unexpected(*fields.error());
  auto checked_symbol = parse_symbol(*symbol);
  if (!checked_symbol) return pass_on(std::move(checked_symbol));
  auto id = client_order_id_of(call, client_order_id);
  if (!id) return pass_on(std::move(id));
  const auto bound_to = session_of(call, std::nullopt, call.key->account);
  if (!bound_to) return std::unexpected(bound_to.error());
  wanted.order.session = *bound_to;
  wanted.symbol = checked_symbol->string();
  wanted.client_order_id = std::move(*id);
  wanted.order.side = *side;
  wanted.order.quantity = *quantity;
  wanted.order.type = *type;
  wanted.order.time_in_force = *time_in_force;
  wanted.order.limit_price = limit_price.value_or(Price{});
  wanted.order.stop_price = stop_price.value_or(Price{});
  if (Status prices = check_prices(*type, limit_price.has_value(), stop_price.has_value()); !prices) {
    return pass_on(std::move(prices));
  }
  return wanted;
}

bool asks_for_nested(const Call& call) {
  const std::string* nested = call.request.parameter("nested");
  return nested != nullptr && *nested == "true";
}

/// The order with those of `legs` that are its own.
format::Json nested_json(const OrderView& order, const std::vector<OrderView>& legs) {
  format::Json json = order_json(order);
  for (const OrderView& leg : legs) {
    if (leg.parent() == order.id) json["legs"].push_back(order_json(leg));
  }
  return json;
}

Task<http::Response> place(Call& call) {
  const auto input = parse_input(call.request.body);
  if (!input) co_return error(input.error());
  auto wanted = read_new_order(call, *input);
  if (!wanted) co_return error(wanted.error());
  wanted->order.client_order_id = wanted->client_order_id;
  if (wanted->order.side == Side::sell && wanted->intent == PositionIntent::open) {
    wanted->order.instructions.short_sale = ShortSale::sell_short;
  } else if (wanted->intent == PositionIntent::unsaid) {
    const auto mark = co_await short_sale_mark(call, wanted->order, wanted->symbol);
    if (!mark) co_return error(mark.error());
    wanted->order.instructions.short_sale = *mark;
  }
  std::string about = "place " + describe(wanted->order, wanted->symbol) + " for " + call.key->account;
  CommandBody body(wanted->order);
  const auto group =
      co_await change_group(call, call.key->account, wanted->symbol, std::move(body), std::move(about));
  if (!group) co_return error(group.error());
  co_return json_response(200, nested_json(group->order, group->legs));
}

struct Listing {
  OrdersRequest request;
  std::vector<std::string> symbols;
  std::optional<Side> side;
  Timestamp after;  ///< created later than this
  Timestamp until;  ///< created earlier than this, if not zero
  OrderId after_order;
  std::uint32_t limit = orders_listed;
  bool none = false;  ///< of what is asked for there is nothing here
  bool ascending = false;
  bool nested = false;
};

Result<Listing> read_listing(const Call& call) {
  Listing listing;
  listing.request.account = call.key->account;
  auto filter = enum_parameter(call.request, "status", OrderFilter::open);
  if (!filter) return pass_on(std::move(filter));
  listing.request.filter = *filter;
  auto limit = number_parameter(call.request, "limit", 1, orders_listed_max, orders_listed);
  if (!limit) return pass_on(std::move(limit));
  listing.limit = *limit;
  if (const std::string* names = call.request.parameter("symbols")) {
    auto symbols = symbols_of(*names);
    if (!symbols) return pass_on(std::move(symbols));
    listing.symbols = std::move(*symbols);
  }
  if (const std::string* side = call.request.parameter("side"); side != nullptr && !side->empty()) {
    listing.side = value_named<Side>(*side);
    if (!listing.side) return fail(ErrorCode::usage, "side must be buy or sell");
  }
  for (auto [name, time] : {std::pair{"after", &listing.after}, {"until", &listing.until}}) {
    auto parsed = time_parameter(call.request, name);
    if (!parsed) return pass_on(std::move(parsed));
    *time = *parsed;
  }
  for (auto [name, id] :
       {std::pair{"before_order_id", &listing.request.before}, {"after_order_id", &listing.after_order}}) {
    const std::string* text = call.request.parameter(name);
    if (text == nullptr || text->empty()) continue;
    const auto number = number_of(IdKind::order, *text);
    if (!number) return fail(ErrorCode::usage, std::string(name) + " is no order id");
    *id = OrderId{*number};
  }
  if (const std::string* direction = call.request.parameter("direction");
      direction != nullptr && !direction->empty()) {
    if (*direction != "asc" && *direction != "desc")
      return fail(ErrorCode::usage, "direction must be asc or desc");
    listing.ascending = *direction == "asc";
  }
  // One class or several, of which there is one here.
  if (const std::string* classes = call.request.parameter("asset_class");
      classes != nullptr && !classes->empty()) {
    listing.none = ("," + *classes + ",").find(",us_equity,") == std::string::npos;
  }
  listing.nested = asks_for_nested(call);
  return listing;
}

bool wanted(const Listing& listing, const OrderView& order) {
  if (listing.side && order.side != *listing.side) return false;
  if (listing.after && order.created_at <= listing.after) return false;
  if (listing.until && order.created_at >= listing.until) return false;
  return listing.symbols.empty() || std::ranges::find(listing.symbols, order.symbol) != listing.symbols.end();
}

/// Newest first, page by page, until there are enough; for the oldest first, all pages.
Task<Result<std::vector<OrderView>>> find_orders(Call& call, Listing listing) {
  std::vector<OrderView> found;
  for (int page = 0; page < pages_max; ++page) {
    listing.request.limit = page_orders;
    RequestBody body(listing.request);
    auto reply = co_await call.upstream().ask<OrdersReply>(Daemon::ledgerd, std::move(body));
    if (!reply) co_return pass_on(std::move(reply));
    bool over = reply->orders.size() < page_orders;
    for (OrderView& order : reply->orders) {
      listing.request.before = order.id;
      over = over || order.id <= listing.after_order || (listing.after && order.created_at <= listing.after);
      if (order.id > listing.after_order && wanted(listing, order)) found.push_back(std::move(order));
    }
    if (over || (!listing.ascending && found.size() >= listing.limit)) {
      if (listing.ascending) std::ranges::reverse(found);
      if (found.size() > listing.limit) found.resize(listing.limit);
      co_return std::move(found);
    }
  }
  co_return fail(ErrorCode::usage, "too many orders to look through: narrow the time down");
}

Task<http::Response> list(Call& call) {
  auto listing = read_listing(call);
  if (!listing) co_return error(listing.error());
  if (listing->none) co_return json_response(200, format::Json::array());
  const bool nested = listing->nested;
  const auto orders = co_await find_orders(call, std::move(*listing));
  if (!orders) co_return error(orders.error());
  std::vector<OrderView> legs;
  if (nested) {
    auto found = co_await find_legs(call, *orders);
    if (!found) co_return error(found.error());
    legs = std::move(*found);
  }
  format::Json json = format::Json::array();
  for (const OrderView& order : *orders) {
    // A leg whose order is told of stands there and not in the list.
    const bool within = std::ranges::find(legs, order.id, &OrderView::id) != legs.end();
    if (!within) json.push_back(nested_json(order, legs));
  }
  co_return json_response(200, json);
}

/// The order that the path names, of the key's account alone.
Task<Result<OrderView>> named_order(Call& call) {
  const auto number = number_of(IdKind::order, call.arguments[0]);
  if (!number) co_return fail_named(ErrorCode::not_found, "unknown_order", "order not found");
  co_return co_await find_order(call, OrderId{*number});
}

Task<http::Response> show(Call& call) {
  const auto order = co_await named_order(call);
  if (!order) co_return error(order.error());
  std::vector<OrderView> legs;
  if (asks_for_nested(call)) {
    std::vector<OrderView> orders{*order};
    auto found = co_await find_legs(call, std::move(orders));
    if (!found) co_return error(found.error());
    legs = std::move(*found);
  }
  co_return json_response(200, nested_json(*order, legs));
}

Task<http::Response> show_by_client_id(Call& call) {
  const std::string* id = call.request.parameter("client_order_id");
  if (id == nullptr || id->empty()) co_return error(422, "client_order_id is missing");
  // An order without an id of the client's is shown with ours in its place.
  if (const auto number = number_of(IdKind::order, *id)) {
    const auto order = co_await find_order(call, OrderId{*number});
    if (order) co_return json_response(200, order_json(*order));
  }
  if (!check_client_order_id(*id)) co_return error(404, "order not found");
  const auto order = co_await find_order_by_client_id(call, call.key->account, *id);
  if (!order) co_return error(order.error());
  co_return json_response(200, order_json(*order));
}

/// Asks tradingd alone, but where the books must say whether something stays as it is.
Task<http::Response> replace(Call& call) {
  const auto number = number_of(IdKind::order, call.arguments[0]);
  if (!number) co_return error(404, "order not found");
  const OrderId id{*number};
  const auto input = parse_input(call.request.body);
  if (!input) co_return error(input.error());
  Fields fields(*input);
  for (const std::string_view name : {"notional", "trail", "advanced_instructions"}) {
    if (fields.given(name)) fields.refuse(name, "it is not supported");
  }
  ReplaceOrder replacement;
  replacement.order = id;
  replacement.quantity = fields.quantity("qty");
  replacement.limit_price = fields.price("limit_price");
  replacement.stop_price = fields.price("stop_price");
  const auto client_order_id = fields.text("client_order_id");
  const auto time_in_force = fields.enumeration<TimeInForce>("time_in_force");
  if (fields.error()) co_return error(*fields.error());
  if (client_order_id && !client_order_id->empty()) {
    if (auto checked = check_client_order_id(*client_order_id); !checked) co_return error(checked.error());
    replacement.new_client_order_id = *client_order_id;
  }
  if (time_in_force) {
    const auto found = co_await find_order(call, id);
    if (!found) co_return error(found.error());
    if (*time_in_force != found->time_in_force) co_return error(422, "time_in_force: it cannot be changed");
  }
  std::string account = acting_account(call);
  CommandBody body(replacement);
  std::string about = about_order("replace", id, account);
  const auto order =
      co_await change_order(call, std::move(account), std::string(), std::move(body), std::move(about));
  if (!order) co_return error(order.error());
  co_return json_response(200, order_json(*order));
}

/// Asks tradingd alone: getting out of an order is not to wait for the books.
Task<http::Response> cancel(Call& call) {
  const auto number = number_of(IdKind::order, call.arguments[0]);
  if (!number) co_return error(404, "order not found");
  const OrderId id{*number};
  std::string account = acting_account(call);
  CommandBody body(CancelOrder{.account = {}, .order = id, .client_order_id = {}});
  std::string about = about_order("cancel", id, account);
  const auto order =
      co_await change_order(call, std::move(account), std::string(), std::move(body), std::move(about));
  if (!order) co_return error(order.error());
  co_return http::Response(204, "");
}

/// The same, of all: tradingd says which they were.
Task<http::Response> cancel_all(Call& call) {
  SubmittedCommand command{CancelAllOrders{}, call.key->account, {}};
  const auto result = co_await call.upstream().submit(std::move(command));
  call.note = "cancel all orders of " + call.key->account;
  if (!result) co_return error(result.error());
  if (result->reason != RejectReason::none) {
    const RejectReasonRow& row = row_of(result->reason);
    co_return error(row.http_status, row.text);
  }
  call.note += ": " + std::to_string(result->affected);
  format::Json json = format::Json::array();
  for (const OrderView& order : result->leg_views) {
    format::Json row;
    row["id"] = uuid_of(IdKind::order, order.id.value);
    row["status"] = 200;
    json.push_back(std::move(row));
  }
  co_return json_response(207, json);
}

constexpr std::array routes{
    Route{"POST", "/v2/orders", Access::trade, place},
    Route{"GET", "/v2/orders", Access::view, list},
    Route{"DELETE", "/v2/orders", Access::trade, cancel_all},
    Route{"GET", "/v2/orders:by_client_order_id", Access::view, show_by_client_id},
    Route{"GET", "/v2/orders/{id}", Access::view, show},
    Route{"PATCH", "/v2/orders/{id}", Access::trade, replace},
    Route{"DELETE", "/v2/orders/{id}", Access::trade, cancel},
};

}  // namespace

std::span<const Route> order_routes() {
  return routes;
}

}  // namespace trade::gatewayd::alpaca
