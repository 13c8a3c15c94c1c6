// Placing an order: the checks in their order, and what an accepted or refused order leaves behind.
#include "engine/linked_orders.hpp"
#include "engine/state.hpp"

namespace trade {

namespace {

/// Whether the numbers of the enumeration's values are 1, 2, 3 and so on.
template <class Enum>
constexpr bool is_dense = [] {
  std::size_t expected = 1;
  for (const auto& [value, name] : enum_names(Enum{})) {
    if (static_cast<std::size_t>(value) != expected++) return false;
  }
  return true;
}();

/// Asked of every order, so without a search.
template <class Enum>
bool is_valid(Enum value) {
  static_assert(is_dense<Enum>);
  return static_cast<std::size_t>(value) - 1 < enum_names(Enum{}).size();
}

/// A price that must be there and in range when `wanted`, and must be absent when not.
bool valid_price(Price price, bool wanted) {
  return wanted ? price.units > 0 && price.units <= price_units_max : price.units == 0;
}

bool is_for_auction(TimeInForce time_in_force) {
  return time_in_force == TimeInForce::opg || time_in_force == TimeInForce::cls;
}

RejectReason check_instructions(const PlaceOrder& order, bool is_plain) {
  const OrderInstructions& wanted = order.instructions;
  if (is_plain && order.time_in_force <= TimeInForce::fok && order.type != OrderType::trailing_stop)
      [[likely]] {
    return RejectReason::none;
  }
  if ((wanted.post_only && !is_valid(*wanted.post_only)) ||
      (wanted.self_trade_prevention && !is_valid(*wanted.self_trade_prevention)) ||
      (wanted.short_sale && (!is_valid(*wanted.short_sale) || order.side != Side::sell))) {
    return RejectReason::invalid_order;
  }
  if ((order.time_in_force == TimeInForce::gtd) != (wanted.expires_at != Timestamp{})) {
    return RejectReason::invalid_expiry;
  }

  const bool may_rest = wants_limit(order.type) && order.time_in_force != TimeInForce::ioc &&
                        order.time_in_force != TimeInForce::fok;
  const bool asks_for_a_least = wanted.all_or_none || wanted.minimum_quantity;
  if (wanted.post_only && (order.type != OrderType::limit || !may_rest || asks_for_a_least)) {
    return RejectReason::invalid_order;
  }
  if (wanted.all_or_none && wanted.minimum_quantity) return RejectReason::invalid_order;
  if (is_for_auction(order.time_in_force) && (wants_stop(order.type) || wanted.post_only || asks_for_a_least))
    return RejectReason::invalid_order;
  if (wanted.display_quantity && (!may_rest || asks_for_a_least)) return RejectReason::invalid_order;
  const auto out_of_range = [&](Quantity part) { return part.shares < 0 || part > order.quantity; };
  if (out_of_range(wanted.display_quantity) || out_of_range(wanted.minimum_quantity)) {
    return RejectReason::invalid_quantity;
  }
  // A trail is given in one way, and only to what trails.
  const bool by_amount = wanted.trail_amount.units > 0 && wanted.trail_amount.units <= price_units_max;
  const bool by_ratio = wanted.trail_basis_points > 0 && wanted.trail_basis_points <= trail_basis_points_max;
  const bool asks_for_a_trail = wanted.trail_amount || wanted.trail_basis_points != 0;
  const bool trails = by_amount ? wanted.trail_basis_points == 0 : by_ratio && !wanted.trail_amount;
  if (order.type == OrderType::trailing_stop ? !trails : asks_for_a_trail) return RejectReason::invalid_price;
  return RejectReason::none;
}

RejectReason check_form(const PlaceOrder& order, bool is_plain) {
  if (!is_valid(order.side) || !is_valid(order.type) || !is_valid(order.time_in_force)) {
    return RejectReason::invalid_order;
  }
  if (!order.client_order_id.empty() && !check_client_order_id(order.client_order_id)) {
    return RejectReason::invalid_order;
  }
  // The market says where a trailing stop begins.
  const bool names_stop = wants_stop(order.type) && order.type != OrderType::trailing_stop;
  if (!valid_price(order.limit_price, wants_limit(order.type)) ||
      !valid_price(order.stop_price, names_stop)) {
    return RejectReason::invalid_price;
  }
  if (order.quantity.shares <= 0 || order.quantity.shares > order_quantity_max) {
    return RejectReason::invalid_quantity;
  }
  const RejectReason reason = check_instructions(order, is_plain);
  return reason == RejectReason::none ? engine::check_legs(order) : reason;
}

/// The client's id unless it is none: what is not well formed is not repeated.
std::string_view showable_client_id(const PlaceOrder& order) {
  const bool valid = !order.client_order_id.empty() && check_client_order_id(order.client_order_id);
  return valid ? order.client_order_id : std::string_view{};
}

/// What is asked for, with what the account asks for where the order does not say.
OrderInstructions instructions_of(const PlaceOrder& order, std::optional<SelfTradePrevention> prevention) {
  OrderInstructions instructions = order.instructions;
  instructions.self_trade_prevention = prevention;
  return instructions;
}

}  // namespace

RejectReason Engine::State::check_market_state(AccountId id, const SymbolRecord& symbol) const {
  const engine::Account& account = accounts_[id];
  if (account.status != AccountStatus::active) return RejectReason::account_not_active;
  if (account.kill_switch) return RejectReason::account_kill_switch;
  if (symbol.kill_switch) return RejectReason::symbol_kill_switch;
  if (market_kill_switch_) return RejectReason::market_kill_switch;
  if (symbol.phase == MarketPhase::closed && account.type != AccountType::house)
    return RejectReason::market_closed;
  return symbol.status == SymbolStatus::trading ? RejectReason::none : RejectReason::symbol_halted;
}

RejectReason Engine::State::check_increments(const SymbolRecord& symbol, Price limit_price, Price stop_price,
                                             Quantity quantity) const {
  // Prices and ticks fit 32 bits, where division is quicker.
  const auto tick = static_cast<std::uint32_t>(symbol.tick.units);
  if (static_cast<std::uint32_t>(limit_price.units) % tick != 0 ||
      static_cast<std::uint32_t>(stop_price.units) % tick != 0) {
    return RejectReason::price_increment;
  }
  const auto lot = static_cast<std::uint32_t>(symbol.lot.shares);
  return static_cast<std::uint32_t>(quantity.shares) % lot != 0 ? RejectReason::lot_size : RejectReason::none;
}

RejectReason Engine::State::refusal(const PlaceOrder& command, Timestamp now, PlaceDecision& decision) const {
  decision.names_account = accounts_.contains(command.account);
  decision.names_symbol = symbols_.contains(command.symbol);
  decision.limit_price = command.limit_price;
  decision.stop_price = command.stop_price;
  decision.is_plain = engine::is_plain(command.instructions);

  if (const RejectReason reason = check_form(command, decision.is_plain); reason != RejectReason::none)
    return reason;
  if (!decision.names_account) return RejectReason::unknown_account;
  if (!decision.names_symbol) return RejectReason::unknown_symbol;

  if (!command.client_order_id.empty()) {
    const ClientIdIndex known = client_ids_.find(command.account, command.client_order_id);
    if (known != 0) {
      const engine::ClientId& id = client_ids_[known];
      if (!id.is_retried_by(command)) {
        return RejectReason::duplicate_client_order_id;
      }
      decision.duplicate_of = id.order;
      const Order& original = orders_[id.order];
      return original.status == OrderStatus::rejected ? original.reject_reason : RejectReason::none;
    }
    decision.takes_client_id = true;
  }
  // Only now: one that has expired since it was placed is still the same order when it is placed again.
  const Timestamp expires_at = command.instructions.expires_at;
  if (expires_at != Timestamp{} && expires_at <= now) [[unlikely]]
    return RejectReason::invalid_expiry;

  const engine::Account& account = accounts_[command.account];
  decision.self_trade_prevention = command.instructions.self_trade_prevention;
  if (!decision.self_trade_prevention && account.self_trade_prevention != SelfTradePrevention{})
    decision.self_trade_prevention = account.self_trade_prevention;
  const SymbolRecord& symbol = symbols_[command.symbol];
  if (const RejectReason reason = check_market_state(command.account, symbol); reason != RejectReason::none) {
    return reason;
  }
  if (symbol.is_routed()) [[unlikely]] {
    const RejectReason reason = decide_routing(command, symbol, decision);
    if (reason != RejectReason::none) return reason;
  } else if (const RejectReason reason = check_phase(command, symbol); reason != RejectReason::none) {
    return reason;
  }
  const Price reference = symbol.reference();
  if (account.type != AccountType::house) {
    const RejectReason reason =
        check_increments(symbol, command.limit_price, command.stop_price, command.quantity);
    if (reason != RejectReason::none) return reason;
    const auto is_in_lots = [&](Quantity part) { return part.shares % symbol.lot.shares == 0; };
    if (!decision.is_plain && (!is_in_lots(command.instructions.display_quantity) ||
                               !is_in_lots(command.instructions.minimum_quantity)))
      return RejectReason::lot_size;
  }
  if (const RejectReason reason = decide_prices(command, symbol, decision); reason != RejectReason::none) {
    return reason;
  }
  const bool is_short = command.instructions.short_sale.has_value();
  if (is_short) [[unlikely]] {
    const RejectReason reason = decide_short_sale(command, symbol, now, decision);
    if (reason != RejectReason::none) return reason;
  }

  Money cost;      // of a buy
  Money notional;  // of either side, at the worst
  const bool waits_for_auction = symbol.gathering || command.time_in_force == TimeInForce::cls;
  if (command.type == OrderType::market && symbol.is_routed()) [[unlikely]] {
    // At another market there is no telling what it will find: it reserves the worst that it may trade at.
    cost = decision.reserve_price * command.quantity;
    notional = std::max(cost, reference * command.quantity);
  } else if (command.type == OrderType::market && waits_for_auction) {
    decision.worst_price = auction_worst_price(symbol, command.account, command.side);
    if (!decision.worst_price) return RejectReason::no_reference_price;
    if (command.side == Side::buy) decision.reserve_price = decision.worst_price;
    cost = decision.worst_price * command.quantity;
    notional = command.side == Side::buy ? cost : reference * command.quantity;
  } else if (command.type == OrderType::market) {
    decision.worst_price = collar(symbol, command.account, command.side, reference);
    // Exactly what it will trade for, and an allowance for what it will not find.
    const Taker taker{command.account, command.symbol, command.side,
                      decision.self_trade_prevention.has_value()};
    const Book::Sweep found =
        sweep(taker, symbol.within_band(command.side, decision.worst_price), command.quantity);
    cost = found.notional + reference * (command.quantity - found.quantity);
    notional = std::max(cost, reference * command.quantity);
  } else {
    notional = (decision.limit_price ? decision.limit_price : decision.stop_price) * command.quantity;
    if (command.side == Side::buy) {
      decision.reserve_price = reserve_price_of(command.type, decision.limit_price, decision.stop_price);
      cost = decision.reserve_price * command.quantity;
    }
  }
  if (command.legs.order_class != OrderClass::simple) [[unlikely]] {
    const RejectReason reason = decide_legs(command, symbol, decision, cost, notional);
    if (reason != RejectReason::none) return reason;
  }
  // A short sale has decided already what it reserves for each share; any other sale reserves nothing.
  if (command.side == Side::sell) cost = decision.reserve_price * command.quantity;
  if (const RejectReason reason = risk_.check_size(command.account, command.quantity, notional);
      reason != RejectReason::none) {
    return reason;
  }
  decision.position = accounts_.find_position(command.account, command.symbol);
  const RejectReason reason = risk_.check_demand({.account = command.account,
                                                  .symbol = command.symbol,
                                                  .side = command.side,
                                                  .quantity = command.quantity,
                                                  .cost = cost,
                                                  .position = decision.position,
                                                  .today = today_,
                                                  .is_short = is_short});
  if (reason != RejectReason::none) return reason;
  const bool is_linked = command.legs.order_class != OrderClass::simple;
  const std::size_t legs = is_linked ? engine::link_of(command).legs(OrderId{}).count : 0;
  if (orders_.open_count() + legs >= capacity_.open_orders_max) return RejectReason::capacity_reached;
  if (decision.position == 0 && accounts_.position_count() >= capacity_.positions_max) {
    return RejectReason::capacity_reached;
  }
  return RejectReason::none;
}

RejectReason Engine::State::keep_from_trading(const SymbolRecord& symbol, Side side, PostOnly post_only,
                                              Price& limit_price) {
  // It never takes, so it has no use for a limit beyond the band at which it would rest.
  limit_price = showable_price(symbol, side, limit_price);
  const std::optional<BookLevel> best = symbol.book.best(opposite(side));
  const bool would_trade =
      best && (side == Side::buy ? limit_price >= best->price : limit_price <= best->price);
  if (!would_trade) return RejectReason::none;
  if (post_only == PostOnly::reject) return RejectReason::post_only;
  const std::int64_t tick = symbol.tick.units;
  // The nearest tick on the quiet side; prices of the house need not be ticks.
  const std::int64_t units =
      side == Side::buy ? (best->price.units - 1) / tick * tick : (best->price.units / tick + 1) * tick;
  if (units <= 0 || units > price_units_max) return RejectReason::post_only;
  limit_price = {units};
  return RejectReason::none;
}

RejectReason Engine::State::decide_prices(const PlaceOrder& command, const SymbolRecord& symbol,
                                          PlaceDecision& decision) const {
  const OrderInstructions& wanted = command.instructions;
  if (wanted.post_only)
    return keep_from_trading(symbol, command.side, *wanted.post_only, decision.limit_price);
  if (command.type != OrderType::trailing_stop) return RejectReason::none;
  const Price reference = symbol.reference();
  if (!reference) return RejectReason::no_reference_price;
  const bool is_ratio = wanted.trail_basis_points != 0;
  decision.stop_price =
      trailing_stop_price(symbol, command.side, reference,
                          is_ratio ? wanted.trail_basis_points : wanted.trail_amount.units, is_ratio);
  return decision.stop_price ? RejectReason::none : RejectReason::invalid_price;
}

ApplyResult Engine::State::answer(const PlaceDecision& decision) const {
  if (decision.duplicate_of != 0) {
    return {.reason = decision.reason, .duplicate = true, .order = orders_[decision.duplicate_of].id};
  }
  return {.reason = decision.reason, .order = orders_.next_id()};
}

ApplyResult Engine::State::perform(const PlaceOrder& command) {
  const PlaceDecision decision = decide(command, log_.now());
  const ApplyResult result = answer(decision);
  if (decision.duplicate_of != 0) return result;
  if (decision.reason != RejectReason::none) return reject(command, decision);

  orders_.take_id();
  const OrderSlot slot = record(command, decision, result.order);
  Order& order = orders_[slot];
  engine::Account& account = accounts_[order.account];
  orders_.link_open(slot, account);
  order.position =
      decision.position != 0 ? decision.position : accounts_.make_position(order.account, order.symbol);
  ++accounts_.position(order.position).open_orders;
  claim(order, order.quantity);

  const SymbolRecord& symbol = symbols_[order.symbol];
  const auto tell_accepted = [&] {
    log_.emit<OrderAccepted>([&] {
      return OrderAccepted{.order = order.id,
                           .account = order.account,
                           .symbol = order.symbol,
                           .side = order.side,
                           .type = order.type,
                           .time_in_force = order.time_in_force,
                           .status = order.status,
                           .quantity = order.quantity,
                           .limit_price = order.limit_price,
                           .stop_price = order.stop_price,
                           .client_order_id = command.client_order_id,
                           .instructions = instructions_of(command, decision.self_trade_prevention),
                           .link = order.link()};
    });
    if (command.session) [[unlikely]]
      sessions_.emplace(order.id, command.session);
  };
  if (symbol.is_routed()) [[unlikely]] {
    order.status = OrderStatus::pending;
    tell_accepted();
    place_at_venue(slot);
    return result;
  }
  order.waiting = wants_stop(order.type);
  const bool waits =
      order.waiting && !(stops_may_trigger(symbol) && symbol.last_price &&
                         engine::StopOrders::met(order.side, order.stop_price, symbol.last_price));
  order.status = waits ? OrderStatus::validated : OrderStatus::submitted;
  tell_accepted();
  if (order.expires_at != Timestamp{}) expiries_.insert(order.expires_at, order.id, slot);
  if (order.is_linked()) [[unlikely]]
    accept_legs(slot, command, decision);
  if (order.waiting) {
    start_stop(slot);
  } else if (order.time_in_force == TimeInForce::cls && symbol.phase != MarketPhase::closing_auction) {
    hold_for_close(slot);
  } else if (order.type == OrderType::limit) {
    work_limit(slot);
  } else if (symbol.gathering) {
    gather_market(slot, decision.worst_price);
  } else {
    work_market(slot, decision.worst_price, CancelReason::price_collar);
  }
  if (order.is_linked()) [[unlikely]]
    start_stop_of_oco(order);
  settle_symbol(command.symbol);
  return result;
}

Engine::State::OrderSlot Engine::State::record(const PlaceOrder& command, const PlaceDecision& decision,
                                               OrderId id) {
  const OrderSlot slot = orders_.make(id);
  Order& order = orders_[slot];
  order.account = decision.names_account ? command.account : AccountId{};
  order.symbol = decision.names_symbol ? command.symbol : SymbolId{};
  order.side = is_valid(command.side) ? command.side : Side::buy;
  order.type = is_valid(command.type) ? command.type : OrderType::market;
  order.time_in_force = is_valid(command.time_in_force) ? command.time_in_force : TimeInForce::day;
  order.quantity = command.quantity;
  order.limit_price = decision.limit_price;
  order.stop_price = decision.stop_price;
  if (!decision.is_plain || decision.self_trade_prevention)
    order.set(instructions_of(command, decision.self_trade_prevention));
  if (decision.holds_locate) [[unlikely]]
    order.set_holds_locate();
  if (command.legs.order_class != OrderClass::simple) [[unlikely]]
    order.set(engine::link_of(command));
  if (order.type == OrderType::trailing_stop && decision.names_symbol) {
    order.trail_reference = static_cast<std::uint32_t>(symbols_[command.symbol].reference().units);
  }
  order.reserve_units = static_cast<std::uint32_t>(decision.reserve_price.units);
  order.created_at = log_.now();
  order.updated_at = log_.now();
  const std::string_view client_order_id = showable_client_id(command);
  if (!client_order_id.empty()) {
    order.client_id = client_ids_.add({.content = engine::OrderContent::of(command),
                                       .account = command.account,
                                       .order = slot,
                                       .placed = true,
                                       .known = decision.takes_client_id,
                                       .instructions_digest = engine::digest_of_rest(command)},
                                      client_order_id);
  }
  return slot;
}

ApplyResult Engine::State::reject(const PlaceOrder& command, const PlaceDecision& decision) {
  const OrderId id = orders_.take_id();
  // The order whose client id this one wanted keeps it. Nothing is kept of this one, so that retries with
  // changed content cannot push that order out of those kept.
  if (decision.reason != RejectReason::duplicate_client_order_id) {
    const OrderSlot slot = record(command, decision, id);
    Order& order = orders_[slot];
    // It shows what was asked for, not what it would have got.
    order.limit_price = command.limit_price;
    order.stop_price = command.stop_price;
    order.set(command.instructions);
    order.trail_reference = 0;
    order.reserve_units = 0;
    order.status = OrderStatus::rejected;
    order.reject_reason = decision.reason;
    orders_.add_ended(slot);
  }
  log_.emit(OrderRejected{
      .order = id,
      .account = decision.names_account ? command.account : AccountId{},
      .symbol = decision.names_symbol ? command.symbol : SymbolId{},
      .side = is_valid(command.side) ? command.side : Side::buy,
      .type = is_valid(command.type) ? command.type : OrderType::market,
      .time_in_force = is_valid(command.time_in_force) ? command.time_in_force : TimeInForce::day,
      .reason = decision.reason,
      .quantity = command.quantity,
      .limit_price = command.limit_price,
      .stop_price = command.stop_price,
      .client_order_id = showable_client_id(command),
      .instructions = command.instructions,
      .link = engine::link_of(command)});
  return {.reason = decision.reason, .order = id};
}

}  // namespace trade
