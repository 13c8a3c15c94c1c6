#include "format/json.hpp"

#include "format/ratio.hpp"

namespace trade::format {

std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json percent_or_null(std::int64_t basis_points) {
  return basis_points == 0 ? Json(nullptr) : Json(format_percent(basis_points));
}
Json price_or_null(Price price) {
  return price ? Json(format_price(price)) : Json(nullptr);
}
Json quantity_or_null(Quantity quantity) {
  return quantity ? Json(quantity.shares) : Json(nullptr);
}
Json money_or_null(Money money) {
  return money ? Json(format_money(money)) : Json(nullptr);
}
Json time_or_null(Timestamp timestamp) {
  return timestamp ? Json(format_timestamp(timestamp)) : Json(nullptr);
}
Json ratio_or_null(std::int64_t basis_points) {
  return basis_points == 0 ? Json(nullptr) : Json(format_ratio(100 * basis_points));
}
Json text_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json json_of(const OrderView& order) {
  Json json;
  json["id"] = id_or_null(order.id);
  json["client_order_id"] = text_or_null(order.client_order_id);
  json["account"] = text_or_null(order.account);
  json["symbol"] = text_or_null(order.symbol);
  json["order_type"] = name_of(order.type);
  json["side"] = side_name(order.side, order.instructions.short_sale);
  json["quantity"] = order.quantity.shares;
  json["price"] = price_or_null(order.limit_price);
  json["stop_price"] = price_or_null(order.stop_price);
  json["time_in_force"] = name_of(order.time_in_force);
  json["status"] = name_of(order.status);
  json["filled_quantity"] = order.filled_quantity.shares;
  json["average_price"] = price_or_null(average_price(order.filled_notional, order.filled_quantity));
  json["reject_reason"] = text_or_null(row_of(order.reject_reason).name);
  json["created_at"] = time_or_null(order.created_at);
  json["updated_at"] = time_or_null(order.updated_at);
  add_instructions(json, order.instructions);
  json["reference_price"] = price_or_null(order.reference_price);
  json["cancel_reason"] = order.cancel_reason ? Json(name_of(*order.cancel_reason)) : Json(nullptr);
  json["order_class"] = name_of(order.link.order_class);
  json["leg"] = order.link.is_exit() ? Json(name_of(order.link.role)) : Json(nullptr);
  json["parent_order_id"] = id_or_null(order.parent());
  json["legs"] = nullptr;
  for (const OrderId leg : order.legs())
    json["legs"].push_back(id_or_null(leg));
  json["venue"] = text_or_null(order.venue);
  json["venue_state"] = order.venue_state ? Json(name_of(*order.venue_state)) : Json(nullptr);
  json["venue_order_id"] = text_or_null(order.venue_order_id);
  return json;
}

void add_instructions(Json& json, const OrderInstructions& instructions) {
  const auto name_or_null = [](auto value) { return value ? Json(name_of(*value)) : Json(nullptr); };
  json["post_only"] = name_or_null(instructions.post_only);
  json["all_or_none"] = instructions.all_or_none;
  json["display_quantity"] = quantity_or_null(instructions.display_quantity);
  json["minimum_quantity"] = quantity_or_null(instructions.minimum_quantity);
  json["self_trade_prevention"] = name_or_null(instructions.self_trade_prevention);
  json["trail_amount"] = price_or_null(instructions.trail_amount);
  json["trail_percent"] = ratio_or_null(instructions.trail_basis_points);
  json["expires_at"] = time_or_null(instructions.expires_at);
}

void add_figures(Json& json, const AuctionFigures& figures) {
  json["indicative_price"] = price_or_null(figures.price);
  json["indicative_volume"] = quantity_or_null(figures.volume);
  json["imbalance"] = quantity_or_null(figures.imbalance);
  json["imbalance_side"] = figures.imbalance_side ? Json(name_of(*figures.imbalance_side)) : Json(nullptr);
}

Json json_of(const PriceBands& bands) {
  Json json;
  json["band_percent"] = percent_or_null(bands.basis_points);
  json["band_reference"] = price_or_null(bands.reference);
  json["limit_down"] = price_or_null(bands.lower);
  json["limit_up"] = price_or_null(bands.upper);
  json["pause_seconds"] = bands.pause_seconds == 0 ? Json(nullptr) : Json(bands.pause_seconds);
  json["limit_state_seconds"] =
      bands.limit_state_seconds == 0 ? Json(nullptr) : Json(bands.limit_state_seconds);
  json["band_tier"] = bands.tier ? Json(name_of(*bands.tier)) : Json(nullptr);
  json["bands_doubled"] = bands.doubled;
  json["band_leverage"] =
      bands.leverage_basis_points == 0 ? Json(nullptr) : Json(format_ratio(bands.leverage_basis_points));
  return json;
}

Json json_of(const FillView& fill) {
  Json json;
  json["id"] = id_or_null(fill.id);
  json["order_id"] = id_or_null(fill.order_id);
  json["account"] = text_or_null(fill.account);
  json["symbol"] = text_or_null(fill.symbol);
  json["side"] = name_of(fill.side);
  json["quantity"] = fill.quantity.shares;
  json["price"] = price_or_null(fill.price);
  // A venue does not tell which of the two came to the other.
  json["liquidity"] = fill.venue.empty() ? Json(name_of(fill.liquidity)) : Json(nullptr);
  json["executed_at"] = time_or_null(fill.executed_at);
  json["venue"] = text_or_null(fill.venue);
  json["execution_id"] = text_or_null(fill.execution_id);
  json["busted"] = fill.venue.empty() ? Json(nullptr) : Json(fill.busted);
  return json;
}

Json json_of(const AccountView& account) {
  Json json;
  json["id"] = text_or_null(account.id);
  json["account_type"] = name_of(account.type);
  json["status"] = name_of(account.status);
  json["cash_balance"] = format_money(account.cash_balance);
  json["buying_power"] = format_money(account.buying_power);
  json["equity"] = format_money(account.equity);
  json["created_at"] = time_or_null(account.created_at);
  json["reserved"] = format_money(account.reserved);
  json["day_trades"] = account.day_trades;
  json["max_position"] = quantity_or_null(account.position_max);
  json["max_order_quantity"] = quantity_or_null(account.order_quantity_max);
  json["max_order_notional"] = money_or_null(account.order_notional_max);
  json["kill_switch"] = account.kill_switch;
  json["self_trade_prevention"] =
      account.self_trade_prevention ? Json(name_of(*account.self_trade_prevention)) : Json(nullptr);
  json["locates"] = Json::array();
  for (const LocateView& locate : account.locates)
    json["locates"].push_back(json_of(locate));
  return json;
}

Json json_of(const LocateView& locate) {
  Json json;
  json["symbol"] = locate.symbol;
  json["quantity"] = locate.quantity.shares;
  json["held"] = locate.held.shares;
  json["used"] = locate.used.shares;
  json["expires_at"] = time_or_null(locate.expires_at);
  return json;
}

Json json_of(const SymbolView& symbol) {
  Json json;
  json["symbol"] = text_or_null(symbol.symbol);
  json["status"] = name_of(symbol.status);
  json["halt_reason"] = text_or_null(symbol.halt_reason);
  json["previous_close"] = price_or_null(symbol.previous_close);
  json["last"] = price_or_null(symbol.last_price);
  json["tick"] = price_or_null(symbol.tick);
  json["lot"] = symbol.lot.shares;
  json["phase"] = name_of(symbol.phase);
  json["phase_ends_at"] = time_or_null(symbol.phase_ends_at);
  add_figures(json, symbol.auction);
  json.update(json_of(symbol.bands));
  json["kill_switch"] = symbol.kill_switch;
  json["limit_state"] = symbol.limit_state ? Json(name_of(*symbol.limit_state)) : Json(nullptr);
  json["straddle_state"] = symbol.straddle_state;
  json["easy_to_borrow"] = symbol.easy_to_borrow;
  json["borrow_rate"] = percent_or_null(symbol.borrow_rate_basis_points);
  json["short_sale_restricted"] = symbol.short_sale_restricted;
  json["route"] = symbol.venue ? Json(symbol.venue_name) : Json(internal_route_name);
  return json;
}

Json json_of(const SessionView& session) {
  Json json;
  json["status"] = name_of(session.phase);
  json["trading_date"] =
      session.trading_date.days == 0 ? Json(nullptr) : Json(format_date(session.trading_date));
  json["phase"] = name_of(session.market_phase);
  json["kill_switch"] = session.kill_switch;
  json["closes_at"] = time_or_null(session.closes_at);
  return json;
}

Json json_of(const FirmRules& rules) {
  Json json;
  json["margin_multiplier"] = format_ratio(rules.margin_multiplier_basis_points);
  json["price_collar"] = format_percent(rules.price_collar_basis_points);
  json["day_trading_rule"] = name_of(rules.day_trading_rule);
  json["pattern_day_trader_equity"] = format_money(rules.pattern_day_trader_equity_min);
  json["max_day_trades"] = rules.day_trades_max;
  json["intraday_maintenance"] = format_percent(rules.intraday_maintenance_basis_points);
  json["max_position"] = quantity_or_null(rules.default_position_max);
  json["max_order_quantity"] = quantity_or_null(rules.default_order_quantity_max);
  json["max_order_notional"] = money_or_null(rules.default_order_notional_max);
  json["short_margin"] = format_percent(rules.short_margin_basis_points);
  json["short_maintenance"] = format_percent(rules.short_maintenance_basis_points);
  json["short_sale_trigger"] = format_percent(rules.short_sale_trigger_basis_points);
  return json;
}

Json json_of(const QuoteView& quote) {
  Json json;
  json["symbol"] = text_or_null(quote.symbol);
  json["bid"] = price_or_null(quote.bid);
  json["bid_size"] = quote.bid_size.shares;
  json["ask"] = price_or_null(quote.ask);
  json["ask_size"] = quote.ask_size.shares;
  json["last"] = price_or_null(quote.last);
  json["last_size"] = quote.last_size.shares;
  json["volume"] = quote.volume.shares;
  json["open"] = price_or_null(quote.open);
  json["high"] = price_or_null(quote.high);
  json["low"] = price_or_null(quote.low);
  json["previous_close"] = price_or_null(quote.previous_close);
  json["timestamp"] = time_or_null(quote.timestamp);
  json["phase"] = name_of(quote.phase);
  add_figures(json, quote.auction);
  json["sequence"] = quote.sequence;
  return json;
}

Json json_of(const DepthLevelView& level) {
  Json json;
  json["price"] = format_price(level.price);
  json["size"] = level.size.shares;
  json["orders"] = level.orders;
  return json;
}

Json json_of(const DepthView& depth) {
  Json json;
  json["symbol"] = text_or_null(depth.symbol);
  json["bids"] = Json::array();
  for (const DepthLevelView& level : depth.bids)
    json["bids"].push_back(json_of(level));
  json["asks"] = Json::array();
  for (const DepthLevelView& level : depth.asks)
    json["asks"].push_back(json_of(level));
  json["timestamp"] = time_or_null(depth.timestamp);
  json["sequence"] = depth.sequence;
  return json;
}

Json json_of(const TapeEntryView& entry) {
  Json json;
  json["id"] = id_or_null(entry.id);
  json["symbol"] = text_or_null(entry.symbol);
  json["price"] = price_or_null(entry.price);
  json["quantity"] = entry.quantity.shares;
  json["taker_side"] = entry.taker_side ? Json(name_of(*entry.taker_side)) : Json(nullptr);
  json["executed_at"] = time_or_null(entry.executed_at);
  json["sequence"] = entry.sequence;
  return json;
}

Json json_of(const BarView& bar, std::string_view symbol, BarSpan span) {
  Json json;
  json["symbol"] = text_or_null(symbol);
  json["interval"] = format_bar_span(span);
  json["start"] = time_or_null(bar.start);
  json["open"] = price_or_null(bar.open);
  json["high"] = price_or_null(bar.high);
  json["low"] = price_or_null(bar.low);
  json["close"] = price_or_null(bar.close);
  json["average_price"] = price_or_null(bar.average);
  json["volume"] = bar.volume.shares;
  json["trades"] = bar.trades;
  return json;
}

Json json_of(const PositionView& position) {
  Json json;
  json["symbol"] = text_or_null(position.symbol);
  json["quantity"] = position.quantity.shares;
  json["average_cost"] =
      position.quantity ? Json(format_price(average_price(position.cost, position.quantity))) : Json(nullptr);
  json["market_price"] = price_or_null(position.market_price);
  json["current_value"] = format_money(position.current_value);
  json["unrealized_pnl"] = format_money(position.unrealized_pnl);
  json["realized_pnl"] = format_money(position.realized_pnl);
  return json;
}

Json json_of(const PortfolioView& portfolio, std::optional<Money> buying_power) {
  Json json;
  json["account"] = text_or_null(portfolio.account);
  json["cash_balance"] = format_money(portfolio.cash_balance);
  json["buying_power"] = buying_power ? Json(format_money(*buying_power)) : Json(nullptr);
  json["equity"] = format_money(portfolio.equity);
  json["realized_pnl"] = format_money(portfolio.realized_pnl);
  json["fees"] = format_money(portfolio.fees);
  json["positions"] = Json::array();
  for (const PositionView& position : portfolio.positions)
    json["positions"].push_back(json_of(position));
  return json;
}

Json json_of(const PostingView& posting) {
  Json json;
  json["sequence"] = posting.sequence;
  json["timestamp"] = time_or_null(posting.timestamp);
  json["account"] = text_or_null(posting.account);
  json["ledger"] = text_or_null(posting.ledger);
  json["symbol"] = text_or_null(posting.symbol);
  json["quantity"] = posting.quantity.shares;
  json["amount"] = format_money(posting.amount);
  return json;
}

Json json_of(const DaemonView& daemon) {
  Json json;
  json["daemon"] = text_or_null(daemon.daemon);
  json["state"] = text_or_null(daemon.state);
  json["pid"] = daemon.pid == 0 ? Json(nullptr) : Json(daemon.pid);
  json["started_at"] = time_or_null(daemon.started_at);
  json["sequence"] = daemon.sequence;
  json["lag"] = daemon.lag;
  json["version"] = text_or_null(daemon.version);
  json["counters"] = Json::object();
  for (const auto& [name, value] : daemon.counters)
    json["counters"][name] = value;
  return json;
}

Json json_of(const KeyView& key) {
  Json json;
  json["id"] = key.id;
  json["account"] = key.account;
  json["role"] = name_of(key.role);
  json["created_at"] = time_or_null(key.created_at);
  json["expires_at"] = time_or_null(key.expires_at);
  json["revoked_at"] = time_or_null(key.revoked_at);
  json["requests_per_minute"] = key.requests_per_minute == 0 ? Json(nullptr) : Json(key.requests_per_minute);
  return json;
}

Json json_of(const Error& error) {
  Json json;
  json["error"] = error.name.empty() ? Json(error_code_name(error.code)) : Json(error.name);
  json["message"] = error.message;
  json["hint"] = text_or_null(error.hint);
  return json;
}

}  // namespace trade::format
