#include <algorithm>
#include <array>
#include <charconv>

#include "gatewayd/alpaca.hpp"
#include "model/reject_reason.hpp"

namespace trade::gatewayd::alpaca {

namespace {

constexpr std::uint32_t symbols_page = 1'000;

/// What that API answers where ours has another status: refused for want of means is 403, all else about an
/// order is 422, and another's order does not exist.
int status_for(const Problem& problem) {
  const auto reason = reject_reason_named(problem.name);
  if (!reason) return problem.status == 400 ? 422 : problem.status;
  switch (*reason) {
    case RejectReason::insufficient_buying_power:
    case RejectReason::insufficient_shares:
    case RejectReason::account_not_active:
    case RejectReason::pattern_day_trader:
    case RejectReason::intraday_margin_deficit:
    case RejectReason::position_limit:
    case RejectReason::order_size:
    case RejectReason::market_closed:
    case RejectReason::short_sale_not_permitted:
    case RejectReason::long_position:
      return 403;
    case RejectReason::not_your_order:
    case RejectReason::unknown_order:
    case RejectReason::unknown_account:
      return 404;
    case RejectReason::overloaded:
    case RejectReason::capacity_reached:
      return 503;
    default:
      return 422;
  }
}

std::string hex(std::uint64_t number, int digits) {
  std::string text(static_cast<std::size_t>(digits), '0');
  for (int i = digits - 1; i >= 0; --i, number >>= 4)
    text[static_cast<std::size_t>(i)] = "0123456789abcdef"[number & 15];
  return text;
}

std::optional<std::uint64_t> from_hex(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (bad != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// "trad" in ASCII: ids of ours are told from others by it.
constexpr std::string_view uuid_start = "74726164-";

}  // namespace

http::Response error(const Error& error) {
  Problem problem = problem_of(error);
  // What is looked for and not there is so, whatever it would mean in an order.
  problem.status = error.code == ErrorCode::not_found ? 404 : status_for(problem);
  return response_to(Surface::alpaca, problem);
}

http::Response error(int status, std::string_view message) {
  return response_to(Surface::alpaca, {status, "", std::string(message)});
}

std::string uuid_of(IdKind kind, std::uint64_t number) {
  return std::string(uuid_start) + hex(number >> 48, 4) + "-4" + hex(static_cast<std::uint64_t>(kind), 3) +
         "-8000-" + hex(number & 0xffff'ffff'ffff, 12);
}

std::optional<std::uint64_t> number_of(IdKind kind, std::string_view uuid) {
  if (uuid.size() != 36) return std::nullopt;
  const auto high = from_hex(uuid.substr(9, 4));
  const auto low = from_hex(uuid.substr(24));
  if (!high || !low) return std::nullopt;
  const std::uint64_t number = (*high << 48) | *low;
  std::string lower(uuid);
  for (char& c : lower)
    c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  if (number == 0 || lower != uuid_of(kind, number)) return std::nullopt;
  return number;
}

std::string_view type_name(OrderType type) {
  return type == OrderType::stop_loss ? std::string_view("stop") : name_of(type);
}

std::string_view status_name(const OrderView& order) {
  if (!is_terminal(order.status)) {
    if (order.venue_state == VenueState::pending_cancel) return "pending_cancel";
    if (order.venue_state == VenueState::pending_replace) return "pending_replace";
  }
  switch (order.status) {
    case OrderStatus::pending:
      // At a venue: not known to be there yet. Else it waits for its entry.
      return order.venue_state && order.venue_state != VenueState::held ? "pending_new" : "held";
    case OrderStatus::validated:
    case OrderStatus::submitted:
      return "new";
    case OrderStatus::cancelled:
      return "canceled";
    default:
      return name_of(order.status);
  }
}

format::Json order_json(const OrderView& order) {
  const auto time_if = [&](bool when) {
    return when ? format::time_or_null(order.updated_at) : format::Json(nullptr);
  };
  const Price average = average_price(order.filled_notional, order.filled_quantity);
  format::Json json;
  json["id"] = uuid_of(IdKind::order, order.id.value);
  json["client_order_id"] =
      order.client_order_id.empty() ? uuid_of(IdKind::order, order.id.value) : order.client_order_id;
  json["created_at"] = format::time_or_null(order.created_at);
  json["updated_at"] = format::time_or_null(order.updated_at);
  json["submitted_at"] = format::time_or_null(order.created_at);
  json["filled_at"] = time_if(order.status == OrderStatus::filled);
  json["expired_at"] = time_if(order.status == OrderStatus::expired);
  json["canceled_at"] = time_if(order.status == OrderStatus::cancelled);
  json["failed_at"] = time_if(order.status == OrderStatus::rejected);
  json["replaced_at"] = nullptr;
  json["replaced_by"] = nullptr;
  json["replaces"] = nullptr;
  json["asset_class"] = "us_equity";
  json["symbol"] = order.symbol;
  json["notional"] = nullptr;
  json["qty"] = std::to_string(order.quantity.shares);
  json["filled_qty"] = std::to_string(order.filled_quantity.shares);
  json["filled_avg_price"] = format::price_or_null(average);
  json["order_class"] = name_of(order.link.order_class);
  json["order_type"] = type_name(order.type);
  json["type"] = type_name(order.type);
  json["side"] = name_of(order.side);
  // What a purchase leads to is not kept.
  json["position_intent"] = nullptr;
  if (order.side == Side::sell)
    json["position_intent"] = order.instructions.short_sale ? "sell_to_open" : "sell_to_close";
  json["time_in_force"] = name_of(order.time_in_force);
  json["limit_price"] = format::price_or_null(order.limit_price);
  json["stop_price"] = format::price_or_null(order.stop_price);
  json["status"] = status_name(order);
  json["extended_hours"] = false;
  json["legs"] = nullptr;
  // A basis point is 100 of the 1/10000 in which money is told.
  json["trail_percent"] = format::money_or_null(Money{order.instructions.trail_basis_points * 100});
  json["trail_price"] = format::price_or_null(order.instructions.trail_amount);
  json["hwm"] = format::price_or_null(order.reference_price);
  return json;
}

format::Json asset_json(const SymbolView& symbol) {
  format::Json json;
  json["id"] = uuid_of(IdKind::asset, symbol.number.value);
  json["class"] = "us_equity";
  json["exchange"] = "NASDAQ";
  json["symbol"] = symbol.symbol;
  json["name"] = symbol.symbol;
  json["status"] = "active";
  json["tradable"] = symbol.status == SymbolStatus::trading;
  json["marginable"] = true;
  // What is not easy to borrow can be sold short as well, once shares are located.
  json["shortable"] = true;
  json["easy_to_borrow"] = symbol.easy_to_borrow;
  json["borrow_status"] = symbol.easy_to_borrow ? "easy_to_borrow" : "hard_to_borrow";
  json["fractionable"] = false;
  json["min_order_size"] = std::to_string(symbol.lot.shares);
  json["min_trade_increment"] = std::to_string(symbol.lot.shares);
  json["price_increment"] = format_price(symbol.tick);
  json["attributes"] = format::Json::array();
  return json;
}

Task<Result<SymbolView>> find_symbol(Call& call, std::string symbol) {
  SymbolsRequest request;
  request.symbol = std::move(symbol);
  request.limit = 1;
  RequestBody body(std::move(request));
  auto reply = co_await call.upstream().ask<SymbolsReply>(Daemon::tradingd, std::move(body));
  if (!reply) co_return pass_on(std::move(reply));
  if (reply->symbols.empty()) co_return fail(ErrorCode::not_found, "asset not found");
  co_return std::move(reply->symbols.front());
}

Task<Result<std::vector<SymbolView>>> all_symbols(Call& call) {
  std::vector<SymbolView> all;
  SymbolsRequest request;
  for (;;) {
    request.limit = symbols_page;
    RequestBody body(request);
    auto reply = co_await call.upstream().ask<SymbolsReply>(Daemon::tradingd, std::move(body));
    if (!reply) co_return pass_on(std::move(reply));
    if (reply->symbols.empty()) co_return std::move(all);
    for (SymbolView& symbol : reply->symbols) {
      request.after = std::max(request.after, symbol.number);
      all.push_back(std::move(symbol));
    }
  }
}

}  // namespace trade::gatewayd::alpaca
