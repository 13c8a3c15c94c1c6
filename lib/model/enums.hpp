// The closed sets of the trading world, each with the names that scripts, JSON and the wire use.
// Numeric values are part of the stored format: they are never reused and never renumbered.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace trade {

enum class Side : std::uint8_t { buy = 1, sell = 2 };

constexpr Side opposite(Side side) {
  return side == Side::buy ? Side::sell : Side::buy;
}

/// How a sale of shares that the seller does not hold is marked; its side is `sell`.
enum class ShortSale : std::uint8_t {
  sell_short = 1,
  sell_short_exempt = 2,  ///< the price test does not bind it (17 CFR 242.201(c) and (d))
};

enum class OrderType : std::uint8_t {
  market = 1,
  limit = 2,
  stop_loss = 3,
  stop_limit = 4,
  trailing_stop = 5,  ///< a stop_loss whose stop price follows the market
};

/// Whether an order of this type has a limit price.
constexpr bool wants_limit(OrderType type) {
  return type == OrderType::limit || type == OrderType::stop_limit;
}
/// Whether it waits until a trade reaches its stop price.
constexpr bool wants_stop(OrderType type) {
  return type == OrderType::stop_loss || type == OrderType::stop_limit || type == OrderType::trailing_stop;
}
/// Whether it takes any price when it goes to the market, and so never rests there.
constexpr bool is_market(OrderType type) {
  return !wants_limit(type);
}

enum class TimeInForce : std::uint8_t {
  day = 1,  ///< until the session's end
  gtc = 2,  ///< good till cancelled
  ioc = 3,  ///< immediate or cancel: what does not fill at once is cancelled
  fok = 4,  ///< fill or kill: all at once or nothing
  gtd = 5,  ///< good till a date: until a time of its own
  opg = 6,  ///< on open: for the opening auction only
  cls = 7,  ///< on close: for the closing auction only; waits beside the book until that begins
};

/// What a post-only order does where it would trade on arrival.
enum class PostOnly : std::uint8_t {
  reject = 1,
  slide = 2,  ///< takes the best price at which it rests instead
};

/// What happens where an incoming order would trade with a resting one of its own account; the incoming
/// order's wish counts.
enum class SelfTradePrevention : std::uint8_t {
  cancel_resting = 1,
  cancel_incoming = 2,
  cancel_both = 3,
  decrement_and_cancel = 4,  ///< both lose the smaller one's quantity, which ends that one
};

/// How an order and those placed with it hang together.
enum class OrderClass : std::uint8_t {
  simple = 1,   ///< on its own
  bracket = 2,  ///< an entry, and a take-profit and a stop-loss for what it fills
  oco = 3,      ///< a take-profit and a stop-loss for shares that are there: one cancels the other
  oto = 4,      ///< an entry, and one exit for what it fills: one triggers the other
};

/// What an order is for in its group.
enum class OrderRole : std::uint8_t { entry = 1, take_profit = 2, stop_loss = 3 };

enum class OrderStatus : std::uint8_t {
  pending = 1,           ///< fate not known yet; of an exit: its entry has not filled anything yet
  validated = 2,         ///< passed risk, not in the market: a stop that waits for its price
  submitted = 3,         ///< working in the market, nothing filled
  partially_filled = 4,  ///< working in the market, something filled
  filled = 5,
  cancelled = 6,
  rejected = 7,
  expired = 8,
};

/// True for states that an order never leaves.
constexpr bool is_terminal(OrderStatus status) {
  return status >= OrderStatus::filled;
}

enum class AccountType : std::uint8_t {
  cash = 1,
  margin = 2,
  house = 3,     ///< plays a recorded market in: no cash, share or size checks, never a day trader
  clearing = 4,  ///< a venue's: the other side of what trades there; places no orders
};

enum class AccountStatus : std::uint8_t { active = 1, suspended = 2 };

enum class SymbolStatus : std::uint8_t { trading = 1, halted = 2 };

enum class SessionPhase : std::uint8_t { closed = 1, open = 2 };

/// What a symbol's market does. In a call phase orders gather and may cross; they trade together, at one
/// price, when it ends.
enum class MarketPhase : std::uint8_t {
  closed = 1,
  pre_open = 2,         ///< a call: orders gather for the opening auction and may be withdrawn
  opening_auction = 3,  ///< a call: its last part, in which opg orders stand
  continuous = 4,
  halt = 5,                ///< no orders; shown of a halted symbol, whatever phase it was halted in
  volatility_auction = 6,  ///< a call: after a halt, or because a trade would have left the price bands
  closing_auction = 7,     ///< a call: cls orders have joined, and stand
};

