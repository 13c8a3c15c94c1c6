// Orders that are placed together: brackets, one-cancels-other, one-triggers-other. Which there may be, and
// how they come to be.
#include "engine/linked_orders.hpp"

#include "engine/state.hpp"

namespace trade {

namespace engine {

namespace {

bool valid_price(Price price) {
  return price.units > 0 && price.units <= price_units_max;
}

/// Whether a stop-loss trails in one way and in no other is given a price, if it trails.
bool has_valid_trail(const OrderLegs& legs) {
  if (!legs.stop_loss_trails()) return true;
  const bool by_amount = valid_price(legs.stop_loss_trail_amount) && legs.stop_loss_trail_basis_points == 0;
  const bool by_ratio = !legs.stop_loss_trail_amount && legs.stop_loss_trail_basis_points > 0 &&
                        legs.stop_loss_trail_basis_points <= trail_basis_points_max;
  return (by_amount || by_ratio) && !legs.stop_loss_stop_price && !legs.stop_loss_limit_price;
}

}  // namespace

bool in_order(const GroupPrices& prices) {
  // A price that is absent is in order.
  const auto is_better = [&](Price better, Price worse) {
    if (!better || !worse) return true;
    return prices.exit_side == Side::sell ? better > worse : better < worse;
  };
  return is_better(prices.take_profit_limit, prices.entry) &&
         is_better(prices.entry, prices.stop_loss_stop) &&
         is_better(prices.take_profit_limit, prices.stop_loss_stop) &&
         is_better(prices.take_profit_limit, prices.stop_loss_limit) &&
         is_better(prices.entry, prices.stop_loss_limit);
}

RejectReason check_given_legs(const PlaceOrder& order) {
  const OrderLegs& legs = order.legs;
  if (!value_numbered<OrderClass>(static_cast<std::uint8_t>(legs.order_class))) {
    return RejectReason::invalid_order;
  }
  const bool is_oco = legs.order_class == OrderClass::oco;
  const bool takes_profit = static_cast<bool>(legs.take_profit_limit_price);
  const bool stops_loss = legs.has_stop_loss();
  bool right_legs = false;
  switch (legs.order_class) {
    case OrderClass::simple:
      break;
    case OrderClass::bracket:
      right_legs = takes_profit && stops_loss;
      break;
    case OrderClass::oto:
      right_legs = takes_profit != stops_loss;
      break;
    case OrderClass::oco:
      right_legs = stops_loss && !takes_profit;
      break;
  }
  const auto absent_or_valid = [](Price price) { return !price || valid_price(price); };
  if (!right_legs || (legs.stop_loss_limit_price && !stops_loss) || !has_valid_trail(legs) ||
      !absent_or_valid(legs.take_profit_limit_price) || !absent_or_valid(legs.stop_loss_stop_price) ||
      !absent_or_valid(legs.stop_loss_limit_price)) {
    return RejectReason::invalid_legs;
  }
  // Exits outlive the moment, and any one auction.
  if (order.time_in_force != TimeInForce::day && order.time_in_force != TimeInForce::gtc &&
      order.time_in_force != TimeInForce::gtd) {
    return RejectReason::invalid_legs;
  }
  if (is_oco) {
    OrderInstructions allowed;
    allowed.self_trade_prevention = order.instructions.self_trade_prevention;
    allowed.expires_at = order.instructions.expires_at;
    if (order.type != OrderType::limit || order.instructions != allowed) return RejectReason::invalid_legs;
  }
  const GroupPrices prices{.exit_side = is_oco ? order.side : opposite(order.side),
                           .entry = is_oco              ? Price{}
                                    : order.limit_price ? order.limit_price
                                                        : order.stop_price,
                           .take_profit_limit = is_oco ? order.limit_price : legs.take_profit_limit_price,
                           .stop_loss_stop = legs.stop_loss_stop_price,
                           .stop_loss_limit = legs.stop_loss_limit_price};
  return in_order(prices) ? RejectReason::none : RejectReason::invalid_legs;
}

OrderType stop_loss_type(const OrderLegs& legs) {
  if (legs.stop_loss_trails()) return OrderType::trailing_stop;
  return legs.stop_loss_limit_price ? OrderType::stop_limit : OrderType::stop_loss;
}

OrderLink link_of_linked(const PlaceOrder& order) {
  const OrderClass order_class = order.legs.order_class;
  if (!value_numbered<OrderClass>(static_cast<std::uint8_t>(order_class))) return {};
  return {order_class, order_class == OrderClass::oco ? OrderRole::take_profit : OrderRole::entry};
}

}  // namespace engine

RejectReason Engine::State::decide_legs(const PlaceOrder& command, const SymbolRecord& symbol,
                                        PlaceDecision& decision, Money& cost, Money& notional) const {
  const OrderLegs& legs = command.legs;
  if (accounts_[command.account].type != AccountType::house) {
    for (const Price price :
         {legs.take_profit_limit_price, legs.stop_loss_stop_price, legs.stop_loss_limit_price}) {
      const RejectReason reason = check_increments(symbol, price, {}, {});
      if (reason != RejectReason::none) return reason;
    }
  }
  const Price stop_loss_price =
      legs.stop_loss_limit_price ? legs.stop_loss_limit_price : legs.stop_loss_stop_price;
  notional = std::max(
      {notional, legs.take_profit_limit_price * command.quantity, stop_loss_price * command.quantity});
  if (legs.order_class != OrderClass::oco) return RejectReason::none;
  decision.leg_stop_price = legs.stop_loss_stop_price;
  if (legs.stop_loss_trails()) {
    const Price reference = symbol.reference();
    if (!reference) return RejectReason::no_reference_price;
    const bool is_ratio = legs.stop_loss_trail_basis_points != 0;
    decision.leg_stop_price = trailing_stop_price(
        symbol, command.side, reference,
        is_ratio ? legs.stop_loss_trail_basis_points : legs.stop_loss_trail_amount.units, is_ratio);
    if (!decision.leg_stop_price) return RejectReason::invalid_price;
    const engine::GroupPrices prices{.exit_side = command.side,
                                     .entry = {},
                                     .take_profit_limit = command.limit_price,
                                     .stop_loss_stop = decision.leg_stop_price,
                                     .stop_loss_limit = {}};
    if (!in_order(prices)) return RejectReason::invalid_legs;
  }
  if (command.side == Side::buy) {
    // The order itself is the take-profit, which has no claim.
    decision.reserve_price = {};
    const OrderType type = engine::stop_loss_type(legs);
    cost = reserve_price_of(type, legs.stop_loss_limit_price, decision.leg_stop_price) * command.quantity;
  }
  return RejectReason::none;
}

void Engine::State::accept_legs(OrderSlot parent_slot, const PlaceOrder& command,
                                const PlaceDecision& decision) {
  const Order& parent = orders_[parent_slot];
  const OrderLegs& legs = command.legs;
  const bool is_oco = legs.order_class == OrderClass::oco;
  OrderInstructions instructions;
  instructions.self_trade_prevention = parent.instructions().self_trade_prevention;
  instructions.expires_at = parent.expires_at;
  for (const OrderRole role : {OrderRole::take_profit, OrderRole::stop_loss}) {
    const bool takes_profit = role == OrderRole::take_profit;
    if (takes_profit ? !legs.take_profit_limit_price : !legs.has_stop_loss()) continue;
    const OrderId id = orders_.take_id();
    const OrderSlot slot = orders_.make(id);
    Order& leg = orders_[slot];
    leg.account = parent.account;
    leg.symbol = parent.symbol;
    leg.position = parent.position;
    leg.side = is_oco ? parent.side : opposite(parent.side);
    leg.type = takes_profit ? OrderType::limit : engine::stop_loss_type(legs);
    leg.time_in_force = parent.time_in_force;
    leg.quantity = parent.quantity;
    leg.limit_price = takes_profit ? legs.take_profit_limit_price : legs.stop_loss_limit_price;
    if (!takes_profit) leg.stop_price = is_oco ? decision.leg_stop_price : legs.stop_loss_stop_price;
    leg.created_at = log_.now();
    leg.updated_at = log_.now();
    OrderInstructions leg_instructions = instructions;
    if (leg.type == OrderType::trailing_stop) {
      leg_instructions.trail_amount = legs.stop_loss_trail_amount;
      leg_instructions.trail_basis_points = legs.stop_loss_trail_basis_points;
      if (is_oco) leg.trail_reference = static_cast<std::uint32_t>(symbols_[leg.symbol].reference().units);
    }
    leg.set(leg_instructions);
    leg.set(OrderLink{legs.order_class, role});
    leg.status = OrderStatus::pending;
    orders_.link_open(slot, accounts_[leg.account]);
    ++accounts_.position(leg.position).open_orders;
    if (leg.expires_at != Timestamp{}) expiries_.insert(leg.expires_at, leg.id, slot);
    if (command.session) sessions_.emplace(leg.id, command.session);
    if (is_oco) {
      leg.waiting = true;
      leg.status = OrderStatus::validated;
      if (leg.side == Side::buy) {
        leg.reserve_units =
            static_cast<std::uint32_t>(reserve_price_of(leg.type, leg.limit_price, leg.stop_price).units);
      }
      claim(leg, leg.quantity);
    }
    log_.emit(OrderAccepted{.order = leg.id,
                            .account = leg.account,
                            .symbol = leg.symbol,
                            .side = leg.side,
                            .type = leg.type,
                            .time_in_force = leg.time_in_force,
                            .status = leg.status,
                            .quantity = leg.quantity,
                            .limit_price = leg.limit_price,
                            .stop_price = leg.stop_price,
                            .client_order_id = {},
                            .instructions = leg_instructions,
                            .link = leg.link()});
  }
}

bool Engine::State::begin_trail(Order& stop_loss) const {
  const SymbolRecord& symbol = symbols_[stop_loss.symbol];
  const Price reference = symbol.reference();
  stop_loss.stop_price =
      trailing_stop_price(symbol, stop_loss.side, reference, stop_loss.trail, stop_loss.trail_is_ratio());
  stop_loss.trail_reference = static_cast<std::uint32_t>(reference.units);
  return static_cast<bool>(stop_loss.stop_price);
}

void Engine::State::start_stop_of_oco(const Order& take_profit) {
  if (take_profit.link().order_class != OrderClass::oco) return;
  const OrderSlot slot = find_open(take_profit.link().counterpart(take_profit.id));
  if (slot != 0) start_stop(slot);
}

Engine::State::OrderSlot Engine::State::find_open(OrderId id) const {
  if (!id) return 0;
  const OrderSlot slot = orders_.find(id);
  return slot != 0 && orders_[slot].open() ? slot : 0;
}

void Engine::State::size_held_legs(const Order& entry) {
  for (const OrderId id : entry.link().legs(entry.id)) {
    const OrderSlot slot = find_open(id);
    if (slot == 0 || !orders_[slot].is_held() || orders_[slot].quantity == entry.quantity) continue;
    Order& leg = orders_[slot];
    const Quantity old_quantity = leg.quantity;
    leg.quantity = entry.quantity;
    leg.updated_at = log_.now();
    log_.emit(replaced(leg, leg.limit_price, old_quantity));
  }
}

bool Engine::State::prices_fit(const Order& order, Price limit_price, Price stop_price) const {
  engine::GroupPrices prices;
  const OrderLink link = order.link();
  const auto take_in = [&](OrderRole role, const Order& of, Price limit, Price stop) {
    switch (role) {
      case OrderRole::entry:
        prices.exit_side = opposite(of.side);
        // The stop of a trailing entry is the market's to move.
        if (limit || !of.trails()) prices.entry = limit ? limit : stop;
        break;
      case OrderRole::take_profit:
        prices.exit_side = of.side;
        prices.take_profit_limit = limit;
        break;
      case OrderRole::stop_loss:
        prices.exit_side = of.side;
        if (!of.trails()) prices.stop_loss_stop = stop;
        prices.stop_loss_limit = limit;
        break;
    }
  };
  const OrderId parent = link.place() == 0 ? order.id : link.parent(order.id);
  const auto take_in_open = [&](OrderId id) {
    if (id == order.id) return take_in(link.role, order, limit_price, stop_price);
    const OrderSlot slot = find_open(id);
    if (slot == 0) return;
    const Order& other = orders_[slot];
    take_in(other.link().role, other, other.limit_price, other.stop_price);
  };
  take_in_open(parent);
  const std::uint64_t legs = link.order_class == OrderClass::bracket ? 2 : 1;
  for (std::uint64_t leg = 1; leg <= legs; ++leg)
    take_in_open({parent.value + leg});
  return in_order(prices);
}

ClientSessionId Engine::State::session_of(OrderId id) const {
  if (sessions_.empty()) [[likely]]
    return {};
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? ClientSessionId{} : found->second;
}

}  // namespace trade
