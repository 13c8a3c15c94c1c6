// Finding an order for its owner, and cancelling it.
#include <algorithm>

#include "engine/open_orders.hpp"
#include "engine/state.hpp"

namespace trade {

Engine::State::OrderSlot Engine::State::find_order_by_client_id(AccountId account,
                                                                std::string_view client_order_id) const {
  const ClientIdIndex known = client_ids_.find(account, client_order_id);
  return known == 0 ? 0 : client_ids_[known].order;
}

Engine::State::Lookup Engine::State::look_up(AccountId account, OrderId id,
                                             std::string_view client_order_id) const {
  if (!accounts_.contains(account)) return {.reason = RejectReason::unknown_account, .id = id};
  const OrderSlot slot = find_order(account, id, client_order_id);
  if (slot == 0) return {.reason = RejectReason::unknown_order, .id = id};
  if (orders_[slot].account != account) return {.reason = RejectReason::not_your_order, .id = id};
  return {.slot = slot, .id = orders_[slot].id};
}

Engine::State::Lookup Engine::State::decide(const CancelOrder& command) const {
  Lookup found = look_up(command.account, command.order, command.client_order_id);
  if (found.reason != RejectReason::none) return found;
  const Order& order = orders_[found.slot];
  if (!order.open() || stands(order)) {
    found.reason = RejectReason::order_not_cancellable;
  } else if (!routing_.empty()) [[unlikely]] {
    found.reason = why_not_withdrawable(order);
  }
  return found;
}

ApplyResult Engine::State::perform(const CancelOrder& command) {
  const Lookup found = decide(command);
  if (found.reason == RejectReason::none) {
    cancel(found.slot, CancelReason::requested);
  } else {
    log_.emit(CommandRejected{.reason = found.reason, .account = command.account, .order = found.id});
  }
  return {.reason = found.reason, .order = found.id};
}

RejectReason Engine::State::decide(const CancelAllOrders& command) const {
  if (command.account && !accounts_.contains(command.account)) return RejectReason::unknown_account;
  if (command.side && !value_numbered<Side>(static_cast<std::uint8_t>(*command.side)))
    return RejectReason::invalid_command;
  if (command.symbol && !symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  return RejectReason::none;
}

ApplyResult Engine::State::perform(const CancelAllOrders& command) {
  ApplyResult result{.reason = decide(command)};
  if (result.reason != RejectReason::none) {
    log_.emit(CommandRejected{.reason = result.reason, .account = command.account, .order = {}});
    return result;
  }
  // Ending one may end others, so they are chosen first.
  ending_.clear();
  for_each_of(command, [&](OrderSlot slot) { ending_.push_back(slot); });
  result.affected = static_cast<std::uint32_t>(ending_.size());
  const CancelReason reason = command.session ? CancelReason::disconnected : CancelReason::requested;
  for (const OrderSlot slot : ending_) {
    if (orders_[slot].open()) cancel(slot, reason);
  }
  return result;
}

void Engine::State::settle_cancelled() {
  std::ranges::sort(unsettled_);
  // Settling one goes on until nothing trades there any more, so what it cancels needs no second look.
  const std::size_t count = unsettled_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (i == 0 || unsettled_[i] != unsettled_[i - 1]) settle_symbol(unsettled_[i]);
  }
  unsettled_.clear();
}

}  // namespace trade
