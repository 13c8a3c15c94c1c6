// The records that the ledger keeps. A checkpoint stores them as the bytes they are, so their layout is part
// of the stored format: plain integers, little-endian, no padding (checked by PagedArray).
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"
#include "ledger/position_math.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/instructions.hpp"
#include "model/numbers.hpp"
#include "model/order_link.hpp"
#include "model/reject_reason.hpp"

namespace trade::ledger {

/// One account; record number is the account's id less one.
struct AccountRecord {
  AccountName name;  ///< empty: no such account
  AccountType type = AccountType::cash;
  std::uint8_t reserved[6] = {};
  Money cash;
  Money external;  ///< net worth brought in from outside: cash, and shares at what they cost
  Money realized;  ///< profit of everything closed
  Timestamp opened_at;
  Sequence changed_at = 0;   ///< last event that opened it or moved its cash or shares
  Sequence first_entry = 0;  ///< sequence of its first and last entry; zero: none
  Sequence last_entry = 0;
  OrderId newest_order;              ///< head of the chain OrderRecord::previous_of_account
  std::uint64_t newest_trade = 0;    ///< TradeLog index plus one; zero: none
  std::uint32_t open_orders = 0;     ///< how many
  std::uint32_t fees_low = 0;        ///< the halves of `fees()`, where older programs wrote zeros
  std::uint32_t first_position = 0;  ///< record number plus one, head of PositionRecord::next_of_account
  std::uint32_t fees_high = 0;

  /// All that it was charged; not below zero.
  [[nodiscard]] Money fees() const {
    return {static_cast<std::int64_t>(std::uint64_t{fees_high} << 32 | fees_low)};
  }
  void set_fees(Money fees) {
    fees_low = static_cast<std::uint32_t>(fees.units);
    fees_high = static_cast<std::uint32_t>(fees.units >> 32);
  }
};
static_assert(sizeof(AccountRecord) == 128);

/// One symbol; record number is the symbol's id less one.
struct SymbolRecord {
  Symbol symbol;  ///< empty: no such symbol
  Price previous_close;
  Price last_price;          ///< last trade or print; zero: none yet
  Quantity external_shares;  ///< that came in from outside, over all accounts

  /// What a share is taken to be worth: the last price, else the previous close, else zero.
  [[nodiscard]] Price reference() const { return last_price ? last_price : previous_close; }
};

/// What one account holds, or once held, of one symbol.
struct PositionRecord {
  AccountId account;
  SymbolId symbol;
  Quantity quantity;
  Money cost;
  Money realized;
  std::uint32_t next_of_account = 0;  ///< record number plus one; zero: the chain's end
  /// A ClosingCost: the average in units, with the highest bit set of a short position.
  std::uint32_t closing_bits = 0;

  void set(ClosingCost closed);
  [[nodiscard]] ClosingCost closing_cost() const;
};

/// One order, all that is known of it: as it is shown, and as pages of orders were saved by programs before
/// StoredOrder.
struct OrderRecord {
  AccountId account;  ///< zero, as the symbol, only where a rejected order named one that is not there
  SymbolId symbol;
  Quantity quantity;
  Price limit_price;
  Price stop_price;
  Quantity filled_quantity;
  Money filled_notional;
  Timestamp created_at;
  Timestamp updated_at;
  OrderId previous_of_account;         ///< the account's order before this one
  std::uint64_t last_trade = 0;        ///< TradeLog index plus one of its last trade; zero: none
  std::uint32_t client_id_offset = 0;  ///< of its newest client id in the texts of its page
  std::uint8_t client_id_size = 0;     ///< zero: none
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  OrderStatus status = OrderStatus::pending;
  RejectReason reject_reason = RejectReason::none;
  std::uint8_t cancel_reason = 0;  ///< a CancelReason; zero: none
  std::uint8_t present = 0;        ///< zero: there is no order of this id
  // What OrderInstructions holds; zero where it was not asked for.
  std::uint8_t post_only = 0;
  std::uint8_t all_or_none = 0;
  std::uint8_t self_trade_prevention = 0;
  /// What OrderLink holds: its class in the lower half, its role in the upper one. Zero: a simple order.
  std::uint8_t link_bits = 0;
  std::uint32_t display_shares = 0;
  std::uint32_t minimum_shares = 0;
  std::uint32_t trail_units = 0;
  std::uint32_t trail_basis_points = 0;  ///< of an order at a venue, which is no trailing stop: see below
  std::uint32_t reference_units = 0;     ///< of a trailing stop: the price that it stays behind; see below
  std::uint8_t short_sale = 0;           ///< a ShortSale; zero: none
  std::uint8_t venue_state = 0;          ///< a VenueState; zero: not routed
  std::uint16_t venue = 0;               ///< number of the venue that it was routed to; zero: none
  Timestamp expires_at;

