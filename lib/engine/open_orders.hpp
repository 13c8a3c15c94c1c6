// Going through the open orders that a command is about.
#pragma once

#include "engine/state.hpp"

namespace trade {

template <class IsMeant, class Visit>
void Engine::State::for_each_open(AccountId account, IsMeant&& is_meant, Visit&& visit) const {
  if (!account) {
    orders_.for_each([&](OrderSlot slot) {
      if (orders_[slot].open() && is_meant(orders_[slot])) visit(slot);
    });
    return;
  }
  for (OrderSlot slot = accounts_[account].first_open; slot != 0;) {
    const OrderSlot next = orders_[slot].next;
    if (is_meant(orders_[slot])) visit(slot);
    slot = next;
  }
}

template <class Visit>
void Engine::State::for_each_of(const CancelAllOrders& command, Visit&& visit) const {
  const auto is_meant = [&](const Order& order) {
    return (!command.symbol || order.symbol == command.symbol) &&
           (!command.side || order.side == *command.side) &&
           (!command.session || session_of(order.id) == command.session) && !stands(order);
  };
  for_each_open(command.account, is_meant, visit);
}

template <class Visit>
void Engine::State::for_each_of(const SetKillSwitch& command, Visit&& visit) const {
  if (!command.on) return;
  const auto is_meant = [&](const Order& order) { return !command.symbol || order.symbol == command.symbol; };
  for_each_open(command.account, is_meant, visit);
}

}  // namespace trade
