#include <array>

#include "format/clock_text.hpp"
#include "format/journal_json.hpp"
#include "format/ratio.hpp"

namespace trade::format {

namespace {

constexpr std::array<std::string_view, std::variant_size_v<CommandBody>> command_names{
    "open_account",       "deposit_cash",     "withdraw_cash",     "transfer_shares",   "set_account_status",
    "set_account_limits", "set_firm_rules",   "add_symbol",        "set_symbol_status", "set_session",
    "place_order",        "cancel_order",     "cancel_all_orders", "replace_order",     "print_trade",
    "expire_orders",      "set_symbol_phase", "set_price_bands",   "set_kill_switch",   "set_locate",
    "set_easy_to_borrow", "set_clock",        "add_venue",         "remove_venue",      "set_route",
    "set_venue_session",  "venue_report"};

/// What an account or a symbol is called where a command names it.
struct Naming {
  const NameDirectory* names = nullptr;  ///< of sequenced commands
  std::string_view account_name;         ///< of submitted ones
  std::string_view symbol_name;

  [[nodiscard]] Json account(AccountId id) const {
    return names != nullptr && id ? names->account(id) : text_or_null(account_name);
  }
  [[nodiscard]] Json venue(VenueId id) const { return names != nullptr ? names->venue(id) : id_or_null(id); }
  [[nodiscard]] Json symbol(SymbolId id) const {
    return names != nullptr && id ? names->symbol(id) : text_or_null(symbol_name);
  }
};

/// Adds the fields of each kind of command.
struct CommandFields {
  Json& json;
  const Naming& naming;

  /// What names an outbox is more than a JSON number can be sure to hold.
  void add_number(const OutboxNumber& number) const {
    if (number.value == 0) return;
    json["outbox"] = std::to_string(number.outbox);
    json["number"] = number.value;
  }

