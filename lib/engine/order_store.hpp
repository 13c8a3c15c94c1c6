// Orders: the open ones and the most recent ended ones, found by id or slot.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "engine/accounts.hpp"
#include "engine/client_ids.hpp"
#include "engine/digest.hpp"
#include "engine/hash_index.hpp"
#include "engine/slab.hpp"
#include "model/command.hpp"
#include "model/enums.hpp"
#include "model/reject_reason.hpp"

namespace trade::engine {

/// One order. What every fill touches comes first, in one cache line.
struct alignas(64) Order {
  OrderId id;
  Quantity quantity;  ///< whole; out of range only in a rejected order, as are the prices
  Money filled_notional;
  Timestamp updated_at;
  AccountId account;  ///< zero only in a rejected order, as is the symbol
  SymbolId symbol;
  PositionIndex position = 0;  ///< while open
  std::uint32_t filled_shares = 0;
  /// What is reserved for each share that a buy order still wants, in price units; zero: nothing.
  std::uint32_t reserve_units = 0;
  std::uint32_t book_node = 0;  ///< while resting
  OrderStatus status = OrderStatus::submitted;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  bool waiting = false;  ///< a stop that is not triggered

  // --- second cache line ---
  Price limit_price;
  Price stop_price;
  Timestamp created_at;
  OrderSlot previous = 0;       ///< open orders of the account
  OrderSlot next = 0;           ///< open orders of the account; of an ended one, the one that ended after it
  ClientIdIndex client_id = 0;  ///< the newest
  RejectReason reject_reason = RejectReason::none;
  CancelReason cancel_reason{};  ///< zero: not cancelled

  [[nodiscard]] Quantity filled() const { return {filled_shares}; }
  /// Shares still wanted by an open order.
  [[nodiscard]] Quantity leaves() const { return {quantity.shares - filled_shares}; }
  [[nodiscard]] Price reserve_price() const { return {reserve_units}; }
  [[nodiscard]] bool open() const { return !is_terminal(status); }
};
static_assert(sizeof(Order) == 128);

class OrderStore {
 public:
  explicit OrderStore(std::uint32_t ended_kept) : ended_kept_(ended_kept) {}

  /// The slot of an order; zero: no such order, or it ended too long ago.
  [[nodiscard]] OrderSlot find(OrderId id) const;
  [[nodiscard]] Order& operator[](OrderSlot slot) { return orders_[slot]; }
  [[nodiscard]] const Order& operator[](OrderSlot slot) const { return orders_[slot]; }

  [[nodiscard]] OrderId next_id() const { return next_id_; }
  /// Uses up an id.
  OrderId take_id() {
    const OrderId id = next_id_;
    ++next_id_.value;
    return id;
  }
  /// For loading: ids go on from here.
  void set_next_id(OrderId id) { next_id_ = id; }

  /// A blank record, found under `id` from now on.
  OrderSlot make(OrderId id);
  /// The record joins the account's open orders; its id is above those of the others.
  void link_open(OrderSlot slot, Account& account);
  /// The record leaves the account's open orders and joins the ended ones. Its status is terminal already.
  void end_open(OrderSlot slot, Account& account);
  /// The record, which never was open, joins the ended ones.
  void add_ended(OrderSlot slot);
  /// Forgets the ended orders beyond the number kept, the oldest first.
  void recycle(ClientIds& client_ids);

  [[nodiscard]] std::uint32_t open_count() const { return open_count_; }
  [[nodiscard]] std::uint32_t ended_count() const { return ended_count_; }

  /// Calls `visit(slot)` for every order, by ascending id.
  template <class Visit>
  void for_each(Visit&& visit) const;
  /// Calls `visit(slot)` for the ended ones, in the order in which they ended.
  template <class Visit>
  void for_each_ended(Visit&& visit) const {
    for (OrderSlot slot = oldest_ended_; slot != 0; slot = orders_[slot].next)
      visit(slot);
  }

  // Warm the cache: for the record, and for finding an id.
  void prefetch(OrderSlot slot) const { orders_.prefetch(slot); }
  void prefetch(OrderId id) const {
    if (const PageIndex page = find_page(page_number(id))) {
      __builtin_prefetch(&pages_[page].slots[id.value & (page_size - 1)]);
    }
  }

 private:
  // Ids are dense, so the slots lie in pages by id. A page goes when all its orders are forgotten; a few old
  // orders that stay open keep a page each.
  static constexpr unsigned page_bits = 9;
  static constexpr std::uint32_t page_size = 1U << page_bits;
  struct Page {
    std::array<OrderSlot, page_size> slots{};
    std::uint32_t used = 0;
  };
  using PageIndex = std::uint32_t;

  [[nodiscard]] static std::uint64_t page_number(OrderId id) { return id.value >> page_bits; }
  [[nodiscard]] static std::uint64_t page_hash(std::uint64_t number) {
    return detail::fold_multiply(number ^ detail::seed_left, detail::seed_right);
  }
  /// The page with this number; zero: none.
  [[nodiscard]] PageIndex find_page(std::uint64_t number) const {
    return page_index_.find(page_hash(number), [&](PageIndex page) { return page_numbers_[page] == number; });
  }
  PageIndex make_page(std::uint64_t number);
  [[nodiscard]] std::vector<PageIndex> pages_in_order() const;
  void forget(OrderSlot slot);

  Slab<Order, 12> orders_;
  Slab<Page, 6> pages_;
  std::vector<std::uint64_t> page_numbers_;  ///< by page index: the number of the page
  HashIndex page_index_;                     ///< by page number
  OrderId next_id_{1};
  OrderSlot oldest_ended_ = 0;
  OrderSlot newest_ended_ = 0;
  std::uint32_t open_count_ = 0;
  std::uint32_t ended_count_ = 0;
  std::uint32_t ended_kept_;
};

inline OrderSlot OrderStore::find(OrderId id) const {
  const PageIndex page = find_page(page_number(id));
  return page == 0 ? 0 : pages_[page].slots[id.value & (page_size - 1)];
}

template <class Visit>
void OrderStore::for_each(Visit&& visit) const {
  for (const PageIndex page : pages_in_order()) {
    for (const OrderSlot slot : pages_[page].slots) {
      if (slot != 0) visit(slot);
    }
  }
}

}  // namespace trade::engine