/// Whether orders gather in this phase.
constexpr bool is_call(MarketPhase phase) {
  return phase == MarketPhase::pre_open || phase == MarketPhase::opening_auction ||
         phase == MarketPhase::volatility_auction || phase == MarketPhase::closing_auction;
}

/// The phase of a market whose session is only said to be open or closed.
constexpr MarketPhase usual_phase(SessionPhase session) {
  return session == SessionPhase::open ? MarketPhase::continuous : MarketPhase::closed;
}

/// Which bands a symbol has under the plan to address extraordinary market volatility (Limit Up-Limit Down).
enum class BandTier : std::uint8_t {
  tier_1 = 1,  ///< stocks of the S&P 500 and the Russell 1000, and some funds
  tier_2 = 2,  ///< all others
};

/// How the firm limits day trading in margin accounts (SR-FINRA-2025-017; 91 FR 20731).
enum class DayTradingRule : std::uint8_t {
  pdt = 1,              ///< pattern day trader: under 25,000 of equity, at most three day trades in five days
  intraday_margin = 2,  ///< no order that would create an intraday margin deficit
};

enum class CancelReason : std::uint8_t {
  requested = 1,                  ///< by the owner, or an operator for the owner
  no_liquidity = 2,               ///< a market order found no more to trade with
  price_collar = 3,               ///< a market order reached its price collar
  immediate_or_cancel = 4,        ///< the rest of an ioc order
  fill_or_kill = 5,               ///< a fok order that could not fill whole
  session_end = 6,                ///< a day order at the session's end; its status is `expired`
  replaced_below_filled = 7,      ///< replaced to a quantity that is already filled
  insufficient_buying_power = 8,  ///< a triggered stop that could no longer be paid
  expiry = 9,                     ///< a gtd order whose time has come; its status is `expired`
  self_trade = 10,                ///< it would have traded with an order of its own account
  minimum_quantity = 11,          ///< it found less at once than the least that it asked for
  auction_end = 12,               ///< an opg or cls order, or what its auction left of it
  kill_switch = 13,               ///< a kill switch was thrown
  price_band = 14,                ///< a market order reached a price band
  one_cancels_other = 15,         ///< an exit of its group has filled, triggered or ended
  entry_ended = 16,               ///< the entry that it was to follow ended without a fill
  disconnected = 17,              ///< the client session that it was bound to ended
  short_sale_price_test = 18,     ///< a short sale that came to the market at or below the best bid
  venue = 19,                     ///< its venue ended it, unasked
};

/// The status of an order that ended so.
constexpr OrderStatus ended_status(CancelReason reason) {
  return reason == CancelReason::session_end || reason == CancelReason::expiry ? OrderStatus::expired
                                                                               : OrderStatus::cancelled;
}

enum class Liquidity : std::uint8_t { maker = 1, taker = 2 };

/// What becomes of an order for a venue whose session is down.
enum class WhenVenueDown : std::uint8_t {
  hold = 1,  ///< it is sent when the session is up
  refuse = 2,
};

/// Where a routed order stands with its venue.
enum class VenueState : std::uint8_t {
  held = 1,     ///< not sent: the session is down
  sending = 2,  ///< to be sent, or sent and not answered yet
  working = 3,
  pending_cancel = 4,   ///< asked to cancel it, not answered yet
  pending_replace = 5,  ///< asked to replace it, not answered yet
  unknown = 6,  ///< the session was lost after it was sent, or no answer came in time; until the venue says
  ended = 7,
};

/// What a venue is asked to do with an order.
enum class VenueRequestKind : std::uint8_t { place = 1, cancel = 2, replace = 3 };

/// What a venue tells of an order.
enum class VenueReportKind : std::uint8_t {
  accepted = 1,
  filled = 2,
  cancelled = 3,
  expired = 4,
  replaced = 5,
  rejected = 6,
  cancel_rejected = 7,
  replace_rejected = 8,
  busted = 9,       ///< a trade never was
  corrected = 10,   ///< a trade was another
  status = 11,      ///< the answer to a question about the order: what it has filled and has left
  not_known = 12,   ///< the answer to such a question: the venue does not know the order
  unanswered = 13,  ///< not told: the venue has not answered a request in time, and is asked
};

