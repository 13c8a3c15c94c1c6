// Warming the cache. What a command touches lies anywhere in memory, and waiting for one line after another
// is most of what a command costs; asked for some commands ahead, the lines arrive side by side.
#include "engine/state.hpp"

namespace trade {

namespace {

/// The order that a command is about.
struct Target {
  AccountId account;
  OrderId order;
  std::string_view client_order_id;
};

std::optional<Target> target_of(const CommandBody& body) {
  if (const auto* cancel = std::get_if<CancelOrder>(&body)) {
    return Target{cancel->account, cancel->order, cancel->client_order_id};
  }
  if (const auto* replace = std::get_if<ReplaceOrder>(&body)) {
    return Target{replace->account, replace->order, replace->client_order_id};
  }
  return std::nullopt;
}

}  // namespace

void Engine::State::prefetch(std::span<const Command> upcoming) const {
  // How many commands ahead each step is taken: about as long as memory takes to answer.
  constexpr std::size_t step = 4;
  if (upcoming.size() > 3 * step) prefetch_named(upcoming[3 * step].body);
  if (upcoming.size() > 2 * step) prefetch_found(upcoming[2 * step].body);
  if (upcoming.size() > step) prefetch_neighbours(upcoming[step].body);
}

void Engine::State::prefetch_named(const CommandBody& body) const {
  if (const auto* place = std::get_if<PlaceOrder>(&body)) {
    accounts_.prefetch(place->account);
    accounts_.prefetch(place->account, place->symbol);
    client_ids_.prefetch(place->account, place->client_order_id);
  } else if (const std::optional<Target> target = target_of(body)) {
    accounts_.prefetch(target->account);
    if (target->order) {
      orders_.prefetch(target->order);
    } else {
      client_ids_.prefetch(target->account, target->client_order_id);
    }
  }
}

void Engine::State::prefetch_found(const CommandBody& body) const {
  if (const auto* place = std::get_if<PlaceOrder>(&body)) {
    if (!accounts_.contains(place->account)) return;
    accounts_.prefetch(accounts_.find_position(place->account, place->symbol));
    // The new order is linked behind it.
    orders_.prefetch(accounts_[place->account].last_open);
  } else if (const std::optional<Target> target = target_of(body)) {
    orders_.prefetch(find_order(target->account, target->order, target->client_order_id));
  }
}

void Engine::State::prefetch_neighbours(const CommandBody& body) const {
  const std::optional<Target> target = target_of(body);
  if (!target) return;
  const OrderSlot slot = find_order(target->account, target->order, target->client_order_id);
  if (slot != 0 && orders_[slot].open()) prefetch_around(orders_[slot]);
}

void Engine::State::prefetch_around(const Order& order) const {
  accounts_.prefetch(order.position);
  orders_.prefetch(order.previous);
  orders_.prefetch(order.next);
}

}  // namespace trade
