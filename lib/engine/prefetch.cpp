// Warming the cache for commands that come soon. Their accounts, positions and orders lie anywhere in memory,
// and waiting for them one after another is most of what a command costs.
#include "engine/state.hpp"

namespace trade {

void Engine::State::prefetch_first(const CommandBody& body) const {
  if (const auto* place = std::get_if<PlaceOrder>(&body)) {
    accounts_.prefetch(place->account);
    accounts_.prefetch_position(place->account, place->symbol);
    if (!place->client_order_id.empty()) client_ids_.prefetch_known(place->account, place->client_order_id);
  } else if (const auto* cancel = std::get_if<CancelOrder>(&body)) {
    accounts_.prefetch(cancel->account);
    orders_.prefetch_id(cancel->order);
    if (!cancel->order) client_ids_.prefetch_known(cancel->account, cancel->client_order_id);
  } else if (const auto* replace = std::get_if<ReplaceOrder>(&body)) {
    accounts_.prefetch(replace->account);
    orders_.prefetch_id(replace->order);
    if (!replace->order) client_ids_.prefetch_known(replace->account, replace->client_order_id);
  }
}

void Engine::State::prefetch_second(const CommandBody& body) const {
  if (const auto* place = std::get_if<PlaceOrder>(&body)) {
    if (!accounts_.contains(place->account)) return;
    if (const PositionIndex position = accounts_.find_position(place->account, place->symbol)) {
      accounts_.prefetch_position(position);
    }
    orders_.prefetch(accounts_[place->account].last_open);
  } else if (const auto* cancel = std::get_if<CancelOrder>(&body)) {
    if (const OrderSlot slot = orders_.find(cancel->order)) orders_.prefetch(slot);
  } else if (const auto* replace = std::get_if<ReplaceOrder>(&body)) {
    if (const OrderSlot slot = orders_.find(replace->order)) orders_.prefetch(slot);
  }
}

void Engine::State::prefetch_third(const CommandBody& body) const {
  if (const auto* cancel = std::get_if<CancelOrder>(&body)) {
    const OrderSlot slot = orders_.find(cancel->order);
    if (slot == 0) return;
    const Order& order = orders_[slot];
    if (!order.open()) return;
    accounts_.prefetch_position(order.position);
    if (order.previous != 0) orders_.prefetch(order.previous);
    if (order.next != 0) orders_.prefetch(order.next);
  }
}

}  // namespace trade
