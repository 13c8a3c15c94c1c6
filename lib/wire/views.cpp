#include <utility>

#include "wire/codec.hpp"

namespace trade::wire {

Offset<schema::OrderView> write_view(Writer& writer, const OrderView& view) {
  const auto client_order_id = writer.text(view.client_order_id);
  const auto account = writer.text(view.account);
  const auto symbol = writer.text(view.symbol);
  const auto instructions = write_instructions(writer, view.instructions);
  const auto venue = writer.text(view.venue);
  const auto venue_order_id = writer.text(view.venue_order_id);
  const schema::OrderViewFields fields(
      view.id.value, view.quantity.shares, view.limit_price.units, view.stop_price.units,
      view.filled_quantity.shares, view.filled_notional.units, view.created_at.nanoseconds,
      view.updated_at.nanoseconds, to_schema(view.type), to_schema(view.side), to_schema(view.time_in_force),
      to_schema(view.status), to_schema(view.reject_reason),
      view.cancel_reason ? to_schema(*view.cancel_reason) : schema::CancelReason::none, 0);
  return schema::CreateOrderView(
      writer.builder, &fields, client_order_id, account, symbol, instructions, view.reference_price.units,
      class_to_schema(view.link), role_to_schema(view.link), venue,
      view.venue_state ? to_schema(*view.venue_state) : schema::VenueState::none, venue_order_id);
}
OrderView read_view(Checker& check, const schema::OrderView& table) {
  check.enter("OrderView");
  const auto& fields = check.fields(table.fields());
  return {.id = OrderId{fields.id()},
          .client_order_id = std::string(check.client_order_id(table.client_order_id(), "client_order_id")),
          .account = check.string(table.account(), name_bytes_max, "account"),
          .symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
          .type = check.enumeration<OrderType>(fields.type(), "type"),
          .side = check.enumeration<Side>(fields.side(), "side"),
          .time_in_force = check.enumeration<TimeInForce>(fields.time_in_force(), "time_in_force"),
          .status = check.enumeration<OrderStatus>(fields.status(), "status"),
          .quantity = check.quantity(fields.quantity(), "quantity"),
          .limit_price = check.price(fields.limit_price(), "limit_price"),
          .stop_price = check.price(fields.stop_price(), "stop_price"),
          .filled_quantity = check.quantity(fields.filled_quantity(), "filled_quantity"),
          .filled_notional = check.money(fields.filled_notional(), "filled_notional"),
          .reject_reason = check.reject_reason(fields.reject_reason(), "reject_reason"),
          .cancel_reason = check.optional_enumeration<CancelReason>(fields.cancel_reason(), "cancel_reason"),
          .created_at = check.timestamp(fields.created_at(), "created_at"),
          .updated_at = check.timestamp(fields.updated_at(), "updated_at"),
          .instructions = read_instructions(check, table.instructions()),
          .reference_price = check.price(table.reference_price(), "reference_price"),
          .link = read_link(check, table.order_class(), table.role()),
          .venue = check.string(table.venue(), name_bytes_max, "venue"),
          .venue_state = check.optional_enumeration<VenueState>(table.venue_state(), "venue_state"),
          .venue_order_id = std::string(
              check.venue_text(table.venue_order_id(), venue_order_id_bytes_max, "venue_order_id"))};
}

Offset<schema::FillView> write_view(Writer& writer, const FillView& view) {
  const auto account = writer.text(view.account);
  const auto symbol = writer.text(view.symbol);
  const auto venue = writer.text(view.venue);
  const auto execution_id = writer.text(view.execution_id);
  return schema::CreateFillView(writer.builder, view.id.value, view.order_id.value, account, symbol,
                                to_schema(view.side), view.quantity.shares, view.price.units,
                                to_schema(view.liquidity), view.executed_at.nanoseconds, venue, execution_id,
                                view.busted);
}
FillView read_view(Checker& check, const schema::FillView& table) {
  check.enter("FillView");
  return {.id = TradeId{table.id()},
          .order_id = OrderId{table.order_id()},
          .account = check.string(table.account(), name_bytes_max, "account"),
          .symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
          .side = check.enumeration<Side>(table.side(), "side"),
          .quantity = check.quantity(table.quantity(), "quantity"),
          .price = check.price(table.price(), "price"),
          .liquidity = check.enumeration<Liquidity>(table.liquidity(), "liquidity"),
          .executed_at = check.timestamp(table.executed_at(), "executed_at"),
          .venue = check.string(table.venue(), name_bytes_max, "venue"),
          .execution_id =
              std::string(check.venue_text(table.execution_id(), execution_id_bytes_max, "execution_id")),
          .busted = table.busted()};
}

namespace {

Offset<schema::LocateView> write_locate(Writer& writer, const LocateView& view) {
  const auto symbol = writer.text(view.symbol);
  return schema::CreateLocateView(writer.builder, symbol, view.quantity.shares, view.held.shares,
                                  view.used.shares, view.expires_at.nanoseconds);
}
LocateView read_locate(Checker& check, const schema::LocateView& table) {
  check.enter("LocateView");
  return {.symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
          .quantity = check.total_shares(table.quantity(), "quantity"),
          .held = check.total_shares(table.held(), "held"),
          .used = check.total_shares(table.used(), "used"),
          .expires_at = check.timestamp(table.expires_at(), "expires_at")};
}

}  // namespace

Offset<schema::AccountView> write_view(Writer& writer, const AccountView& view) {
  const auto id = writer.text(view.id);
  const auto locates = write_rows<schema::LocateView>(writer, view.locates, write_locate);
  return schema::CreateAccountView(
      writer.builder, view.number.value, id, to_schema(view.type), to_schema(view.status),
      view.cash_balance.units, view.reserved.units, view.buying_power.units, view.equity.units,
      view.day_trades, view.position_max.shares, view.order_quantity_max.shares,
      view.order_notional_max.units, view.created_at.nanoseconds, view.kill_switch,
      view.self_trade_prevention ? to_schema(*view.self_trade_prevention) : schema::SelfTradePrevention::none,
      locates);
}
AccountView read_view(Checker& check, const schema::AccountView& table) {
  check.enter("AccountView");
  return {.number = AccountId{table.number()},
          .id = check.string(table.id(), name_bytes_max, "id"),
          .type = check.enumeration<AccountType>(table.type(), "type"),
          .status = check.enumeration<AccountStatus>(table.status(), "status"),
          .cash_balance = check.money(table.cash_balance(), "cash_balance"),
          .reserved = check.money(table.reserved(), "reserved"),
          .buying_power = check.money(table.buying_power(), "buying_power"),
          .equity = check.money(table.equity(), "equity"),
          .day_trades = check.count(table.day_trades(), "day_trades"),
          .position_max = check.total_shares(table.position_max(), "position_max"),
          .order_quantity_max = check.total_shares(table.order_quantity_max(), "order_quantity_max"),
          .order_notional_max = check.money(table.order_notional_max(), "order_notional_max"),
          .created_at = check.timestamp(table.created_at(), "created_at"),
          .kill_switch = table.kill_switch(),
          .self_trade_prevention = check.optional_enumeration<SelfTradePrevention>(
              table.self_trade_prevention(), "self_trade_prevention"),
          .locates = read_rows<LocateView>(check, table.locates(), read_locate)};
}

Offset<schema::SymbolView> write_view(Writer& writer, const SymbolView& view) {
  const auto symbol = writer.text(view.symbol);
  const auto halt_reason = writer.text(view.halt_reason);
  const auto venue_name = writer.text(view.venue_name);
  const schema::AuctionFigures auction = to_schema(view.auction);
  const schema::PriceBands bands = to_schema(view.bands);
  return schema::CreateSymbolView(
      writer.builder, view.number.value, symbol, to_schema(view.status), halt_reason,
      view.previous_close.units, view.last_price.units, view.tick.units, view.lot.shares,
      unusual_phase(view.phase, MarketPhase::continuous), view.phase_ends_at.nanoseconds,
      view.auction == AuctionFigures{} ? nullptr : &auction, view.bands == PriceBands{} ? nullptr : &bands,
      view.kill_switch, view.bands.limit_state_seconds,
      view.limit_state ? to_schema(*view.limit_state) : schema::Side::none, view.easy_to_borrow,
      view.short_sale_restricted, view.venue.value, venue_name, tier_to_schema(view.bands),
      view.bands.doubled, view.borrow_rate_basis_points, view.bands.leverage_basis_points,
      view.straddle_state);
}
SymbolView read_view(Checker& check, const schema::SymbolView& table) {
  check.enter("SymbolView");
  return {.number = SymbolId{table.number()},
          .symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
          .status = check.enumeration<SymbolStatus>(table.status(), "status"),
          .halt_reason = check.string(table.halt_reason(), halt_reason_bytes_max, "halt_reason"),
          .previous_close = check.price(table.previous_close(), "previous_close"),
          .last_price = check.price(table.last_price(), "last_price"),
          .tick = check.price(table.tick(), "tick"),
          .lot = check.quantity(table.lot(), "lot"),
          .phase = read_phase(check, table.phase(), MarketPhase::continuous, "phase"),
          .phase_ends_at = check.timestamp(table.phase_ends_at(), "phase_ends_at"),
          .auction = read_figures(check, table.auction()),
          .bands = read_bands(check, table.bands(), table.limit_state_seconds(), table.band_tier(),
                              table.bands_doubled(), table.band_leverage_basis_points()),
          .kill_switch = table.kill_switch(),
          .limit_state = check.optional_enumeration<Side>(table.limit_state(), "limit_state"),
          .straddle_state = table.straddle_state(),
          .easy_to_borrow = table.easy_to_borrow(),
          .borrow_rate_basis_points =
              check.rule_value(table.borrow_rate_basis_points(), "borrow_rate_basis_points"),
          .short_sale_restricted = table.short_sale_restricted(),
          .venue = VenueId{table.venue()},
          .venue_name = check.string(table.venue_name(), name_bytes_max, "venue_name")};
}

Offset<schema::VenueView> write_view(Writer& writer, const VenueView& view) {
  const auto name = writer.text(view.name);
  const auto clearing_account = writer.text(view.clearing_account);
  return schema::CreateVenueView(writer.builder, view.id.value, name, clearing_account,
                                 to_schema(view.when_down), view.session_up, view.removed, view.open_orders,
                                 view.told.outbox, view.told.value);
}
VenueView read_view(Checker& check, const schema::VenueView& table) {
  check.enter("VenueView");
  return {.id = VenueId{table.id()},
          .name = check.string(table.name(), name_bytes_max, "name"),
          .clearing_account = check.string(table.clearing_account(), name_bytes_max, "clearing_account"),
          .when_down = check.enumeration<WhenVenueDown>(table.when_down(), "when_down"),
          .session_up = table.session_up(),
          .removed = table.removed(),
          .open_orders = check.count(table.open_orders(), "open_orders"),
          .told = {table.outbox(), table.number()}};
}

Offset<schema::SessionView> write_view(Writer& writer, const SessionView& view) {
  const auto rules = write_firm_rules(writer, view.rules);
  return schema::CreateSessionView(writer.builder, to_schema(view.phase), view.trading_date.days, rules,
                                   unusual_phase(view.market_phase, usual_phase(view.phase)),
                                   view.kill_switch, view.closes_at.nanoseconds);
}
SessionView read_view(Checker& check, const schema::SessionView& table) {
  check.enter("SessionView");
  const auto phase = check.enumeration<SessionPhase>(table.phase(), "phase");
  return {.phase = phase,
          .trading_date = check.date(table.trading_date(), "trading_date"),
          .rules = read_firm_rules(check, table.rules()),
          .market_phase = read_phase(check, table.market_phase(), usual_phase(phase), "market_phase"),
          .kill_switch = table.kill_switch(),
          .closes_at = check.timestamp(table.closes_at(), "closes_at")};
}

schema::AuctionFigures to_schema(const AuctionFigures& figures) {
  return {figures.price.units,
          figures.volume.shares,
          figures.imbalance.shares,
          figures.imbalance_side ? to_schema(*figures.imbalance_side) : schema::Side::none,
          0,
          0,
          0};
}
AuctionFigures read_figures(Checker& check, const schema::AuctionFigures* figures) {
  if (figures == nullptr) return {};
  return {.price = check.price(figures->price(), "price"),
          .volume = check.total_shares(figures->volume(), "volume"),
          .imbalance = check.total_shares(figures->imbalance(), "imbalance"),
          .imbalance_side = check.optional_enumeration<Side>(figures->imbalance_side(), "imbalance_side")};
}

schema::PriceBands to_schema(const PriceBands& bands) {
  return {bands.basis_points, bands.pause_seconds, bands.reference.units, bands.lower.units,
          bands.upper.units};
}
schema::BandTier tier_to_schema(const PriceBands& bands) {
  return bands.tier ? to_schema(*bands.tier) : schema::BandTier::none;
}
PriceBands read_bands(Checker& check, const schema::PriceBands* bands, std::int64_t limit_state_seconds,
                      schema::BandTier tier, bool doubled, std::int64_t leverage_basis_points) {
  if (bands == nullptr) return {};
  return {.basis_points = check.rule_value(bands->basis_points(), "basis_points"),
          .pause_seconds = check.rule_value(bands->pause_seconds(), "pause_seconds"),
          .reference = check.price(bands->reference(), "reference"),
          .lower = check.price(bands->lower(), "lower"),
          .upper = check.price(bands->upper(), "upper"),
          .limit_state_seconds = check.rule_value(limit_state_seconds, "limit_state_seconds"),
          .tier = check.optional_enumeration<BandTier>(tier, "tier"),
          .doubled = doubled,
          .leverage_basis_points = check.rule_value(leverage_basis_points, "leverage_basis_points")};
}

Offset<schema::HoldingsRow> write_view(Writer& writer, const HoldingsRow& row) {
  const auto name = writer.text(row.name);
  const auto holdings =
      write_structs<schema::Holding>(writer, row.holdings, [](const HoldingsRow::Holding& holding) {
        return schema::Holding(holding.quantity.shares, holding.symbol.value, 0);
      });
  return schema::CreateHoldingsRow(writer.builder, row.account.value, name, row.cash_balance.units,
                                   row.changed_at, holdings);
}
HoldingsRow read_view(Checker& check, const schema::HoldingsRow& table) {
  check.enter("HoldingsRow");
  return {.account = AccountId{table.account()},
          .name = check.string(table.name(), name_bytes_max, "name"),
          .cash_balance = check.money(table.cash_balance(), "cash_balance"),
          .changed_at = table.changed_at(),
          .holdings = read_structs<HoldingsRow::Holding>(
              check, table.holdings(), "holdings", [](Checker& of, const schema::Holding& holding) {
                return HoldingsRow::Holding{.symbol = SymbolId{holding.symbol()},
                                            .quantity = of.total_shares(holding.quantity(), "holdings")};
              })};
}

namespace {

Offset<schema::PositionView> write_position(Writer& writer, const PositionView& view) {
  const auto symbol = writer.text(view.symbol);
  return schema::CreatePositionView(writer.builder, symbol, view.quantity.shares, view.cost.units,
                                    view.market_price.units, view.current_value.units,
                                    view.unrealized_pnl.units, view.realized_pnl.units);
}
PositionView read_position(Checker& check, const schema::PositionView& table) {
  check.enter("PositionView");
  return {.symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
          .quantity = check.total_shares(table.quantity(), "quantity"),
          .cost = check.money(table.cost(), "cost"),
          .market_price = check.price(table.market_price(), "market_price"),
          .current_value = check.money(table.current_value(), "current_value"),
          .unrealized_pnl = check.money(table.unrealized_pnl(), "unrealized_pnl"),
          .realized_pnl = check.money(table.realized_pnl(), "realized_pnl")};
}

schema::DepthLevel depth_level(const DepthLevelView& level) {
  return {level.price.units, level.size.shares, level.orders};
}
DepthLevelView read_depth_level(Checker& check, const schema::DepthLevel& level) {
  return {.price = check.price(level.price(), "price"),
          .size = check.total_shares(level.size(), "size"),
          .orders = check.count(level.orders(), "orders")};
}

}  // namespace

Offset<schema::PortfolioView> write_view(Writer& writer, const PortfolioView& view) {
  const auto account = writer.text(view.account);
  const auto positions = write_rows<schema::PositionView>(writer, view.positions, write_position);
  return schema::CreatePortfolioView(writer.builder, account, view.cash_balance.units, view.equity.units,
                                     view.realized_pnl.units, positions, view.fees.units);
}
PortfolioView read_view(Checker& check, const schema::PortfolioView& table) {
  check.enter("PortfolioView");
  return {.account = check.string(table.account(), name_bytes_max, "account"),
          .cash_balance = check.money(table.cash_balance(), "cash_balance"),
          .equity = check.money(table.equity(), "equity"),
          .realized_pnl = check.money(table.realized_pnl(), "realized_pnl"),
          .positions = read_rows<PositionView>(check, table.positions(), read_position),
          .fees = check.money(table.fees(), "fees")};
}

Offset<schema::PostingView> write_view(Writer& writer, const PostingView& view) {
  const auto account = writer.text(view.account);
  const auto ledger = writer.text(view.ledger);
  const auto symbol = writer.text(view.symbol);
  return schema::CreatePostingView(writer.builder, view.sequence, view.timestamp.nanoseconds, account, ledger,
                                   symbol, view.quantity.shares, view.amount.units, view.of_bust);
}
PostingView read_view(Checker& check, const schema::PostingView& table) {
  check.enter("PostingView");
  return {.sequence = table.sequence(),
          .timestamp = check.timestamp(table.timestamp(), "timestamp"),
          .account = check.string(table.account(), name_bytes_max, "account"),
          .ledger = check.string(table.ledger(), name_bytes_max, "ledger"),
          .symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
          .quantity = check.total_shares(table.quantity(), "quantity"),
          .amount = check.money(table.amount(), "amount"),
          .of_bust = table.of_bust()};
}

Offset<schema::FeeView> write_view(Writer& writer, const FeeView& view) {
  const auto account = writer.text(view.account);
  const auto symbol = writer.text(view.symbol);
  return schema::CreateFeeView(writer.builder, view.sequence, view.charged_at.nanoseconds, account, symbol,
                               view.quantity.shares, view.price.units, view.amount.units);
}
FeeView read_view(Checker& check, const schema::FeeView& table) {
  check.enter("FeeView");
  return {.sequence = table.sequence(),
          .charged_at = check.timestamp(table.charged_at(), "charged_at"),
          .account = check.string(table.account(), name_bytes_max, "account"),
          .symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
          .quantity = check.total_shares(table.quantity(), "quantity"),
          .price = check.price(table.price(), "price"),
          .amount = check.money(table.amount(), "amount")};
}

Offset<schema::QuoteView> write_view(Writer& writer, const QuoteView& view) {
  const auto symbol = writer.text(view.symbol);
  const schema::QuoteViewFields fields(view.bid.units, view.bid_size.shares, view.ask.units,
                                       view.ask_size.shares, view.last.units, view.last_size.shares,
                                       view.volume.shares, view.open.units, view.high.units, view.low.units,
                                       view.previous_close.units, view.timestamp.nanoseconds, view.sequence);
  const schema::AuctionFigures auction = to_schema(view.auction);
  return schema::CreateQuoteView(writer.builder, &fields, symbol,
                                 unusual_phase(view.phase, MarketPhase::continuous),
                                 view.auction == AuctionFigures{} ? nullptr : &auction);
}
QuoteView read_view(Checker& check, const schema::QuoteView& table) {
  check.enter("QuoteView");
  const auto& fields = check.fields(table.fields());
  return {.symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
          .bid = check.price(fields.bid(), "bid"),
          .bid_size = check.total_shares(fields.bid_size(), "bid_size"),
          .ask = check.price(fields.ask(), "ask"),
          .ask_size = check.total_shares(fields.ask_size(), "ask_size"),
          .last = check.price(fields.last(), "last"),
          .last_size = check.total_shares(fields.last_size(), "last_size"),
          .volume = check.total_shares(fields.volume(), "volume"),
          .open = check.price(fields.open(), "open"),
          .high = check.price(fields.high(), "high"),
          .low = check.price(fields.low(), "low"),
          .previous_close = check.price(fields.previous_close(), "previous_close"),
          .timestamp = check.timestamp(fields.timestamp(), "timestamp"),
          .sequence = fields.sequence(),
          .phase = read_phase(check, table.phase(), MarketPhase::continuous, "phase"),
          .auction = read_figures(check, table.auction())};
}

Offset<schema::DepthView> write_view(Writer& writer, const DepthView& view) {
  const auto symbol = writer.text(view.symbol);
  const auto bids = write_structs<schema::DepthLevel>(writer, view.bids, depth_level);
  const auto asks = write_structs<schema::DepthLevel>(writer, view.asks, depth_level);
  return schema::CreateDepthView(writer.builder, symbol, bids, asks, view.timestamp.nanoseconds,
                                 view.sequence);
}
DepthView read_view(Checker& check, const schema::DepthView& table) {
  check.enter("DepthView");
  return {.symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
          .bids = read_structs<DepthLevelView>(check, table.bids(), "bids", read_depth_level),
          .asks = read_structs<DepthLevelView>(check, table.asks(), "asks", read_depth_level),
          .timestamp = check.timestamp(table.timestamp(), "timestamp"),
          .sequence = table.sequence()};
}

Offset<schema::TapeEntryView> write_view(Writer& writer, const TapeEntryView& view) {
  const auto symbol = writer.text(view.symbol);
  return schema::CreateTapeEntryView(writer.builder, view.id.value, symbol, view.price.units,
                                     view.quantity.shares,
                                     view.taker_side ? to_schema(*view.taker_side) : schema::Side::none,
                                     view.executed_at.nanoseconds, view.sequence, view.number);
}
TapeEntryView read_view(Checker& check, const schema::TapeEntryView& table) {
  check.enter("TapeEntryView");
  return {.id = TradeId{table.id()},
          .symbol = check.string(table.symbol(), name_bytes_max, "symbol"),
          .price = check.price(table.price(), "price"),
          .quantity = check.quantity(table.quantity(), "quantity"),
          .taker_side = check.optional_enumeration<Side>(table.taker_side(), "taker_side"),
          .executed_at = check.timestamp(table.executed_at(), "executed_at"),
          .sequence = table.sequence(),
          .number = table.number()};
}

schema::Bar bar_struct(const BarView& view) {
  return schema::Bar(view.start.nanoseconds, view.open.units, view.high.units, view.low.units,
                     view.close.units, view.average.units, view.volume.shares, view.trades);
}
BarView read_bar(Checker& check, const schema::Bar& bar) {
  return {.start = check.timestamp(bar.start(), "start"),
          .open = check.price(bar.open(), "open"),
          .high = check.price(bar.high(), "high"),
          .low = check.price(bar.low(), "low"),
          .close = check.price(bar.close(), "close"),
          .average = check.price(bar.average(), "average"),
          .volume = check.quantity(bar.volume(), "volume"),
          .trades = bar.trades()};
}

schema::Equity equity_struct(const EquityView& view) {
  return schema::Equity(view.start.nanoseconds, view.equity.units, view.deposited.units);
}
EquityView read_equity(Checker& check, const schema::Equity& equity) {
  return {.start = check.timestamp(equity.start(), "start"),
          .equity = check.money(equity.equity(), "equity"),
          .deposited = check.money(equity.deposited(), "deposited")};
}

schema::TopOfBook top_of_book_struct(const TopOfBookView& view) {
  return schema::TopOfBook(view.bid.units, view.bid_size.shares, view.ask.units, view.ask_size.shares,
                           view.timestamp.nanoseconds, view.sequence);
}
TopOfBookView read_top_of_book(Checker& check, const schema::TopOfBook& top) {
  return {.bid = check.price(top.bid(), "bid"),
          .bid_size = check.total_shares(top.bid_size(), "bid_size"),
          .ask = check.price(top.ask(), "ask"),
          .ask_size = check.total_shares(top.ask_size(), "ask_size"),
          .timestamp = check.timestamp(top.timestamp(), "timestamp"),
          .sequence = top.sequence()};
}

Offset<schema::DaemonView> write_view(Writer& writer, const DaemonView& view) {
  const auto daemon = writer.text(view.daemon);
  const auto version = writer.text(view.version);
  const auto state = writer.text(view.state);
  std::vector<Offset<schema::Counter>> offsets;
  offsets.reserve(view.counters.size());
  for (const auto& [name, value] : view.counters) {
    offsets.push_back(schema::CreateCounter(writer.builder, writer.text(name), value));
  }
  const Offset<Rows<schema::Counter>> counters = offsets.empty() ? 0 : writer.builder.CreateVector(offsets);
  return schema::CreateDaemonView(writer.builder, daemon, version, state, view.pid,
                                  view.started_at.nanoseconds, view.sequence, view.lag, counters);
}
DaemonView read_view(Checker& check, const schema::DaemonView& table) {
  check.enter("DaemonView");
  DaemonView view{.daemon = check.string(table.daemon(), name_bytes_max, "daemon"),
                  .version = check.string(table.version(), name_bytes_max, "version"),
                  .state = check.string(table.state(), name_bytes_max, "state"),
                  .pid = table.pid(),
                  .started_at = check.timestamp(table.started_at(), "started_at"),
                  .sequence = table.sequence(),
                  .lag = table.lag(),
                  .counters = {}};
  if (table.counters() == nullptr) return view;
  for (const schema::Counter* counter : *table.counters()) {
    std::string name = check.string(counter->name(), name_bytes_max, "counters");
    if (!view.counters.emplace(std::move(name), counter->value()).second)
      check.refuse("counters", "a name twice");
    if (!check.ok()) break;
  }
  return view;
}

Offset<schema::KeyView> write_view(Writer& writer, const KeyView& view) {
  const auto id = writer.text(view.id);
  const auto account = writer.text(view.account);
  return schema::CreateKeyView(writer.builder, id, account, to_schema(view.role), view.created_at.nanoseconds,
                               view.expires_at.nanoseconds, view.revoked_at.nanoseconds,
                               view.requests_per_minute);
}
KeyView read_view(Checker& check, const schema::KeyView& table) {
  check.enter("KeyView");
  return {.id = check.string(table.id(), name_bytes_max, "id"),
          .account = check.string(table.account(), name_bytes_max, "account"),
          .role = check.enumeration<KeyRole>(table.role(), "role"),
          .created_at = check.timestamp(table.created_at(), "created_at"),
          .expires_at = check.timestamp(table.expires_at(), "expires_at"),
          .revoked_at = check.timestamp(table.revoked_at(), "revoked_at"),
          .requests_per_minute = table.requests_per_minute()};
}

}  // namespace trade::wire
