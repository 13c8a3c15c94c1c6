// What the engine shows of its state.
#include <algorithm>

#include "engine/state.hpp"

namespace trade {

std::optional<AccountView> Engine::State::account_view(AccountId id) const {
  if (!accounts_.contains(id)) return std::nullopt;
  const engine::Account& account = accounts_[id];
  const engine::AccountDetail& detail = accounts_.detail(id);
  AccountView view;
  view.number = id;
  view.id = detail.name.string();
  view.type = account.type;
  view.status = account.status;
  view.cash_balance = account.cash;
  view.reserved = account.reserved;
  // An account that owes more than it may has no buying power; the house is not bound by any.
  const Money power = engine::clamp_to_money(risk_.buying_power(id));
  view.buying_power = account.type == AccountType::house ? power : std::max(power, Money{});
  view.equity = engine::clamp_to_money(risk_.equity(id));
  view.day_trades = accounts_.day_trades(id, today_);
  view.position_max = account.position_max;
  view.order_quantity_max = account.order_quantity_max;
  view.order_notional_max = account.order_notional_max;
  view.created_at = detail.created_at;
  view.kill_switch = account.kill_switch;
  if (account.self_trade_prevention != SelfTradePrevention{})
    view.self_trade_prevention = account.self_trade_prevention;
  for (auto at = locates_.all().lower_bound({id, SymbolId{}});
       at != locates_.all().end() && at->first.first == id; ++at) {
    const engine::Locate& locate = at->second;
    view.locates.push_back({.symbol = symbols_[at->first.second].name.string(),
                            .quantity = locate.granted,
                            .held = locate.held,
                            .used = locate.used,
                            .expires_at = locate.expires_at});
  }
  return view;
}

std::optional<SymbolView> Engine::State::symbol_view(SymbolId id) const {
  if (!symbols_.contains(id)) return std::nullopt;
  const SymbolRecord& symbol = symbols_[id];
  SymbolView view{.number = id,
                  .symbol = symbol.name.string(),
                  .status = symbol.status,
                  .halt_reason = symbol.halt_reason.string(),
                  .previous_close = symbol.previous_close,
                  .last_price = symbol.last_price,
                  .tick = symbol.tick,
                  .lot = symbol.lot,
                  .phase = symbol.shown_phase(),
                  .phase_ends_at = symbol.phase_ends_at,
                  .auction = symbol.indicated,
                  .bands = symbol.bands,
                  .kill_switch = symbol.kill_switch,
                  .straddle_state = symbol.is_straddled(),
                  .easy_to_borrow = symbol.easy_to_borrow,
                  .borrow_rate_basis_points = symbol.borrow_rate_basis_points,
                  .short_sale_restricted = symbol.short_sale_restricted};
  if (symbol.limit_state != Side{}) view.limit_state = symbol.limit_state;
  if (symbol.is_routed()) {
    view.venue = {symbol.venue};
    view.venue_name = routing_[view.venue].name.string();
  }
  return view;
}

std::optional<OrderView> Engine::State::order_view(OrderId id) const {
  const OrderSlot slot = orders_.find(id);
  if (slot == 0) return std::nullopt;
  const Order& order = orders_[slot];
  OrderView view;
  view.id = order.id;
  view.client_order_id = std::string(newest_client_id(order));
  if (order.account) view.account = accounts_.detail(order.account).name.string();
  if (order.symbol) view.symbol = symbols_[order.symbol].name.string();
  view.type = order.type;
  view.side = order.side;
  view.time_in_force = order.time_in_force;
  view.status = order.status;
  view.quantity = order.quantity;
  view.limit_price = order.limit_price;
  view.stop_price = order.stop_price;
  view.filled_quantity = order.filled();
  view.filled_notional = order.filled_notional;
  view.reject_reason = order.reject_reason;
  if (order.cancel_reason != CancelReason{}) view.cancel_reason = order.cancel_reason;
  view.created_at = order.created_at;
  view.updated_at = order.updated_at;
  view.instructions = order.instructions();
  view.reference_price = {order.trail_reference};
  view.link = order.link();
  if (const engine::RoutedOrder* routed = routing_.order(id)) {
    view.venue = routing_[routed->venue].name.string();
    view.venue_state = routed->state;
    view.venue_order_id = routed->venue_order_id;
  }
  return view;
}

std::optional<VenueView> Engine::State::venue_view(VenueId id) const {
  if (!routing_.contains(id)) return std::nullopt;
  const engine::Venue& venue = routing_[id];
  VenueView view{.id = id,
                 .name = venue.name.string(),
                 .clearing_account = accounts_.detail(venue.clearing_account).name.string(),
                 .when_down = venue.when_down,
                 .session_up = venue.session_up,
                 .removed = venue.removed,
                 .told = venue.told};
  for (const auto& [order, routed] : routing_.orders()) {
    if (routed.venue == id && routed.state != VenueState::ended) ++view.open_orders;
  }
  return view;
}

std::vector<DepthLevelView> Engine::State::book_view(SymbolId id, Side side) const {
  std::vector<DepthLevelView> levels;
  if (!symbols_.contains(id)) return levels;
  symbols_[id].book.for_each_level(side, [&](const BookLevel& level) {
    levels.push_back({level.price, level.quantity, level.orders});
    return true;
  });
  return levels;
}

std::optional<Engine::OrderState> Engine::State::order_state(OrderId id) const {
  const OrderSlot slot = orders_.find(id);
  if (slot == 0) return std::nullopt;
  const Order& order = orders_[slot];
  return OrderState{order.status, order.filled(), order.filled_notional};
}

std::optional<HoldingsRow> Engine::State::holdings(AccountId id) const {
  if (!accounts_.contains(id)) return std::nullopt;
  HoldingsRow row;
  row.account = id;
  row.name = accounts_.detail(id).name.string();
  row.cash_balance = accounts_[id].cash;
  row.changed_at = accounts_[id].changed_at;
  accounts_.for_each_position(id, [&](const engine::Position& position) {
    if (position.shares) row.holdings.push_back({position.symbol, position.shares});
  });
  std::ranges::sort(row.holdings, {}, &HoldingsRow::Holding::symbol);
  return row;
}

}  // namespace trade
