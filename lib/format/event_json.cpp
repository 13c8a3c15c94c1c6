#include <algorithm>
#include <array>
#include <utility>

#include "format/clock_text.hpp"
#include "format/journal_json.hpp"

namespace trade::format {

namespace {

constexpr std::array<std::string_view, std::variant_size_v<EventBody>> event_names{
    "command_rejected",
    "account_opened",
    "cash_moved",
    "shares_transferred",
    "account_status_changed",
    "account_limits_changed",
    "firm_rules_changed",
    "symbol_added",
    "symbol_status_changed",
    "session_changed",
    "order_accepted",
    "order_rejected",
    "order_rested",
    "order_triggered",
    "trade_executed",
    "trade_printed",
    "order_cancelled",
    "order_replaced",
    "stop_trailed",
    "symbol_phase_changed",
    "auction_indicated",
    "auction_uncrossed",
    "kill_switch_changed",
    "price_bands_changed",
    "exit_activated",
    "locate_changed",
    "easy_to_borrow_changed",
    "short_sale_restriction_changed",
    "clock_changed",
    "venue_added",
    "venue_removed",
    "route_changed",
    "venue_session_changed",
    "venue_request_made",
    "venue_state_changed",
    "venue_trade_executed",
    "venue_trade_busted",
    "borrow_fee_charged"};

/// Adds the fields of each kind of event.
struct EventFields {
  Json& json;
  const NameDirectory& names;

