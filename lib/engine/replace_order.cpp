// Replacing an order: what may change, what it costs in priority and risk, and carrying it out.
#include "engine/state.hpp"

namespace trade {

namespace {

bool in_range(Price price) {
  return price.units > 0 && price.units <= price_units_max;
}

}  // namespace

Engine::State::ReplaceDecision Engine::State::decide(const ReplaceOrder& command, Timestamp now) const {
  ReplaceDecision decision;
  decision.order = look_up(command.account, command.order, command.client_order_id);
  RejectReason& reason = decision.order.reason;
  if (reason != RejectReason::none) return decision;
  const Order& order = orders_[decision.order.slot];
  if (!order.open() || stands(order)) {
    reason = RejectReason::order_not_replaceable;
    return decision;
  }
  if (symbols_[order.symbol].is_routed()) reason = why_not_changeable(order);
  if (reason != RejectReason::none) return decision;
  reason = decide_values(command, order, decision);
  if (reason == RejectReason::none) reason = check_market_state(order.account, symbols_[order.symbol]);
  if (reason != RejectReason::none || decision.replacement == Replacement::below_filled) return decision;
  if (accounts_[order.account].type != AccountType::house) {
    // What stays as it is was accepted before.
    const auto changed = [](auto given, auto old) { return given != old ? given : decltype(given){}; };
    reason = check_increments(symbols_[order.symbol], changed(decision.limit_price, order.limit_price),
                              changed(decision.stop_price, order.stop_price),
                              changed(decision.quantity, order.quantity));
  }
  if (reason == RejectReason::none) reason = check_replace_risk(order, decision, now);
  return decision;
}

RejectReason Engine::State::decide_values(const ReplaceOrder& command, const Order& order,
                                          ReplaceDecision& decision) const {
  if (command.limit_price && !(wants_limit(order.type) && in_range(*command.limit_price)))
    return RejectReason::invalid_price;
  // A stop that was triggered has no stop price to change any more; that of a trailing stop is the market's.
  const bool is_routed = symbols_[order.symbol].is_routed();
  const bool has_stop = order.waiting || ((order.is_held() || is_routed) && wants_stop(order.type));
  if (command.stop_price && !(has_stop && !order.trails() && in_range(*command.stop_price)))
    return RejectReason::invalid_price;
  decision.quantity = command.quantity.value_or(order.quantity);
  if (decision.quantity.shares <= 0 || decision.quantity.shares > order_quantity_max) {
    return RejectReason::invalid_quantity;
  }
  // The fills of its entry say how many shares an exit is for, or, of an oco, the other exit's share in them.
  if (order.link().is_exit() && decision.quantity != order.quantity) return RejectReason::invalid_quantity;
  decision.limit_price = command.limit_price.value_or(order.limit_price);
  if (const auto post_only = order.instructions().post_only;
      post_only && decision.limit_price != order.limit_price) {
    const RejectReason reason =
        keep_from_trading(symbols_[order.symbol], order.side, *post_only, decision.limit_price);
    if (reason != RejectReason::none) return reason;
  }
  decision.stop_price = command.stop_price.value_or(order.stop_price);
  if (order.is_linked() && !prices_fit(order, decision.limit_price, decision.stop_price))
    return RejectReason::invalid_legs;

  const bool renamed =
      !command.new_client_order_id.empty() && command.new_client_order_id != newest_client_id(order);
  if (renamed) {
    if (!check_client_order_id(command.new_client_order_id)) return RejectReason::invalid_order;
    if (client_ids_.find(order.account, command.new_client_order_id) != 0) {
      return RejectReason::duplicate_client_order_id;
    }
  }
  const bool moved = decision.limit_price != order.limit_price || decision.stop_price != order.stop_price;
  if (!moved && decision.quantity == order.quantity && !renamed) return RejectReason::no_change;

  const bool to_market = !order.waiting && order.auction_place == engine::AuctionPlace::none;
  if (moved && to_market && order.short_sale() == ShortSale::sell_short &&
      is_short_sale_tested(symbols_[order.symbol]) &&
      meets_best_bid(symbols_[order.symbol], decision.limit_price)) {
    return RejectReason::short_sale_price_test;
  }

  // A waiting stop_loss keeps the reservation it was placed with unless its stop price changes.
  decision.reserve_price = order.reserve_price();
  if (order.side == Side::buy && moved && order.has_claim()) {
    decision.reserve_price = reserve_price_of(order.type, decision.limit_price, decision.stop_price);
  }
  if (order.is_short() && moved)
    decision.reserve_price =
        short_reserve_price(symbols_[order.symbol], decision.limit_price, decision.stop_price);
  if (decision.quantity <= order.filled()) {
    decision.replacement = Replacement::below_filled;
  } else if (is_routed) {
    decision.replacement = Replacement::at_venue;
  } else if (order.auction_place != engine::AuctionPlace::none) {
    decision.replacement = Replacement::for_auction;
  } else if (order.is_held()) {
    decision.replacement = Replacement::held_exit;
  } else if (order.waiting) {
    decision.replacement = Replacement::waiting_stop;
  } else {
    // Beside the book there is no place to keep: it looks again whether it finds enough.
    const bool keeps_place = !moved && decision.quantity <= order.quantity && !order.beside_book;
    decision.replacement = keeps_place ? Replacement::in_place : Replacement::at_the_back;
  }
  return RejectReason::none;
}

RejectReason Engine::State::check_replace_risk(const Order& order, const ReplaceDecision& decision,
                                               Timestamp now) const {
  // Only what grows is checked: an account that is over its limits may always make its orders smaller.
  // A market order that waits for an auction goes by what it holds.
  const auto price_of = [](Price limit, Price stop, Price reserved) {
    return limit ? limit : stop ? stop : reserved;
  };
  const Price price = price_of(decision.limit_price, decision.stop_price, decision.reserve_price);
  const Price old_price = price_of(order.limit_price, order.stop_price, order.reserve_price());
  if (decision.quantity > order.quantity || price * decision.quantity > old_price * order.quantity) {
    const RejectReason reason = risk_.check_size(order.account, decision.quantity, price * decision.quantity);
    if (reason != RejectReason::none) return reason;
  }
  const Quantity more_shares = decision.quantity - order.quantity;
  const Quantity new_leaves = decision.quantity - order.filled();
  const Money more_money = decision.reserve_price * new_leaves - order.reserve_price() * order.leaves();
  if (more_shares.shares <= 0 && more_money.units <= 0) return RejectReason::none;
  if (order.holds_locate() && locates_.free(order.account, order.symbol, now) < more_shares)
    return RejectReason::no_locate;
  return risk_.check_demand({.account = order.account,
                             .symbol = order.symbol,
                             .side = order.side,
                             .quantity = more_shares,
                             .cost = more_money,
                             .position = order.position,
                             .today = today_,
                             .is_short = order.is_short()});
}

ApplyResult Engine::State::perform(const ReplaceOrder& command) {
  const ReplaceDecision decision = decide(command, log_.now());
  const auto& [reason, slot, id] = decision.order;
  if (reason != RejectReason::none) {
    log_.emit(CommandRejected{.reason = reason, .account = command.account, .order = id});
    return {.reason = reason, .order = id};
  }
  const ApplyResult result{.order = id};
  if (decision.replacement == Replacement::below_filled) {
    cancel(slot, CancelReason::replaced_below_filled);
    return result;
  }
  if (decision.replacement == Replacement::at_venue) {
    replace_at_venue(slot, command, decision);
    return result;
  }

  Order& order = orders_[slot];
  SymbolRecord& symbol = symbols_[order.symbol];
  OrderReplaced event{.order = id,
                      .account = order.account,
                      .symbol = order.symbol,
                      .side = order.side,
                      .was_resting = order.book_node != 0,
                      .kept_priority = decision.replacement == Replacement::in_place,
                      .old_limit_price = book_price(order),
                      .old_leaves = order.leaves(),
                      .quantity = decision.quantity,
                      .leaves = decision.quantity - order.filled(),
                      .limit_price = decision.limit_price,
                      .stop_price = decision.stop_price,
                      .client_order_id = {}};
  if (event.was_resting) event.old_hidden = event.old_leaves - symbol.book.leaves_of({order.book_node});
  if (!command.new_client_order_id.empty() && command.new_client_order_id != newest_client_id(order)) {
    event.client_order_id = command.new_client_order_id;
    rename(slot, command.new_client_order_id);
  }

  if (decision.replacement == Replacement::waiting_stop) {
    symbol.stops.erase(order.side, order.stop_price, order.id);
    if (order.trails()) symbol.trailing.erase(order.side, order.id);
  } else if (order.beside_book) {
    symbol.beside_book.erase(order.side, order.limit_price, order.id);
    order.beside_book = false;
  } else if (decision.replacement == Replacement::at_the_back) {
    leave_book(order);
  } else if (event.was_resting && event.leaves < event.old_leaves - event.old_hidden) {
    symbol.book.reduce_to({order.book_node}, event.leaves);
  }
  if (order.has_claim()) {
    change_claims(order, decision.quantity - order.quantity,
                  reserve_change(order, decision.quantity, decision.reserve_price));
  }
  order.quantity = decision.quantity;
  order.limit_price = decision.limit_price;
  order.stop_price = decision.stop_price;
  order.reserve_units = static_cast<std::uint32_t>(decision.reserve_price.units);
  order.updated_at = log_.now();
  log_.emit(event);
  note_call_change(order.symbol);
  if (order.is_linked()) [[unlikely]]
    size_held_legs(order);

  if (decision.replacement == Replacement::waiting_stop) start_stop(slot);
  if (decision.replacement == Replacement::at_the_back) work_limit(slot);
  settle_symbol(order.symbol);
  return result;
}

OrderReplaced Engine::State::replaced(const Order& order, Price old_limit_price, Quantity old_leaves) {
  return {.order = order.id,
          .account = order.account,
          .symbol = order.symbol,
          .side = order.side,
          .old_limit_price = old_limit_price,
          .old_leaves = old_leaves,
          .quantity = order.quantity,
          .leaves = order.leaves(),
          .limit_price = order.limit_price,
          .stop_price = order.stop_price,
          .client_order_id = {}};
}

void Engine::State::rename(OrderSlot slot, std::string_view client_order_id) {
  Order& order = orders_[slot];
  order.client_id = client_ids_.add(
      {.content = {}, .account = order.account, .order = slot, .older = order.client_id, .known = true},
      client_order_id);
  client_ids_.limit_length(order.client_id);
}

Money Engine::State::reserve_change(const Order& order, Quantity quantity, Price reserve_price) {
  return reserve_price * (quantity - order.filled()) - order.reserve_price() * order.leaves();
}

void Engine::State::change_claims(const Order& order, Quantity shares, Money money) {
  engine::Position& position = accounts_.position(order.position);
  if (order.side == Side::buy) {
    position.open_buys += shares;
  } else {
    position.promised += shares;
    if (!order.is_short()) return;
    if (order.holds_locate()) locates_.hold(order.account, order.symbol, shares);
  }
  accounts_.reserve(accounts_[order.account], money);
}

}  // namespace trade
