#include "format/layout.hpp"

namespace trade::format {

namespace {

using enum Align;
using enum Tone;
using enum Shape;

}  // namespace

std::vector<std::string> field_names(const Json& record) {
  std::vector<std::string> names;
  for (const auto& item : record.items())
    names.push_back(item.key());
  return names;
}

const Layout& order_layout() {
  static const Layout layout{"orders",
                             {{"id", "ID", right, plain, as_is, 0, 8},
                              {"account", "ACCOUNT", left, plain, as_is, 2, 10},
                              {"symbol", "SYMBOL", left, plain, as_is, 0, 6},
                              {"side", "SIDE", left, side, as_is, 0, 4},
                              {"quantity", "QUANTITY", right, plain, as_is, 0, 8},
                              {"order_type", "TYPE", left, plain, as_is, 0, 10},
                              {"price", "PRICE", right, plain, as_is, 0, 9},
                              {"stop_price", "STOP", right, plain, as_is, 6, 9},
                              {"time_in_force", "TIF", left, plain, as_is, 4, 3},
                              {"filled_quantity", "FILLED", right, plain, as_is, 0, 8},
                              {"average_price", "AVERAGE", right, plain, as_is, 5, 9},
                              {"status", "STATUS", left, state, as_is, 0, 16},
                              {"venue", "VENUE", left, plain, as_is, 2, 8},
                              {"venue_state", "AT VENUE", left, plain, as_is, 1, 15},
                              {"reject_reason", "REASON", left, plain, as_is, 3, 20},
                              {"client_order_id", "CLIENT ID", left, plain, as_is, 7, 12},
                              {"leg", "LEG", left, plain, as_is, 4, 11},
                              {"parent_order_id", "OF", right, plain, as_is, 5, 8},
                              {"legs", "LEGS", left, plain, as_is, 5, 12},
                              {"created_at", "CREATED", left, plain, Shape::time, 8, 19}},
                             field_names(json_of(OrderView{}))};
  return layout;
}

const Layout& fill_layout() {
  static const Layout layout{"fills",
                             {{"id", "ID", right, plain, as_is, 0, 8},
                              {"order_id", "ORDER", right, plain, as_is, 0, 8},
                              {"account", "ACCOUNT", left, plain, as_is, 1, 10},
                              {"symbol", "SYMBOL", left, plain, as_is, 0, 6},
                              {"side", "SIDE", left, side, as_is, 0, 4},
                              {"quantity", "QUANTITY", right, plain, as_is, 0, 8},
                              {"price", "PRICE", right, plain, as_is, 0, 9},
                              {"liquidity", "LIQUIDITY", left, plain, as_is, 3, 9},
                              {"venue", "VENUE", left, plain, as_is, 4, 8},
                              {"busted", "BUSTED", left, plain, as_is, 5, 6},
                              {"executed_at", "EXECUTED", left, plain, Shape::time, 2, 19}},
                             field_names(json_of(FillView{}))};
  return layout;
}

const Layout& account_layout() {
  static const Layout layout{"accounts",
                             {{"id", "ID", left, plain, as_is, 0, 12},
                              {"account_type", "TYPE", left, plain, as_is, 0, 6},
                              {"status", "STATUS", left, state, as_is, 0, 9},
                              {"cash_balance", "CASH", right, plain, as_is, 0, 14},
                              {"buying_power", "BUYING POWER", right, plain, as_is, 0, 14},
                              {"equity", "EQUITY", right, plain, as_is, 1, 14},
                              {"day_trades", "DAY TRADES", right, plain, as_is, 3, 10},
                              {"created_at", "CREATED", left, plain, Shape::time, 2, 19}},
                             field_names(json_of(AccountView{}))};
  return layout;
}

const Layout& locate_layout() {
  static const Layout layout{"locates",
                             {{"account", "ACCOUNT", left, plain, as_is, 0, 12},
                              {"symbol", "SYMBOL", left, plain, as_is, 0, 6},
                              {"quantity", "QUANTITY", right, plain, as_is, 0, 9},
                              {"held", "HELD", right, plain, as_is, 0, 9},
                              {"used", "USED", right, plain, as_is, 0, 9},
                              {"expires_at", "EXPIRES", left, plain, Shape::time, 1, 19}},
                             {"account", "symbol", "quantity", "held", "used", "expires_at"}};
  return layout;
}

const Layout& symbol_layout() {
  static const Layout layout{"symbols",
                             {{"symbol", "SYMBOL", left, plain, as_is, 0, 6},
                              {"status", "STATUS", left, state, as_is, 0, 8},
                              {"phase", "PHASE", left, plain, as_is, 4, 18},
                              {"last", "LAST", right, plain, as_is, 0, 10},
                              {"previous_close", "PREVIOUS CLOSE", right, plain, as_is, 0, 14},
                              {"tick", "TICK", right, plain, as_is, 2, 6},
                              {"lot", "LOT", right, plain, as_is, 3, 5},
                              {"route", "ROUTE", left, plain, as_is, 2, 10},
                              {"halt_reason", "HALT REASON", left, plain, as_is, 1, 20}},
                             field_names(json_of(SymbolView{}))};
  return layout;
}

const Layout& session_layout() {
  static const Layout layout{"sessions",
                             {{"status", "MARKET", left, state, as_is, 0, 6},
                              {"phase", "PHASE", left, plain, as_is, 1, 18},
                              {"trading_date", "TRADING DATE", left, plain, as_is, 0, 12}},
                             field_names(json_of(SessionView{}))};
  return layout;
}

const Layout& rules_layout() {
  static const Layout layout{"rules", {}, field_names(json_of(FirmRules{}))};
  return layout;
}

const Layout& quote_layout() {
  static const Layout layout{"quotes",
                             {{"symbol", "SYMBOL", left, plain, as_is, 0, 6},
                              {"bid_size", "BID SIZE", right, plain, as_is, 1, 8},
                              {"bid", "BID", right, plain, as_is, 0, 9},
                              {"ask", "ASK", right, plain, as_is, 0, 9},
                              {"ask_size", "ASK SIZE", right, plain, as_is, 1, 8},
                              {"last", "LAST", right, plain, as_is, 0, 9},
                              {"last_size", "SIZE", right, plain, as_is, 3, 6},
                              {"volume", "VOLUME", right, plain, as_is, 2, 10},
                              {"open", "OPEN", right, plain, as_is, 8, 9},
                              {"high", "HIGH", right, plain, as_is, 7, 9},
                              {"low", "LOW", right, plain, as_is, 6, 9},
                              {"previous_close", "PREVIOUS", right, plain, as_is, 5, 9},
                              {"phase", "PHASE", left, plain, as_is, 9, 18},
                              {"indicative_price", "INDICATIVE", right, plain, as_is, 10, 10},
                              {"timestamp", "TIME", left, plain, time_of_day, 4, 12}},
                             field_names(json_of(QuoteView{}))};
  return layout;
}

const Layout& depth_level_layout() {
  static const Layout layout{
      "levels",
      {{"bid_orders", "ORDERS", right, plain, as_is, 1, 6},
       {"bid_size", "BID SIZE", right, plain, as_is, 0, 10},
       {"bid", "BID", right, plain, as_is, 0, 10},
       {"ask", "ASK", right, plain, as_is, 0, 10},
       {"ask_size", "ASK SIZE", right, plain, as_is, 0, 10},
       {"ask_orders", "ORDERS", right, plain, as_is, 1, 6}},
      {"symbol", "level", "bid_orders", "bid_size", "bid", "ask", "ask_size", "ask_orders", "sequence"}};
  return layout;
}

const Layout& tape_layout() {
  static const Layout layout{"trades",
                             {{"executed_at", "TIME", left, plain, time_of_day, 0, 12},
                              {"symbol", "SYMBOL", left, plain, as_is, 0, 6},
                              {"price", "PRICE", right, plain, as_is, 0, 10},
                              {"quantity", "QUANTITY", right, plain, as_is, 0, 10},
                              {"taker_side", "TAKER", left, side, as_is, 0, 5},
                              {"id", "ID", right, plain, as_is, 1, 10}},
                             field_names(json_of(TapeEntryView{}))};
  return layout;
}

const Layout& bar_layout() {
  static const Layout layout{"bars",
                             {{"start", "START", left, plain, Shape::time, 0, 19},
                              {"open", "OPEN", right, plain, as_is, 0, 9},
                              {"high", "HIGH", right, plain, as_is, 0, 9},
                              {"low", "LOW", right, plain, as_is, 0, 9},
                              {"close", "CLOSE", right, plain, as_is, 0, 9},
                              {"average_price", "AVERAGE", right, plain, as_is, 2, 9},
                              {"volume", "VOLUME", right, plain, as_is, 1, 10},
                              {"trades", "TRADES", right, plain, as_is, 3, 7}},
                             field_names(json_of(BarView{}, {}, {}))};
  return layout;
}

const Layout& position_layout() {
  static const Layout layout{"positions",
                             {{"symbol", "SYMBOL", left, plain, as_is, 0, 6},
                              {"quantity", "QUANTITY", right, plain, as_is, 0, 8},
                              {"average_cost", "AVERAGE COST", right, plain, as_is, 0, 12},
                              {"market_price", "PRICE", right, plain, as_is, 0, 9},
                              {"current_value", "VALUE", right, plain, as_is, 0, 12},
                              {"unrealized_pnl", "UNREALIZED", right, signed_amount, as_is, 1, 12},
                              {"realized_pnl", "REALIZED", right, signed_amount, as_is, 2, 12}},
                             field_names(json_of(PositionView{}))};
  return layout;
}

const Layout& posting_layout() {
  static const Layout layout{"postings",
                             {{"sequence", "SEQUENCE", right, plain, as_is, 0, 8},
                              {"timestamp", "TIME", left, plain, Shape::time, 1, 19},
                              {"account", "ACCOUNT", left, plain, as_is, 0, 10},
                              {"ledger", "LEDGER", left, plain, as_is, 0, 12},
                              {"symbol", "SYMBOL", left, plain, as_is, 0, 6},
                              {"quantity", "QUANTITY", right, plain, as_is, 0, 8},
                              {"amount", "AMOUNT", right, signed_amount, as_is, 0, 14}},
                             field_names(json_of(PostingView{}))};
  return layout;
}

const Layout& key_layout() {
  static const Layout layout{"API keys",
                             {{"id", "KEY", left, plain, as_is, 0, 20},
                              {"account", "ACCOUNT", left, plain, as_is, 0, 10},
                              {"role", "ROLE", left, plain, as_is, 0, 8},
                              {"created_at", "CREATED", left, plain, Shape::time, 2, 19},
                              {"expires_at", "EXPIRES", left, plain, Shape::time, 1, 19},
                              {"revoked_at", "REVOKED", left, plain, Shape::time, 0, 19}},
                             field_names(json_of(KeyView{}))};
  return layout;
}

const Layout& daemon_layout() {
  static const Layout layout{"daemons",
                             {{"daemon", "DAEMON", left, plain, as_is, 0, 8},
                              {"state", "STATE", left, state, as_is, 0, 11},
                              {"pid", "PID", right, plain, as_is, 0, 7},
                              {"started_at", "STARTED", left, plain, Shape::time, 1, 19},
                              {"sequence", "SEQUENCE", right, plain, as_is, 0, 10},
                              {"lag", "LAG", right, plain, as_is, 0, 6},
                              {"version", "VERSION", left, plain, as_is, 2, 8}},
                             field_names(json_of(DaemonView{}))};
  return layout;
}

}  // namespace trade::format
