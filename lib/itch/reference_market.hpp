// The books that a stream of ITCH messages describes, kept in the plainest way: to check streams with, and to
// compare another book with what the stream itself says.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "itch/messages.hpp"
#include "model/enums.hpp"
#include "model/numbers.hpp"

namespace trade::itch {

/// An order that rests in a book.
struct RestingOrder {
  std::uint64_t reference = 0;
  Stock stock;
  Side side = Side::buy;
  Price price;
  Quantity shares;             ///< left
  std::uint64_t priority = 0;  ///< order of arrival: within a price the lower is ahead

  bool operator==(const RestingOrder&) const = default;
};

/// What a message did to its book.
struct Applied {
  enum class Effect { none, added, reduced, removed, replaced, executed };
  Effect effect = Effect::none;
  /// The order that was reduced, removed, replaced or executed, as it was before; or that was added.
  RestingOrder order;
  /// By how many shares it was reduced or executed.
  Quantity shares;
  /// The order that replaced it.
  std::optional<RestingOrder> replacement;
  // Of an execution: where the order stood.
  bool at_best_price = false;
  bool at_queue_head = false;  ///< nobody was ahead of it at its price
};

class ReferenceMarket {
 public:
  /// Applies one message. Refuses, and changes nothing, when it refers to an order that is not there, adds
  /// one that is, takes more shares than there are, or has no shares or no price.
  Result<Applied> apply(const Message& message);

  /// The order with this reference, or null.
  [[nodiscard]] const RestingOrder* find(std::uint64_t reference) const;
  [[nodiscard]] std::size_t resting_orders() const { return orders_.size(); }

  /// The best price of a side; nothing where it is empty.
  [[nodiscard]] std::optional<Price> best_price(const Stock& stock, Side side) const;
  /// The order first in the queue at the best price; null where the side is empty.
  [[nodiscard]] const RestingOrder* queue_head(const Stock& stock, Side side) const;
  /// True when somebody would pay at least what somebody else asks.
  [[nodiscard]] bool crossed(const Stock& stock) const;

  /// The securities that ever had an order, in ascending order.
  [[nodiscard]] std::vector<Stock> stocks() const;
  /// Every order of a side in the order in which they would trade: best price first, then priority.
  void for_each_resting(const Stock& stock, Side side,
                        const std::function<void(const RestingOrder&)>& visit) const;

 private:
  /// Orders of one price by priority.
  using Queue = std::map<std::uint64_t, std::uint64_t>;
  struct Book {
    // Keyed so that the best price comes first: that of buys is negated.
    std::map<std::int64_t, Queue> buys;
    std::map<std::int64_t, Queue> sells;
  };

  Result<Applied> add(std::uint64_t reference, Side side, Quantity shares, const Stock& stock, Price price);
  Result<Applied> execute(std::uint64_t reference, Quantity shares);
  Result<Applied> reduce(std::uint64_t reference, Quantity shares);
  Result<Applied> remove(std::uint64_t reference);
  Result<Applied> replace(const OrderReplace& message);

  [[nodiscard]] const std::map<std::int64_t, Queue>* side_of(const Stock& stock, Side side) const;
  std::map<std::int64_t, Queue>& side_of(const RestingOrder& order);
  void insert(RestingOrder order);
  void erase(const RestingOrder& order);
  void take(RestingOrder& order, Quantity shares);

  std::unordered_map<std::uint64_t, RestingOrder> orders_;
  std::map<Stock, Book> books_;
  std::uint64_t next_priority_ = 1;
};

}  // namespace trade::itch
