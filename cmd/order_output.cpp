#include "order_output.hpp"

#include <variant>

#include "format/layout.hpp"
#include "format/rejection.hpp"

namespace trade::cmd {

void print_order(Context& context, const OrderView& order) {
  context.output().record(format::order_layout(), format::json_of(order));
}

void print_orders(Context& context, const std::vector<OrderView>& orders) {
  std::vector<format::Json> records;
  for (const OrderView& order : orders)
    records.push_back(format::json_of(order));
  context.output().list(format::order_layout(), records);
}

Result<ExitStatus> submit_for_order(Context& context, const SubmittedCommand& command,
                                    std::string_view about) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<SubmitReply> reply = (*client)->submit(SubmitRequest{.commands = {command}, .want_orders = true});
  if (!reply) return pass_on(std::move(reply));
  if (reply->results.size() != 1) {
    return fail(ErrorCode::corrupt,
                "tradingd answered one command with " + std::to_string(reply->results.size()) + " results");
  }
  const CommandResult& result = reply->results.front();
  // Of a refused change the order is not what was asked for; of a refused order it is the record.
  const bool placing = std::holds_alternative<PlaceOrder>(command.body);
  if (result.order_view && (placing || result.reason == RejectReason::none))
    print_order(context, *result.order_view);
  if (result.reason != RejectReason::none) return std::unexpected(format::rejection(result.reason, about));
  if (result.order_view) {
    // A market order that ended without a single fill was accepted, and yet came to nothing.
    const OrderView& order = *result.order_view;
    if (is_terminal(order.status) && !order.filled_quantity && order.reject_reason != RejectReason::none) {
      return std::unexpected(format::rejection(order.reject_reason, about));
    }
  }
  return ExitStatus::done;
}

Result<OrderView> find_order(Context& context, OrderId id) {
  Result<std::optional<std::string>> account = context.named_account();
  if (!account) return pass_on(std::move(account));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<OrderView> order = (*client)->order(id);
  if (order && *account && order->account != **account) {
    return std::unexpected(format::rejection(RejectReason::not_your_order,
                                             std::to_string(id.value) + " is not of " + **account));
  }
  return order;
}

Result<std::string> account_for_order(Context& context, OrderId id) {
  Result<std::optional<std::string>> account = context.named_account();
  if (!account) return pass_on(std::move(account));
  if (*account) return **account;
  Result<OrderView> order = find_order(context, id);
  if (!order) return pass_on(std::move(order));
  return order->account;
}

}  // namespace trade::cmd
