// Commands: everything that changes the engine's state. The sequencer stamps and numbers them; the journal
// keeps them; the engine applies them in order. They are input only: what came of one is told by events.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/time.hpp"
#include "model/clock.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/instructions.hpp"
#include "model/numbers.hpp"
#include "model/order_link.hpp"

namespace trade {

// A command's texts are views: they point into the buffer that the command was decoded from (or, in tests,
// at a literal), which must outlive the command and the events made from it.

struct OpenAccount {
  AccountName name;
  AccountType type = AccountType::cash;
};

/// Adds cash; `amount` above zero.
struct DepositCash {
  AccountId account;
  Money amount;
};

/// Takes cash out; `amount` above zero and no more than what is free of reservations and loans.
struct WithdrawCash {
  AccountId account;
  Money amount;
};

/// Shares that come in from another broker, at what they cost there.
struct TransferShares {
  AccountId account;
  SymbolId symbol;
  Quantity quantity;
  Price cost_price;
};

struct SetAccountStatus {
  AccountId account;
  AccountStatus status = AccountStatus::active;
};

/// Replaces the limits that are given and leaves the others; a given zero means "no limit".
struct SetAccountLimits {
  AccountId account;
  std::optional<Quantity> position_max;        ///< shares held of one symbol, open buys included
  std::optional<Quantity> order_quantity_max;  ///< shares of one order
  std::optional<Money> order_notional_max;     ///< price times quantity of one order
  /// What orders ask for that do not say themselves; a given zero: nothing.
  std::optional<SelfTradePrevention> self_trade_prevention;
};

/// The firm's rules for all accounts. Ratios are in basis points (1/10000).
struct FirmRules {
  /// Buying power of a margin account as a multiple of its equity: 20000 is 2x. From 10000 to 100000.
  std::int64_t margin_multiplier_basis_points = 20'000;
  /// How far from the reference price a market or triggered stop order may trade; 0 is no collar.
  std::int64_t price_collar_basis_points = 1'000;
  DayTradingRule day_trading_rule = DayTradingRule::pdt;
  /// Equity from which the pattern-day-trader rule does not apply (FINRA 4210(f)(8)(B): 25,000).
  Money pattern_day_trader_equity_min = Money{25'000 * units_per_dollar};
  /// Day trades in five business days from which an account under that equity is refused more.
  std::int64_t day_trades_max = 3;
  /// Equity that long positions need under the intraday-margin rule, as a share of their value
  /// (FINRA 4210(c)(1): 25 percent). From 1 to 10000.
  std::int64_t intraday_maintenance_basis_points = 2'500;
  /// Limits of every account that has none of its own; zero means "no limit".
  Quantity default_position_max;
  Quantity default_order_quantity_max;
  Money default_order_notional_max;
  /// What an account must have for a short sale, what it brings in included, as a share of its value
  /// (Regulation T, 12 CFR 220.12(c)(1): 150 percent). From 10000 to 100000.
  std::int64_t short_margin_basis_points = 15'000;
  /// Equity that short positions need under the intraday-margin rule, as a share of their value
  /// (FINRA 4210(c)(3): 30 percent). From 1 to 100000.
  std::int64_t short_maintenance_basis_points = 3'000;
  /// How far below the previous close a trade turns the price test for short sales on
  /// (17 CFR 242.201(b)(1): 10 percent). Up to 9999; zero: there is no such test.
  std::int64_t short_sale_trigger_basis_points = 0;

  bool operator==(const FirmRules&) const = default;
};

/// Replaces the firm's rules as a whole.
struct SetFirmRules {
  FirmRules rules;
};

struct AddSymbol {
  Symbol symbol;
  Price previous_close;     ///< zero when there is none
  Price tick = Price{100};  ///< prices are multiples of it: 0.01
  Quantity lot = Quantity{1};
};

struct SetSymbolStatus {
  SymbolId symbol;
  SymbolStatus status = SymbolStatus::trading;
  std::string_view reason;  ///< for people, at most 64 bytes
  bool auction = false;     ///< resumes through a volatility auction
};

/// Moves one symbol to a phase of its own, until the market's next one. Leaving a call phase for one that is
/// none executes its auction. Not `halt`: that is SetSymbolStatus.
struct SetSymbolPhase {
  SymbolId symbol;
  MarketPhase phase = MarketPhase::continuous;
};

/// How far a symbol may trade from a reference price before it pauses for a volatility auction.
struct SetPriceBands {
  SymbolId symbol;                 ///< zero: every symbol
  std::int64_t basis_points = 0;   ///< either way; zero: no bands
  std::int64_t pause_seconds = 0;  ///< of the auction, from 1 to 86400
  Price reference;                 ///< zero: the last price, else the previous close
  /// How long the best price may stand at a band before the symbol pauses, up to 86400; zero: it pauses as
  /// soon as an order would trade beyond the band.
  std::int64_t limit_state_seconds = 0;
  /// The bands of that tier, by the price of the symbol, around the mean price of its trades; `basis_points`
  /// is zero then. Nothing: around a reference that stays.
  std::optional<BandTier> tier = {};
  /// Of a leveraged fund in tier 2: its factor in basis points, from 10000 to
  /// `band_leverage_basis_points_max`, by which the tier's percentages are multiplied. Zero: it is none.
  std::int64_t leverage_basis_points = 0;
};

/// Shares that are located to be borrowed, which the account may sell short. Replaces what it was granted of
/// the symbol before; what its open orders hold counts against it.
struct SetLocate {
  AccountId account;
  SymbolId symbol;
  Quantity quantity;          ///< zero: none any more
  Timestamp expires_at = {};  ///< zero: with the trading day
};

/// On what terms a symbol's shares are lent: those on the easy-to-borrow list need no locate.
struct SetEasyToBorrow {
  SymbolId symbol;  ///< zero: every symbol
  bool on = true;
  /// What margin accounts that are short of it pay in a year, in basis points of the collateral
  /// (model/borrow_fee.hpp), from 0 to `borrow_rate_basis_points_max`. Nothing: as it was.
  std::optional<std::int64_t> rate_basis_points = {};
};

/// Throws a kill switch or lifts it: of an account, of a symbol, or, where neither is named, of the whole
/// market. While one is on it lets in no orders and no changes to them. Throwing it cancels the open ones.
struct SetKillSwitch {
  AccountId account;
  SymbolId symbol;
  bool on = true;
};

/// Opens or closes the session. Closing ends day orders. A trading date later than the engine's starts a
/// new trading day: day orders of the old one end, the day-trade window moves on.
struct SetSession {
  SessionPhase phase = SessionPhase::open;
  Date trading_date;
  /// What all symbols go to, which ends their auctions: `closed` where the session closes, any other but
  /// `halt` where it is open. Nothing: where the session opens or closes, continuous or closed; else they
  /// stay.
  std::optional<MarketPhase> market_phase = {};
  /// When regular trading is to end, as far as that is known: from 25 minutes before, bands of tiers are
  /// doubled. Zero: as it was, where the session stays open on the same trading day; else not known.
  Timestamp closes_at = {};
};

struct PlaceOrder {
  AccountId account;
  SymbolId symbol;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  Quantity quantity;
  Price limit_price;  ///< zero unless limit or stop_limit
  Price stop_price;   ///< zero unless stop_loss or stop_limit
  /// Empty, or the client's own id: makes a retry safe, unique in its account.
  std::string_view client_order_id;
  OrderInstructions instructions = {};
  /// Orders that come with this one. They take the ids after its own, and its account, symbol, time in force
  /// and expiry, and work on the side that closes what it opens; of an oco, on its own side.
  OrderLegs legs = {};
  ClientSessionId session = {};  ///< that the order and its legs are bound to; zero: none
};

/// Names an order by id, or, where that is zero, by the client's id within the account.
struct CancelOrder {
  AccountId account;
  OrderId order;
  std::string_view client_order_id;
};

/// Cancels all open orders of an account, in ascending order of id.
struct CancelAllOrders {
  AccountId account;              ///< zero: of every account
  SymbolId symbol;                ///< zero: of every symbol
  std::optional<Side> side = {};  ///< nothing: of both
  ClientSessionId session = {};   ///< zero: those bound to any and to none
};

/// Changes what is given. A smaller quantity at the same price keeps its place in the queue, anything else
/// loses it. `quantity` is the order's whole quantity, what is filled included.
struct ReplaceOrder {
  AccountId account;
  OrderId order;
  std::string_view client_order_id;
  std::optional<Quantity> quantity;
  std::optional<Price> limit_price;
  std::optional<Price> stop_price;
  std::string_view new_client_order_id;  ///< empty: keeps the old one
};

/// A trade of others, reported but not matched here (a hidden execution of a recorded market). It moves
/// the last price and so may trigger stops; no account changes.
struct PrintTrade {
  SymbolId symbol;
  Price price;
  Quantity quantity;
};

/// Ends the orders whose expiry has come, and the pauses whose time is over. Every command does so first;
/// this one does nothing else, for times without any other.
struct ExpireOrders {};

/// How a simulated clock goes on from this command's own timestamp. It is tradingd that sets it, never a
/// client.
struct SetClock {
  ClockPace pace;
};

/// Makes another market known, and opens its clearing account: the other side of what trades there. The name
/// of a venue that was removed takes that one up again, with its account. Its session begins as down.
struct AddVenue {
  VenueName name;
  WhenVenueDown when_down = WhenVenueDown::hold;
};

/// Forgets a venue at which no orders are open and to which no symbol is routed.
struct RemoveVenue {
  VenueId venue;
};

/// Says where a symbol's orders go from now on. Refused while orders of it are open.
struct SetRoute {
  SymbolId symbol;
  VenueId venue;  ///< zero: they are matched here
};

/// Which of the things it is that the session with a venue tells, one after another. What is told again bears
/// the number that it had, and is refused. Both zero: it bears none, and is taken as news.
struct OutboxNumber {
  std::uint64_t outbox = 0;  ///< within which numbers are unique and ascend; another one begins anew
  std::uint64_t value = 0;

