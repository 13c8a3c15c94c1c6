#include <optional>
#include <variant>

#include "wire/codec.hpp"

namespace trade::wire {

namespace {

template <class Model>
flatbuffers::Optional<std::int64_t> optional_shares(const std::optional<Model>& value) {
  return value ? flatbuffers::Optional<std::int64_t>(value->shares) : flatbuffers::nullopt;
}
template <class Model>
flatbuffers::Optional<std::int64_t> optional_units(const std::optional<Model>& value) {
  return value ? flatbuffers::Optional<std::int64_t>(value->units) : flatbuffers::nullopt;
}

Offset<schema::OpenAccount> write(Writer& writer, const OpenAccount& command) {
  const auto name = writer.text(command.name.view());
  return schema::CreateOpenAccount(writer.builder, name, to_schema(command.type));
}
OpenAccount read(Checker& check, const schema::OpenAccount& table) {
  return {.name = check.account_name(table.name(), "name"),
          .type = check.enumeration<AccountType>(table.type(), "type")};
}

Offset<schema::DepositCash> write(Writer& writer, const DepositCash& command) {
  return schema::CreateDepositCash(writer.builder, command.account.value, command.amount.units);
}
DepositCash read(Checker& check, const schema::DepositCash& table) {
  return {.account = AccountId{table.account()}, .amount = check.amount(table.amount(), "amount")};
}

Offset<schema::WithdrawCash> write(Writer& writer, const WithdrawCash& command) {
  return schema::CreateWithdrawCash(writer.builder, command.account.value, command.amount.units);
}
WithdrawCash read(Checker& check, const schema::WithdrawCash& table) {
  return {.account = AccountId{table.account()}, .amount = check.amount(table.amount(), "amount")};
}

Offset<schema::TransferShares> write(Writer& writer, const TransferShares& command) {
  return schema::CreateTransferShares(writer.builder, command.account.value, command.symbol.value,
                                      command.quantity.shares, command.cost_price.units);
}
TransferShares read(Checker& check, const schema::TransferShares& table) {
  return {.account = AccountId{table.account()},
          .symbol = SymbolId{table.symbol()},
          .quantity = check.quantity(table.quantity(), "quantity"),
          .cost_price = check.price(table.cost_price(), "cost_price")};
}

Offset<schema::SetAccountStatus> write(Writer& writer, const SetAccountStatus& command) {
  return schema::CreateSetAccountStatus(writer.builder, command.account.value, to_schema(command.status));
}
SetAccountStatus read(Checker& check, const schema::SetAccountStatus& table) {
  return {.account = AccountId{table.account()},
          .status = check.enumeration<AccountStatus>(table.status(), "status")};
}

Offset<schema::SetAccountLimits> write(Writer& writer, const SetAccountLimits& command) {
  return schema::CreateSetAccountLimits(
      writer.builder, command.account.value, optional_shares(command.position_max),
      optional_shares(command.order_quantity_max), optional_units(command.order_notional_max),
      command.self_trade_prevention
          ? flatbuffers::Optional<schema::SelfTradePrevention>(to_schema(*command.self_trade_prevention))
          : flatbuffers::nullopt);
}
SetAccountLimits read(Checker& check, const schema::SetAccountLimits& table) {
  SetAccountLimits command;
  command.account = AccountId{table.account()};
  if (const auto shares = table.position_max())
    command.position_max = check.total_shares(*shares, "position_max");
  if (const auto shares = table.order_quantity_max()) {
    command.order_quantity_max = check.total_shares(*shares, "order_quantity_max");
  }
  if (const auto units = table.order_notional_max()) {
    command.order_notional_max = check.amount(*units, "order_notional_max");
  }
  if (const auto mode = table.self_trade_prevention()) {
    command.self_trade_prevention =
        check.optional_enumeration<SelfTradePrevention>(*mode, "self_trade_prevention")
            .value_or(SelfTradePrevention{});
  }
  return command;
}

Offset<schema::SetFirmRules> write(Writer& writer, const SetFirmRules& command) {
  return schema::CreateSetFirmRules(writer.builder, write_firm_rules(writer, command.rules));
}
SetFirmRules read(Checker& check, const schema::SetFirmRules& table) {
  return {.rules = read_firm_rules(check, table.rules())};
}

Offset<schema::AddSymbol> write(Writer& writer, const AddSymbol& command) {
  const auto symbol = writer.text(command.symbol.view());
  return schema::CreateAddSymbol(writer.builder, symbol, command.previous_close.units, command.tick.units,
                                 command.lot.shares);
}
AddSymbol read(Checker& check, const schema::AddSymbol& table) {
  return {.symbol = check.symbol(table.symbol(), "symbol"),
          .previous_close = check.price(table.previous_close(), "previous_close"),
          .tick = check.price(table.tick(), "tick"),
          .lot = check.quantity(table.lot(), "lot")};
}

Offset<schema::SetSymbolStatus> write(Writer& writer, const SetSymbolStatus& command) {
  const auto reason = writer.text(command.reason, writer.echo);
  return schema::CreateSetSymbolStatus(writer.builder, command.symbol.value, to_schema(command.status),
                                       reason, command.auction);
}
SetSymbolStatus read(Checker& check, const schema::SetSymbolStatus& table) {
  return {.symbol = SymbolId{table.symbol()},
          .status = check.enumeration<SymbolStatus>(table.status(), "status"),
          .reason = check.text(table.reason(), halt_reason_bytes_max, "reason"),
          .auction = table.auction()};
}

Offset<schema::SetSession> write(Writer& writer, const SetSession& command) {
  return schema::CreateSetSession(
      writer.builder, to_schema(command.phase), command.trading_date.days,
      command.market_phase ? to_schema(*command.market_phase) : schema::MarketPhase::none,
      command.closes_at.nanoseconds);
}
SetSession read(Checker& check, const schema::SetSession& table) {
  return {.phase = check.enumeration<SessionPhase>(table.phase(), "phase"),
          .trading_date = check.date(table.trading_date(), "trading_date"),
          .market_phase = check.optional_enumeration<MarketPhase>(table.market_phase(), "market_phase"),
          .closes_at = check.timestamp(table.closes_at(), "closes_at")};
}

Offset<schema::PlaceOrder> write(Writer& writer, const PlaceOrder& command) {
  const auto client_order_id = writer.text(command.client_order_id, writer.echo);
  const auto instructions = write_instructions(writer, command.instructions);
  const auto legs = write_legs(writer, command.legs);
  const schema::PlaceOrderFields fields(command.quantity.shares, command.limit_price.units,
                                        command.stop_price.units, command.account.value, command.symbol.value,
                                        to_schema(command.side), to_schema(command.type),
                                        to_schema(command.time_in_force), 0, 0);
  return schema::CreatePlaceOrder(writer.builder, &fields, client_order_id, instructions, legs,
                                  command.session.value);
}
PlaceOrder read(Checker& check, const schema::PlaceOrder& table) {
  const auto& fields = check.fields(table.fields());
  return {.account = AccountId{fields.account()},
          .symbol = SymbolId{fields.symbol()},
          .side = check.enumeration<Side>(fields.side(), "side"),
          .type = check.enumeration<OrderType>(fields.type(), "type"),
          .time_in_force = check.enumeration<TimeInForce>(fields.time_in_force(), "time_in_force"),
          .quantity = check.quantity(fields.quantity(), "quantity"),
          .limit_price = check.price(fields.limit_price(), "limit_price"),
          .stop_price = check.price(fields.stop_price(), "stop_price"),
          .client_order_id = check.client_order_id(table.client_order_id(), "client_order_id"),
          .instructions = read_instructions(check, table.instructions()),
          .legs = read_legs(check, table.legs()),
          .session = ClientSessionId{table.session()}};
}

Offset<schema::CancelOrder> write(Writer& writer, const CancelOrder& command) {
  const auto client_order_id = writer.text(command.client_order_id);
  return schema::CreateCancelOrder(writer.builder, command.order.value, command.account.value,
                                   client_order_id);
}
CancelOrder read(Checker& check, const schema::CancelOrder& table) {
  return {.account = AccountId{table.account()},
          .order = OrderId{table.order()},
          .client_order_id = check.client_order_id(table.client_order_id(), "client_order_id")};
}

Offset<schema::CancelAllOrders> write(Writer& writer, const CancelAllOrders& command) {
  return schema::CreateCancelAllOrders(writer.builder, command.account.value, command.symbol.value,
                                       command.side ? to_schema(*command.side) : schema::Side::none,
                                       command.session.value);
}
CancelAllOrders read(Checker& check, const schema::CancelAllOrders& table) {
  return {.account = AccountId{table.account()},
          .symbol = SymbolId{table.symbol()},
          .side = check.optional_enumeration<Side>(table.side(), "side"),
          .session = ClientSessionId{table.session()}};
}

Offset<schema::ReplaceOrder> write(Writer& writer, const ReplaceOrder& command) {
  const auto client_order_id = writer.text(command.client_order_id);
  const auto new_client_order_id = writer.text(command.new_client_order_id, writer.echo);
  return schema::CreateReplaceOrder(writer.builder, command.order.value, command.account.value,
                                    client_order_id, optional_shares(command.quantity),
                                    optional_units(command.limit_price), optional_units(command.stop_price),
                                    new_client_order_id);
}
ReplaceOrder read(Checker& check, const schema::ReplaceOrder& table) {
  ReplaceOrder command;
  command.account = AccountId{table.account()};
  command.order = OrderId{table.order()};
  command.client_order_id = check.client_order_id(table.client_order_id(), "client_order_id");
  command.new_client_order_id = check.client_order_id(table.new_client_order_id(), "new_client_order_id");
  if (const auto shares = table.quantity()) command.quantity = check.quantity(*shares, "quantity");
  if (const auto units = table.limit_price()) command.limit_price = check.price(*units, "limit_price");
  if (const auto units = table.stop_price()) command.stop_price = check.price(*units, "stop_price");
  return command;
}

Offset<schema::PrintTrade> write(Writer& writer, const PrintTrade& command) {
  return schema::CreatePrintTrade(writer.builder, command.symbol.value, command.price.units,
                                  command.quantity.shares);
}
PrintTrade read(Checker& check, const schema::PrintTrade& table) {
  return {.symbol = SymbolId{table.symbol()},
          .price = check.price(table.price(), "price"),
          .quantity = check.quantity(table.quantity(), "quantity")};
}

Offset<schema::ExpireOrders> write(Writer& writer, const ExpireOrders&) {
  return schema::CreateExpireOrders(writer.builder);
}
ExpireOrders read(Checker&, const schema::ExpireOrders&) {
  return {};
}

Offset<schema::SetSymbolPhase> write(Writer& writer, const SetSymbolPhase& command) {
  return schema::CreateSetSymbolPhase(writer.builder, command.symbol.value, to_schema(command.phase));
}
SetSymbolPhase read(Checker& check, const schema::SetSymbolPhase& table) {
  return {.symbol = SymbolId{table.symbol()},
          .phase = check.enumeration<MarketPhase>(table.phase(), "phase")};
}

Offset<schema::SetPriceBands> write(Writer& writer, const SetPriceBands& command) {
  return schema::CreateSetPriceBands(
      writer.builder, command.symbol.value, command.basis_points, command.pause_seconds,
      command.reference.units, command.limit_state_seconds,
      command.tier ? to_schema(*command.tier) : schema::BandTier::none, command.leverage_basis_points);
}
SetPriceBands read(Checker& check, const schema::SetPriceBands& table) {
  return {.symbol = SymbolId{table.symbol()},
          .basis_points = check.rule_value(table.basis_points(), "basis_points"),
          .pause_seconds = check.rule_value(table.pause_seconds(), "pause_seconds"),
          .reference = check.price(table.reference(), "reference"),
          .limit_state_seconds = check.rule_value(table.limit_state_seconds(), "limit_state_seconds"),
          .tier = check.optional_enumeration<BandTier>(table.tier(), "tier"),
          .leverage_basis_points = check.rule_value(table.leverage_basis_points(), "leverage_basis_points")};
}

Offset<schema::SetLocate> write(Writer& writer, const SetLocate& command) {
  return schema::CreateSetLocate(writer.builder, command.account.value, command.symbol.value,
                                 command.quantity.shares, command.expires_at.nanoseconds);
}
SetLocate read(Checker& check, const schema::SetLocate& table) {
  return {.account = AccountId{table.account()},
          .symbol = SymbolId{table.symbol()},
          .quantity = check.quantity(table.quantity(), "quantity"),
          .expires_at = check.timestamp(table.expires_at(), "expires_at")};
}

Offset<schema::SetEasyToBorrow> write(Writer& writer, const SetEasyToBorrow& command) {
  return schema::CreateSetEasyToBorrow(writer.builder, command.symbol.value, command.on,
                                       command.rate_basis_points);
}
SetEasyToBorrow read(Checker& check, const schema::SetEasyToBorrow& table) {
  SetEasyToBorrow command{.symbol = SymbolId{table.symbol()}, .on = table.on()};
  if (const auto rate = table.rate_basis_points())
    command.rate_basis_points = check.rule_value(*rate, "rate_basis_points");
  return command;
}

Offset<schema::SetKillSwitch> write(Writer& writer, const SetKillSwitch& command) {
  return schema::CreateSetKillSwitch(writer.builder, command.account.value, command.symbol.value, command.on);
}
SetKillSwitch read(Checker&, const schema::SetKillSwitch& table) {
  return {.account = AccountId{table.account()}, .symbol = SymbolId{table.symbol()}, .on = table.on()};
}

Offset<schema::SetClock> write(Writer& writer, const SetClock& command) {
  return schema::CreateSetClock(writer.builder, write_pace(writer, command.pace));
}
SetClock read(Checker& check, const schema::SetClock& table) {
  return {.pace = read_pace(check, table.pace())};
}

Offset<schema::AddVenue> write(Writer& writer, const AddVenue& command) {
  const auto name = writer.text(command.name.view());
  return schema::CreateAddVenue(writer.builder, name, to_schema(command.when_down));
}
AddVenue read(Checker& check, const schema::AddVenue& table) {
  return {.name = check.venue_name(table.name(), "name"),
          .when_down = check.enumeration<WhenVenueDown>(table.when_down(), "when_down")};
}

Offset<schema::RemoveVenue> write(Writer& writer, const RemoveVenue& command) {
  return schema::CreateRemoveVenue(writer.builder, command.venue.value);
}
RemoveVenue read(Checker&, const schema::RemoveVenue& table) {
  return {.venue = VenueId{table.venue()}};
}

Offset<schema::SetRoute> write(Writer& writer, const SetRoute& command) {
  return schema::CreateSetRoute(writer.builder, command.symbol.value, command.venue.value);
}
SetRoute read(Checker&, const schema::SetRoute& table) {
  return {.symbol = SymbolId{table.symbol()}, .venue = VenueId{table.venue()}};
}

Offset<schema::SetVenueSession> write(Writer& writer, const SetVenueSession& command) {
  return schema::CreateSetVenueSession(writer.builder, command.venue.value, command.up, command.number.outbox,
                                       command.number.value);
}
SetVenueSession read(Checker&, const schema::SetVenueSession& table) {
  return {.venue = VenueId{table.venue()}, .up = table.up(), .number = {table.outbox(), table.number()}};
}

Offset<schema::VenueReport> write(Writer& writer, const VenueReport& command) {
  const auto execution_id = writer.text(command.execution_id);
  const auto reference_execution_id = writer.text(command.reference_execution_id);
  const auto venue_order_id = writer.text(command.venue_order_id);
  const auto text = writer.text(command.text);
  return schema::CreateVenueReport(
      writer.builder, command.venue.value, command.order.value, to_schema(command.kind), command.request,
      execution_id, reference_execution_id, venue_order_id, text, command.quantity.shares,
      command.price.units, command.stop_price.units, command.cumulative.shares, command.leaves.shares,
      command.average_price.units, command.number.outbox, command.number.value);
}
VenueReport read(Checker& check, const schema::VenueReport& table) {
  return {
      .venue = VenueId{table.venue()},
      .order = OrderId{table.order()},
      .kind = check.enumeration<VenueReportKind>(table.kind(), "kind"),
      .request = table.request(),
      .execution_id = check.venue_text(table.execution_id(), execution_id_bytes_max, "execution_id"),
      .reference_execution_id =
          check.venue_text(table.reference_execution_id(), execution_id_bytes_max, "reference_execution_id"),
      .venue_order_id = check.venue_text(table.venue_order_id(), venue_order_id_bytes_max, "venue_order_id"),
      .text = check.venue_text(table.text(), venue_text_bytes_max, "text"),
      .quantity = check.quantity(table.quantity(), "quantity"),
      .price = check.price(table.price(), "price"),
      .stop_price = check.price(table.stop_price(), "stop_price"),
      .cumulative = check.quantity(table.cumulative(), "cumulative"),
      .leaves = check.quantity(table.leaves(), "leaves"),
      .average_price = check.price(table.average_price(), "average_price"),
      .number = {table.outbox(), table.number()}};
}

/// Reads the table as that member of the union into `body`.
template <class Table>
void read_as(Checker& check, const void* table, CommandBody& body) {
  check.enter(schema::EnumNameCommandBody(schema::CommandBodyTraits<Table>::enum_value));
  if (check.present(table, "body"))
    body.emplace<decltype(read(check, *static_cast<const Table*>(table)))>(
        read(check, *static_cast<const Table*>(table)));
}

}  // namespace

UnionValue<schema::CommandBody> write_command(Writer& writer, const CommandBody& body) {
  return std::visit(
      [&writer](const auto& command) { return in_union<schema::CommandBodyTraits>(write(writer, command)); },
      body);
}

void read_command(Checker& check, schema::CommandBody type, const void* table, CommandBody& body) {
  using Type = schema::CommandBody;
  switch (type) {
    case Type::OpenAccount:
      return read_as<schema::OpenAccount>(check, table, body);
    case Type::DepositCash:
      return read_as<schema::DepositCash>(check, table, body);
    case Type::WithdrawCash:
      return read_as<schema::WithdrawCash>(check, table, body);
    case Type::TransferShares:
      return read_as<schema::TransferShares>(check, table, body);
    case Type::SetAccountStatus:
      return read_as<schema::SetAccountStatus>(check, table, body);
    case Type::SetAccountLimits:
      return read_as<schema::SetAccountLimits>(check, table, body);
    case Type::SetFirmRules:
      return read_as<schema::SetFirmRules>(check, table, body);
    case Type::AddSymbol:
      return read_as<schema::AddSymbol>(check, table, body);
    case Type::SetSymbolStatus:
      return read_as<schema::SetSymbolStatus>(check, table, body);
    case Type::SetSession:
      return read_as<schema::SetSession>(check, table, body);
    case Type::PlaceOrder:
      return read_as<schema::PlaceOrder>(check, table, body);
    case Type::CancelOrder:
      return read_as<schema::CancelOrder>(check, table, body);
    case Type::CancelAllOrders:
      return read_as<schema::CancelAllOrders>(check, table, body);
    case Type::ReplaceOrder:
      return read_as<schema::ReplaceOrder>(check, table, body);
    case Type::PrintTrade:
      return read_as<schema::PrintTrade>(check, table, body);
    case Type::ExpireOrders:
      return read_as<schema::ExpireOrders>(check, table, body);
    case Type::SetSymbolPhase:
      return read_as<schema::SetSymbolPhase>(check, table, body);
    case Type::SetPriceBands:
      return read_as<schema::SetPriceBands>(check, table, body);
    case Type::SetKillSwitch:
      return read_as<schema::SetKillSwitch>(check, table, body);
    case Type::SetLocate:
      return read_as<schema::SetLocate>(check, table, body);
    case Type::SetEasyToBorrow:
      return read_as<schema::SetEasyToBorrow>(check, table, body);
    case Type::SetClock:
      return read_as<schema::SetClock>(check, table, body);
    case Type::AddVenue:
      return read_as<schema::AddVenue>(check, table, body);
    case Type::RemoveVenue:
      return read_as<schema::RemoveVenue>(check, table, body);
    case Type::SetRoute:
      return read_as<schema::SetRoute>(check, table, body);
    case Type::SetVenueSession:
      return read_as<schema::SetVenueSession>(check, table, body);
    case Type::VenueReport:
      return read_as<schema::VenueReport>(check, table, body);
    case Type::NONE:
      break;
  }
  check.enter("command");
  check.refuse_value("body", static_cast<std::int64_t>(type), "this is no kind of command");
}

Offset<schema::ClockPace> write_pace(Writer& writer, const ClockPace& pace) {
  return schema::CreateClockPace(writer.builder, pace.running, pace.speed_millionths);
}

ClockPace read_pace(Checker& check, const schema::ClockPace* table) {
  if (!check.present(table, "pace")) return {};
  return {.running = table->running(),
          .speed_millionths = check.clock_speed(table->speed_millionths(), "speed_millionths")};
}

Offset<schema::FirmRules> write_firm_rules(Writer& writer, const FirmRules& rules) {
  return schema::CreateFirmRules(writer.builder, rules.margin_multiplier_basis_points,
                                 rules.price_collar_basis_points, to_schema(rules.day_trading_rule),
                                 rules.pattern_day_trader_equity_min.units, rules.day_trades_max,
                                 rules.intraday_maintenance_basis_points, rules.default_position_max.shares,
                                 rules.default_order_quantity_max.shares,
                                 rules.default_order_notional_max.units, rules.short_margin_basis_points,
                                 rules.short_maintenance_basis_points, rules.short_sale_trigger_basis_points);
}

FirmRules read_firm_rules(Checker& check, const schema::FirmRules* rules) {
  if (!check.present(rules, "rules")) return {};
  return {
      .margin_multiplier_basis_points =
          check.rule_value(rules->margin_multiplier_basis_points(), "margin_multiplier_basis_points"),
      .price_collar_basis_points =
          check.rule_value(rules->price_collar_basis_points(), "price_collar_basis_points"),
      .day_trading_rule = check.enumeration<DayTradingRule>(rules->day_trading_rule(), "day_trading_rule"),
      .pattern_day_trader_equity_min =
          check.amount(rules->pattern_day_trader_equity_min(), "pattern_day_trader_equity_min"),
      .day_trades_max = check.rule_value(rules->day_trades_max(), "day_trades_max"),
      .intraday_maintenance_basis_points =
          check.rule_value(rules->intraday_maintenance_basis_points(), "intraday_maintenance_basis_points"),
      .default_position_max = check.total_shares(rules->default_position_max(), "default_position_max"),
      .default_order_quantity_max =
          check.total_shares(rules->default_order_quantity_max(), "default_order_quantity_max"),
      .default_order_notional_max =
          check.amount(rules->default_order_notional_max(), "default_order_notional_max"),
      .short_margin_basis_points =
          check.rule_value(rules->short_margin_basis_points(), "short_margin_basis_points"),
      .short_maintenance_basis_points =
          check.rule_value(rules->short_maintenance_basis_points(), "short_maintenance_basis_points"),
      .short_sale_trigger_basis_points =
          check.rule_value(rules->short_sale_trigger_basis_points(), "short_sale_trigger_basis_points")};
}

}  // namespace trade::wire
