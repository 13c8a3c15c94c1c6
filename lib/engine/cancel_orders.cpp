// Finding an order for its owner, and cancelling it.
#include "engine/state.hpp"

namespace trade {

Engine::State::OrderSlot Engine::State::find_order(AccountId account, OrderId id,
                                                   std::string_view client_order_id) const {
  if (id) return orders_.find(id);
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
  if (found.reason == RejectReason::none && !orders_[found.slot].open()) {
    found.reason = RejectReason::order_not_cancellable;
  }
  return found;
}

ApplyResult Engine::State::perform(const CancelOrder& command) {
  const Lookup found = decide(command);
  if (found.reason == RejectReason::none) {
    const SymbolId symbol = orders_[found.slot].symbol;
    cancel(found.slot, CancelReason::requested);
    // It may have kept an order of its own account beside the book from what lies behind it.
    settle_symbol(symbol);
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
  for_each_of(command, [&](OrderSlot slot) {
    cancel(slot, CancelReason::requested);
    ++result.affected;
  });
  for (SymbolId id{1}; symbols_.contains(id); ++id.value) {
    if (!symbols_[id].beside_book.empty()) settle_symbol(id);
  }
  return result;
}

}  // namespace trade
