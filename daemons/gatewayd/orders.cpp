#include "gatewayd/orders.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "gatewayd/client_sessions.hpp"
#include "gatewayd/services.hpp"

namespace trade::gatewayd {

namespace {

Error rejected(RejectReason reason) {
  const RejectReasonRow& row = row_of(reason);
  return {ErrorCode::rejected, std::string(row.name), std::string(row.text), {}};
}

}  // namespace

Task<Result<OrderView>> change_order(Call& call, std::string account, std::string symbol, CommandBody body,
                                     std::string about) {
  auto group =
      co_await change_group(call, std::move(account), std::move(symbol), std::move(body), std::move(about));
  if (!group) co_return pass_on(std::move(group));
  co_return std::move(group->order);
}

Task<Result<OrderGroup>> change_group(Call& call, std::string account, std::string symbol, CommandBody body,
                                      std::string about) {
  SubmittedCommand command{std::move(body), account, symbol};
  Result<CommandResult> result = co_await call.upstream().submit(std::move(command));
  if (!result) {
    call.note = about + ": " + result.error().message;
    co_return pass_on(std::move(result));
  }
  if (account.empty() && result->order_view) about += " of " + result->order_view->account;
  call.note = about + ": order " + std::to_string(result->order.value);
  if (result->reason != RejectReason::none) {
    call.note += ", " + std::string(row_of(result->reason).name);
    co_return std::unexpected(rejected(result->reason));
  }
  if (!result->order_view) {
    co_return fail(ErrorCode::internal, "tradingd did not say how the order stands");
  }
  co_return OrderGroup{*std::move(result->order_view), std::move(result->leg_views)};
}

Task<Result<std::vector<OrderView>>> find_legs(Call& call, std::vector<OrderView> orders) {
  OrdersRequest request;
  for (const OrderView& order : orders)
    for (const OrderId leg : order.legs())
      request.orders.push_back(leg);
  if (request.orders.empty()) co_return std::vector<OrderView>{};
  RequestBody body(std::move(request));
  auto reply = co_await call.upstream().ask<OrdersReply>(Daemon::ledgerd, std::move(body));
  if (!reply) co_return pass_on(std::move(reply));
  std::ranges::sort(reply->orders, {}, &OrderView::id);
  co_return std::move(reply->orders);
}

Task<Result<OrderView>> find_order(Call& call, OrderId id) {
  OrdersRequest request;
  request.order = id;
  request.limit = 1;
  RequestBody body(std::move(request));
  Result<OrdersReply> reply = co_await call.upstream().ask<OrdersReply>(Daemon::ledgerd, std::move(body));
  if (!reply && reply.error().code != ErrorCode::not_found) co_return pass_on(std::move(reply));
  if (!reply || reply->orders.empty()) co_return std::unexpected(rejected(RejectReason::unknown_order));
  if (!call.may_see(reply->orders.front().account)) {
    co_return std::unexpected(rejected(RejectReason::not_your_order));
  }
  co_return std::move(reply->orders.front());
}

std::string acting_account(const Call& call) {
  return call.key->role == KeyRole::desk_operator ? std::string() : call.key->account;
}

std::string about_order(std::string_view what, OrderId id, const std::string& account) {
  return std::string(what) + " order " + std::to_string(id.value) + (account.empty() ? "" : " of " + account);
}

Task<Result<OrderView>> find_order_by_client_id(Call& call, std::string account,
                                                std::string client_order_id) {
  OrdersRequest request;
  request.account = std::move(account);
  request.client_order_id = std::move(client_order_id);
  request.limit = 1;
  RequestBody body(std::move(request));
  Result<OrdersReply> reply = co_await call.upstream().ask<OrdersReply>(Daemon::ledgerd, std::move(body));
  if (!reply && reply.error().code != ErrorCode::not_found) co_return pass_on(std::move(reply));
  if (!reply || reply->orders.empty()) co_return std::unexpected(rejected(RejectReason::unknown_order));
  co_return std::move(reply->orders.front());
}

std::string describe(const PlaceOrder& order, std::string_view symbol) {
  std::string text = std::string(side_name(order.side, order.instructions.short_sale)) + " " +
                     format_quantity(order.quantity) + " " + std::string(symbol) + " " +
                     std::string(name_of(order.type));
  if (order.limit_price) text += " " + format_price(order.limit_price);
  if (order.stop_price) text += " stop " + format_price(order.stop_price);
  if (order.legs.order_class != OrderClass::simple)
    text += " " + std::string(name_of(order.legs.order_class));
  return text + " " + std::string(name_of(order.time_in_force));
}

Result<std::string> client_order_id_of(const Call& call, const std::optional<std::string>& given) {
  std::string id = given.value_or(std::string());
  if (id.empty()) id = call.request.header("idempotency-key");
  if (id.empty()) return id;
  if (Status checked = check_client_order_id(id); !checked) return pass_on(std::move(checked));
  return id;
}

Result<ClientSessionId> session_of(const Call& call, const std::optional<std::string>& given,
                                   std::string_view account) {
  const std::string text = given ? *given : std::string(call.request.header("trade-session"));
  if (text.empty()) return ClientSessionId{};
  std::uint64_t number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  const ClientSessionId session{number};
  if (bad != std::errc() || end != text.data() + text.size() ||
      !call.services.client_sessions->is_open(session, account)) {
    return fail_named(ErrorCode::rejected, "session_not_open",
                      "no session of this number is open: its stream may have ended");
  }
  return session;
}

OrderClass implied_class(bool takes_profit, bool stops_loss) {
  if (takes_profit && stops_loss) return OrderClass::bracket;
  return takes_profit || stops_loss ? OrderClass::oto : OrderClass::simple;
}

OrderLegs legs_of(std::optional<OrderClass> order_class, std::optional<Price> take_profit,
                  std::optional<Price> stop_loss, std::optional<Price> stop_loss_limit,
                  std::optional<Price>& limit_price) {
  OrderLegs legs{
      .order_class = order_class.value_or(implied_class(take_profit.has_value(), stop_loss.has_value())),
      .take_profit_limit_price = take_profit.value_or(Price{}),
      .stop_loss_stop_price = stop_loss.value_or(Price{}),
      .stop_loss_limit_price = stop_loss_limit.value_or(Price{})};
  // A limit that is not the take-profit's is left for the engine to refuse.
  if (legs.order_class == OrderClass::oco && take_profit && (!limit_price || limit_price == take_profit)) {
    limit_price = take_profit;
    legs.take_profit_limit_price = {};
  }
  return legs;
}

OrderType implied_type(bool has_limit, bool has_stop) {
  if (has_limit && has_stop) return OrderType::stop_limit;
  if (has_limit) return OrderType::limit;
  return has_stop ? OrderType::stop_loss : OrderType::market;
}

Status check_prices(OrderType type, bool has_limit, bool has_stop) {
  const bool wants_limit = type == OrderType::limit || type == OrderType::stop_limit;
  const bool wants_stop = type == OrderType::stop_loss || type == OrderType::stop_limit;
  const std::string name = "a " + std::string(name_of(type)) + " order ";
  if (wants_limit && !has_limit) return fail(ErrorCode::usage, name + "needs a limit price");
  if (wants_stop && !has_stop) return fail(ErrorCode::usage, name + "needs a stop price");
  if (!wants_limit && has_limit) return fail(ErrorCode::usage, name + "takes no limit price");
  if (!wants_stop && has_stop) return fail(ErrorCode::usage, name + "takes no stop price");
  return {};
}

}  // namespace trade::gatewayd
