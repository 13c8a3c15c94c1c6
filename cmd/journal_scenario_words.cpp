#include "journal_scenario_words.hpp"

#include <algorithm>

#include "format/ratio.hpp"
#include "scenario/lexer.hpp"

namespace trade::cmd {

namespace {

void add_legs(ScenarioWords& words, const OrderLegs& legs) {
  if (legs.order_class == OrderClass::oco)
    add_option(words, "--class", std::string(name_of(legs.order_class)));
  if (legs.take_profit_limit_price)
    add_option(words, "--take-profit", format_price(legs.take_profit_limit_price));
  if (legs.stop_loss_stop_price) add_option(words, "--stop-loss", format_price(legs.stop_loss_stop_price));
  if (legs.stop_loss_limit_price)
    add_option(words, "--stop-loss-limit", format_price(legs.stop_loss_limit_price));
  if (legs.stop_loss_trail_amount) {
    add_option(words, "--stop-loss-trail", format_price(legs.stop_loss_trail_amount));
  } else if (legs.stop_loss_trail_basis_points != 0) {
    add_option(words, "--stop-loss-trail", format::format_percent(legs.stop_loss_trail_basis_points));
  }
}

}  // namespace

void add_option(ScenarioWords& words, const char* option, const std::string& value) {
  words.emplace_back(option);
  words.push_back(value);
}

std::string escaped_words(const ScenarioWords& words) {
  // A dollar sign of a symbol begins no variable.
  std::string text = scenario::quoted_words(words);
  for (std::size_t at = 0; (at = text.find('$', at)) != std::string::npos; at += 2)
    text.insert(at, "$");
  return text;
}

std::string phase_word(MarketPhase phase) {
  std::string word(name_of(phase));
  std::ranges::replace(word, '_', '-');
  return word;
}

ScenarioWords limits_words(const std::string& account, const SetAccountLimits& limits) {
  ScenarioWords words{"account", "limits", account};
  if (limits.position_max) add_option(words, "--max-position", format_quantity(*limits.position_max));
  if (limits.order_quantity_max)
    add_option(words, "--max-order-quantity", format_quantity(*limits.order_quantity_max));
  if (limits.order_notional_max)
    add_option(words, "--max-order-notional", format_money(*limits.order_notional_max));
  if (limits.self_trade_prevention) {
    const auto mode =
        value_numbered<SelfTradePrevention>(static_cast<std::uint8_t>(*limits.self_trade_prevention));
    add_option(words, "--self-trade-prevention", mode ? std::string(name_of(*mode)) : "none");
  }
  return words;
}

ScenarioWords rules_words(const FirmRules& rules, const FirmRules& before) {
  ScenarioWords words{"rules", "set"};
  const auto option = [&](const char* name, const auto& value, const auto& old, const std::string& text) {
    if (value != old) add_option(words, name, text);
  };
  option("--margin-multiplier", rules.margin_multiplier_basis_points, before.margin_multiplier_basis_points,
         format::format_ratio(rules.margin_multiplier_basis_points));
  option("--price-collar", rules.price_collar_basis_points, before.price_collar_basis_points,
         format::format_percent(rules.price_collar_basis_points));
  option("--day-trading-rule", rules.day_trading_rule, before.day_trading_rule,
         std::string(name_of(rules.day_trading_rule)));
  option("--pattern-day-trader-equity", rules.pattern_day_trader_equity_min,
         before.pattern_day_trader_equity_min, format_money(rules.pattern_day_trader_equity_min));
  option("--max-day-trades", rules.day_trades_max, before.day_trades_max,
         std::to_string(rules.day_trades_max));
  option("--intraday-maintenance", rules.intraday_maintenance_basis_points,
         before.intraday_maintenance_basis_points,
         format::format_percent(rules.intraday_maintenance_basis_points));
  option("--short-margin", rules.short_margin_basis_points, before.short_margin_basis_points,
         format::format_percent(rules.short_margin_basis_points));
  option("--short-maintenance", rules.short_maintenance_basis_points, before.short_maintenance_basis_points,
         format::format_percent(rules.short_maintenance_basis_points));
  option("--short-sale-trigger", rules.short_sale_trigger_basis_points,
         before.short_sale_trigger_basis_points,
         format::format_percent(rules.short_sale_trigger_basis_points));
  option("--max-position", rules.default_position_max, before.default_position_max,
         format_quantity(rules.default_position_max));
  option("--max-order-quantity", rules.default_order_quantity_max, before.default_order_quantity_max,
         format_quantity(rules.default_order_quantity_max));
  option("--max-order-notional", rules.default_order_notional_max, before.default_order_notional_max,
         format_money(rules.default_order_notional_max));
  return words.size() > 2 ? words : ScenarioWords();
}

ScenarioWords bands_words(const std::string& symbol, const SetPriceBands& bands) {
  ScenarioWords words{"symbol", "bands", symbol};
  if (bands.tier) {
    add_option(words, "--tier", std::to_string(static_cast<int>(*bands.tier)));
  } else if (bands.basis_points != 0) {
    add_option(words, "--percent", format::format_percent(bands.basis_points));
  } else {
    words.emplace_back("--off");
    return words;
  }
  add_option(words, "--pause", std::to_string(bands.pause_seconds));
  add_option(words, "--limit-state", std::to_string(bands.limit_state_seconds));
  if (bands.reference) add_option(words, "--reference", format_price(bands.reference));
  return words;
}
SetPriceBands bands_before(const PriceBands& bands) {
  return {.symbol = {},
          .basis_points = bands.tier ? 0 : bands.basis_points,
          .pause_seconds = bands.pause_seconds,
          .reference = bands.reference,
          .limit_state_seconds = bands.limit_state_seconds,
          .tier = bands.tier};
}

void add_stop_loss(OrderLegs& legs, const OrderView& exit) {
  legs.stop_loss_limit_price = exit.limit_price;
  legs.stop_loss_trail_amount = exit.instructions.trail_amount;
  legs.stop_loss_trail_basis_points = exit.instructions.trail_basis_points;
  if (!legs.stop_loss_trails()) legs.stop_loss_stop_price = exit.stop_price;
}

ScenarioWords place_words(const PlaceOrder& order, const std::string& symbol, const std::string& client_id) {
  ScenarioWords words{"place", std::string(side_name(order.side, order.instructions.short_sale)),
                      format_quantity(order.quantity), symbol};
  if (order.limit_price) add_option(words, "--limit", format_price(order.limit_price));
  const OrderInstructions& asked = order.instructions;
  if (order.type == OrderType::trailing_stop) {
    add_option(words, "--trail",
               asked.trail_amount ? format_price(asked.trail_amount)
                                  : format::format_percent(asked.trail_basis_points));
  } else if (order.stop_price) {
    add_option(words, "--stop", format_price(order.stop_price));
  }
  if (order.time_in_force == TimeInForce::gtd) {
    add_option(words, "--until", format_timestamp(asked.expires_at));
  } else if (order.time_in_force != TimeInForce::day) {
    add_option(words, "--tif", std::string(name_of(order.time_in_force)));
  }
  if (asked.post_only) add_option(words, "--post-only", std::string(name_of(*asked.post_only)));
  if (asked.display_quantity) add_option(words, "--display", format_quantity(asked.display_quantity));
  if (asked.minimum_quantity) add_option(words, "--min-quantity", format_quantity(asked.minimum_quantity));
  if (asked.all_or_none) words.emplace_back("--all-or-none");
  if (asked.self_trade_prevention)
    add_option(words, "--self-trade", std::string(name_of(*asked.self_trade_prevention)));
  add_legs(words, order.legs);
  if (!client_id.empty()) add_option(words, "--client-id", client_id);
  return words;
}

std::string told_words(const VenueReport& body, const std::string& order) {
  using enum VenueReportKind;
  const std::string traded = format_quantity(body.quantity) + " at " + format_price(body.price);
  const std::string as_execution =
      body.execution_id.empty() ? "" : " as " + escaped_words({std::string(body.execution_id)});
  const std::string as_order =
      body.venue_order_id.empty() ? "" : " as " + escaped_words({std::string(body.venue_order_id)});
  const std::string leaves = " leaves " + format_quantity(body.leaves);
  switch (body.kind) {
    case accepted:
      return "accepts " + order + as_order;
    case filled:
      return "fills " + traded + " " + order + as_execution + leaves;
    case cancelled:
      return "cancels " + order;
    case expired:
      return "expires " + order;
    case rejected:
      return "rejects " + order;
    case replaced:
      return "replaces " + order + " to " + format_quantity(body.quantity) +
             (body.price ? " at " + format_price(body.price) : "") +
             (body.stop_price ? " stop " + format_price(body.stop_price) : "");
    case cancel_rejected:
      return "refuses cancel " + order;
    case replace_rejected:
      return "refuses replace " + order;
    case busted:
      return "busts " + escaped_words({std::string(body.reference_execution_id)}) + " of " + order + leaves;
    case corrected:
      return "corrects " + escaped_words({std::string(body.reference_execution_id)}) + " of " + order +
             " to " + traded + as_execution + leaves;
    case status:
      return "has " + order + " filled " + format_quantity(body.cumulative) +
             (body.average_price ? " at " + format_price(body.average_price) : "") + leaves + as_order;
    case not_known:
      return "has no " + order;
    case unanswered:
      return "ignores " + order;
  }
  return {};
}

}  // namespace trade::cmd