/// The rows of one enumeration: value and name, in a std::array `enum_names(E{})` found by the argument's
/// type.
template <class E, std::size_t N>
using EnumNames = std::array<std::pair<E, std::string_view>, N>;

constexpr EnumNames<Side, 2> enum_names(Side) {
  return {{{Side::buy, "buy"}, {Side::sell, "sell"}}};
}
constexpr EnumNames<OrderType, 5> enum_names(OrderType) {
  return {{{OrderType::market, "market"},
           {OrderType::limit, "limit"},
           {OrderType::stop_loss, "stop_loss"},
           {OrderType::stop_limit, "stop_limit"},
           {OrderType::trailing_stop, "trailing_stop"}}};
}
constexpr EnumNames<TimeInForce, 7> enum_names(TimeInForce) {
  return {{{TimeInForce::day, "day"},
           {TimeInForce::gtc, "gtc"},
           {TimeInForce::ioc, "ioc"},
           {TimeInForce::fok, "fok"},
           {TimeInForce::gtd, "gtd"},
           {TimeInForce::opg, "opg"},
           {TimeInForce::cls, "cls"}}};
}
constexpr EnumNames<PostOnly, 2> enum_names(PostOnly) {
  return {{{PostOnly::reject, "reject"}, {PostOnly::slide, "slide"}}};
}
constexpr EnumNames<SelfTradePrevention, 4> enum_names(SelfTradePrevention) {
  return {{{SelfTradePrevention::cancel_resting, "cancel_resting"},
           {SelfTradePrevention::cancel_incoming, "cancel_incoming"},
           {SelfTradePrevention::cancel_both, "cancel_both"},
           {SelfTradePrevention::decrement_and_cancel, "decrement_and_cancel"}}};
}
constexpr EnumNames<OrderClass, 4> enum_names(OrderClass) {
  return {{{OrderClass::simple, "simple"},
           {OrderClass::bracket, "bracket"},
           {OrderClass::oco, "oco"},
           {OrderClass::oto, "oto"}}};
}
constexpr EnumNames<OrderRole, 3> enum_names(OrderRole) {
  return {{{OrderRole::entry, "entry"},
           {OrderRole::take_profit, "take_profit"},
           {OrderRole::stop_loss, "stop_loss"}}};
}
constexpr EnumNames<ShortSale, 2> enum_names(ShortSale) {
  return {{{ShortSale::sell_short, "sell_short"}, {ShortSale::sell_short_exempt, "sell_short_exempt"}}};
}
constexpr EnumNames<OrderStatus, 8> enum_names(OrderStatus) {
  return {{{OrderStatus::pending, "pending"},
           {OrderStatus::validated, "validated"},
           {OrderStatus::submitted, "submitted"},
           {OrderStatus::partially_filled, "partially_filled"},
           {OrderStatus::filled, "filled"},
           {OrderStatus::cancelled, "cancelled"},
           {OrderStatus::rejected, "rejected"},
           {OrderStatus::expired, "expired"}}};
}
constexpr EnumNames<AccountType, 4> enum_names(AccountType) {
  return {{{AccountType::cash, "cash"},
           {AccountType::margin, "margin"},
           {AccountType::house, "house"},
           {AccountType::clearing, "clearing"}}};
}
constexpr EnumNames<AccountStatus, 2> enum_names(AccountStatus) {
  return {{{AccountStatus::active, "active"}, {AccountStatus::suspended, "suspended"}}};
}
constexpr EnumNames<SymbolStatus, 2> enum_names(SymbolStatus) {
  return {{{SymbolStatus::trading, "trading"}, {SymbolStatus::halted, "halted"}}};
}
constexpr EnumNames<SessionPhase, 2> enum_names(SessionPhase) {
  return {{{SessionPhase::closed, "closed"}, {SessionPhase::open, "open"}}};
}
constexpr EnumNames<MarketPhase, 7> enum_names(MarketPhase) {
  return {{{MarketPhase::closed, "closed"},
           {MarketPhase::pre_open, "pre_open"},
           {MarketPhase::opening_auction, "opening_auction"},
           {MarketPhase::continuous, "continuous"},
           {MarketPhase::halt, "halt"},
           {MarketPhase::volatility_auction, "volatility_auction"},
           {MarketPhase::closing_auction, "closing_auction"}}};
}
constexpr EnumNames<BandTier, 2> enum_names(BandTier) {
  return {{{BandTier::tier_1, "tier_1"}, {BandTier::tier_2, "tier_2"}}};
}
constexpr EnumNames<DayTradingRule, 2> enum_names(DayTradingRule) {
  return {{{DayTradingRule::pdt, "pdt"}, {DayTradingRule::intraday_margin, "intraday_margin"}}};
}
constexpr EnumNames<CancelReason, 19> enum_names(CancelReason) {
  return {{{CancelReason::requested, "requested"},
           {CancelReason::no_liquidity, "no_liquidity"},
           {CancelReason::price_collar, "price_collar"},
           {CancelReason::immediate_or_cancel, "immediate_or_cancel"},
           {CancelReason::fill_or_kill, "fill_or_kill"},
           {CancelReason::session_end, "session_end"},
           {CancelReason::replaced_below_filled, "replaced_below_filled"},
           {CancelReason::insufficient_buying_power, "insufficient_buying_power"},
           {CancelReason::expiry, "expiry"},
           {CancelReason::self_trade, "self_trade"},
           {CancelReason::minimum_quantity, "minimum_quantity"},
           {CancelReason::auction_end, "auction_end"},
           {CancelReason::kill_switch, "kill_switch"},
           {CancelReason::price_band, "price_band"},
           {CancelReason::one_cancels_other, "one_cancels_other"},
           {CancelReason::entry_ended, "entry_ended"},
           {CancelReason::disconnected, "disconnected"},
           {CancelReason::short_sale_price_test, "short_sale_price_test"},
           {CancelReason::venue, "venue"}}};
}
constexpr EnumNames<Liquidity, 2> enum_names(Liquidity) {
  return {{{Liquidity::maker, "maker"}, {Liquidity::taker, "taker"}}};
}
constexpr EnumNames<WhenVenueDown, 2> enum_names(WhenVenueDown) {
  return {{{WhenVenueDown::hold, "hold"}, {WhenVenueDown::refuse, "refuse"}}};
}
constexpr EnumNames<VenueState, 7> enum_names(VenueState) {
  return {{{VenueState::held, "held"},
           {VenueState::sending, "sending"},
           {VenueState::working, "working"},
           {VenueState::pending_cancel, "pending_cancel"},
           {VenueState::pending_replace, "pending_replace"},
           {VenueState::unknown, "unknown"},
           {VenueState::ended, "ended"}}};
}
constexpr EnumNames<VenueRequestKind, 3> enum_names(VenueRequestKind) {
  return {{{VenueRequestKind::place, "place"},
           {VenueRequestKind::cancel, "cancel"},
           {VenueRequestKind::replace, "replace"}}};
}
constexpr EnumNames<VenueReportKind, 13> enum_names(VenueReportKind) {
  return {{{VenueReportKind::accepted, "accepted"},
           {VenueReportKind::filled, "filled"},
           {VenueReportKind::cancelled, "cancelled"},
           {VenueReportKind::expired, "expired"},
           {VenueReportKind::replaced, "replaced"},
           {VenueReportKind::rejected, "rejected"},
           {VenueReportKind::cancel_rejected, "cancel_rejected"},
           {VenueReportKind::replace_rejected, "replace_rejected"},
           {VenueReportKind::busted, "busted"},
           {VenueReportKind::corrected, "corrected"},
           {VenueReportKind::status, "status"},
           {VenueReportKind::not_known, "not_known"},
           {VenueReportKind::unanswered, "unanswered"}}};
}

/// The name of a value; "unknown" for a number that is no value of the enumeration.
template <class E>
constexpr std::string_view name_of(E value) {
  for (const auto& [candidate, name] : enum_names(E{})) {
    if (candidate == value) return name;
  }
  return "unknown";
}

/// The side as its owner knows it: a short sale is none of a plain seller.
constexpr std::string_view side_name(Side side, std::optional<ShortSale> short_sale) {
  return short_sale ? name_of(*short_sale) : name_of(side);
}

template <class E>
constexpr std::optional<E> value_named(std::string_view name) {
  for (const auto& [value, candidate] : enum_names(E{})) {
    if (candidate == name) return value;
  }
  return std::nullopt;
}

/// The value with this number, or nothing: every number that comes from outside passes through here.
template <class E>
constexpr std::optional<E> value_numbered(std::uint8_t number) {
  for (const auto& [value, name] : enum_names(E{})) {
    if (static_cast<std::uint8_t>(value) == number) return value;
  }
  return std::nullopt;
}

}  // namespace trade
