#include "itch/reference_market.hpp"

#include <utility>
#include <variant>

#include "base/assert.hpp"

namespace trade::itch {

namespace {

std::unexpected<Error> refused(std::uint64_t reference, const std::string& what) {
  return fail(ErrorCode::corrupt, "ITCH order " + std::to_string(reference) + ": " + what);
}

/// The key under which a price is kept, so that the best comes first.
std::int64_t key_of(Side side, Price price) {
  return side == Side::buy ? -price.units : price.units;
}

template <class... Handlers>
struct Overload : Handlers... {
  using Handlers::operator()...;
};

}  // namespace

Result<Applied> ReferenceMarket::apply(const Message& message) {
  return std::visit(
      Overload{
          [this](const AddOrder& m) {
            return add(m.order_reference_number, m.side, m.shares, m.stock, m.price);
          },
          [this](const AddOrderMpid& m) {
            return add(m.order_reference_number, m.side, m.shares, m.stock, m.price);
          },
          [this](const OrderExecuted& m) { return execute(m.order_reference_number, m.executed_shares); },
          [this](const OrderExecutedWithPrice& m) {
            return execute(m.order_reference_number, m.executed_shares);
          },
          [this](const OrderCancel& m) { return reduce(m.order_reference_number, m.cancelled_shares); },
          [this](const OrderDelete& m) { return remove(m.order_reference_number); },
          [this](const OrderReplace& m) { return replace(m); },
          [](const auto&) { return Result<Applied>(Applied{}); },
      },
      message);
}

Result<Applied> ReferenceMarket::add(std::uint64_t reference, Side side, Quantity shares, const Stock& stock,
                                     Price price) {
  if (orders_.contains(reference)) return refused(reference, "added, but it is there already");
  if (shares.shares <= 0) return refused(reference, "added without shares");
  if (price.units <= 0) return refused(reference, "added without a price");
  const RestingOrder order{reference, stock, side, price, shares, next_priority_++};
  insert(order);
  return Applied{.effect = Applied::Effect::added,
                 .order = order,
                 .shares = {},
                 .replacement = {},
                 .at_best_price = false,
                 .at_queue_head = false};
}

Result<Applied> ReferenceMarket::execute(std::uint64_t reference, Quantity shares) {
  const auto found = orders_.find(reference);
  if (found == orders_.end()) return refused(reference, "executed, but it is not there");
  RestingOrder& order = found->second;
  if (shares.shares <= 0 || shares > order.shares) {
    return refused(reference, "executed for " + format_quantity(shares) + " of its " +
                                  format_quantity(order.shares) + " shares");
  }
  const auto& levels = side_of(order);
  const std::int64_t key = key_of(order.side, order.price);
  Applied applied{.effect = Applied::Effect::executed,
                  .order = order,
                  .shares = shares,
                  .replacement = {},
                  .at_best_price = levels.begin()->first == key,
                  .at_queue_head = levels.at(key).begin()->second == reference};
  take(order, shares);
  return applied;
}

Result<Applied> ReferenceMarket::reduce(std::uint64_t reference, Quantity shares) {
  const auto found = orders_.find(reference);
  if (found == orders_.end()) return refused(reference, "cancelled in part, but it is not there");
  RestingOrder& order = found->second;
  if (shares.shares <= 0 || shares > order.shares) {
    return refused(reference, "cancelled for " + format_quantity(shares) + " of its " +
                                  format_quantity(order.shares) + " shares");
  }
  Applied applied{.effect = Applied::Effect::reduced,
                  .order = order,
                  .shares = shares,
                  .replacement = {},
                  .at_best_price = false,
                  .at_queue_head = false};
  take(order, shares);
  return applied;
}

Result<Applied> ReferenceMarket::remove(std::uint64_t reference) {
  const auto found = orders_.find(reference);
  if (found == orders_.end()) return refused(reference, "deleted, but it is not there");
  const RestingOrder order = found->second;
  erase(order);
  return Applied{.effect = Applied::Effect::removed,
                 .order = order,
                 .shares = order.shares,
                 .replacement = {},
                 .at_best_price = false,
                 .at_queue_head = false};
}

Result<Applied> ReferenceMarket::replace(const OrderReplace& message) {
  const std::uint64_t reference = message.original_order_reference_number;
  const auto found = orders_.find(reference);
  if (found == orders_.end()) return refused(reference, "replaced, but it is not there");
  if (orders_.contains(message.new_order_reference_number)) {
    return refused(message.new_order_reference_number, "replaces another, but it is there already");
  }
  if (message.shares.shares <= 0 || message.price.units <= 0) {
    return refused(reference, "replaced by an order without shares or without a price");
  }
  const RestingOrder order = found->second;
  RestingOrder replacement = order;
  replacement.reference = message.new_order_reference_number;
  replacement.price = message.price;
  replacement.shares = message.shares;
  replacement.priority = next_priority_++;
  erase(order);
  insert(replacement);
  return Applied{.effect = Applied::Effect::replaced,
                 .order = order,
                 .shares = order.shares,
                 .replacement = replacement,
                 .at_best_price = false,
                 .at_queue_head = false};
}

const RestingOrder* ReferenceMarket::find(std::uint64_t reference) const {
  const auto found = orders_.find(reference);
  return found == orders_.end() ? nullptr : &found->second;
}

std::optional<Price> ReferenceMarket::best_price(const Stock& stock, Side side) const {
  const RestingOrder* head = queue_head(stock, side);
  return head == nullptr ? std::nullopt : std::optional(head->price);
}

const RestingOrder* ReferenceMarket::queue_head(const Stock& stock, Side side) const {
  const auto* levels = side_of(stock, side);
  if (levels == nullptr || levels->empty()) return nullptr;
  return find(levels->begin()->second.begin()->second);
}

bool ReferenceMarket::crossed(const Stock& stock) const {
  const std::optional<Price> bid = best_price(stock, Side::buy);
  const std::optional<Price> ask = best_price(stock, Side::sell);
  return bid && ask && *bid >= *ask;
}

std::vector<Stock> ReferenceMarket::stocks() const {
  std::vector<Stock> result;
  for (const auto& [stock, book] : books_)
    result.push_back(stock);
  return result;
}

void ReferenceMarket::for_each_resting(const Stock& stock, Side side,
                                       const std::function<void(const RestingOrder&)>& visit) const {
  const auto* levels = side_of(stock, side);
  if (levels == nullptr) return;
  for (const auto& [key, queue] : *levels) {
    for (const auto& [priority, reference] : queue)
      visit(orders_.at(reference));
  }
}

const std::map<std::int64_t, ReferenceMarket::Queue>* ReferenceMarket::side_of(const Stock& stock,
                                                                               Side side) const {
  const auto found = books_.find(stock);
  if (found == books_.end()) return nullptr;
  return side == Side::buy ? &found->second.buys : &found->second.sells;
}

std::map<std::int64_t, ReferenceMarket::Queue>& ReferenceMarket::side_of(const RestingOrder& order) {
  Book& book = books_[order.stock];
  return order.side == Side::buy ? book.buys : book.sells;
}

void ReferenceMarket::insert(RestingOrder order) {
  side_of(order)[key_of(order.side, order.price)][order.priority] = order.reference;
  orders_.emplace(order.reference, std::move(order));
}

void ReferenceMarket::erase(const RestingOrder& order) {
  auto& levels = side_of(order);
  const auto level = levels.find(key_of(order.side, order.price));
  TRADE_ASSERT(level != levels.end(), "an order that rests has a level");
  level->second.erase(order.priority);
  if (level->second.empty()) levels.erase(level);
  orders_.erase(order.reference);
}

void ReferenceMarket::take(RestingOrder& order, Quantity shares) {
  order.shares -= shares;
  if (!order.shares) erase(RestingOrder(order));
}

}  // namespace trade::itch
