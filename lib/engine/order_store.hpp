// Orders: the open ones and the most recent ended ones, found by id or slot.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/prefetch.hpp"
#include "base/time.hpp"
#include "engine/accounts.hpp"
#include "engine/client_ids.hpp"
#include "engine/order_directory.hpp"
#include "engine/slab.hpp"
#include "model/command.hpp"
#include "model/enums.hpp"
#include "model/order_link.hpp"
#include "model/reject_reason.hpp"

namespace trade::engine {

/// Where an order is that is neither in the book nor beside it, nor a waiting stop.
enum class AuctionPlace : std::uint8_t {
  none = 0,
  market_order = 1,  ///< among the market orders of an auction that forms
  held = 2,          ///< a cls order before the closing auction
};

/// One order. What every fill touches comes first, in one cache line.
struct alignas(64) Order {
  OrderId id;         ///< zero once it is forgotten
  Quantity quantity;  ///< whole; out of range only in a rejected order, as are the prices
  Money filled_notional;
  Timestamp updated_at;
  AccountId account;  ///< zero only in a rejected order, as is the symbol
  SymbolId symbol;
  PositionIndex position = 0;  ///< while open
  std::uint32_t filled_shares = 0;
  /// What is reserved for each share that a buy or a short sale still wants, in price units; zero: nothing.
  std::uint32_t reserve_units = 0;
  std::uint32_t book_node = 0;  ///< while resting
  OrderStatus status = OrderStatus::submitted;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  bool waiting = false;  ///< a stop that is not triggered
  AuctionPlace auction_place = AuctionPlace::none;
  std::uint8_t link_bits = 0;   ///< its place in a group, packed by set(); zero: a simple order
  std::uint8_t short_bits = 0;  ///< ShortSale, and whether it holds a locate; zero: no short sale

  // --- second cache line ---
  Price limit_price;
  Price stop_price;
  Timestamp created_at;
  OrderSlot previous = 0;       ///< open orders of the account
  OrderSlot next = 0;           ///< open orders of the account
  ClientIdIndex client_id = 0;  ///< the newest
  RejectReason reject_reason = RejectReason::none;
  CancelReason cancel_reason{};  ///< zero: not cancelled

  // What OrderInstructions holds, in less room.
  std::uint8_t instruction_bits = 0;  ///< packed by set()
  /// It is in the market but beside the book: all_or_none, or a minimum quantity not traded yet.
  bool beside_book = false;
  std::uint32_t display_shares = 0;
  std::uint32_t minimum_shares = 0;   ///< the least that its first trades must bring; zero: anything
  std::uint32_t trail = 0;            ///< price units or basis points; zero: no trailing stop
  std::uint32_t trail_reference = 0;  ///< price units: the best price that the stop has stayed behind
  Timestamp expires_at;               ///< of a gtd order

  [[nodiscard]] Quantity filled() const { return {filled_shares}; }
  /// Shares still wanted by an open order.
  [[nodiscard]] Quantity leaves() const { return {quantity.shares - filled_shares}; }
  [[nodiscard]] Price reserve_price() const { return {reserve_units}; }
  [[nodiscard]] bool open() const { return !is_terminal(status); }
  [[nodiscard]] bool all_or_none() const { return (instruction_bits & all_or_none_bit) != 0; }
  /// Zero: it trades with its own account's orders.
  [[nodiscard]] SelfTradePrevention self_trade_prevention() const {
    return static_cast<SelfTradePrevention>(instruction_bits >> self_trade_shift & self_trade_mask);
  }
  [[nodiscard]] bool prevents_self_trade() const { return self_trade_prevention() != SelfTradePrevention{}; }
  [[nodiscard]] bool is_short() const { return short_bits != 0; }
  /// Zero: it is none.
  [[nodiscard]] ShortSale short_sale() const { return static_cast<ShortSale>(short_bits & short_sale_mask); }
  /// Of a short sale: what is left of it counts against what was located for its account.
  [[nodiscard]] bool holds_locate() const { return (short_bits & holds_locate_bit) != 0; }
  void set_holds_locate() { short_bits |= holds_locate_bit; }
  [[nodiscard]] bool is_iceberg() const { return display_shares != 0; }
  [[nodiscard]] bool is_linked() const { return link_bits != 0; }
  [[nodiscard]] OrderLink link() const;
  /// It is an exit whose entry has to fill first.
  [[nodiscard]] bool is_held() const { return status == OrderStatus::pending && is_linked(); }
  /// Whether shares or money are set aside for what is left of it while it is open. Of two exits for the same
  /// shares that is the stop-loss, whose price is the worse of the two.
  [[nodiscard]] bool has_claim() const { return !is_linked() || linked_has_claim(); }
  /// Whether, resting, it is to be matched on its own: something else follows from its trades at once.
  [[nodiscard]] bool needs_care() const { return is_iceberg() || (is_linked() && link().is_paired()); }
  [[nodiscard]] bool trails() const { return trail != 0; }
  [[nodiscard]] bool trail_is_ratio() const { return (instruction_bits & trail_is_ratio_bit) != 0; }
  /// What the book shows at a time of what is left.
  [[nodiscard]] Quantity shown() const {
    return is_iceberg() ? std::min(leaves(), Quantity{display_shares}) : leaves();
  }
  /// Shares that must trade at one time, or none.
  [[nodiscard]] Quantity least() const {
    if (all_or_none()) return leaves();
    return (instruction_bits & minimum_met_bit) != 0 ? Quantity{}
                                                     : std::min(leaves(), Quantity{minimum_shares});
  }
  void set_minimum_met() { instruction_bits |= minimum_met_bit; }

