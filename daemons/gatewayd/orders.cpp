#include "gatewayd/orders.hpp"

#include <utility>

namespace trade::gatewayd {

namespace {

Error rejected(RejectReason reason) {
  const RejectReasonRow& row = row_of(reason);
  return {ErrorCode::rejected, std::string(row.name), std::string(row.text), {}};
}

}  // namespace

Task<Result<OrderView>> change_order(Call& call, std::string account, std::string symbol, CommandBody body,
                                     std::string about) {
  SubmittedCommand command{std::move(body), account, symbol};
  Result<CommandResult> result = co_await call.upstream().submit(std::move(command));
  if (!result) {
    call.note = about + ": " + result.error().message;
    co_return pass_on(std::move(result));
  }
  call.note = about + ": order " + std::to_string(result->order.value);
  if (result->reason != RejectReason::none) {
    call.note += ", " + std::string(row_of(result->reason).name);
    co_return std::unexpected(rejected(result->reason));
  }
  if (!result->order_view) {
    co_return fail(ErrorCode::internal, "tradingd did not say how the order stands");
  }
  co_return std::move(*result->order_view);
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
  std::string text = std::string(name_of(order.side)) + " " + format_quantity(order.quantity) + " " +
                     std::string(symbol) + " " + std::string(name_of(order.type));
  if (order.limit_price) text += " " + format_price(order.limit_price);
  if (order.stop_price) text += " stop " + format_price(order.stop_price);
  return text + " " + std::string(name_of(order.time_in_force));
}

Result<std::string> client_order_id_of(const Call& call, const std::optional<std::string>& given) {
  std::string id = given.value_or(std::string());
  if (id.empty()) id = call.request.header("idempotency-key");
  if (id.empty()) return id;
  if (Status checked = check_client_order_id(id); !checked) return pass_on(std::move(checked));
  return id;
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
