// trade place: one order, and how it stands after the answer.
#include "arguments.hpp"
#include "commands.hpp"
#include "format/rejection.hpp"
#include "order_output.hpp"
#include "submit.hpp"

namespace trade::cmd {

namespace {

struct Arguments {
  Side side = Side::buy;
  Quantity quantity;
  std::string symbol;
  std::optional<OrderType> type;
  std::optional<Price> limit_price;
  std::optional<Price> stop_price;
  TimeInForce time_in_force = TimeInForce::day;
  std::string client_order_id;
  bool dry_run = false;
};

/// The order type that the given prices mean.
OrderType implied_type(const Arguments& arguments) {
  if (arguments.limit_price && arguments.stop_price) return OrderType::stop_limit;
  if (arguments.limit_price) return OrderType::limit;
  if (arguments.stop_price) return OrderType::stop_loss;
  return OrderType::market;
}

Status check_prices(OrderType type, const Arguments& arguments) {
  const bool wants_limit = type == OrderType::limit || type == OrderType::stop_limit;
  const bool wants_stop = type == OrderType::stop_loss || type == OrderType::stop_limit;
  const std::string name = "a " + std::string(name_of(type)) + " order ";
  if (wants_limit && !arguments.limit_price) return fail(ErrorCode::usage, name + "needs --limit PRICE");
  if (wants_stop && !arguments.stop_price) return fail(ErrorCode::usage, name + "needs --stop PRICE");
  if (!wants_limit && arguments.limit_price) return fail(ErrorCode::usage, name + "takes no --limit");
  if (!wants_stop && arguments.stop_price) return fail(ErrorCode::usage, name + "takes no --stop");
  return {};
}

/// "buy 100 AAPL limit 150.00 day for alice"
std::string describe(const PlaceOrder& order, std::string_view symbol, std::string_view account) {
  std::string text = std::string(name_of(order.side)) + " " + format_quantity(order.quantity) + " " +
                     std::string(symbol) + " " + std::string(name_of(order.type));
  if (order.limit_price) text += " " + format_price(order.limit_price);
  if (order.stop_price) text += " stop " + format_price(order.stop_price);
  return text + " " + std::string(name_of(order.time_in_force)) + " for " + std::string(account);
}

Result<ExitStatus> place(Context& context, const Arguments& arguments) {
  PlaceOrder order;
  order.side = arguments.side;
  order.type = arguments.type.value_or(implied_type(arguments));
  if (Status checked = check_prices(order.type, arguments); !checked) return pass_on(std::move(checked));
  Result<std::string> account = context.account();
  if (!account) return pass_on(std::move(account));
  order.time_in_force = arguments.time_in_force;
  order.quantity = arguments.quantity;
  order.limit_price = arguments.limit_price.value_or(Price{});
  order.stop_price = arguments.stop_price.value_or(Price{});
  order.client_order_id = arguments.client_order_id;
  const SubmittedCommand command{order, *account, arguments.symbol};
  const std::string about = describe(order, arguments.symbol, *account);
  if (arguments.dry_run) return dry_run(context, command, about);
  return submit_for_order(context, command, about);
}

}  // namespace

Handler define_place(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_enum<Side>(app, "side", arguments->side, "Which side"));
  required(add_value(app, "quantity", arguments->quantity, parse_quantity, "QUANTITY", "How many shares"));
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "Of which symbol"));
  add_enum<OrderType>(app, "--type", arguments->type, "The order's type; the prices imply it");
  add_value(app, "--limit", arguments->limit_price, parse_price, "PRICE",
            "Buy at most, sell at least at this price");
  add_value(app, "--stop", arguments->stop_price, parse_price, "PRICE",
            "Wait until a trade reaches this price");
  add_enum<TimeInForce>(app, "--tif", arguments->time_in_force, "How long it stands (day)");
  add_value(app, "--client-id", arguments->client_order_id, parse_client_order_id, "TEXT",
            "Your own id: makes it safe to try again");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return place(context, *arguments); };
}

}  // namespace trade::cmd