  void operator()(const CommandRejected& event) const {
    json["reason"] = row_of(event.reason).name;
    json["account"] = names.account(event.account);
    json["order_id"] = id_or_null(event.order);
  }
  void operator()(const AccountOpened& event) const {
    json["account"] = event.name.view();
    json["account_number"] = id_or_null(event.account);
    json["account_type"] = name_of(event.type);
  }
  void operator()(const CashMoved& event) const {
    json["account"] = names.account(event.account);
    json["amount"] = format_money(event.amount);
    json["cash_balance"] = format_money(event.cash_balance);
  }
  void operator()(const SharesTransferred& event) const {
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["quantity"] = event.quantity.shares;
    json["cost_price"] = price_or_null(event.cost_price);
  }
  void operator()(const AccountStatusChanged& event) const {
    json["account"] = names.account(event.account);
    json["status"] = name_of(event.status);
  }
  void operator()(const AccountLimitsChanged& event) const {
    json["account"] = names.account(event.account);
    json["max_position"] = quantity_or_null(event.position_max);
    json["max_order_quantity"] = quantity_or_null(event.order_quantity_max);
    json["max_order_notional"] = money_or_null(event.order_notional_max);
    if (event.self_trade_prevention) json["self_trade_prevention"] = name_of(*event.self_trade_prevention);
  }
  void operator()(const FirmRulesChanged& event) const { json.update(json_of(event.rules)); }
  void operator()(const SymbolAdded& event) const {
    json["symbol"] = event.symbol.view();
    json["symbol_number"] = id_or_null(event.id);
    json["previous_close"] = price_or_null(event.previous_close);
    json["tick"] = price_or_null(event.tick);
    json["lot"] = event.lot.shares;
  }
  void operator()(const SymbolStatusChanged& event) const {
    json["symbol"] = names.symbol(event.symbol);
    json["status"] = name_of(event.status);
    json["reason"] = text_or_null(event.reason);
  }
  void operator()(const SessionChanged& event) const {
    json["status"] = name_of(event.phase);
    json["trading_date"] =
        event.trading_date.days == 0 ? Json(nullptr) : Json(format_date(event.trading_date));
    json["new_trading_day"] = event.new_trading_day;
    json["phase"] = name_of(event.market_phase);
    if (!event.moves_symbols) json["moves_symbols"] = false;
    if (event.closes_at != Timestamp{}) json["closes_at"] = format_timestamp(event.closes_at);
  }
  void operator()(const SymbolPhaseChanged& event) const {
    json["symbol"] = names.symbol(event.symbol);
    json["phase"] = name_of(event.phase);
    json["ends_at"] = time_or_null(event.ends_at);
    if (event.limit_state) json["limit_state"] = name_of(*event.limit_state);
  }
  void operator()(const AuctionIndicated& event) const {
    json["symbol"] = names.symbol(event.symbol);
    add_figures(json, event.figures);
  }
  void operator()(const AuctionUncrossed& event) const {
    json["symbol"] = names.symbol(event.symbol);
    json["phase"] = name_of(event.phase);
    add_figures(json, event.figures);
  }
  void operator()(const KillSwitchChanged& event) const {
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["on"] = event.on;
  }
  void operator()(const PriceBandsChanged& event) const {
    json["symbol"] = names.symbol(event.symbol);
    json.update(json_of(event.bands));
  }
  void operator()(const LocateChanged& event) const {
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["quantity"] = event.quantity.shares;
    json["expires_at"] = time_or_null(event.expires_at);
  }
  void operator()(const EasyToBorrowChanged& event) const {
    json["symbol"] = names.symbol(event.symbol);
    json["on"] = event.on;
    json["borrow_rate"] = percent_or_null(event.rate_basis_points);
  }
  void operator()(const BorrowFeeCharged& event) const {
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["quantity"] = event.quantity.shares;
    json["price"] = price_or_null(event.price);
    json["borrow_rate"] = percent_or_null(event.rate_basis_points);
    json["days"] = event.days;
    json["amount"] = format_money(event.amount);
    json["cash_balance"] = format_money(event.cash_balance);
  }
  void operator()(const ShortSaleRestrictionChanged& event) const {
    json["symbol"] = names.symbol(event.symbol);
    json["on"] = event.on;
    json["price"] = price_or_null(event.price);
  }
  void operator()(const ClockChanged& event) const { json.update(json_of(event.pace)); }
  void operator()(const OrderAccepted& event) const {
    add_new_order(event);
    json["status"] = name_of(event.status);
  }
  void operator()(const OrderRejected& event) const {
    add_new_order(event);
    json["reason"] = row_of(event.reason).name;
  }
  void operator()(const OrderRested& event) const {
    json["order_id"] = id_or_null(event.order);
    json["symbol"] = names.symbol(event.symbol);
    json["side"] = name_of(event.side);
    json["price"] = price_or_null(event.price);
    json["quantity"] = event.quantity.shares;
  }
  void operator()(const OrderTriggered& event) const {
    json["order_id"] = id_or_null(event.order);
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["trigger_price"] = price_or_null(event.trigger_price);
  }
  void operator()(const TradeExecuted& event) const {
    json["trade_id"] = id_or_null(event.trade);
    json["symbol"] = names.symbol(event.symbol);
    json["price"] = price_or_null(event.price);
    json["quantity"] = event.quantity.shares;
    json["taker_side"] = name_of(event.taker_side);
    json["maker_order_id"] = id_or_null(event.maker_order);
    json["maker_account"] = names.account(event.maker_account);
    json["maker_leaves"] = event.maker_leaves.shares;
    if (event.maker_refreshes) json["maker_refreshes"] = true;
    json["taker_order_id"] = id_or_null(event.taker_order);
    json["taker_account"] = names.account(event.taker_account);
    json["taker_leaves"] = event.taker_leaves.shares;
    if (event.in_auction) json["in_auction"] = true;
  }
  void operator()(const TradePrinted& event) const {
    json["trade_id"] = id_or_null(event.trade);
    json["symbol"] = names.symbol(event.symbol);
    json["price"] = price_or_null(event.price);
    json["quantity"] = event.quantity.shares;
  }
  void operator()(const OrderCancelled& event) const {
    json["order_id"] = id_or_null(event.order);
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["side"] = name_of(event.side);
    json["reason"] = name_of(event.reason);
    json["was_resting"] = event.was_resting;
    json["price"] = price_or_null(event.price);
    json["quantity"] = event.quantity.shares;
    if (event.hidden) json["hidden"] = event.hidden.shares;
  }
  void operator()(const StopTrailed& event) const {
    json["order_id"] = id_or_null(event.order);
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["stop_price"] = price_or_null(event.stop_price);
    json["reference_price"] = price_or_null(event.reference_price);
  }
  void operator()(const ExitActivated& event) const {
    json["order_id"] = id_or_null(event.order);
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["status"] = name_of(event.status);
    if (event.reason != RejectReason::none) json["reason"] = row_of(event.reason).name;
    json["quantity"] = event.quantity.shares;
    if (event.stop_price) {
      json["stop_price"] = price_or_null(event.stop_price);
      json["reference_price"] = price_or_null(event.reference_price);
    }
  }
  void operator()(const OrderReplaced& event) const {
    json["order_id"] = id_or_null(event.order);
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["side"] = name_of(event.side);
    json["was_resting"] = event.was_resting;
    json["kept_priority"] = event.kept_priority;
    json["old_price"] = price_or_null(event.old_limit_price);
    json["old_leaves"] = event.old_leaves.shares;
    if (event.old_hidden) json["old_hidden"] = event.old_hidden.shares;
    json["quantity"] = event.quantity.shares;
    json["leaves"] = event.leaves.shares;
    json["price"] = price_or_null(event.limit_price);
    json["stop_price"] = price_or_null(event.stop_price);
    json["client_order_id"] = text_or_null(event.client_order_id);
  }
  void operator()(const VenueAdded& event) const {
    json["venue"] = event.name.view();
    json["venue_number"] = id_or_null(event.venue);
    json["clearing_account"] = names.account(event.clearing_account);
    json["when_down"] = name_of(event.when_down);
  }
  void operator()(const VenueRemoved& event) const { json["venue"] = names.venue(event.venue); }
  void operator()(const RouteChanged& event) const {
    json["symbol"] = names.symbol(event.symbol);
    json["route"] = event.venue ? names.venue(event.venue) : Json(internal_route_name);
  }
  void operator()(const VenueSessionChanged& event) const {
    json["venue"] = names.venue(event.venue);
    json["up"] = event.up;
  }
  void operator()(const VenueRequestMade& event) const {
    add_routed(event);
    json["kind"] = name_of(event.kind);
    json["number"] = event.number;
    json["side"] = side_name(event.side, event.instructions.short_sale);
    json["order_type"] = name_of(event.type);
    json["time_in_force"] = name_of(event.time_in_force);
    json["quantity"] = event.quantity.shares;
    json["price"] = price_or_null(event.limit_price);
    json["stop_price"] = price_or_null(event.stop_price);
    if (event.instructions != OrderInstructions{}) add_instructions(json, event.instructions);
  }
  void operator()(const VenueStateChanged& event) const {
    add_routed(event);
    json["venue_state"] = name_of(event.state);
    json["status"] = name_of(event.status);
    json["venue_order_id"] = text_or_null(event.venue_order_id);
    json["text"] = text_or_null(event.text);
  }
  void operator()(const VenueTradeExecuted& event) const { add_venue_trade(event); }
  void operator()(const VenueTradeBusted& event) const {
    add_venue_trade(event);
    json["status"] = name_of(event.status);
    json["corrected"] = event.corrected;
  }