  bool operator==(const OutboxNumber&) const = default;
};

/// Whether a venue can be spoken to. While it cannot, orders for it are held or refused, and the fate of
/// those that were sent is unknown.
struct SetVenueSession {
  VenueId venue;
  bool up = true;
  OutboxNumber number = {};
};

/// What a venue told of one order. Ids and texts are printable ASCII.
struct VenueReport {
  VenueId venue;
  OrderId order;
  VenueReportKind kind = VenueReportKind::accepted;
  std::uint32_t request = 0;                ///< that it answers (unanswered: that waits); zero: unasked (any)
  std::string_view execution_id;            ///< of filled and corrected: the trade's, unique at its venue
  std::string_view reference_execution_id;  ///< of busted and corrected: the trade that is meant
  std::string_view venue_order_id;          ///< empty: not told
  std::string_view text;                    ///< for people
  Quantity quantity;  ///< filled and corrected: of this trade; replaced: the order's whole, from now on
  Price price;        ///< filled and corrected: of this trade; replaced: the limit from now on
  Price stop_price;   ///< replaced: the stop price from now on
  // As the venue counts, after what is reported:
  Quantity cumulative;  ///< filled of the order so far; zero of a fill: not told
  Quantity leaves;      ///< that is still open; zero: nothing, the order has ended
  Price average_price;  ///< of what is filled, rounded
  OutboxNumber number = {};
};

using CommandBody =
    std::variant<OpenAccount, DepositCash, WithdrawCash, TransferShares, SetAccountStatus, SetAccountLimits,
                 SetFirmRules, AddSymbol, SetSymbolStatus, SetSession, PlaceOrder, CancelOrder,
                 CancelAllOrders, ReplaceOrder, PrintTrade, ExpireOrders, SetSymbolPhase, SetPriceBands,
                 SetKillSwitch, SetLocate, SetEasyToBorrow, SetClock, AddVenue, RemoveVenue, SetRoute,
                 SetVenueSession, VenueReport>;

/// A sequenced command. `timestamp` is the sequencer's, never earlier than that of the command before.
struct Command {
  Timestamp timestamp;
  CommandBody body;
};

}  // namespace trade
