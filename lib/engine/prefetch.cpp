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
  if (upcoming.size() > 4 * step) prefetch_named(upcoming[4 * step].body);
  if (upcoming.size() > 3 * step) prefetch_found(upcoming[3 * step].body);
  if (upcoming.size() > 2 * step) prefetch_neighbours(upcoming[2 * step].body);
  if (upcoming.size() > step) prefetch_counterparty(upcoming[step].body);
}

void Engine::State::prefetch_named(const CommandBody& body) const {
  if (const auto* place = std::get_if<PlaceOrder>(&body)) {
    accounts_.prefetch(place->account);
    accounts_.prefetch(place->account, place->symbol);
    client_ids_.prefetch(place->account, place->client_order_id);
    symbols_.prefetch(place->symbol);
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
    if (!accounts_.contains(place->account) || !symbols_.contains(place->symbol)) return;
    accounts_.prefetch(accounts_.find_position(place->account, place->symbol));
    // The new order is linked behind it.
    orders_.prefetch(accounts_[place->account].last_open);
    const Book& book = symbols_[place->symbol].book;
    book.prefetch_touch(Side::buy);
    book.prefetch_touch(Side::sell);
  } else if (const std::optional<Target> target = target_of(body)) {
    orders_.prefetch(find_order(target->account, target->order, target->client_order_id));
  }
}

void Engine::State::prefetch_neighbours(const CommandBody& body) const {
  if (const auto* place = std::get_if<PlaceOrder>(&body)) {
    if (const Book* book = crossed_book(*place)) book->prefetch_front(opposite(place->side));
    return;
  }
  const OrderSlot slot = open_target(body);
  if (slot == 0) return;
  const Order& order = orders_[slot];
  prefetch_around(order);
  symbols_.prefetch(order.symbol);
  symbols_[order.symbol].book.prefetch(BookHandle{order.book_node});
}

void Engine::State::prefetch_counterparty(const CommandBody& body) const {
  if (const auto* place = std::get_if<PlaceOrder>(&body)) {
    const Book* const book = crossed_book(*place);
    if (book == nullptr) return;
    if (const std::optional<BookOrder> front = book->front(opposite(place->side)))
      orders_.prefetch(front->key);
    return;
  }
  const OrderSlot slot = open_target(body);
  if (slot == 0 || orders_[slot].book_node == 0) return;
  symbols_[orders_[slot].symbol].book.prefetch_neighbours(BookHandle{orders_[slot].book_node});
}

void Engine::State::prefetch_around(const Order& order) const {
  accounts_.prefetch(order.position);
  orders_.prefetch(order.previous);
  orders_.prefetch(order.next);
}

const Book* Engine::State::crossed_book(const PlaceOrder& order) const {
  // Not checked yet, as nothing is that is asked for in a command.
  const bool in_range = order.limit_price.units >= 0 && order.limit_price.units <= price_units_max;
  if (!in_range || !symbols_.contains(order.symbol)) return nullptr;
  const Book& book = symbols_[order.symbol].book;
  return book.crosses(order.side, order.limit_price) ? &book : nullptr;
}

Engine::State::OrderSlot Engine::State::open_target(const CommandBody& body) const {
  const std::optional<Target> target = target_of(body);
  if (!target) return 0;
  const OrderSlot slot = find_order(target->account, target->order, target->client_order_id);
  return orders_[slot].open() ? slot : 0;
}

}  // namespace trade