 private:
  template <class Routed>
  void add_routed(const Routed& event) const {
    json["order_id"] = id_or_null(event.order);
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["venue"] = names.venue(event.venue);
  }
  template <class Trade>
  void add_venue_trade(const Trade& event) const {
    json["trade_id"] = id_or_null(event.trade);
    add_routed(event);
    json["clearing_account"] = names.account(event.clearing_account);
    json["side"] = name_of(event.side);
    json["price"] = price_or_null(event.price);
    json["quantity"] = event.quantity.shares;
    json["leaves"] = event.leaves.shares;
    json["execution_id"] = text_or_null(event.execution_id);
  }
  template <class NewOrder>
  void add_new_order(const NewOrder& event) const {
    json["order_id"] = id_or_null(event.order);
    json["account"] = names.account(event.account);
    json["symbol"] = names.symbol(event.symbol);
    json["side"] = side_name(event.side, event.instructions.short_sale);
    json["order_type"] = name_of(event.type);
    json["time_in_force"] = name_of(event.time_in_force);
    json["quantity"] = event.quantity.shares;
    json["price"] = price_or_null(event.limit_price);
    json["stop_price"] = price_or_null(event.stop_price);
    json["client_order_id"] = text_or_null(event.client_order_id);
    if (event.instructions != OrderInstructions{}) add_instructions(json, event.instructions);
    if (event.link.is_linked()) {
      json["order_class"] = name_of(event.link.order_class);
      json["role"] = name_of(event.link.role);
      json["parent_order_id"] = id_or_null(event.link.parent(event.order));
    }
  }
};

/// Names the number `value`, which is dense from 1; anything else is ignored, so that memory stays bounded.
void learn_name(NameDirectory::Names& names, std::uint32_t value, std::string_view name) {
  names.try_emplace(value, name);
}

Json known_name(const NameDirectory::Names& names, std::uint32_t value) {
  if (value == 0) return nullptr;
  const auto found = names.find(value);
  return found != names.end() ? Json(found->second) : Json(std::to_string(value));
}

}  // namespace

void NameDirectory::learn(const Event& event) {
  if (const auto* opened = std::get_if<AccountOpened>(&event.body)) {
    learn_name(accounts_, opened->account.value, opened->name.view());
  } else if (const auto* added = std::get_if<SymbolAdded>(&event.body)) {
    learn_name(symbols_, added->id.value, added->symbol.view());
  } else if (const auto* venue = std::get_if<VenueAdded>(&event.body)) {
    learn_name(venues_, venue->venue.value, venue->name.view());
  }
}

void NameDirectory::learn(AccountId id, std::string_view name) {
  learn_name(accounts_, id.value, name);
}
void NameDirectory::learn(SymbolId id, std::string_view name) {
  learn_name(symbols_, id.value, name);
}

Json NameDirectory::account(AccountId id) const {
  return known_name(accounts_, id.value);
}
Json NameDirectory::symbol(SymbolId id) const {
  return known_name(symbols_, id.value);
}
Json NameDirectory::venue(VenueId id) const {
  return known_name(venues_, id.value);
}

namespace {

/// The fields of all kinds of event, each once, in the order in which they first come.
template <std::size_t... I>
std::vector<std::string> all_event_fields(std::index_sequence<I...>) {
  std::vector<std::string> fields;
  const auto add = [&](const Event& event) {
    for (std::string& name : field_names(json_of(event, NameDirectory{}))) {
      if (std::ranges::find(fields, name) == fields.end()) fields.push_back(std::move(name));
    }
  };
  (add(Event{0, {}, std::variant_alternative_t<I, EventBody>{}}), ...);
  return fields;
}

}  // namespace

const Layout& event_layout() {
  static const Layout layout{"events",
                             {{"sequence", "SEQUENCE", Align::right, Tone::plain, Shape::as_is, 0, 9},
                              {"timestamp", "TIME", Align::left, Tone::plain, Shape::time_of_day, 1, 12},
                              {"type", "EVENT", Align::left, Tone::plain, Shape::as_is, 0, 16},
                              {"account", "ACCOUNT", Align::left, Tone::plain, Shape::as_is, 0, 10},
                              {"symbol", "SYMBOL", Align::left, Tone::plain, Shape::as_is, 0, 6},
                              {"order_id", "ORDER", Align::right, Tone::plain, Shape::as_is, 0, 8},
                              {"side", "SIDE", Align::left, Tone::side, Shape::as_is, 2, 4},
                              {"quantity", "QUANTITY", Align::right, Tone::plain, Shape::as_is, 0, 9},
                              {"price", "PRICE", Align::right, Tone::plain, Shape::as_is, 0, 9},
                              {"reason", "REASON", Align::left, Tone::plain, Shape::as_is, 3, 12}},
                             all_event_fields(std::make_index_sequence<std::variant_size_v<EventBody>>{})};
  return layout;
}

std::string_view type_name(const EventBody& body) {
  return event_names[body.index()];
}

Json json_of(const Event& event, const NameDirectory& names) {
  Json json;
  json["sequence"] = event.sequence;
  json["timestamp"] = time_or_null(event.timestamp);
  json["type"] = type_name(event.body);
  std::visit(EventFields{json, names}, event.body);
  return json;
}

}  // namespace trade::format
