// Views: what the daemons answer when asked. Self-contained (names rather than numbers, texts owned), made
// to be shown; the command line and the gateways turn them into tables and JSON.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "model/auction.hpp"
#include "model/command.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"
#include "model/reject_reason.hpp"

namespace trade {

struct OrderView {
  OrderId id;
  std::string client_order_id;  ///< empty: none
  std::string account;
  std::string symbol;
  OrderType type = OrderType::market;
  Side side = Side::buy;
  TimeInForce time_in_force = TimeInForce::day;
  OrderStatus status = OrderStatus::pending;
  Quantity quantity;
  Price limit_price;  ///< zero: none
  Price stop_price;   ///< zero: none
  Quantity filled_quantity;
  Money filled_notional;                            ///< exact sum of price times quantity over the fills
  RejectReason reject_reason = RejectReason::none;  ///< why it was rejected, or a market order found nothing
  std::optional<CancelReason> cancel_reason;
  Timestamp created_at;
  Timestamp updated_at;
  OrderInstructions instructions = {};
  Price reference_price = {};  ///< of a trailing stop, the price that it stays behind; zero: none
  OrderLink link = {};
  std::string venue = {};                      ///< that it was routed to; empty: none
  std::optional<VenueState> venue_state = {};  ///< of a routed order
  std::string venue_order_id = {};             ///< empty: not told yet

  /// The order that the client placed, of which this one is a leg; zero: it is none.
  [[nodiscard]] OrderId parent() const { return link.parent(id); }
  /// Those of a rejected order never came to be.
  [[nodiscard]] LegIds legs() const { return status == OrderStatus::rejected ? LegIds{} : link.legs(id); }

  bool operator==(const OrderView&) const = default;
};

/// One side of a trade, as the owner of that side sees it.
struct FillView {
  TradeId id;
  OrderId order_id;
  std::string account;
  std::string symbol;
  Side side = Side::buy;
  Quantity quantity;
  Price price;
  Liquidity liquidity = Liquidity::taker;
  Timestamp executed_at;
  std::string venue = {};         ///< that it was made at; empty: here
  std::string execution_id = {};  ///< the venue's; empty of a trade made here
  bool busted = false;            ///< the venue has undone it
};

/// Shares that an account may sell short because they are located to be borrowed.
struct LocateView {
  std::string symbol;
  Quantity quantity;     ///< granted
  Quantity held;         ///< for open orders
  Quantity used;         ///< sold since they were granted
  Timestamp expires_at;  ///< zero: with the trading day

  bool operator==(const LocateView&) const = default;
};

/// An account as risk sees it.
struct AccountView {
  AccountId number;
  std::string id;  ///< its name
  AccountType type = AccountType::cash;
  AccountStatus status = AccountStatus::active;
  Money cash_balance;
  Money reserved;  ///< held for open buy orders and short sales
  Money buying_power;
  Money equity;                 ///< cash plus positions at their last price
  std::int64_t day_trades = 0;  ///< in the current window of five trading days
  Quantity position_max;        ///< zero: no limit of its own
  Quantity order_quantity_max;
  Money order_notional_max;
  Timestamp created_at;
  bool kill_switch = false;
  std::optional<SelfTradePrevention> self_trade_prevention = {};  ///< of orders that do not say
  std::vector<LocateView> locates = {};                           ///< ascending by symbol's number
};

struct SymbolView {
  SymbolId number;
  std::string symbol;
  SymbolStatus status = SymbolStatus::trading;
  std::string halt_reason;
  Price previous_close;
  Price last_price;
  Price tick;
  Quantity lot;
  MarketPhase phase = MarketPhase::continuous;
  Timestamp phase_ends_at;  ///< of an auction that ends by itself, or of a limit state; zero: by a command
  AuctionFigures auction;   ///< in a call phase, what it would come to
  PriceBands bands;
  bool kill_switch = false;
  std::optional<Side> limit_state = {};  ///< the side whose best price stands at its band
  /// Its best bid is below its bands, or its best offer above them, while it is in no limit state.
  bool straddle_state = false;
  bool easy_to_borrow = false;
  std::int64_t borrow_rate_basis_points = 0;  ///< a year, of who is short of it; zero: nothing
  bool short_sale_restricted = false;         ///< the price test for short sales is on
  VenueId venue = {};                         ///< that its orders go to; zero: they are matched here
  std::string venue_name = {};                ///< empty: they are matched here
};

/// Another market that orders can be routed to.
struct VenueView {
  VenueId id;
  std::string name;
  std::string clearing_account;
  WhenVenueDown when_down = WhenVenueDown::hold;
  bool session_up = false;
  bool removed = false;
  std::int64_t open_orders = 0;
  OutboxNumber told = {};  ///< of the last thing that was taken of what the session with it told

