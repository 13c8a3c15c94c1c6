#include <variant>

#include "wire/codec.hpp"

namespace trade::wire {

namespace {

Offset<schema::CommandRejected> write(Writer& writer, const CommandRejected& event) {
  return schema::CreateCommandRejected(writer.builder, to_schema(event.reason), event.account.value,
                                       event.order.value);
}
CommandRejected read(Checker& check, const schema::CommandRejected& table) {
  return {.reason = check.reject_reason(table.reason(), "reason"),
          .account = AccountId{table.account()},
          .order = OrderId{table.order()}};
}

Offset<schema::AccountOpened> write(Writer& writer, const AccountOpened& event) {
  const auto name = writer.text(event.name.view());
  return schema::CreateAccountOpened(writer.builder, event.account.value, name, to_schema(event.type));
}
AccountOpened read(Checker& check, const schema::AccountOpened& table) {
  return {.account = AccountId{table.account()},
          .name = check.account_name(table.name(), "name"),
          .type = check.enumeration<AccountType>(table.type(), "type")};
}

Offset<schema::CashMoved> write(Writer& writer, const CashMoved& event) {
  return schema::CreateCashMoved(writer.builder, event.account.value, event.amount.units,
                                 event.cash_balance.units);
}
CashMoved read(Checker& check, const schema::CashMoved& table) {
  return {.account = AccountId{table.account()},
          .amount = check.money(table.amount(), "amount"),
          .cash_balance = check.money(table.cash_balance(), "cash_balance")};
}

Offset<schema::SharesTransferred> write(Writer& writer, const SharesTransferred& event) {
  return schema::CreateSharesTransferred(writer.builder, event.account.value, event.symbol.value,
                                         event.quantity.shares, event.cost_price.units);
}
SharesTransferred read(Checker& check, const schema::SharesTransferred& table) {
  return {.account = AccountId{table.account()},
          .symbol = SymbolId{table.symbol()},
          .quantity = check.quantity(table.quantity(), "quantity"),
          .cost_price = check.price(table.cost_price(), "cost_price")};
}

Offset<schema::AccountStatusChanged> write(Writer& writer, const AccountStatusChanged& event) {
  return schema::CreateAccountStatusChanged(writer.builder, event.account.value, to_schema(event.status));
}
AccountStatusChanged read(Checker& check, const schema::AccountStatusChanged& table) {
  return {.account = AccountId{table.account()},
          .status = check.enumeration<AccountStatus>(table.status(), "status")};
}

Offset<schema::AccountLimitsChanged> write(Writer& writer, const AccountLimitsChanged& event) {
  return schema::CreateAccountLimitsChanged(writer.builder, event.account.value, event.position_max.shares,
                                            event.order_quantity_max.shares, event.order_notional_max.units,
                                            event.self_trade_prevention
                                                ? to_schema(*event.self_trade_prevention)
                                                : schema::SelfTradePrevention::none);
}
AccountLimitsChanged read(Checker& check, const schema::AccountLimitsChanged& table) {
  return {.account = AccountId{table.account()},
          .position_max = check.total_shares(table.position_max(), "position_max"),
          .order_quantity_max = check.total_shares(table.order_quantity_max(), "order_quantity_max"),
          .order_notional_max = check.money(table.order_notional_max(), "order_notional_max"),
          .self_trade_prevention = check.optional_enumeration<SelfTradePrevention>(
              table.self_trade_prevention(), "self_trade_prevention")};
}

Offset<schema::FirmRulesChanged> write(Writer& writer, const FirmRulesChanged& event) {
  return schema::CreateFirmRulesChanged(writer.builder, write_firm_rules(writer, event.rules));
}
FirmRulesChanged read(Checker& check, const schema::FirmRulesChanged& table) {
  return {.rules = read_firm_rules(check, table.rules())};
}

Offset<schema::SymbolAdded> write(Writer& writer, const SymbolAdded& event) {
  const auto symbol = writer.text(event.symbol.view());
  return schema::CreateSymbolAdded(writer.builder, event.id.value, symbol, event.previous_close.units,
                                   event.tick.units, event.lot.shares);
}
SymbolAdded read(Checker& check, const schema::SymbolAdded& table) {
  return {.id = SymbolId{table.id()},
          .symbol = check.symbol(table.symbol(), "symbol"),
          .previous_close = check.price(table.previous_close(), "previous_close"),
          .tick = check.price(table.tick(), "tick"),
          .lot = check.quantity(table.lot(), "lot")};
}

Offset<schema::SymbolStatusChanged> write(Writer& writer, const SymbolStatusChanged& event) {
  const auto reason = writer.text(event.reason, writer.echo);
  return schema::CreateSymbolStatusChanged(writer.builder, event.symbol.value, to_schema(event.status),
                                           reason);
}
SymbolStatusChanged read(Checker& check, const schema::SymbolStatusChanged& table) {
  return {.symbol = SymbolId{table.symbol()},
          .status = check.enumeration<SymbolStatus>(table.status(), "status"),
          .reason = check.text(table.reason(), halt_reason_bytes_max, "reason")};
}

Offset<schema::SessionChanged> write(Writer& writer, const SessionChanged& event) {
  return schema::CreateSessionChanged(writer.builder, to_schema(event.phase), event.trading_date.days,
                                      event.new_trading_day,
                                      unusual_phase(event.market_phase, usual_phase(event.phase)),
                                      !event.moves_symbols, event.closes_at.nanoseconds);
}
SessionChanged read(Checker& check, const schema::SessionChanged& table) {
  const auto phase = check.enumeration<SessionPhase>(table.phase(), "phase");
  return {.phase = phase,
          .trading_date = check.date(table.trading_date(), "trading_date"),
          .new_trading_day = table.new_trading_day(),
          .market_phase = read_phase(check, table.market_phase(), usual_phase(phase), "market_phase"),
          .moves_symbols = !table.keeps_symbols(),
          .closes_at = check.timestamp(table.closes_at(), "closes_at")};
}

Offset<schema::OrderAccepted> write(Writer& writer, const OrderAccepted& event) {
  const auto client_order_id = writer.text(event.client_order_id, writer.echo);
  const auto instructions = write_instructions(writer, event.instructions);
  const schema::OrderAcceptedFields fields(event.order.value, event.quantity.shares, event.limit_price.units,
                                           event.stop_price.units, event.account.value, event.symbol.value,
                                           to_schema(event.side), to_schema(event.type),
                                           to_schema(event.time_in_force), to_schema(event.status), 0);
  return schema::CreateOrderAccepted(writer.builder, &fields, client_order_id, instructions,
                                     class_to_schema(event.link), role_to_schema(event.link));
}
OrderAccepted read(Checker& check, const schema::OrderAccepted& table) {
  const auto& fields = check.fields(table.fields());
  return {.order = OrderId{fields.order()},
          .account = AccountId{fields.account()},
          .symbol = SymbolId{fields.symbol()},
          .side = check.enumeration<Side>(fields.side(), "side"),
          .type = check.enumeration<OrderType>(fields.type(), "type"),
          .time_in_force = check.enumeration<TimeInForce>(fields.time_in_force(), "time_in_force"),
          .status = check.enumeration<OrderStatus>(fields.status(), "status"),
          .quantity = check.quantity(fields.quantity(), "quantity"),
          .limit_price = check.price(fields.limit_price(), "limit_price"),
          .stop_price = check.price(fields.stop_price(), "stop_price"),
          .client_order_id = check.client_order_id(table.client_order_id(), "client_order_id"),
          .instructions = read_instructions(check, table.instructions()),
          .link = read_link(check, table.order_class(), table.role())};
}

Offset<schema::OrderRejected> write(Writer& writer, const OrderRejected& event) {
  const auto client_order_id = writer.text(event.client_order_id, writer.echo);
  const auto instructions = write_instructions(writer, event.instructions);
  const schema::OrderRejectedFields fields(event.order.value, event.quantity.shares, event.limit_price.units,
                                           event.stop_price.units, event.account.value, event.symbol.value,
                                           to_schema(event.side), to_schema(event.type),
                                           to_schema(event.time_in_force), to_schema(event.reason), 0);
  return schema::CreateOrderRejected(writer.builder, &fields, client_order_id, instructions,
                                     class_to_schema(event.link), role_to_schema(event.link));
}
OrderRejected read(Checker& check, const schema::OrderRejected& table) {
  const auto& fields = check.fields(table.fields());
  return {.order = OrderId{fields.order()},
          .account = AccountId{fields.account()},
          .symbol = SymbolId{fields.symbol()},
          .side = check.enumeration<Side>(fields.side(), "side"),
          .type = check.enumeration<OrderType>(fields.type(), "type"),
          .time_in_force = check.enumeration<TimeInForce>(fields.time_in_force(), "time_in_force"),
          .reason = check.reject_reason(fields.reason(), "reason"),
          .quantity = check.quantity(fields.quantity(), "quantity"),
          .limit_price = check.price(fields.limit_price(), "limit_price"),
          .stop_price = check.price(fields.stop_price(), "stop_price"),
          .client_order_id = check.client_order_id(table.client_order_id(), "client_order_id"),
          .instructions = read_instructions(check, table.instructions()),
          .link = read_link(check, table.order_class(), table.role())};
}

Offset<schema::OrderRested> write(Writer& writer, const OrderRested& event) {
  const schema::OrderRestedFields fields(event.order.value, event.price.units, event.quantity.shares,
                                         event.symbol.value, to_schema(event.side), 0, 0);
  return schema::CreateOrderRested(writer.builder, &fields);
}
OrderRested read(Checker& check, const schema::OrderRested& table) {
  const auto& fields = check.fields(table.fields());
  return {.order = OrderId{fields.order()},
          .symbol = SymbolId{fields.symbol()},
          .side = check.enumeration<Side>(fields.side(), "side"),
          .price = check.price(fields.price(), "price"),
          .quantity = check.quantity(fields.quantity(), "quantity")};
}

Offset<schema::OrderTriggered> write(Writer& writer, const OrderTriggered& event) {
  return schema::CreateOrderTriggered(writer.builder, event.order.value, event.account.value,
                                      event.symbol.value, event.trigger_price.units);
}
OrderTriggered read(Checker& check, const schema::OrderTriggered& table) {
  return {.order = OrderId{table.order()},
          .account = AccountId{table.account()},
          .symbol = SymbolId{table.symbol()},
          .trigger_price = check.price(table.trigger_price(), "trigger_price")};
}

Offset<schema::TradeExecuted> write(Writer& writer, const TradeExecuted& event) {
  const schema::TradeExecutedFields fields = trade_executed_struct(event);
  if (!event.in_auction) [[likely]]
    return schema::CreateTradeExecuted(writer.builder, &fields);
  const AuctionLegs& legs = event.legs;
  const schema::AuctionLegs auction(legs.maker_price.units, legs.maker_shown.shares, legs.taker_price.units,
                                    legs.taker_shown.shares);
  return schema::CreateTradeExecuted(writer.builder, &fields, &auction);
}
TradeExecuted read(Checker& check, const schema::TradeExecuted& table) {
  TradeExecuted event = read_trade_executed(check, check.fields(table.fields()));
  if (const schema::AuctionLegs* auction = table.auction()) [[unlikely]] {
    event.in_auction = true;
    event.legs = {.maker_price = check.price(auction->maker_price(), "maker_price"),
                  .maker_shown = check.quantity(auction->maker_shown(), "maker_shown"),
                  .taker_price = check.price(auction->taker_price(), "taker_price"),
                  .taker_shown = check.quantity(auction->taker_shown(), "taker_shown")};
  }
  return event;
}

Offset<schema::TradePrinted> write(Writer& writer, const TradePrinted& event) {
  return schema::CreateTradePrinted(writer.builder, event.trade.value, event.symbol.value, event.price.units,
                                    event.quantity.shares);
}
TradePrinted read(Checker& check, const schema::TradePrinted& table) {
  return {.trade = TradeId{table.trade()},
          .symbol = SymbolId{table.symbol()},
          .price = check.price(table.price(), "price"),
          .quantity = check.quantity(table.quantity(), "quantity")};
}

Offset<schema::OrderCancelled> write(Writer& writer, const OrderCancelled& event) {
  const schema::OrderCancelledFields fields = order_cancelled_struct(event);
  return schema::CreateOrderCancelled(writer.builder, &fields);
}
OrderCancelled read(Checker& check, const schema::OrderCancelled& table) {
  return read_order_cancelled(check, check.fields(table.fields()));
}

Offset<schema::OrderReplaced> write(Writer& writer, const OrderReplaced& event) {
  const auto client_order_id = writer.text(event.client_order_id, writer.echo);
  const schema::OrderReplacedFields fields(
      event.order.value, event.old_limit_price.units, event.old_leaves.shares, event.quantity.shares,
      event.leaves.shares, event.limit_price.units, event.stop_price.units, event.account.value,
      event.symbol.value, to_schema(event.side), event.was_resting, event.kept_priority, 0,
      static_cast<std::uint32_t>(event.old_hidden.shares));
  return schema::CreateOrderReplaced(writer.builder, &fields, client_order_id);
}
OrderReplaced read(Checker& check, const schema::OrderReplaced& table) {
  const auto& fields = check.fields(table.fields());
  return {.order = OrderId{fields.order()},
          .account = AccountId{fields.account()},
          .symbol = SymbolId{fields.symbol()},
          .side = check.enumeration<Side>(fields.side(), "side"),
          .was_resting = fields.was_resting(),
          .kept_priority = fields.kept_priority(),
          .old_limit_price = check.price(fields.old_limit_price(), "old_limit_price"),
          .old_leaves = check.quantity(fields.old_leaves(), "old_leaves"),
          .quantity = check.quantity(fields.quantity(), "quantity"),
          .leaves = check.quantity(fields.leaves(), "leaves"),
          .limit_price = check.price(fields.limit_price(), "limit_price"),
          .stop_price = check.price(fields.stop_price(), "stop_price"),
          .client_order_id = check.client_order_id(table.client_order_id(), "client_order_id"),
          .old_hidden = check.quantity(fields.old_hidden(), "old_hidden")};
}

Offset<schema::ExitActivated> write(Writer& writer, const ExitActivated& event) {
  return schema::CreateExitActivated(
      writer.builder, event.order.value, event.account.value, event.symbol.value, to_schema(event.status),
      to_schema(event.reason), event.quantity.shares, event.stop_price.units, event.reference_price.units);
}
ExitActivated read(Checker& check, const schema::ExitActivated& table) {
  return {.order = OrderId{table.order()},
          .account = AccountId{table.account()},
          .symbol = SymbolId{table.symbol()},
          .status = check.enumeration<OrderStatus>(table.status(), "status"),
          .reason = check.reject_reason(table.reason(), "reason"),
          .quantity = check.quantity(table.quantity(), "quantity"),
          .stop_price = check.price(table.stop_price(), "stop_price"),
          .reference_price = check.price(table.reference_price(), "reference_price")};
}

Offset<schema::StopTrailed> write(Writer& writer, const StopTrailed& event) {
  return schema::CreateStopTrailed(writer.builder, event.order.value, event.account.value, event.symbol.value,
                                   event.stop_price.units, event.reference_price.units);
}
StopTrailed read(Checker& check, const schema::StopTrailed& table) {
  return {.order = OrderId{table.order()},
          .account = AccountId{table.account()},
          .symbol = SymbolId{table.symbol()},
          .stop_price = check.price(table.stop_price(), "stop_price"),
          .reference_price = check.price(table.reference_price(), "reference_price")};
}

Offset<schema::SymbolPhaseChanged> write(Writer& writer, const SymbolPhaseChanged& event) {
  return schema::CreateSymbolPhaseChanged(
      writer.builder, event.symbol.value, to_schema(event.phase), event.ends_at.nanoseconds,
      event.limit_state ? to_schema(*event.limit_state) : schema::Side::none);
}
SymbolPhaseChanged read(Checker& check, const schema::SymbolPhaseChanged& table) {
  return {.symbol = SymbolId{table.symbol()},
          .phase = check.enumeration<MarketPhase>(table.phase(), "phase"),
          .ends_at = check.timestamp(table.ends_at(), "ends_at"),
          .limit_state = check.optional_enumeration<Side>(table.limit_state(), "limit_state")};
}

Offset<schema::AuctionIndicated> write(Writer& writer, const AuctionIndicated& event) {
  const schema::AuctionFigures figures = to_schema(event.figures);
  return schema::CreateAuctionIndicated(writer.builder, event.symbol.value, &figures);
}
AuctionIndicated read(Checker& check, const schema::AuctionIndicated& table) {
  return {.symbol = SymbolId{table.symbol()}, .figures = read_figures(check, table.figures())};
}

Offset<schema::AuctionUncrossed> write(Writer& writer, const AuctionUncrossed& event) {
  const schema::AuctionFigures figures = to_schema(event.figures);
  return schema::CreateAuctionUncrossed(writer.builder, event.symbol.value, to_schema(event.phase), &figures);
}
AuctionUncrossed read(Checker& check, const schema::AuctionUncrossed& table) {
  return {.symbol = SymbolId{table.symbol()},
          .phase = check.enumeration<MarketPhase>(table.phase(), "phase"),
          .figures = read_figures(check, table.figures())};
}

Offset<schema::KillSwitchChanged> write(Writer& writer, const KillSwitchChanged& event) {
  return schema::CreateKillSwitchChanged(writer.builder, event.account.value, event.symbol.value, event.on);
}
KillSwitchChanged read(Checker&, const schema::KillSwitchChanged& table) {
  return {.account = AccountId{table.account()}, .symbol = SymbolId{table.symbol()}, .on = table.on()};
}

Offset<schema::PriceBandsChanged> write(Writer& writer, const PriceBandsChanged& event) {
  const schema::PriceBands bands = to_schema(event.bands);
  return schema::CreatePriceBandsChanged(writer.builder, event.symbol.value, &bands,
                                         event.bands.limit_state_seconds, tier_to_schema(event.bands),
                                         event.bands.doubled, event.bands.leverage_basis_points);
}
PriceBandsChanged read(Checker& check, const schema::PriceBandsChanged& table) {
  return {.symbol = SymbolId{table.symbol()},
          .bands = read_bands(check, table.bands(), table.limit_state_seconds(), table.tier(),
                              table.doubled(), table.leverage_basis_points())};
}

Offset<schema::LocateChanged> write(Writer& writer, const LocateChanged& event) {
  return schema::CreateLocateChanged(writer.builder, event.account.value, event.symbol.value,
                                     event.quantity.shares, event.expires_at.nanoseconds);
}
LocateChanged read(Checker& check, const schema::LocateChanged& table) {
  return {.account = AccountId{table.account()},
          .symbol = SymbolId{table.symbol()},
          .quantity = check.quantity(table.quantity(), "quantity"),
          .expires_at = check.timestamp(table.expires_at(), "expires_at")};
}

Offset<schema::EasyToBorrowChanged> write(Writer& writer, const EasyToBorrowChanged& event) {
  return schema::CreateEasyToBorrowChanged(writer.builder, event.symbol.value, event.on,
                                           event.rate_basis_points);
}
EasyToBorrowChanged read(Checker& check, const schema::EasyToBorrowChanged& table) {
  return {.symbol = SymbolId{table.symbol()},
          .on = table.on(),
          .rate_basis_points = check.rule_value(table.rate_basis_points(), "rate_basis_points")};
}

Offset<schema::BorrowFeeCharged> write(Writer& writer, const BorrowFeeCharged& event) {
  return schema::CreateBorrowFeeCharged(writer.builder, event.account.value, event.symbol.value,
                                        event.quantity.shares, event.price.units, event.rate_basis_points,
                                        event.days, event.amount.units, event.cash_balance.units);
}
BorrowFeeCharged read(Checker& check, const schema::BorrowFeeCharged& table) {
  return {.account = AccountId{table.account()},
          .symbol = SymbolId{table.symbol()},
          .quantity = check.total_shares(table.quantity(), "quantity"),
          .price = check.price(table.price(), "price"),
          .rate_basis_points = check.rule_value(table.rate_basis_points(), "rate_basis_points"),
          .days = check.count(table.days(), "days"),
          .amount = check.money(table.amount(), "amount"),
          .cash_balance = check.money(table.cash_balance(), "cash_balance")};
}

Offset<schema::ShortSaleRestrictionChanged> write(Writer& writer, const ShortSaleRestrictionChanged& event) {
  return schema::CreateShortSaleRestrictionChanged(writer.builder, event.symbol.value, event.on,
                                                   event.price.units);
}
ShortSaleRestrictionChanged read(Checker& check, const schema::ShortSaleRestrictionChanged& table) {
  return {.symbol = SymbolId{table.symbol()}, .on = table.on(), .price = check.price(table.price(), "price")};
}

Offset<schema::ClockChanged> write(Writer& writer, const ClockChanged& event) {
  return schema::CreateClockChanged(writer.builder, write_pace(writer, event.pace));
}
ClockChanged read(Checker& check, const schema::ClockChanged& table) {
  return {.pace = read_pace(check, table.pace())};
}

Offset<schema::VenueAdded> write(Writer& writer, const VenueAdded& event) {
  const auto name = writer.text(event.name.view());
  return schema::CreateVenueAdded(writer.builder, event.venue.value, name, event.clearing_account.value,
                                  to_schema(event.when_down));
}
VenueAdded read(Checker& check, const schema::VenueAdded& table) {
  return {.venue = VenueId{table.venue()},
          .name = check.venue_name(table.name(), "name"),
          .clearing_account = AccountId{table.clearing_account()},
          .when_down = check.enumeration<WhenVenueDown>(table.when_down(), "when_down")};
}

Offset<schema::VenueRemoved> write(Writer& writer, const VenueRemoved& event) {
  return schema::CreateVenueRemoved(writer.builder, event.venue.value);
}
VenueRemoved read(Checker&, const schema::VenueRemoved& table) {
  return {.venue = VenueId{table.venue()}};
}

Offset<schema::RouteChanged> write(Writer& writer, const RouteChanged& event) {
  return schema::CreateRouteChanged(writer.builder, event.symbol.value, event.venue.value);
}
RouteChanged read(Checker&, const schema::RouteChanged& table) {
  return {.symbol = SymbolId{table.symbol()}, .venue = VenueId{table.venue()}};
}

Offset<schema::VenueSessionChanged> write(Writer& writer, const VenueSessionChanged& event) {
  return schema::CreateVenueSessionChanged(writer.builder, event.venue.value, event.up);
}
VenueSessionChanged read(Checker&, const schema::VenueSessionChanged& table) {
  return {.venue = VenueId{table.venue()}, .up = table.up()};
}

Offset<schema::VenueRequestMade> write(Writer& writer, const VenueRequestMade& event) {
  const auto instructions = write_instructions(writer, event.instructions);
  return schema::CreateVenueRequestMade(writer.builder, event.order.value, event.account.value,
                                        event.symbol.value, event.venue.value, to_schema(event.kind),
                                        event.number, to_schema(event.side), to_schema(event.type),
                                        to_schema(event.time_in_force), event.quantity.shares,
                                        event.limit_price.units, event.stop_price.units, instructions);
}
VenueRequestMade read(Checker& check, const schema::VenueRequestMade& table) {
  return {.order = OrderId{table.order()},
          .account = AccountId{table.account()},
          .symbol = SymbolId{table.symbol()},
          .venue = VenueId{table.venue()},
          .kind = check.enumeration<VenueRequestKind>(table.kind(), "kind"),
          .number = table.number(),
          .side = check.enumeration<Side>(table.side(), "side"),
          .type = check.enumeration<OrderType>(table.type(), "type"),
          .time_in_force = check.enumeration<TimeInForce>(table.time_in_force(), "time_in_force"),
          .quantity = check.quantity(table.quantity(), "quantity"),
          .limit_price = check.price(table.limit_price(), "limit_price"),
          .stop_price = check.price(table.stop_price(), "stop_price"),
          .instructions = read_instructions(check, table.instructions())};
}

Offset<schema::VenueStateChanged> write(Writer& writer, const VenueStateChanged& event) {
  const auto venue_order_id = writer.text(event.venue_order_id);
  const auto text = writer.text(event.text);
  return schema::CreateVenueStateChanged(writer.builder, event.order.value, event.account.value,
                                         event.symbol.value, event.venue.value, to_schema(event.state),
                                         to_schema(event.status), venue_order_id, text);
}
VenueStateChanged read(Checker& check, const schema::VenueStateChanged& table) {
  return {
      .order = OrderId{table.order()},
      .account = AccountId{table.account()},
      .symbol = SymbolId{table.symbol()},
      .venue = VenueId{table.venue()},
      .state = check.enumeration<VenueState>(table.state(), "state"),
      .status = check.enumeration<OrderStatus>(table.status(), "status"),
      .venue_order_id = check.venue_text(table.venue_order_id(), venue_order_id_bytes_max, "venue_order_id"),
      .text = check.venue_text(table.text(), venue_text_bytes_max, "text")};
}

Offset<schema::VenueTradeExecuted> write(Writer& writer, const VenueTradeExecuted& event) {
  const auto execution_id = writer.text(event.execution_id);
  return schema::CreateVenueTradeExecuted(
      writer.builder, event.trade.value, event.order.value, event.account.value, event.symbol.value,
      event.venue.value, event.clearing_account.value, to_schema(event.side), event.price.units,
      event.quantity.shares, event.leaves.shares, execution_id);
}
/// What the tables of a trade at a venue and of its undoing have in common.
template <class VenueTrade, class Table>
VenueTrade read_venue_trade(Checker& check, const Table& table) {
  VenueTrade trade;
  trade.trade = TradeId{table.trade()};
  trade.order = OrderId{table.order()};
  trade.account = AccountId{table.account()};
  trade.symbol = SymbolId{table.symbol()};
  trade.venue = VenueId{table.venue()};
  trade.clearing_account = AccountId{table.clearing_account()};
  trade.side = check.enumeration<Side>(table.side(), "side");
  trade.price = check.price(table.price(), "price");
  trade.quantity = check.quantity(table.quantity(), "quantity");
  trade.leaves = check.quantity(table.leaves(), "leaves");
  trade.execution_id = check.venue_text(table.execution_id(), execution_id_bytes_max, "execution_id");
  return trade;
}
VenueTradeExecuted read(Checker& check, const schema::VenueTradeExecuted& table) {
  return read_venue_trade<VenueTradeExecuted>(check, table);
}

Offset<schema::VenueTradeBusted> write(Writer& writer, const VenueTradeBusted& event) {
  const auto execution_id = writer.text(event.execution_id);
  return schema::CreateVenueTradeBusted(
      writer.builder, event.trade.value, event.order.value, event.account.value, event.symbol.value,
      event.venue.value, event.clearing_account.value, to_schema(event.side), event.price.units,
      event.quantity.shares, event.leaves.shares, to_schema(event.status), execution_id, event.corrected);
}
VenueTradeBusted read(Checker& check, const schema::VenueTradeBusted& table) {
  auto bust = read_venue_trade<VenueTradeBusted>(check, table);
  bust.status = check.enumeration<OrderStatus>(table.status(), "status");
  bust.corrected = table.corrected();
  return bust;
}

/// Reads the table as that member of the union into `body`.
template <class Table>
void read_as(Checker& check, const void* table, EventBody& body) {
  check.enter(schema::EnumNameEventBody(schema::EventBodyTraits<Table>::enum_value));
  if (check.present(table, "body"))
    body.emplace<decltype(read(check, *static_cast<const Table*>(table)))>(
        read(check, *static_cast<const Table*>(table)));
}

}  // namespace

schema::TradeExecutedFields trade_executed_struct(const TradeExecuted& event) {
  return {event.trade.value,
          event.price.units,
          event.quantity.shares,
          event.maker_order.value,
          event.maker_leaves.shares,
          event.taker_order.value,
          event.taker_leaves.shares,
          event.symbol.value,
          event.maker_account.value,
          event.taker_account.value,
          to_schema(event.taker_side),
          static_cast<std::uint8_t>(event.maker_refreshes ? 1 : 0),
          0};
}

TradeExecuted read_trade_executed(Checker& check, const schema::TradeExecutedFields& fields) {
  return {.trade = TradeId{fields.trade()},
          .symbol = SymbolId{fields.symbol()},
          .price = check.price(fields.price(), "price"),
          .quantity = check.quantity(fields.quantity(), "quantity"),
          .taker_side = check.enumeration<Side>(fields.taker_side(), "taker_side"),
          .maker_order = OrderId{fields.maker_order()},
          .maker_account = AccountId{fields.maker_account()},
          .maker_leaves = check.quantity(fields.maker_leaves(), "maker_leaves"),
          .taker_order = OrderId{fields.taker_order()},
          .taker_account = AccountId{fields.taker_account()},
          .taker_leaves = check.quantity(fields.taker_leaves(), "taker_leaves"),
          .maker_refreshes = fields.maker_refreshes() != 0,
          .in_auction = false,
          .legs = {}};
}

schema::OrderCancelledFields order_cancelled_struct(const OrderCancelled& event) {
  return {event.order.value,
          event.price.units,
          event.quantity.shares,
          event.account.value,
          event.symbol.value,
          to_schema(event.side),
          to_schema(event.reason),
          event.was_resting,
          0,
          static_cast<std::uint32_t>(event.hidden.shares)};
}

OrderCancelled read_order_cancelled(Checker& check, const schema::OrderCancelledFields& fields) {
  return {.order = OrderId{fields.order()},
          .account = AccountId{fields.account()},
          .symbol = SymbolId{fields.symbol()},
          .side = check.enumeration<Side>(fields.side(), "side"),
          .reason = check.enumeration<CancelReason>(fields.reason(), "reason"),
          .was_resting = fields.was_resting(),
          .price = check.price(fields.price(), "price"),
          .quantity = check.quantity(fields.quantity(), "quantity"),
          .hidden = check.quantity(fields.hidden(), "hidden")};
}

UnionValue<schema::EventBody> write_event(Writer& writer, const EventBody& body) {
  return std::visit(
      [&writer](const auto& event) { return in_union<schema::EventBodyTraits>(write(writer, event)); }, body);
}

void read_event(Checker& check, schema::EventBody type, const void* table, EventBody& body) {
  using Type = schema::EventBody;
  switch (type) {
    case Type::CommandRejected:
      return read_as<schema::CommandRejected>(check, table, body);
    case Type::AccountOpened:
      return read_as<schema::AccountOpened>(check, table, body);
    case Type::CashMoved:
      return read_as<schema::CashMoved>(check, table, body);
    case Type::SharesTransferred:
      return read_as<schema::SharesTransferred>(check, table, body);
    case Type::AccountStatusChanged:
      return read_as<schema::AccountStatusChanged>(check, table, body);
    case Type::AccountLimitsChanged:
      return read_as<schema::AccountLimitsChanged>(check, table, body);
    case Type::FirmRulesChanged:
      return read_as<schema::FirmRulesChanged>(check, table, body);
    case Type::SymbolAdded:
      return read_as<schema::SymbolAdded>(check, table, body);
    case Type::SymbolStatusChanged:
      return read_as<schema::SymbolStatusChanged>(check, table, body);
    case Type::SessionChanged:
      return read_as<schema::SessionChanged>(check, table, body);
    case Type::OrderAccepted:
      return read_as<schema::OrderAccepted>(check, table, body);
    case Type::OrderRejected:
      return read_as<schema::OrderRejected>(check, table, body);
    case Type::OrderRested:
      return read_as<schema::OrderRested>(check, table, body);
    case Type::OrderTriggered:
      return read_as<schema::OrderTriggered>(check, table, body);
    case Type::TradeExecuted:
      return read_as<schema::TradeExecuted>(check, table, body);
    case Type::TradePrinted:
      return read_as<schema::TradePrinted>(check, table, body);
    case Type::OrderCancelled:
      return read_as<schema::OrderCancelled>(check, table, body);
    case Type::OrderReplaced:
      return read_as<schema::OrderReplaced>(check, table, body);
    case Type::ExitActivated:
      return read_as<schema::ExitActivated>(check, table, body);
    case Type::StopTrailed:
      return read_as<schema::StopTrailed>(check, table, body);
    case Type::SymbolPhaseChanged:
      return read_as<schema::SymbolPhaseChanged>(check, table, body);
    case Type::AuctionIndicated:
      return read_as<schema::AuctionIndicated>(check, table, body);
    case Type::AuctionUncrossed:
      return read_as<schema::AuctionUncrossed>(check, table, body);
    case Type::KillSwitchChanged:
      return read_as<schema::KillSwitchChanged>(check, table, body);
    case Type::PriceBandsChanged:
      return read_as<schema::PriceBandsChanged>(check, table, body);
    case Type::LocateChanged:
      return read_as<schema::LocateChanged>(check, table, body);
    case Type::EasyToBorrowChanged:
      return read_as<schema::EasyToBorrowChanged>(check, table, body);
    case Type::ShortSaleRestrictionChanged:
      return read_as<schema::ShortSaleRestrictionChanged>(check, table, body);
    case Type::ClockChanged:
      return read_as<schema::ClockChanged>(check, table, body);
    case Type::VenueAdded:
      return read_as<schema::VenueAdded>(check, table, body);
    case Type::VenueRemoved:
      return read_as<schema::VenueRemoved>(check, table, body);
    case Type::RouteChanged:
      return read_as<schema::RouteChanged>(check, table, body);
    case Type::VenueSessionChanged:
      return read_as<schema::VenueSessionChanged>(check, table, body);
    case Type::VenueRequestMade:
      return read_as<schema::VenueRequestMade>(check, table, body);
    case Type::VenueStateChanged:
      return read_as<schema::VenueStateChanged>(check, table, body);
    case Type::VenueTradeExecuted:
      return read_as<schema::VenueTradeExecuted>(check, table, body);
    case Type::VenueTradeBusted:
      return read_as<schema::VenueTradeBusted>(check, table, body);
    case Type::BorrowFeeCharged:
      return read_as<schema::BorrowFeeCharged>(check, table, body);
    case Type::NONE:
      break;
  }
  check.enter("event");
  check.refuse_value("body", static_cast<std::int64_t>(type), "this is no kind of event");
}

}  // namespace trade::wire
