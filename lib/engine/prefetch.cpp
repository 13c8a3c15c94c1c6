// Warming the cache. What a command touches lies anywhere in memory, and waiting for one line after another
// is most of what a command costs; asked for some commands ahead, the lines arrive side by side.
#include <algorithm>
#include <array>

#include "engine/state.hpp"

namespace trade {

namespace {

/// Calls `visit(command)` where the command is about one order that exists.
template <class Visit>
void visit_about_order(const CommandBody& body, Visit&& visit) {
  if (const auto* cancel = std::get_if<CancelOrder>(&body)) {
    visit(*cancel);
  } else if (const auto* replace = std::get_if<ReplaceOrder>(&body)) {
    visit(*replace);
  }
}

/// How many commands lie between the steps: about as long as memory takes to answer.
constexpr std::size_t prefetch_distance = 4;

}  // namespace

void Engine::State::prefetch(std::span<const Command> batch, std::size_t next) const {
  if (next >= batch.size()) return;
  if (next == 0) [[unlikely]]
    prefetch_first(batch);
  const std::size_t left = batch.size() - next;
  constexpr std::size_t distance = prefetch_distance;
  const auto step = [&](std::size_t steps, auto visit) {
    if (left > steps * distance)
      (this->*visit)(batch[next + steps * distance].body, ahead_[next + steps * distance]);
  };
  step(5, &State::prefetch_named);
  step(4, &State::prefetch_found);
  step(3, &State::prefetch_neighbours);
  step(2, &State::prefetch_book_neighbours);
  step(1, &State::prefetch_counterparty);
}

/// There was no time before the first ones; at least they wait side by side.
void Engine::State::prefetch_first(std::span<const Command> batch) const {
  using Step = void (State::*)(const CommandBody&, Ahead&) const;
  static constexpr std::array<Step, 5> steps{&State::prefetch_named, &State::prefetch_found,
                                             &State::prefetch_neighbours, &State::prefetch_book_neighbours,
                                             &State::prefetch_counterparty};
  static_assert(steps.size() * prefetch_distance < engine::AheadRing::size);
  for (std::size_t step = 0; step < steps.size(); ++step) {
    const std::size_t end = std::min(batch.size(), (steps.size() - step) * prefetch_distance);
    for (std::size_t at = 0; at < end; ++at)
      (this->*steps[step])(batch[at].body, ahead_[at]);
  }
}

void Engine::State::prefetch_named(const CommandBody& body, Ahead& ahead) const {
  ahead = {};
  if (const auto* place = std::get_if<PlaceOrder>(&body)) {
    accounts_.prefetch(place->account);
    accounts_.prefetch(place->account, place->symbol);
    client_ids_.prefetch(place->account, place->client_order_id);
    symbols_.prefetch(place->symbol);
    return;
  }
  visit_about_order(body, [&](const auto& command) {
    accounts_.prefetch(command.account);
    if (command.order) {
      orders_.prefetch(command.order);
    } else {
      client_ids_.prefetch(command.account, command.client_order_id);
    }
  });
}

void Engine::State::prefetch_found(const CommandBody& body, Ahead& ahead) const {
  if (const auto* place = std::get_if<PlaceOrder>(&body)) {
    const Book* const book = book_of(*place);
    if (book == nullptr) return;
    ahead.symbol = place->symbol;
    accounts_.prefetch_position(place->account, place->symbol);
    // The new order is linked behind it.
    orders_.prefetch_links(accounts_[place->account].last_open);
    if (book->crosses(place->side, place->limit_price)) {
      book->prefetch_best(opposite(place->side));
    } else {
      book->prefetch_touch(place->side);
    }
    accounts_.prefetch_for_margin(place->account, 0);
    return;
  }
  visit_about_order(body, [&](const auto& command) {
    ahead.order = command.order ? orders_.guess(command.order)
                                : find_order_by_client_id(command.account, command.client_order_id);
    orders_.prefetch(ahead.order);
  });
}

void Engine::State::prefetch_neighbours(const CommandBody& body, Ahead& ahead) const {
  if (const Book* const book = book_found(ahead)) {
    const auto& place = *std::get_if<PlaceOrder>(&body);
    accounts_.prefetch_for_margin(place.account, 1);
    if (book->crosses(place.side, place.limit_price)) {
      book->prefetch_front(opposite(place.side));
    } else {
      ahead.level = book->prefetch_level(place.side, place.limit_price);
    }
    return;
  }
  const Order& order = orders_[ahead.order];
  if (ahead.order == 0 || !order.open()) return;
  prefetch_around(order);
  symbols_.prefetch_book(order.symbol);
  Book::prefetch(symbols_.pool(), {order.book_node});
}

void Engine::State::prefetch_book_neighbours(const CommandBody& body, Ahead& ahead) const {
  if (const Book* const book = book_found(ahead)) {
    const auto& place = *std::get_if<PlaceOrder>(&body);
    accounts_.prefetch_for_margin(place.account, 2);
    if (book->crosses(place.side, place.limit_price)) {
      if (const auto front = book->front(opposite(place.side))) orders_.prefetch(front->key);
      book->prefetch_second(opposite(place.side));
    } else {
      Book::prefetch_back(symbols_.pool(), ahead.level);
    }
    return;
  }
  Book::prefetch_neighbours(symbols_.pool(), {orders_[ahead.order].book_node});
}

void Engine::State::prefetch_counterparty(const CommandBody& body, Ahead& ahead) const {
  const Book* const book = book_found(ahead);
  if (book == nullptr) return;
  const auto& place = *std::get_if<PlaceOrder>(&body);
  accounts_.prefetch_for_margin(place.account, 3);
  if (!book->crosses(place.side, place.limit_price)) return;
  if (const auto front = book->front(opposite(place.side))) {
    const Order& maker = orders_[front->key];
    accounts_.prefetch(maker.account);
    prefetch_around(maker);
    // An order often trades with more than one.
    if (const auto second = book->second(opposite(place.side))) orders_.prefetch(*second);
  }
}

void Engine::State::prefetch_around(const Order& order) const {
  accounts_.prefetch(order.position);
  orders_.prefetch_links(order.previous);
  orders_.prefetch_links(order.next);
}

const Book* Engine::State::book_found(const Ahead& ahead) const {
  return ahead.symbol ? &symbols_[ahead.symbol].book : nullptr;
}

const Book* Engine::State::book_of(const PlaceOrder& order) const {
  // Not checked yet, as nothing is that is asked for in a command.
  const bool in_range = order.limit_price.units >= 0 && order.limit_price.units <= price_units_max;
  if (!in_range || !symbols_.contains(order.symbol) || !accounts_.contains(order.account)) return nullptr;
  return &symbols_[order.symbol].book;
}

}  // namespace trade