  // Where the venue's own id of the order stands in the texts of its page; size zero: not told. Venues take
  // no trailing stops, so what those need is free for it.
  [[nodiscard]] std::uint32_t venue_id_offset() const { return venue != 0 ? reference_units : 0; }
  [[nodiscard]] std::uint8_t venue_id_size() const {
    return venue != 0 ? static_cast<std::uint8_t>(trail_basis_points) : std::uint8_t{0};
  }
  void set_venue_id(std::uint32_t offset, std::uint8_t size) {
    reference_units = offset;
    trail_basis_points = size;
  }

  [[nodiscard]] OrderInstructions instructions() const;
  [[nodiscard]] OrderLink link() const;
};
static_assert(sizeof(OrderRecord) == 128);

/// What few orders have: all but account, symbol, quantity, limit price and times of a market or limit order.
struct OrderExtras {
  Timestamp expires_at;
  Price stop_price;
  // What an order asked for that was rejected for it, where one of them does not fit into StoredOrder; else
  // both are zero.
  Quantity unfit_quantity;
  Price unfit_limit_price;
  // As in OrderRecord, but for the venue's id of the order, which has fields of its own.
  std::uint32_t display_shares = 0;
  std::uint32_t minimum_shares = 0;
  std::uint32_t trail_units = 0;
  std::uint32_t trail_basis_points = 0;
  std::uint32_t reference_units = 0;
  std::uint32_t venue_id_offset = 0;
  std::uint16_t venue = 0;
  std::uint16_t slot = 0;  ///< of the order in its page
  std::uint8_t venue_id_size = 0;
  std::uint8_t venue_state = 0;
  std::uint8_t post_only = 0;
  std::uint8_t all_or_none = 0;
  std::uint8_t self_trade_prevention = 0;
  std::uint8_t short_sale = 0;
  std::uint8_t link_bits = 0;
  std::uint8_t reserved[5] = {};

  void set(const OrderInstructions& instructions);
  void set(OrderLink link);
  bool operator==(const OrderExtras&) const = default;
};
static_assert(sizeof(OrderExtras) == 72);

/// What a rejected order asked for may be out of range: it is held as far as it fits.
constexpr std::uint32_t narrowed(std::int64_t value) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, UINT32_MAX));
}

/// One order as pages of orders hold it; record number is the order's id less one. One line of the
/// processor's cache: most of folding is waiting for memory, and half as much is written to disk as of an
/// OrderRecord.
struct StoredOrder {
  AccountId account;  ///< as in OrderRecord, as is what is not explained
  SymbolId symbol;
  std::uint32_t quantity_shares = 0;
  std::uint32_t filled_shares = 0;
  std::uint32_t limit_units = 0;
  std::uint32_t client_id_offset = 0;
  Money filled_notional;
  Timestamp created_at;
  Timestamp updated_at;
  // Ids of orders and numbers of trades have 40 bits: a thousand billions.
  std::uint32_t previous_of_account_low = 0;
  std::uint32_t last_trade_low = 0;
  std::uint8_t previous_of_account_high = 0;
  std::uint8_t last_trade_high = 0;
  std::uint8_t client_id_size = 0;
  std::uint8_t type_bits = 0;  ///< the type in the lower half, the time in force in the upper one
  OrderStatus status = OrderStatus::pending;
  RejectReason reject_reason = RejectReason::none;
  std::uint8_t cancel_reason = 0;
  std::uint8_t flags = 0;

