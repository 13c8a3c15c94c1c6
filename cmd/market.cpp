// trade market: the session; trade rules: what holds for every account.
#include <algorithm>
#include <string>

#include "arguments.hpp"
#include "calendar/calendar.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "format/ratio.hpp"
#include "submit.hpp"
#include "symbol_output.hpp"

namespace trade::cmd {

namespace {

Result<SessionView> ask_session(Context& context) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  return (*client)->session();
}

Result<ExitStatus> print_session(Context& context) {
  Result<SessionView> session = ask_session(context);
  if (!session) return pass_on(std::move(session));
  context.output().record(format::session_layout(), format::json_of(*session));
  return ExitStatus::done;
}

Result<ExitStatus> print_rules(Context& context) {
  Result<SessionView> session = ask_session(context);
  if (!session) return pass_on(std::move(session));
  context.output().record(format::rules_layout(), format::json_of(session->rules));
  return ExitStatus::done;
}

struct SessionArguments {
  MarketPhase phase = MarketPhase::continuous;
  std::string symbol;  ///< of which alone the phase changes; empty: of all
  std::optional<Date> trading_date;
  Timestamp closes_at;  ///< zero: not said
  bool dry_run = false;
};

Result<ExitStatus> set_session(Context& context, const SessionArguments& arguments) {
  Result<SessionView> session = ask_session(context);
  if (!session) return pass_on(std::move(session));
  const SessionPhase phase =
      arguments.phase == MarketPhase::closed ? SessionPhase::closed : SessionPhase::open;
  SetSession command{.phase = phase, .trading_date = session->trading_date, .market_phase = arguments.phase};
  // An opening is that of today in New York, unless the engine's own date is later already; what follows it
  // is of the session that is open.
  const bool begins = arguments.phase == MarketPhase::continuous || session->phase == SessionPhase::closed;
  if (phase == SessionPhase::open && begins) {
    const Result<Timestamp> now = context.suite_time();
    if (!now) return std::unexpected(now.error());
    command.trading_date = std::max(session->trading_date, calendar::to_new_york(*now).date);
  }
  if (arguments.trading_date) command.trading_date = *arguments.trading_date;
  command.closes_at = arguments.closes_at;
  const SubmittedCommand submitted{command, {}, {}};
  const std::string about = "move the market to " + std::string(name_of(arguments.phase));
  if (arguments.dry_run) return dry_run(context, submitted, about);
  Result<CommandResult> result = submit(context, submitted, about);
  if (!result) return pass_on(std::move(result));
  return print_session(context);
}

Result<ExitStatus> set_symbol_phase(Context& context, const SessionArguments& arguments) {
  if (arguments.trading_date || arguments.closes_at != Timestamp{})
    return fail(ErrorCode::usage, "--date and --closes-at are the market's, not a symbol's");
  const SubmittedCommand command{
      SetSymbolPhase{.symbol = {}, .phase = arguments.phase}, {}, arguments.symbol};
  return change_symbol(context, arguments.symbol, command,
                       "move " + arguments.symbol + " to " + std::string(name_of(arguments.phase)),
                       arguments.dry_run);
}

/// With hyphens, as commands are written, or as the phases are called everywhere else.
Result<MarketPhase> parse_phase(std::string_view text) {
  std::string name(text);
  std::ranges::replace(name, '-', '_');
  if (name == name_of(MarketPhase::halt)) {
    return fail(ErrorCode::usage, "a symbol is halted with 'trade symbol halt'");
  }
  return parse_enum<MarketPhase>(name);
}

std::string phase_choices() {
  std::string choices;
  for (const auto& [phase, name] : enum_names(MarketPhase{})) {
    if (phase != MarketPhase::halt) choices += (choices.empty() ? "" : "|") + std::string(name);
  }
  std::ranges::replace(choices, '_', '-');
  return choices;
}

Handler define_set_session(CLI::App& app, MarketPhase phase) {
  auto arguments = std::make_shared<SessionArguments>();
  arguments->phase = phase;
  add_value(app, "--date", arguments->trading_date, parse_date, "DATE", "The trading date: YYYY-MM-DD");
  if (phase != MarketPhase::closed) {
    add_value(app, "--closes-at", arguments->closes_at, parse_until, "DATE|TIME",
              "When regular trading is to end: a day's close in New York, or a time");
  }
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return set_session(context, *arguments); };
}

/// The rules that are to change.
struct RuleArguments {
  std::optional<std::int64_t> margin_multiplier;
  std::optional<std::int64_t> price_collar;
  std::optional<DayTradingRule> day_trading_rule;
  std::optional<Money> pattern_day_trader_equity;
  std::optional<std::uint64_t> day_trades_max;
  std::optional<std::int64_t> intraday_maintenance;
  std::optional<Quantity> position_max;
  std::optional<Quantity> order_quantity_max;
  std::optional<Money> order_notional_max;
  std::optional<std::int64_t> short_margin;
  std::optional<std::int64_t> short_maintenance;
  std::optional<std::int64_t> short_sale_trigger;
  bool dry_run = false;
};

