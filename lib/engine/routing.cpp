// Orders that are routed to another venue: placing them, asking for them to be cancelled or replaced, and
// what is set aside for them until the venue has answered.
//
// Such an order is never in a book of ours, and only its venue's reports (venue_reports.cpp) change it, but
// for one that was not sent yet. It passes the same checks as any other.
#include <algorithm>

#include "engine/shortfall.hpp"
#include "engine/state.hpp"

namespace trade {

RejectReason Engine::State::decide_routing(const PlaceOrder& command, const SymbolRecord& symbol,
                                           PlaceDecision& decision) const {
  const OrderInstructions& wanted = command.instructions;
  // What follows our own market, or other orders of ours, is not for a venue to do.
  if (command.type == OrderType::trailing_stop || command.legs.order_class != OrderClass::simple ||
      wanted.post_only || wanted.self_trade_prevention) {
    return RejectReason::venue_unsupported;
  }
  const engine::Venue& venue = routing_[VenueId{symbol.venue}];
  if (!venue.session_up && venue.when_down == WhenVenueDown::refuse) return RejectReason::venue_down;
  if (routing_.executions().size() >= engine::executions_max) return RejectReason::capacity_reached;
  // That of its account is about orders that meet here.
  decision.self_trade_prevention.reset();
  if (command.type != OrderType::market || command.side == Side::sell) return RejectReason::none;
  const Price reference = symbol.reference();
  if (!reference) return RejectReason::no_reference_price;
  const Price worst = collar(symbol, command.account, command.side, reference);
  decision.reserve_price = worst ? worst : reference;
  return RejectReason::none;
}

void Engine::State::place_at_venue(OrderSlot slot) {
  Order& order = orders_[slot];
  const VenueId venue{symbols_[order.symbol].venue};
  if (routing_.orders().size() >= routed_orders_looked_through_at_) {
    routing_.forget_orders([&](OrderId id) { return orders_.find(id) != 0; });
    routed_orders_looked_through_at_ = std::max<std::size_t>(1'024, 2 * routing_.orders().size());
  }
  engine::RoutedOrder& routed = routing_.add(order.id, venue);
  if (routing_[venue].session_up) return send_to_venue(slot);
  // Until it is sent, its expiry is ours to see to.
  if (order.expires_at != Timestamp{}) expiries_.insert(order.expires_at, order.id, slot);
  tell_venue_state(order, routed);
}

void Engine::State::send_to_venue(OrderSlot slot) {
  Order& order = orders_[slot];
  engine::RoutedOrder& routed = *routing_.order(order.id);
  if (order.expires_at != Timestamp{}) expiries_.erase(order.expires_at, order.id);
  request(order, routed, VenueRequestKind::place);
  routed.state = VenueState::sending;
  tell_venue_state(order, routed);
}

void Engine::State::request(const Order& order, engine::RoutedOrder& routed, VenueRequestKind kind) {
  ++routed.requests;
  const bool replaces = kind == VenueRequestKind::replace;
  log_.emit(VenueRequestMade{.order = order.id,
                             .account = order.account,
                             .symbol = order.symbol,
                             .venue = routed.venue,
                             .kind = kind,
                             .number = routed.requests,
                             .side = order.side,
                             .type = order.type,
                             .time_in_force = order.time_in_force,
                             .quantity = replaces ? routed.wanted.quantity : order.quantity,
                             .limit_price = replaces ? routed.wanted.limit_price : order.limit_price,
                             .stop_price = replaces ? routed.wanted.stop_price : order.stop_price,
                             .instructions = order.instructions()});
  if (kind == VenueRequestKind::place) return;
  routed.pending = routed.requests;
  routed.pending_kind = kind;
}

void Engine::State::tell_venue_state(Order& order, const engine::RoutedOrder& routed,
                                     std::string_view venue_order_id, std::string_view text) {
  order.updated_at = log_.now();
  log_.emit(VenueStateChanged{.order = order.id,
                              .account = order.account,
                              .symbol = order.symbol,
                              .venue = routed.venue,
                              .state = routed.state,
                              .status = order.status,
                              .venue_order_id = venue_order_id,
                              .text = text});
}

bool Engine::State::is_at_venue(const Order& order) const {
  return symbols_[order.symbol].is_routed() && routing_.order(order.id)->was_sent();
}

RejectReason Engine::State::why_not_changeable(const Order& order) const {
  const engine::RoutedOrder& routed = *routing_.order(order.id);
  switch (routed.state) {
    case VenueState::held:
    case VenueState::working:
      return RejectReason::none;
    case VenueState::unknown:
      return routing_[routed.venue].session_up ? RejectReason::pending_at_venue : RejectReason::venue_down;
    default:
      return RejectReason::pending_at_venue;
  }
}

RejectReason Engine::State::why_not_withdrawable(const Order& order) const {
  if (!symbols_[order.symbol].is_routed()) return RejectReason::none;
  // One that was sent may be taken back before it is acknowledged.
  const bool is_new = routing_.order(order.id)->state == VenueState::sending;
  return is_new ? RejectReason::none : why_not_changeable(order);
}

bool Engine::State::withdraw_from_venue(OrderSlot slot, CancelReason reason) {
  Order& order = orders_[slot];
  engine::RoutedOrder& routed = *routing_.order(order.id);
  if (routed.state == VenueState::ended) return false;
  if (!routed.was_sent()) {
    end_routed(slot, reason);
    return true;
  }
  // It is asked for once, and where something else is to be answered first, when it is.
  if (routed.cancel_reason == CancelReason{}) routed.cancel_reason = reason;
  if (routed.state != VenueState::sending && routed.state != VenueState::working) return true;
  request(order, routed, VenueRequestKind::cancel);
  routed.state = VenueState::pending_cancel;
  tell_venue_state(order, routed);
  return true;
}

void Engine::State::resume(Order& order, engine::RoutedOrder& routed) {
  if (routed.state != VenueState::working || routed.cancel_reason == CancelReason{}) return;
  request(order, routed, VenueRequestKind::cancel);
  routed.state = VenueState::pending_cancel;
  tell_venue_state(order, routed);
}

void Engine::State::replace_at_venue(OrderSlot slot, const ReplaceOrder& command,
                                     const ReplaceDecision& decision) {
  Order& order = orders_[slot];
  engine::RoutedOrder& routed = *routing_.order(order.id);
  const engine::WantedOrder wanted{decision.quantity, decision.limit_price, decision.stop_price,
                                   decision.reserve_price};
  const bool renames =
      !command.new_client_order_id.empty() && command.new_client_order_id != newest_client_id(order);
  const std::string_view client_order_id = renames ? command.new_client_order_id : std::string_view{};
  if (!routed.was_sent()) return become(slot, wanted, client_order_id);
  routed.wanted = wanted;
  routed.client_order_id = client_order_id;
  claim_extra(order, routed);
  request(order, routed, VenueRequestKind::replace);
  routed.state = VenueState::pending_replace;
  tell_venue_state(order, routed);
}

void Engine::State::become(OrderSlot slot, const engine::WantedOrder& wanted,
                           std::string_view client_order_id) {
  Order& order = orders_[slot];
  const Quantity old_leaves = order.open() ? order.leaves() : Quantity{};
  const Quantity leaves = order.open() ? wanted.quantity - order.filled() : Quantity{};
  // Another order of the account may have taken the id while the venue thought about it.
  const bool renames =
      !client_order_id.empty() && client_ids_.find(order.account, client_order_id) == ClientIdIndex{};
  if (renames) rename(slot, client_order_id);
  if (order.open()) {
    count_shortfall(order.account, [&] {
      change_claims(order, leaves - old_leaves, reserve_change(order, wanted.quantity, wanted.reserve_price));
    });
  }
  const Price old_limit_price = order.limit_price;
  order.quantity = wanted.quantity;
  order.limit_price = wanted.limit_price;
  order.stop_price = wanted.stop_price;
  order.reserve_units = static_cast<std::uint32_t>(wanted.reserve_price.units);
  order.updated_at = log_.now();
  OrderReplaced event = replaced(order, old_limit_price, old_leaves);
  event.leaves = leaves;
  if (renames) event.client_order_id = client_order_id;
  log_.emit(event);
}

void Engine::State::claim_extra(const Order& order, engine::RoutedOrder& routed) {
  const engine::WantedOrder& wanted = routed.wanted;
  const Money more = reserve_change(order, wanted.quantity, wanted.reserve_price);
  routed.extra_shares = std::max(wanted.quantity - order.quantity, Quantity{});
  routed.extra_money = std::max(more, Money{});
  change_claims(order, routed.extra_shares, routed.extra_money);
}

void Engine::State::release_extra(const Order& order, engine::RoutedOrder& routed) {
  if (!routed.extra_shares && !routed.extra_money) return;
  change_claims(order, -routed.extra_shares, -routed.extra_money);
  routed.extra_shares = {};
  routed.extra_money = {};
}

void Engine::State::end_routed(OrderSlot slot, CancelReason reason, const VenueReport* report) {
  Order& order = orders_[slot];
  engine::RoutedOrder& routed = *routing_.order(order.id);
  close_routed(order, routed);
  cancel(slot, reason);
  tell_venue_state(order, routed, report != nullptr ? learn_venue_order_id(routed, *report) : "",
                   report != nullptr ? report->text : "");
}

void Engine::State::close_routed(const Order& order, engine::RoutedOrder& routed) {
  release_extra(order, routed);
  routed.state = VenueState::ended;
  routed.pending = 0;
  routed.pending_kind = {};
  routed.cancel_reason = {};
  routed.wanted = {};
  routed.client_order_id.clear();
}

}  // namespace trade
