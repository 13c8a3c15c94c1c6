// Events: everything that came of a command, complete enough for followers (ledger, market data, gateways)
// to keep their own state without asking the engine. Each has a dense sequence number.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "base/time.hpp"
#include "model/auction.hpp"
#include "model/clock.hpp"
#include "model/command.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"
#include "model/order_link.hpp"
#include "model/reject_reason.hpp"

namespace trade {

// An event's texts are views into the buffer of the command that caused it.

/// A command other than an order was refused; nothing changed.
struct CommandRejected {
  RejectReason reason = RejectReason::none;
  AccountId account;  ///< zero where the command names none
  OrderId order;      ///< zero where the command names none
};

struct AccountOpened {
  AccountId account;
  AccountName name;
  AccountType type = AccountType::cash;
};

/// Cash came in (above zero) or went out (below zero).
struct CashMoved {
  AccountId account;
  Money amount;
  Money cash_balance;  ///< after it
};

struct SharesTransferred {
  AccountId account;
  SymbolId symbol;
  Quantity quantity;
  Price cost_price;
};

struct AccountStatusChanged {
  AccountId account;
  AccountStatus status = AccountStatus::active;
};

/// The account's limits after the change; zero is "no limit of its own".
struct AccountLimitsChanged {
  AccountId account;
  Quantity position_max;
  Quantity order_quantity_max;
  Money order_notional_max;
  std::optional<SelfTradePrevention> self_trade_prevention;  ///< of orders that do not say
};

struct FirmRulesChanged {
  FirmRules rules;
};

struct SymbolAdded {
  SymbolId id;
  Symbol symbol;
  Price previous_close;
  Price tick;
  Quantity lot;
};

struct SymbolStatusChanged {
  SymbolId symbol;
  SymbolStatus status = SymbolStatus::trading;
  std::string_view reason;
};

struct SessionChanged {
  SessionPhase phase = SessionPhase::open;
  Date trading_date;
  bool new_trading_day = false;
  MarketPhase market_phase = MarketPhase::continuous;  ///< of the market, and so of symbols added from now on
  bool moves_symbols = true;  ///< every symbol is in that phase now; else each is where it was
  Timestamp closes_at = {};   ///< when regular trading is to end; zero: that is not known
};

/// One symbol is in another phase, or enters or leaves a limit state.
struct SymbolPhaseChanged {
  SymbolId symbol;
  MarketPhase phase = MarketPhase::continuous;
  Timestamp ends_at;  ///< of an auction that ends by itself, or of a limit state; zero: by a command
  /// In a limit state (`continuous`) the side whose best price stands at its band; of the auction that
  /// follows, or that a trade beyond a band would begin, the same: buy is limit up, sell limit down.
  std::optional<Side> limit_state;
};

/// What an auction would come to has changed.
struct AuctionIndicated {
  SymbolId symbol;
  AuctionFigures figures;
};

/// An auction has ended; its trades follow, each at its price.
struct AuctionUncrossed {
  SymbolId symbol;
  MarketPhase phase = MarketPhase::opening_auction;  ///< that it was called in
  AuctionFigures figures;
};

/// A kill switch was thrown or lifted: of an account, of a symbol, or of the whole market.
struct KillSwitchChanged {
  AccountId account;
  SymbolId symbol;
  bool on = true;
};

/// A symbol's bands are these from now on.
struct PriceBandsChanged {
  SymbolId symbol;
  PriceBands bands;
};

/// An account may sell so many shares short until then; zero shares: none.
struct LocateChanged {
  AccountId account;
  SymbolId symbol;
  Quantity quantity;
  Timestamp expires_at;  ///< zero: with the trading day
};

/// The terms on which a symbol's shares are lent are these from now on.
struct EasyToBorrowChanged {
  SymbolId symbol;
  bool on = true;                      ///< on the easy-to-borrow list
  std::int64_t rate_basis_points = 0;  ///< a year; zero: it costs nothing
};

/// An account paid for the shares that it was short of over some nights, as a new trading day began.
struct BorrowFeeCharged {
  AccountId account;
  SymbolId symbol;
  Quantity quantity;                   ///< short of
  Price price;                         ///< at which the symbol closed
  std::int64_t rate_basis_points = 0;  ///< a year
  std::int64_t days = 0;               ///< calendar days, from one trading date to the next
  Money amount;                        ///< above zero, whole cents
  Money cash_balance;                  ///< after it
};

/// The price test for short sales of a symbol is on, for the rest of the day and the next one, or over.
struct ShortSaleRestrictionChanged {
  SymbolId symbol;
  bool on = true;
  Price price;  ///< of the trade that turned it on; zero: it is over
};

/// The simulated clock goes on like this from the event's own timestamp.
struct ClockChanged {
  ClockPace pace;
};

/// An order passed every check and has an id. It is `validated` when it is a stop that waits, `submitted`
/// when it goes to the market at once, and `pending` when it is an exit whose entry has to fill first; the
/// trades, the resting and the end of it follow as events. Legs follow the order that they come with.
struct OrderAccepted {
  OrderId order;
  AccountId account;
  SymbolId symbol;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  OrderStatus status = OrderStatus::submitted;
  Quantity quantity;
  Price limit_price;  ///< of a post-only order that slides, the price that it took
  /// Of a trailing stop, where it begins; zero of a pending one, which begins when its entry fills.
  Price stop_price;
  std::string_view client_order_id;
  OrderInstructions instructions = {};
  OrderLink link = {};
};

/// An order was refused. It has an id, and is kept, so that its owner can look it up. Its legs never come to
/// be.
struct OrderRejected {
  OrderId order;
  AccountId account;
  SymbolId symbol;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  RejectReason reason = RejectReason::none;
  Quantity quantity;
  Price limit_price;
  Price stop_price;
  std::string_view client_order_id;
  OrderInstructions instructions = {};
  OrderLink link = {};
};

/// The order, or what is left of it, came to rest in the book at the back of its price level. Of an iceberg
/// this tells of each part that is shown.
struct OrderRested {
  OrderId order;
  SymbolId symbol;
  Side side = Side::buy;
  Price price;        ///< its limit, or the price band that it may not be shown beyond
  Quantity quantity;  ///< that is shown: what is left of the order, or a part of it
};

/// A waiting stop order met its price: it is `submitted` and goes to the market, at the price of its limit
/// or at any price.
struct OrderTriggered {
  OrderId order;
  AccountId account;
  SymbolId symbol;
  Price trigger_price;  ///< the trade's price that triggered it
};

/// The stop price of a trailing stop has followed the market.
struct StopTrailed {
  OrderId order;
  AccountId account;
  SymbolId symbol;
  Price stop_price;       ///< from now on
  Price reference_price;  ///< the price that it stays behind: the best since the order was placed
};

/// The entry of a pending exit has filled for the first time: the exit works for what was filled, as
/// `validated` stop or `submitted` limit order, or, where the account may not, ends as `rejected`. It grows
/// with further fills of the entry, of which OrderReplaced tells.
struct ExitActivated {
  OrderId order;
  AccountId account;
  SymbolId symbol;
  OrderStatus status = OrderStatus::submitted;
  RejectReason reason = RejectReason::none;  ///< where it is rejected
  Quantity quantity;                         ///< whole, from now on
  // Of a trailing stop, which begins now; zero: it is none.
  Price stop_price = {};
  Price reference_price = {};  ///< that it stays behind
};

/// What the book showed of the two orders of a trade in an auction, and no longer does. A zero price: that
/// order was not in the book.
struct AuctionLegs {
  Price maker_price;
  Quantity maker_shown;
  Price taker_price;
  Quantity taker_shown;
};

/// Two orders traded: at the price of the one that rested, or in an auction at its price; then both had come
/// before, and the older one counts as the maker.
struct TradeExecuted {
  TradeId trade;
  SymbolId symbol;
  Price price;
  Quantity quantity;
  Side taker_side = Side::buy;
  OrderId maker_order;
  AccountId maker_account;
  Quantity maker_leaves;  ///< left of the resting order after this trade
  OrderId taker_order;
  AccountId taker_account;
  Quantity taker_leaves;
  /// All that was shown of the resting order is gone, though more of it is left: an OrderRested tells where
  /// that is shown.
  bool maker_refreshes = false;
  bool in_auction = false;
  AuctionLegs legs;  ///< of a trade in an auction
};

/// A trade of others was printed; no account and no book changes.
struct TradePrinted {
  TradeId trade;
  SymbolId symbol;
  Price price;
  Quantity quantity;
};

/// What was left of an order was cancelled. Its status is `ended_status(reason)`.
struct OrderCancelled {
  OrderId order;
  AccountId account;
  SymbolId symbol;
  Side side = Side::buy;
  CancelReason reason = CancelReason::requested;
  bool was_resting = false;  ///< it was in the book, at `price`
  Price price;
  Quantity quantity;     ///< that was left, and is now gone
  Quantity hidden = {};  ///< of it, what the book did not show
};

/// The order as it is after a replace, after it lost shares to self-trade prevention or to fills of the exit
/// that stands for the same shares, or after it grew with the fills of its entry. Where it was resting
/// and `kept_priority` is false, it has left its old place; an OrderRested (after trades, if it crosses)
/// tells the new one. With `kept_priority` it stays where it was with the new quantity.
struct OrderReplaced {
  OrderId order;
  AccountId account;
  SymbolId symbol;
  Side side = Side::buy;
  bool was_resting = false;
  bool kept_priority = false;
  Price old_limit_price;  ///< where it was resting, the price at which it rested
  Quantity old_leaves;
  Quantity quantity;  ///< whole, what is filled included
  Quantity leaves;
  Price limit_price;
  Price stop_price;
  std::string_view client_order_id;  ///< the new one; empty when it was not changed
  /// Of `old_leaves`, what the book did not show. With `kept_priority` what is not shown goes first.
  Quantity old_hidden = {};
};

/// A venue is known, or, where the id is one of before, known again.
struct VenueAdded {
  VenueId venue;
  VenueName name;
  AccountId clearing_account;
  WhenVenueDown when_down = WhenVenueDown::hold;
};

struct VenueRemoved {
  VenueId venue;
};

/// Where a symbol's orders go from now on.
struct RouteChanged {
  SymbolId symbol;
  VenueId venue;  ///< zero: they are matched here
};

/// A venue can be spoken to, or no longer.
struct VenueSessionChanged {
  VenueId venue;
  bool up = true;
};

/// An order is to be placed, cancelled or replaced at its venue. Tells all that is needed to ask for it; of a
/// replace, the order as it is to be.
struct VenueRequestMade {
  OrderId order;
  AccountId account;
  SymbolId symbol;
  VenueId venue;
  VenueRequestKind kind = VenueRequestKind::place;
  std::uint32_t number = 0;  ///< of the order's requests, from 1
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  Quantity quantity;  ///< whole, what is filled included
  Price limit_price;
  Price stop_price;
  OrderInstructions instructions = {};
};

/// Where an order stands with its venue, and its status, which may have changed with that.
struct VenueStateChanged {
  OrderId order;
  AccountId account;
  SymbolId symbol;
  VenueId venue;
  VenueState state = VenueState::held;
  OrderStatus status = OrderStatus::pending;
  std::string_view venue_order_id;  ///< empty: as it was
  std::string_view text;            ///< that the venue told, for people
};

/// An order traded at its venue, against the venue's clearing account.
struct VenueTradeExecuted {
  TradeId trade;
  OrderId order;
  AccountId account;
  SymbolId symbol;
  VenueId venue;
  AccountId clearing_account;
  Side side = Side::buy;  ///< of the order
  Price price;
  Quantity quantity;
  Quantity leaves;  ///< left of the order after this trade; zero of one that had ended before
  std::string_view execution_id;
};

/// A trade at a venue never was: what it moved goes back. The order's filled quantity is less by it.
struct VenueTradeBusted {
  TradeId trade;  ///< that it undoes
  OrderId order;
  AccountId account;
  SymbolId symbol;
  VenueId venue;
  AccountId clearing_account;
  Side side = Side::buy;  ///< of the order
  Price price;            ///< of the trade that it undoes, as the quantity is
  Quantity quantity;
  Quantity leaves;                              ///< left of the order afterwards
  OrderStatus status = OrderStatus::submitted;  ///< of the order afterwards
  std::string_view execution_id;                ///< of the trade that it undoes
  bool corrected = false;                       ///< the VenueTradeExecuted that replaces the trade follows
};

using EventBody =
    std::variant<CommandRejected, AccountOpened, CashMoved, SharesTransferred, AccountStatusChanged,
                 AccountLimitsChanged, FirmRulesChanged, SymbolAdded, SymbolStatusChanged, SessionChanged,
                 OrderAccepted, OrderRejected, OrderRested, OrderTriggered, TradeExecuted, TradePrinted,
                 OrderCancelled, OrderReplaced, StopTrailed, SymbolPhaseChanged, AuctionIndicated,
                 AuctionUncrossed, KillSwitchChanged, PriceBandsChanged, ExitActivated, LocateChanged,
                 EasyToBorrowChanged, ShortSaleRestrictionChanged, ClockChanged, VenueAdded, VenueRemoved,
                 RouteChanged, VenueSessionChanged, VenueRequestMade, VenueStateChanged, VenueTradeExecuted,
                 VenueTradeBusted, BorrowFeeCharged>;

struct Event {
  Sequence sequence = 0;
  Timestamp timestamp;  ///< that of the command which caused it
  EventBody body;
};

}  // namespace trade