  bool operator==(const VenueView&) const = default;
};

struct SessionView {
  SessionPhase phase = SessionPhase::open;
  Date trading_date;
  FirmRules rules;
  MarketPhase market_phase = MarketPhase::continuous;
  bool kill_switch = false;  ///< of the whole market
  Timestamp closes_at = {};  ///< when regular trading is to end; zero: that is not known
};

/// One account's cash and holdings, for comparing two keepers of them.
struct HoldingsRow {
  struct Holding {
    SymbolId symbol;
    Quantity quantity;
    bool operator==(const Holding&) const = default;
  };
  AccountId account;
  std::string name;
  Money cash_balance;
  Sequence changed_at = 0;        ///< the last event that changed the row
  std::vector<Holding> holdings;  ///< ascending by symbol, none of zero quantity
};

struct PositionView {
  std::string symbol;
  Quantity quantity;
  Money cost;          ///< exact total cost of what is held
  Price market_price;  ///< last trade, else previous close; zero: none
  Money current_value;
  Money unrealized_pnl;
  Money realized_pnl;  ///< of this symbol, since the account opened
};

struct PortfolioView {
  std::string account;
  Money cash_balance;
  Money equity;
  Money realized_pnl;
  std::vector<PositionView> positions;  ///< ascending by symbol
  Money fees = {};                      ///< charged since the account opened; in no profit or loss
};

/// How often it is noted what accounts are worth.
enum class EquityStep : std::uint8_t {
  minute = 1,
  quarter_hour = 2,
  day = 3,  ///< a date in New York
};
constexpr EnumNames<EquityStep, 3> enum_names(EquityStep) {
  return {
      {{EquityStep::minute, "minute"}, {EquityStep::quarter_hour, "quarter_hour"}, {EquityStep::day, "day"}}};
}

/// What an account was worth at the end of a step.
struct EquityView {
  Timestamp start;  ///< of the step, UTC; of a day, its date's midnight
  Money equity;     ///< cash, and what its positions were worth
  Money deposited;  ///< what had come in from outside so far, less what went out: cash, and shares at cost

  bool operator==(const EquityView&) const = default;
};

/// A posting of the double-entry ledger, for statements.
struct PostingView {
  Sequence sequence = 0;
  Timestamp timestamp;
  std::string account;  ///< whose books
  std::string ledger;   ///< "cash", "securities", "external", "realized_pnl", "fees"
  std::string symbol;   ///< empty where cash
  Quantity quantity;
  Money amount;          ///< debit above zero, credit below
  bool of_bust = false;  ///< it takes part of a busted trade back
};

/// What an account was charged for being short of shares.
struct FeeView {
  Sequence sequence = 0;  ///< of the event
  Timestamp charged_at;
  std::string account;
  std::string symbol;
  Quantity quantity;  ///< that it was short of
  Price price;        ///< at which the symbol had closed
  Money amount;       ///< above zero

  bool operator==(const FeeView&) const = default;
};

struct QuoteView {
  std::string symbol;
  Price bid;  ///< zero: none
  Quantity bid_size;
  Price ask;
  Quantity ask_size;
  Price last;
  Quantity last_size;
  Quantity volume;  ///< shares traded this trading day
  Price open;
  Price high;
  Price low;
  Price previous_close;
  Timestamp timestamp;
  Sequence sequence = 0;  ///< the last event that changed it
  MarketPhase phase = MarketPhase::continuous;
  AuctionFigures auction;  ///< in a call phase, what it would come to

  bool operator==(const QuoteView&) const = default;
};

struct DepthLevelView {
  Price price;
  Quantity size;
  std::int64_t orders = 0;

  bool operator==(const DepthLevelView&) const = default;
};

struct DepthView {
  std::string symbol;
  std::vector<DepthLevelView> bids;  ///< best first
  std::vector<DepthLevelView> asks;  ///< best first
  Timestamp timestamp;
  Sequence sequence = 0;
};

struct TapeEntryView {
  TradeId id;
  std::string symbol;
  Price price;
  Quantity quantity;
  std::optional<Side> taker_side;  ///< nothing: printed, not matched here
  Timestamp executed_at;
  Sequence sequence = 0;
  std::uint64_t number = 0;  ///< among the symbol's trades: 1, 2, 3, …, without a gap
};

/// The best bid and offer as one event left them.
struct TopOfBookView {
  Price bid;  ///< zero: none
  Quantity bid_size;
  Price ask;
  Quantity ask_size;
  Timestamp timestamp;
  Sequence sequence = 0;

  bool operator==(const TopOfBookView&) const = default;
};

/// What a daemon says of itself.
struct DaemonView {
  std::string daemon;  ///< "tradingd"
  std::string version;
  std::string state;  ///< "running", "starting", "catching_up", "stopping"
  std::int64_t pid = 0;
  Timestamp started_at;
  Sequence sequence = 0;  ///< tradingd: last durable event; followers: last applied
  Sequence lag = 0;       ///< events behind the journal
  std::map<std::string, std::int64_t> counters;
};

}  // namespace trade
