// What the orders of a group do to one another as they fill and end.
//
// The exits of an entry are for what it has filled, no more and no less. Of two exits for the same shares
// both have as much left at any time: what one loses, by trades or otherwise, the other loses before anything
// else can trade. So they count once: the stop-loss has the claim on shares or money, the take-profit none.
#include "engine/state.hpp"

namespace trade {

void Engine::State::note_linked_fill(OrderSlot slot, Quantity quantity) {
  const OrderLink link = orders_[slot].link();
  if (!link.is_linked()) return;
  std::vector<LinkedFill>& fills = link.is_exit() ? exit_fills_ : entry_fills_;
  if (!fills.empty() && fills.back().slot == slot) {
    fills.back().quantity += quantity;
  } else {
    fills.push_back({slot, quantity});
  }
}

void Engine::State::settle_exit_fills() {
  for (const auto& [slot, quantity] : exit_fills_) {
    const Order& exit = orders_[slot];
    if (!exit.open()) {
      cancel_rest_of_group(exit, CancelReason::one_cancels_other);
    } else if (const OrderSlot other = find_open(exit.link().counterpart(exit.id)); other != 0) {
      lower(other, quantity);
    }
  }
  exit_fills_.clear();
}

void Engine::State::grow_exits() {
  // What is done for one may let others fill.
  for (std::size_t at = 0; at < entry_fills_.size(); ++at) {
    const LinkedFill fill = entry_fills_[at];
    entry_fills_[at].slot = 0;
    // An auction that moved the bands may have filled the entry.
    move_with_bands(orders_[fill.slot].symbol);
    grow_exits_of(orders_[fill.slot], fill.quantity);
  }
  entry_fills_.clear();
}

void Engine::State::grow_exits_of(const Order& entry, Quantity quantity) {
  OrderSlot take_profit = 0;
  OrderSlot stop_loss = 0;
  for (const OrderId id : entry.link().legs(entry.id)) {
    if (const OrderSlot slot = find_open(id); slot != 0)
      (orders_[slot].link().role == OrderRole::take_profit ? take_profit : stop_loss) = slot;
  }
  const OrderSlot claimant = stop_loss != 0 ? stop_loss : take_profit;
  if (claimant == 0) return;
  const Order& holder = orders_[claimant];
  const bool first = holder.is_held();
  const bool has_stop =
      !first || stop_loss == 0 || !orders_[stop_loss].trails() || begin_trail(orders_[stop_loss]);
  const Price reserve_price = holder.side == Side::buy
                                  ? reserve_price_of(holder.type, holder.limit_price, holder.stop_price)
                                  : Price{};
  const RejectReason reason =
      has_stop ? risk_.check_demand({.account = holder.account,
                                     .symbol = holder.symbol,
                                     .side = holder.side,
                                     .quantity = quantity,
                                     .cost = reserve_price * quantity,
                                     .position = accounts_.find_position(holder.account, holder.symbol),
                                     .today = today_})
               : RejectReason::invalid_price;
  if (reason != RejectReason::none) {
    // Exits that work already stay as they are.
    if (!first) return;
    for (const OrderSlot slot : {take_profit, stop_loss})
      if (slot != 0) reject_exit(slot, reason);
    return cancel_rest_of_entry(holder);
  }
  for (const OrderSlot slot : {take_profit, stop_loss}) {
    if (slot == 0) continue;
    if (first) {
      activate_exit(orders_[slot], quantity);
    } else {
      grow_exit(orders_[slot], quantity);
    }
  }
  // Both have their quantity before one of them trades. The better price has its chance first.
  if (take_profit != 0) work_limit(take_profit);
  if (stop_loss == 0 || !orders_[stop_loss].open()) return;
  if (first) {
    start_stop(stop_loss);
  } else if (!orders_[stop_loss].waiting) {
    work_limit(stop_loss);
  }
}

void Engine::State::activate_exit(Order& exit, Quantity quantity) {
  exit.waiting = wants_stop(exit.type);
  exit.status = exit.waiting ? OrderStatus::validated : OrderStatus::submitted;
  exit.quantity = quantity;
  exit.updated_at = log_.now();
  if (exit.side == Side::buy && exit.has_claim()) {
    exit.reserve_units =
        static_cast<std::uint32_t>(reserve_price_of(exit.type, exit.limit_price, exit.stop_price).units);
  }
  claim(exit, quantity);
  log_.emit(ExitActivated{.order = exit.id,
                          .account = exit.account,
                          .symbol = exit.symbol,
                          .status = exit.status,
                          .quantity = quantity,
                          .stop_price = exit.trails() ? exit.stop_price : Price{},
                          .reference_price = {exit.trail_reference}});
}

void Engine::State::reject_exit(OrderSlot slot, RejectReason reason) {
  Order& exit = orders_[slot];
  exit.reject_reason = reason;
  if (exit.trails()) {
    // It never began.
    exit.stop_price = {};
    exit.trail_reference = 0;
  }
  exit.updated_at = log_.now();
  log_.emit(ExitActivated{.order = exit.id,
                          .account = exit.account,
                          .symbol = exit.symbol,
                          .status = OrderStatus::rejected,
                          .reason = reason,
                          .quantity = exit.quantity});
  end(slot, OrderStatus::rejected);
}

void Engine::State::grow_exit(Order& exit, Quantity quantity) {
  const bool was_resting = exit.book_node != 0;
  const Quantity old_leaves = exit.leaves();
  const Price old_price = book_price(exit);
  if (was_resting) leave_book(exit);
  claim(exit, quantity);
  exit.quantity += quantity;
  exit.updated_at = log_.now();
  OrderReplaced event = replaced(exit, old_price, old_leaves);
  event.was_resting = was_resting;
  log_.emit(event);
}

void Engine::State::linked_ended(const Order& order, CancelReason reason) {
  // What comes to its time does so together.
  const bool is_expiry = ended_status(reason) == OrderStatus::expired;
  if (order.link().is_exit()) {
    const bool passes_on = is_expiry || reason == CancelReason::entry_ended;
    return cancel_rest_of_group(order, passes_on ? reason : CancelReason::one_cancels_other);
  }
  if (order.filled_shares != 0) return;
  for (const OrderId id : order.link().legs(order.id)) {
    if (const OrderSlot leg = find_open(id); leg != 0)
      cancel(leg, is_expiry ? reason : CancelReason::entry_ended);
  }
}

void Engine::State::linked_lowered(const Order& order, Quantity quantity) {
  if (const OrderSlot other = find_open(order.link().counterpart(order.id)); other != 0) {
    lower(other, quantity);
  } else {
    size_held_legs(order);
  }
}

void Engine::State::cancel_rest_of_group(const Order& exit, CancelReason reason) {
  const OrderLink link = exit.link();
  for (const OrderId id : {link.counterpart(exit.id), link.entry(exit.id)}) {
    if (const OrderSlot slot = find_open(id); slot != 0) cancel(slot, reason);
  }
}

void Engine::State::cancel_rest_of_entry(const Order& exit) {
  if (const OrderSlot slot = find_open(exit.link().entry(exit.id)); slot != 0)
    cancel(slot, CancelReason::one_cancels_other);
}

bool Engine::State::gives_way_to_counterpart(const Order& maker) const {
  const OrderLink link = maker.link();
  if (!link.is_paired() || link.role != OrderRole::take_profit) return false;
  const OrderSlot other = find_open(link.counterpart(maker.id));
  return other != 0 && !orders_[other].waiting;
}

}  // namespace trade
