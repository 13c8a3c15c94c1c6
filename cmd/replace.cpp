// trade replace: another quantity or price for an open order.
#include "arguments.hpp"
#include "commands.hpp"
#include "order_output.hpp"
#include "submit.hpp"

namespace trade::cmd {

namespace {

struct Arguments {
  OrderId id;
  std::optional<Quantity> quantity;
  std::optional<Price> limit_price;
  std::optional<Price> stop_price;
  std::string client_order_id;
  bool dry_run = false;
};

Result<ExitStatus> replace(Context& context, const Arguments& arguments) {
  if (!arguments.quantity && !arguments.limit_price && !arguments.stop_price &&
      arguments.client_order_id.empty()) {
    return fail(ErrorCode::usage, "nothing to change", "give --quantity, --limit, --stop or --client-id");
  }
  Result<std::string> account = account_for_order(context, arguments.id);
  if (!account) return pass_on(std::move(account));
  ReplaceOrder replacement;
  replacement.order = arguments.id;
  replacement.quantity = arguments.quantity;
  replacement.limit_price = arguments.limit_price;
  replacement.stop_price = arguments.stop_price;
  replacement.new_client_order_id = arguments.client_order_id;
  const SubmittedCommand command{replacement, *account, {}};
  const std::string about = "replace order " + std::to_string(arguments.id.value);
  if (arguments.dry_run) return dry_run(context, command, about);
  return submit_for_order(context, command, about);
}

}  // namespace

Handler define_replace(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "id", arguments->id, parse_order_id, order_kind, "The order"));
  add_value(app, "--quantity", arguments->quantity, parse_quantity, "QUANTITY",
            "The whole quantity, filled included");
  add_value(app, "--limit", arguments->limit_price, parse_price, "PRICE", "The new limit price");
  add_value(app, "--stop", arguments->stop_price, parse_price, "PRICE", "The new stop price");
  add_value(app, "--client-id", arguments->client_order_id, parse_client_order_id, "TEXT",
            "A new id of your own");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return replace(context, *arguments); };
}

}  // namespace trade::cmd