Result<ExitStatus> set_rules(Context& context, const RuleArguments& given) {
  Result<SessionView> session = ask_session(context);
  if (!session) return pass_on(std::move(session));
  FirmRules rules = session->rules;
  rules.margin_multiplier_basis_points =
      given.margin_multiplier.value_or(rules.margin_multiplier_basis_points);
  rules.price_collar_basis_points = given.price_collar.value_or(rules.price_collar_basis_points);
  rules.day_trading_rule = given.day_trading_rule.value_or(rules.day_trading_rule);
  rules.pattern_day_trader_equity_min =
      given.pattern_day_trader_equity.value_or(rules.pattern_day_trader_equity_min);
  if (given.day_trades_max) rules.day_trades_max = static_cast<std::int64_t>(*given.day_trades_max);
  rules.intraday_maintenance_basis_points =
      given.intraday_maintenance.value_or(rules.intraday_maintenance_basis_points);
  rules.default_position_max = given.position_max.value_or(rules.default_position_max);
  rules.default_order_quantity_max = given.order_quantity_max.value_or(rules.default_order_quantity_max);
  rules.default_order_notional_max = given.order_notional_max.value_or(rules.default_order_notional_max);
  rules.short_margin_basis_points = given.short_margin.value_or(rules.short_margin_basis_points);
  rules.short_maintenance_basis_points =
      given.short_maintenance.value_or(rules.short_maintenance_basis_points);
  rules.short_sale_trigger_basis_points =
      given.short_sale_trigger.value_or(rules.short_sale_trigger_basis_points);
  const SubmittedCommand command{SetFirmRules{rules}, {}, {}};
  if (given.dry_run) return dry_run(context, command, "set the firm's rules");
  Result<CommandResult> result = submit(context, command, "set the firm's rules");
  if (!result) return pass_on(std::move(result));
  return print_rules(context);
}

/// A share or a multiple in basis points that the rule takes from `min` to `max`.
auto ratio_within(Result<std::int64_t> (*parse)(std::string_view), std::int64_t min, std::int64_t max,
                  std::string (*write)(std::int64_t)) {
  return [=](std::string_view text) -> Result<std::int64_t> {
    Result<std::int64_t> ratio = parse(text);
    if (ratio && *ratio >= min && *ratio <= max) return ratio;
    const std::string range = "it must be from " + write(min) + " to " + write(max);
    if (!ratio) return fail(ErrorCode::usage, ratio.error().message, range);
    return fail(ErrorCode::usage, "out of range: '" + std::string(text.substr(0, 40)) + "'", range);
  };
}
auto percent_within(std::int64_t min, std::int64_t max) {
  return ratio_within(format::parse_percent, min, max, format::format_percent);
}

Result<std::uint64_t> parse_day_trades(std::string_view text) {
  constexpr std::uint64_t day_trades_max = 1'000'000;
  Result<std::uint64_t> number = parse_number(text);
  if (number && *number > day_trades_max) return fail(ErrorCode::usage, "more than 1000000 day trades");
  return number;
}

}  // namespace

Handler define_market_open(CLI::App& app) {
  return define_set_session(app, MarketPhase::continuous);
}

Handler define_market_close(CLI::App& app) {
  return define_set_session(app, MarketPhase::closed);
}

Handler define_market_phase(CLI::App& app) {
  auto arguments = std::make_shared<SessionArguments>();
  required(
      add_value(app, "phase", arguments->phase, parse_phase, phase_choices(), "What the market goes on to"));
  add_value(app, "--symbol", arguments->symbol, parse_symbol_text, symbol_kind, "Only this symbol");
  add_value(app, "--date", arguments->trading_date, parse_date, "DATE", "The trading date: YYYY-MM-DD");
  add_value(app, "--closes-at", arguments->closes_at, parse_until, "DATE|TIME",
            "When regular trading is to end: a day's close in New York, or a time");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    return arguments->symbol.empty() ? set_session(context, *arguments)
                                     : set_symbol_phase(context, *arguments);
  };
}

Handler define_market_status(CLI::App&) {
  return print_session;
}

Handler define_rules_show(CLI::App&) {
  return print_rules;
}

Handler define_rules_set(CLI::App& app) {
  auto arguments = std::make_shared<RuleArguments>();
  add_value(app, "--margin-multiplier", arguments->margin_multiplier,
            ratio_within(format::parse_ratio, 10'000, 100'000, format::format_ratio), "FACTOR",
            "Buying power of a margin account as a multiple of its equity");
  add_value(app, "--price-collar", arguments->price_collar, percent_within(0, 10'000), "PERCENT",
            "How far from the last price a market order may trade; 0%: any");
  add_enum<DayTradingRule>(app, "--day-trading-rule", arguments->day_trading_rule,
                           "How day trading is limited");
  add_value(app, "--pattern-day-trader-equity", arguments->pattern_day_trader_equity, parse_money_limit,
            "AMOUNT", "Equity from which the pdt rule does not apply");
  add_value(app, "--max-day-trades", arguments->day_trades_max, parse_day_trades, "N",
            "Day trades in five days, from which one is a pattern day trader");
  add_value(app, "--intraday-maintenance", arguments->intraday_maintenance, percent_within(1, 10'000),
            "PERCENT", "Equity that positions need under the intraday_margin rule");
  add_value(app, "--max-position", arguments->position_max, parse_quantity_limit, "N",
            "Limit of accounts that have none of their own; 0: none");
  add_value(app, "--max-order-quantity", arguments->order_quantity_max, parse_quantity_limit, "N",
            "Limit of accounts that have none of their own; 0: none");
  add_value(app, "--max-order-notional", arguments->order_notional_max, parse_money_limit, "AMOUNT",
            "Limit of accounts that have none of their own; 0: none");
  add_value(app, "--short-margin", arguments->short_margin, percent_within(10'000, 100'000), "PERCENT",
            "What a short sale needs of its value, what it brings in included");
  add_value(app, "--short-maintenance", arguments->short_maintenance, percent_within(1, 100'000), "PERCENT",
            "Equity that short positions need under the intraday_margin rule");
  add_value(app, "--short-sale-trigger", arguments->short_sale_trigger, percent_within(0, 9'999), "PERCENT",
            "How far below the previous close the price test begins; 0%: none");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return set_rules(context, *arguments); };
}

}  // namespace trade::cmd
