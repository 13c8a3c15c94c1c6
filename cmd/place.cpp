// trade place: one order, and how it stands after the answer.
#include "arguments.hpp"
#include "commands.hpp"
#include "format/rejection.hpp"
#include "order_output.hpp"
#include "submit.hpp"

namespace trade::cmd {

namespace {

/// buy, sell, or how a short sale is marked.
struct OrderSide {
  Side side = Side::buy;
  std::optional<ShortSale> short_sale;
};

Result<OrderSide> parse_order_side(std::string_view text) {
  if (const auto side = value_named<Side>(text)) return OrderSide{*side, {}};
  if (const auto short_sale = value_named<ShortSale>(text)) return OrderSide{Side::sell, short_sale};
  return fail(ErrorCode::usage, "not one of " + choices_of<Side>() + "|" + choices_of<ShortSale>() + ": '" +
                                    std::string(text.substr(0, 40)) + "'");
}

struct Arguments {
  OrderSide side;
  Quantity quantity;
  std::string symbol;
  std::optional<OrderType> type;
  std::optional<Price> limit_price;
  std::optional<Price> stop_price;
  std::optional<TimeInForce> time_in_force;
  std::string client_order_id;
  OrderInstructions instructions;
  std::optional<Trail> trail;
  std::optional<OrderClass> order_class;
  std::optional<Price> take_profit_price;
  std::optional<Price> stop_loss_price;
  std::optional<Price> stop_loss_limit_price;
  std::optional<Trail> stop_loss_trail;
  bool dry_run = false;
};

bool stops_loss(const Arguments& arguments) {
  return arguments.stop_loss_price || arguments.stop_loss_trail;
}

/// How the order and its legs hang together: as said, else as the given legs mean.
OrderClass class_of(const Arguments& arguments) {
  if (arguments.order_class) return *arguments.order_class;
  const bool takes_profit = arguments.take_profit_price.has_value();
  if (takes_profit && stops_loss(arguments)) return OrderClass::bracket;
  return takes_profit || stops_loss(arguments) ? OrderClass::oto : OrderClass::simple;
}

/// The limit price of the order itself. An oco is its own take-profit.
std::optional<Price> limit_price_of(const Arguments& arguments) {
  const bool is_oco = class_of(arguments) == OrderClass::oco;
  return is_oco && !arguments.limit_price ? arguments.take_profit_price : arguments.limit_price;
}

Status check_legs(const Arguments& arguments) {
  const bool takes_profit = arguments.take_profit_price.has_value();
  const bool has_stop_loss = stops_loss(arguments);
  if (arguments.stop_loss_limit_price && !arguments.stop_loss_price)
    return fail(ErrorCode::usage, "--stop-loss-limit goes with --stop-loss");
  if (arguments.stop_loss_price && arguments.stop_loss_trail)
    return fail(ErrorCode::usage, "a stop-loss has a price or a trail: --stop-loss or --stop-loss-trail");
  switch (class_of(arguments)) {
    case OrderClass::simple:
      if (takes_profit || has_stop_loss)
        return fail(ErrorCode::usage, "a simple order takes neither --take-profit nor --stop-loss");
      break;
    case OrderClass::bracket:
      if (!takes_profit || !has_stop_loss)
        return fail(ErrorCode::usage, "a bracket needs --take-profit and --stop-loss");
      break;
    case OrderClass::oto:
      if (takes_profit == has_stop_loss)
        return fail(ErrorCode::usage, "an oto order needs one of --take-profit and --stop-loss");
      break;
    case OrderClass::oco:
      if (takes_profit == arguments.limit_price.has_value() || !has_stop_loss) {
        return fail(ErrorCode::usage, "an oco order needs --stop-loss, and --take-profit or --limit");
      }
      break;
  }
  return {};
}

OrderLegs legs_of(const Arguments& arguments) {
  OrderLegs legs;
  legs.order_class = class_of(arguments);
  if (legs.order_class != OrderClass::oco)
    legs.take_profit_limit_price = arguments.take_profit_price.value_or(Price{});
  legs.stop_loss_stop_price = arguments.stop_loss_price.value_or(Price{});
  legs.stop_loss_limit_price = arguments.stop_loss_limit_price.value_or(Price{});
  if (arguments.stop_loss_trail) {
    legs.stop_loss_trail_amount = arguments.stop_loss_trail->amount;
    legs.stop_loss_trail_basis_points = arguments.stop_loss_trail->basis_points;
  }
  return legs;
}

/// The order type that the given prices mean.
OrderType implied_type(const Arguments& arguments) {
  if (arguments.trail) return OrderType::trailing_stop;
  const bool has_limit = limit_price_of(arguments).has_value();
  if (has_limit && arguments.stop_price) return OrderType::stop_limit;
  if (has_limit) return OrderType::limit;
  if (arguments.stop_price) return OrderType::stop_loss;
  return OrderType::market;
}

Status check_prices(OrderType type, const Arguments& arguments) {
  const bool trails = type == OrderType::trailing_stop;
  const bool names_stop = wants_stop(type) && !trails;
  const std::string name = "a " + std::string(name_of(type)) + " order ";
  const bool has_limit = limit_price_of(arguments).has_value();
  if (wants_limit(type) && !has_limit) return fail(ErrorCode::usage, name + "needs --limit PRICE");
  if (names_stop && !arguments.stop_price) return fail(ErrorCode::usage, name + "needs --stop PRICE");
  if (trails && !arguments.trail) return fail(ErrorCode::usage, name + "needs --trail AMOUNT or --trail N%");
  if (!wants_limit(type) && has_limit) return fail(ErrorCode::usage, name + "takes no --limit");
  if (!names_stop && arguments.stop_price) return fail(ErrorCode::usage, name + "takes no --stop");
  if (!trails && arguments.trail) return fail(ErrorCode::usage, name + "takes no --trail");
  return {};
}

Status check_expiry(const Arguments& arguments) {
  const bool until = arguments.instructions.expires_at != Timestamp{};
  if (until && arguments.time_in_force.value_or(TimeInForce::gtd) != TimeInForce::gtd) {
    return fail(ErrorCode::usage, "--until goes with --tif gtd, which it implies");
  }
  if (!until && arguments.time_in_force == TimeInForce::gtd) {
    return fail(ErrorCode::usage, "a gtd order needs --until DATE or --until TIME");
  }
  return {};
}

/// What is asked for, trail included.
OrderInstructions instructions_of(const Arguments& arguments) {
  OrderInstructions instructions = arguments.instructions;
  instructions.short_sale = arguments.side.short_sale;
  if (arguments.trail) {
    instructions.trail_amount = arguments.trail->amount;
    instructions.trail_basis_points = arguments.trail->basis_points;
  }
  return instructions;
}

/// "buy 100 AAPL limit 150.00 day for alice"
std::string describe(const PlaceOrder& order, std::string_view symbol, std::string_view account) {
  std::string text = std::string(side_name(order.side, order.instructions.short_sale)) + " " +
                     format_quantity(order.quantity) + " " + std::string(symbol) + " " +
                     std::string(name_of(order.type));
  if (order.limit_price) text += " " + format_price(order.limit_price);
  if (order.stop_price) text += " stop " + format_price(order.stop_price);
  const OrderLegs& legs = order.legs;
  if (legs.take_profit_limit_price) text += " take-profit " + format_price(legs.take_profit_limit_price);
  if (legs.stop_loss_stop_price) text += " stop-loss " + format_price(legs.stop_loss_stop_price);
  if (legs.stop_loss_limit_price) text += " limit " + format_price(legs.stop_loss_limit_price);
  if (legs.stop_loss_trails()) text += " trailing stop-loss";
  return text + " " + std::string(name_of(order.time_in_force)) + " for " + std::string(account);
}

Result<ExitStatus> place(Context& context, const Arguments& arguments) {
  if (Status checked = check_legs(arguments); !checked) return pass_on(std::move(checked));
  PlaceOrder order;
  order.side = arguments.side.side;
  order.type = arguments.type.value_or(implied_type(arguments));
  if (Status checked = check_prices(order.type, arguments); !checked) return pass_on(std::move(checked));
  if (Status checked = check_expiry(arguments); !checked) return pass_on(std::move(checked));
  Result<std::string> account = context.account();
  if (!account) return pass_on(std::move(account));
  order.instructions = instructions_of(arguments);
  order.time_in_force = arguments.time_in_force.value_or(
      order.instructions.expires_at != Timestamp{} ? TimeInForce::gtd : TimeInForce::day);
  order.quantity = arguments.quantity;
  order.limit_price = limit_price_of(arguments).value_or(Price{});
  order.stop_price = arguments.stop_price.value_or(Price{});
  order.client_order_id = arguments.client_order_id;
  order.legs = legs_of(arguments);
  const SubmittedCommand command{order, *account, arguments.symbol};
  const std::string about = describe(order, arguments.symbol, *account);
  if (arguments.dry_run) return dry_run(context, command, about);
  return submit_for_order(context, command, about);
}

}  // namespace

Handler define_place(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  required(add_value(app, "side", arguments->side, parse_order_side,
                     choices_of<Side>() + "|" + choices_of<ShortSale>(), "Which side"));
  required(add_value(app, "quantity", arguments->quantity, parse_quantity, "QUANTITY", "How many shares"));
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "Of which symbol"));
  add_enum<OrderType>(app, "--type", arguments->type, "The order's type; the prices imply it");
  add_value(app, "--limit", arguments->limit_price, parse_price, "PRICE",
            "Buy at most, sell at least at this price");
  add_value(app, "--stop", arguments->stop_price, parse_price, "PRICE",
            "Wait until a trade reaches this price");
  add_enum<TimeInForce>(app, "--tif", arguments->time_in_force, "How long it stands (day)");
  add_value(app, "--until", arguments->instructions.expires_at, parse_until, "DATE|TIME",
            "When a gtd order ends: a day's close in New York, or a time");
  add_value(app, "--trail", arguments->trail, parse_trail, "AMOUNT|PERCENT",
            "A stop that stays this far behind the best price: 1.50 or 2%");
  add_enum<PostOnly>(app, "--post-only", arguments->instructions.post_only,
                     "Never trade on arrival: refuse it, or move its price");
  add_value(app, "--display", arguments->instructions.display_quantity, parse_quantity, "QUANTITY",
            "Show so many shares at a time");
  add_value(app, "--min-quantity", arguments->instructions.minimum_quantity, parse_quantity, "QUANTITY",
            "Trade at least so many at first, at one time");
  add_flag(app, "--all-or-none", arguments->instructions.all_or_none,
           "Trade all of it at one time or nothing");
  add_enum<SelfTradePrevention>(app, "--self-trade", arguments->instructions.self_trade_prevention,
                                "What to cancel where it meets an order of its own account");
  add_value(app, "--take-profit", arguments->take_profit_price, parse_price, "PRICE",
            "With it, an order that closes what it filled at this price or a better one");
  add_value(app, "--stop-loss", arguments->stop_loss_price, parse_price, "PRICE",
            "With it, an order that closes what it filled once a trade reaches this price");
  add_value(app, "--stop-loss-limit", arguments->stop_loss_limit_price, parse_price, "PRICE",
            "The worst price at which the stop-loss may trade");
  add_value(app, "--stop-loss-trail", arguments->stop_loss_trail, parse_trail, "AMOUNT|PERCENT",
            "Instead of --stop-loss: how far it stays behind the best price since");
  add_enum<OrderClass>(app, "--class", arguments->order_class,
                       "How they hang together; the given ones imply bracket or oto");
  add_value(app, "--client-id", arguments->client_order_id, parse_client_order_id, "TEXT",
            "Your own id: makes it safe to try again");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return place(context, *arguments); };
}

}  // namespace trade::cmd