  void operator()(const OpenAccount& command) const {
    json["account"] = command.name.view();
    json["account_type"] = name_of(command.type);
  }
  void operator()(const DepositCash& command) const {
    json["account"] = naming.account(command.account);
    json["amount"] = format_money(command.amount);
  }
  void operator()(const WithdrawCash& command) const {
    json["account"] = naming.account(command.account);
    json["amount"] = format_money(command.amount);
  }
  void operator()(const TransferShares& command) const {
    json["account"] = naming.account(command.account);
    json["symbol"] = naming.symbol(command.symbol);
    json["quantity"] = command.quantity.shares;
    json["cost_price"] = price_or_null(command.cost_price);
  }
  void operator()(const SetAccountStatus& command) const {
    json["account"] = naming.account(command.account);
    json["status"] = name_of(command.status);
  }
  void operator()(const SetAccountLimits& command) const {
    json["account"] = naming.account(command.account);
    if (command.position_max) json["max_position"] = command.position_max->shares;
    if (command.order_quantity_max) json["max_order_quantity"] = command.order_quantity_max->shares;
    if (command.order_notional_max) json["max_order_notional"] = format_money(*command.order_notional_max);
    if (command.self_trade_prevention) {
      const bool none = *command.self_trade_prevention == SelfTradePrevention{};
      json["self_trade_prevention"] = none ? "none" : name_of(*command.self_trade_prevention);
    }
  }
  void operator()(const SetFirmRules& command) const { json.update(json_of(command.rules)); }
  void operator()(const AddSymbol& command) const {
    json["symbol"] = command.symbol.view();
    json["previous_close"] = price_or_null(command.previous_close);
    json["tick"] = price_or_null(command.tick);
    json["lot"] = command.lot.shares;
  }
  void operator()(const SetSymbolStatus& command) const {
    json["symbol"] = naming.symbol(command.symbol);
    json["status"] = name_of(command.status);
    json["reason"] = text_or_null(command.reason);
    if (command.auction) json["auction"] = true;
  }
  void operator()(const SetSession& command) const {
    json["status"] = name_of(command.phase);
    json["trading_date"] =
        command.trading_date.days == 0 ? Json(nullptr) : Json(format_date(command.trading_date));
    if (command.market_phase) json["phase"] = name_of(*command.market_phase);
    if (command.closes_at != Timestamp{}) json["closes_at"] = format_timestamp(command.closes_at);
  }
  void operator()(const PlaceOrder& command) const {
    json["account"] = naming.account(command.account);
    json["symbol"] = naming.symbol(command.symbol);
    json["side"] = side_name(command.side, command.instructions.short_sale);
    json["order_type"] = name_of(command.type);
    json["quantity"] = command.quantity.shares;
    json["price"] = price_or_null(command.limit_price);
    json["stop_price"] = price_or_null(command.stop_price);
    json["time_in_force"] = name_of(command.time_in_force);
    json["client_order_id"] = text_or_null(command.client_order_id);
    if (command.instructions != OrderInstructions{}) add_instructions(json, command.instructions);
    if (command.legs != OrderLegs{}) {
      json["order_class"] = name_of(command.legs.order_class);
      json["take_profit_price"] = price_or_null(command.legs.take_profit_limit_price);
      json["stop_loss_price"] = price_or_null(command.legs.stop_loss_stop_price);
      json["stop_loss_limit_price"] = price_or_null(command.legs.stop_loss_limit_price);
      if (command.legs.stop_loss_trails()) {
        json["stop_loss_trail_amount"] = price_or_null(command.legs.stop_loss_trail_amount);
        json["stop_loss_trail_percent"] = ratio_or_null(command.legs.stop_loss_trail_basis_points);
      }
    }
    if (command.session) json["session"] = id_or_null(command.session);
  }
  void operator()(const CancelOrder& command) const {
    json["account"] = naming.account(command.account);
    json["order_id"] = id_or_null(command.order);
    json["client_order_id"] = text_or_null(command.client_order_id);
  }
  void operator()(const CancelAllOrders& command) const {
    json["account"] = naming.account(command.account);
    json["symbol"] = naming.symbol(command.symbol);
    if (command.side) json["side"] = name_of(*command.side);
    if (command.session) json["session"] = id_or_null(command.session);
  }
  void operator()(const ExpireOrders&) const {}
  void operator()(const SetSymbolPhase& command) const {
    json["symbol"] = naming.symbol(command.symbol);
    json["phase"] = name_of(command.phase);
  }
  void operator()(const SetPriceBands& command) const {
    json["symbol"] = naming.symbol(command.symbol);
    json["percent"] = format_percent(command.basis_points);
    if (command.tier) json["tier"] = name_of(*command.tier);
    json["pause_seconds"] = command.pause_seconds;
    json["reference"] = price_or_null(command.reference);
    if (command.limit_state_seconds != 0) json["limit_state_seconds"] = command.limit_state_seconds;
    if (command.leverage_basis_points != 0) json["leverage"] = format_ratio(command.leverage_basis_points);
  }
  void operator()(const SetLocate& command) const {
    json["account"] = naming.account(command.account);
    json["symbol"] = naming.symbol(command.symbol);
    json["quantity"] = command.quantity.shares;
    json["expires_at"] = time_or_null(command.expires_at);
  }
  void operator()(const SetEasyToBorrow& command) const {
    json["symbol"] = naming.symbol(command.symbol);
    json["on"] = command.on;
    if (command.rate_basis_points) json["borrow_rate"] = format_percent(*command.rate_basis_points);
  }
  void operator()(const SetKillSwitch& command) const {
    json["account"] = naming.account(command.account);
    json["symbol"] = naming.symbol(command.symbol);
    json["on"] = command.on;
  }
  void operator()(const SetClock& command) const { json.update(json_of(command.pace)); }
  void operator()(const AddVenue& command) const {
    json["venue"] = command.name.view();
    json["when_down"] = name_of(command.when_down);
  }
  void operator()(const RemoveVenue& command) const { json["venue"] = naming.venue(command.venue); }
  void operator()(const SetRoute& command) const {
    json["symbol"] = naming.symbol(command.symbol);
    json["route"] = command.venue ? naming.venue(command.venue) : Json(internal_route_name);
  }
  void operator()(const SetVenueSession& command) const {
    json["venue"] = naming.venue(command.venue);
    json["up"] = command.up;
    add_number(command.number);
  }
  void operator()(const VenueReport& command) const {
    json["venue"] = naming.venue(command.venue);
    json["order_id"] = id_or_null(command.order);
    json["kind"] = name_of(command.kind);
    json["request"] = command.request == 0 ? Json(nullptr) : Json(command.request);
    json["execution_id"] = text_or_null(command.execution_id);
    if (!command.reference_execution_id.empty())
      json["reference_execution_id"] = command.reference_execution_id;
    json["venue_order_id"] = text_or_null(command.venue_order_id);
    json["text"] = text_or_null(command.text);
    json["quantity"] = quantity_or_null(command.quantity);
    json["price"] = price_or_null(command.price);
    if (command.stop_price) json["stop_price"] = price_or_null(command.stop_price);
    json["cumulative"] = command.cumulative.shares;
    json["leaves"] = command.leaves.shares;
    json["average_price"] = price_or_null(command.average_price);
    add_number(command.number);
  }
  void operator()(const ReplaceOrder& command) const {
    json["account"] = naming.account(command.account);
    json["order_id"] = id_or_null(command.order);
    json["client_order_id"] = text_or_null(command.client_order_id);
    if (command.quantity) json["quantity"] = command.quantity->shares;
    if (command.limit_price) json["price"] = price_or_null(*command.limit_price);
    if (command.stop_price) json["stop_price"] = price_or_null(*command.stop_price);
    if (!command.new_client_order_id.empty()) json["new_client_order_id"] = command.new_client_order_id;
  }
  void operator()(const PrintTrade& command) const {
    json["symbol"] = naming.symbol(command.symbol);
    json["price"] = price_or_null(command.price);
    json["quantity"] = command.quantity.shares;
  }
};

}  // namespace

std::string_view type_name(const CommandBody& body) {
  return command_names[body.index()];
}

Json json_of(const Command& command, const NameDirectory& names) {
  Json json;
  json["timestamp"] = time_or_null(command.timestamp);
  json["type"] = type_name(command.body);
  const Naming naming{&names, {}, {}};
  std::visit(CommandFields{json, naming}, command.body);
  return json;
}

Json json_of(const SubmittedCommand& command) {
  Json json;
  json["type"] = type_name(command.body);
  const Naming naming{nullptr, command.account_name, command.symbol_name};
  std::visit(CommandFields{json, naming}, command.body);
  return json;
}

}  // namespace trade::format