  static constexpr std::uint8_t present_flag = 1;  ///< there is an order of this id
  static constexpr std::uint8_t sell_flag = 2;
  static constexpr std::uint8_t extras_flag = 4;  ///< its page has OrderExtras of it

  [[nodiscard]] bool present() const { return (flags & present_flag) != 0; }
  [[nodiscard]] bool has_extras() const { return (flags & extras_flag) != 0; }
  [[nodiscard]] Side side() const { return (flags & sell_flag) != 0 ? Side::sell : Side::buy; }
  [[nodiscard]] OrderType type() const { return static_cast<OrderType>(type_bits & 15U); }
  [[nodiscard]] TimeInForce time_in_force() const { return static_cast<TimeInForce>(type_bits >> 4U); }
  void set(Side side, OrderType type, TimeInForce time_in_force);
  /// As far as they fit. False where one does not: what was asked for is then for its extras to tell.
  bool set_terms(Quantity quantity, Price limit_price) {
    quantity_shares = narrowed(quantity.shares);
    limit_units = narrowed(limit_price.units);
    return quantity_shares == quantity.shares && limit_units == limit_price.units;
  }
  [[nodiscard]] Quantity quantity() const { return {quantity_shares}; }
  [[nodiscard]] Quantity filled_quantity() const { return {filled_shares}; }
  /// So many more, or fewer. False when the sum is below zero or beyond 32 bits; nothing changes then.
  [[nodiscard]] bool add_filled(Quantity quantity) {
    const std::int64_t filled = filled_shares + quantity.shares;
    if (filled != std::int64_t{narrowed(filled)}) return false;
    filled_shares = static_cast<std::uint32_t>(filled);
    return true;
  }
  [[nodiscard]] OrderId previous_of_account() const {
    return {std::uint64_t{previous_of_account_high} << 32U | previous_of_account_low};
  }
  void set_previous_of_account(OrderId previous) {
    previous_of_account_low = static_cast<std::uint32_t>(previous.value);
    previous_of_account_high = static_cast<std::uint8_t>(previous.value >> 32U);
  }
  /// TradeLog index plus one of its last trade; zero: none.
  [[nodiscard]] std::uint64_t last_trade() const {
    return std::uint64_t{last_trade_high} << 32U | last_trade_low;
  }
  void set_last_trade(std::uint64_t index_plus_one) {
    last_trade_low = static_cast<std::uint32_t>(index_plus_one);
    last_trade_high = static_cast<std::uint8_t>(index_plus_one >> 32U);
  }
};
static_assert(sizeof(StoredOrder) == 64);

/// An order in the two parts that a page holds of it.
struct OrderParts {
  StoredOrder order;
  OrderExtras extras;  ///< all zero, but for its slot: it has none
};
OrderParts parts_of(const OrderRecord& record);
/// `extras` may be null.
OrderRecord record_of(const StoredOrder& order, const OrderExtras* extras);

static_assert(price_units_max <= UINT32_MAX && order_quantity_max <= UINT32_MAX);
/// One trade: two fills; of a trade at a venue the clearing account is the maker, without an order. Price and
/// quantity are narrowed to 32 bits, which their bounds allow. `previous_…` lead to the trade before of the
/// same account or order, as a distance in the log; zero ends the chain.
struct TradeRecord {
  TradeId trade;
  Timestamp executed_at;
  Sequence sequence = 0;
  OrderId maker_order;
  OrderId taker_order;
  AccountId maker_account;
  AccountId taker_account;
  SymbolId symbol;
  std::uint32_t price_units = 0;
  std::uint32_t quantity_shares = 0;
  std::uint32_t previous_of_maker_account = 0;
  std::uint32_t previous_of_taker_account = 0;
  std::uint32_t previous_of_maker_order = 0;
  std::uint32_t previous_of_taker_order = 0;
  Side taker_side = Side::buy;
  std::uint8_t reserved[3] = {};
};
static_assert(sizeof(TradeRecord) == 80);

}  // namespace trade::ledger