  static constexpr std::uint8_t short_bits_max = 7;

  void set(OrderLink link);
  void set(const OrderInstructions& instructions);
  [[nodiscard]] OrderInstructions instructions() const;

 private:
  [[nodiscard]] bool linked_has_claim() const {
    const OrderLink place = link();
    return !is_held() && !(place.is_paired() && place.role == OrderRole::take_profit);
  }

  static constexpr std::uint8_t short_sale_mask = 3;
  static constexpr std::uint8_t holds_locate_bit = 1U << 2;
  static constexpr unsigned role_shift = 4;
  static constexpr unsigned order_class_mask = 15;
  // Bits 0 and 1: PostOnly; 2: all or none; 3: the trail is a ratio; 4 to 6: SelfTradePrevention; 7: the
  // minimum quantity has traded.
  static constexpr std::uint8_t post_only_mask = 3;
  static constexpr std::uint8_t all_or_none_bit = 1U << 2;
  static constexpr std::uint8_t trail_is_ratio_bit = 1U << 3;
  static constexpr std::uint8_t minimum_met_bit = 1U << 7;
  static constexpr unsigned self_trade_shift = 4;
  static constexpr unsigned self_trade_mask = 7;
};
static_assert(sizeof(Order) == 128);

inline OrderLink Order::link() const {
  if (link_bits == 0) return {};
  return {static_cast<OrderClass>(link_bits & order_class_mask),
          static_cast<OrderRole>(link_bits >> role_shift)};
}

class OrderStore {
 public:
  explicit OrderStore(std::uint32_t ended_kept);

  /// The slot of an order; zero: no such order, or it ended too long ago.
  [[nodiscard]] OrderSlot find(OrderId id) const {
    const OrderSlot slot = directory_.find(id);
    return orders_[slot].id == id ? slot : 0;
  }
  /// The same without looking at the record, which may be another's: so that it can be called for.
  [[nodiscard]] OrderSlot guess(OrderId id) const { return directory_.find(id); }
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
  [[nodiscard]] std::uint32_t ended_count() const {
    return static_cast<std::uint32_t>(ended_end_ - ended_begin_);
  }

  /// Calls `visit(slot)` for every order, by ascending id.
  template <class Visit>
  void for_each(Visit&& visit) const {
    directory_.for_each([&](OrderId id, OrderSlot slot) {
      if (orders_[slot].id == id) visit(slot);
    });
  }
  /// Calls `visit(slot)` for the ended ones, in the order in which they ended.
  template <class Visit>
  void for_each_ended(Visit&& visit) const {
    for (std::uint64_t at = ended_begin_; at != ended_end_; ++at)
      visit(ended_at(at));
  }

  void add_to(ForkSnapshot& snapshot) const {
    orders_.add_to(snapshot);
    directory_.add_to(snapshot);
  }

  // Warm the cache: for the record, for its neighbours' links alone, and for finding an id.
  void prefetch(OrderSlot slot) const { orders_.prefetch(slot); }
  void prefetch_links(OrderSlot slot) const { prefetch_line(&orders_[slot].previous); }
  void prefetch(OrderId id) const { directory_.prefetch(id); }

 private:
  void grow_ended();
  [[nodiscard]] const OrderSlot& ended_at(std::uint64_t at) const { return ended_[at & (ended_.size() - 1)]; }

  Slab<Order> orders_;
  OrderDirectory directory_;
  OrderId next_id_{1};
  /// The ended orders in the order in which they ended: a ring, so that those whose turn to be forgotten
  /// comes next are known. Its size is a power of two.
  std::vector<OrderSlot, LargePageAllocator<OrderSlot>> ended_;
  std::uint64_t ended_begin_ = 0;
  std::uint64_t ended_end_ = 0;
  std::uint32_t open_count_ = 0;
  std::uint32_t ended_kept_;
};

inline OrderSlot OrderStore::make(OrderId id) {
  const OrderSlot slot = orders_.allocate();
  directory_.insert(id, slot);
  orders_[slot].id = id;
  return slot;
}

inline void OrderStore::link_open(OrderSlot slot, Account& account) {
  const OrderSlot last = account.last_open;
  orders_[slot].previous = last;
  (last != 0 ? orders_[last].next : account.first_open) = slot;
  account.last_open = slot;
  ++open_count_;
}

inline void OrderStore::end_open(OrderSlot slot, Account& account) {
  const Order& order = orders_[slot];
  (order.previous != 0 ? orders_[order.previous].next : account.first_open) = order.next;
  (order.next != 0 ? orders_[order.next].previous : account.last_open) = order.previous;
  --open_count_;
  add_ended(slot);
}

inline void OrderStore::add_ended(OrderSlot slot) {
  if (ended_count() == ended_.size()) [[unlikely]]
    grow_ended();
  ended_[ended_end_++ & (ended_.size() - 1)] = slot;
}

}  // namespace trade::engine
