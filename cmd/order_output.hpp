// Commands that are about one order: submitting them, and showing the order as it stands afterwards.
#pragma once

#include <string_view>

#include "context.hpp"
#include "exit_status.hpp"
#include "model/messages.hpp"

namespace trade::cmd {

/// Submits a command that places or changes one order and prints the order. Where it was refused, or a
/// market order found nothing to trade with, the order is printed if there is one, and the Error says why.
Result<ExitStatus> submit_for_order(Context& context, const SubmittedCommand& command,
                                    std::string_view about);

void print_order(Context& context, const OrderView& order);
void print_orders(Context& context, const std::vector<OrderView>& orders);

/// The order, which must be the named account's where one is named: else "Not your order".
Result<OrderView> find_order(Context& context, OrderId id);

/// The account for a command about an order: the one that is named, or else the order's own.
Result<std::string> account_for_order(Context& context, OrderId id);

}  // namespace trade::cmd
