// The messages of Nasdaq TotalView-ITCH 5.0, one struct each, in the order of the specification. Names of
// messages and fields are the specification's. Prices are in 1/10000 dollar unless a field says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/fixed_string.hpp"
#include "model/enums.hpp"
#include "model/numbers.hpp"

namespace trade::itch {

/// A ticker as the feed spells it, without the spaces that pad it to eight.
using Stock = FixedString<8>;
/// A market participant: up to four letters.
using Mpid = FixedString<4>;

/// What every message begins with.
struct Header {
  std::uint16_t stock_locate = 0;     ///< number of the security for this day; zero where there is none
  std::uint16_t tracking_number = 0;  ///< Nasdaq's own
  std::int64_t nanoseconds = 0;       ///< since midnight, New York; below 86,400 seconds

  bool operator==(const Header&) const = default;
};

enum class SystemEventCode : char {
  start_of_messages = 'O',
  start_of_system_hours = 'S',
  start_of_market_hours = 'Q',
  end_of_market_hours = 'M',
  end_of_system_hours = 'E',
  end_of_messages = 'C',
};

struct SystemEvent {
  static constexpr char type = 'S';
  static constexpr std::size_t bytes = 12;
  Header header;
  SystemEventCode event_code = SystemEventCode::start_of_messages;

  bool operator==(const SystemEvent&) const = default;
};

struct StockDirectory {
  static constexpr char type = 'R';
  static constexpr std::size_t bytes = 39;
  Header header;
  Stock stock;
  char market_category = ' ';             ///< Q, G, S (Nasdaq tiers), N, A, P, Z, V, space: not available
  char financial_status_indicator = ' ';  ///< D, E, Q, S, G, H, J, K, C, N, space
  std::uint32_t round_lot_size = 100;
  char round_lots_only = 'N';                 ///< Y, N
  char issue_classification = 'C';            ///< C: common stock, …
  FixedString<2> issue_sub_type;              ///< Z: not applicable, …
  char authenticity = 'P';                    ///< P: live, T: test
  char short_sale_threshold_indicator = 'N';  ///< Y, N, space
  char ipo_flag = ' ';                        ///< Y, N, space
  char luld_reference_price_tier = ' ';       ///< 1, 2, space
  char etp_flag = ' ';                        ///< Y, N, space
  std::uint32_t etp_leverage_factor = 0;
  char inverse_indicator = 'N';  ///< Y, N

  bool operator==(const StockDirectory&) const = default;
};

struct StockTradingAction {
  static constexpr char type = 'H';
  static constexpr std::size_t bytes = 25;
  Header header;
  Stock stock;
  char trading_state = 'T';  ///< H: halted, P: paused, Q: quotation only, T: trading
  char reserved = ' ';
  FixedString<4> reason;

  bool operator==(const StockTradingAction&) const = default;
};

struct RegShoRestriction {
  static constexpr char type = 'Y';
  static constexpr std::size_t bytes = 20;
  Header header;
  Stock stock;
  char reg_sho_action = '0';  ///< 0: no price test, 1: in effect, 2: remains in effect

  bool operator==(const RegShoRestriction&) const = default;
};

struct MarketParticipantPosition {
  static constexpr char type = 'L';
  static constexpr std::size_t bytes = 26;
  Header header;
  Mpid mpid;
  Stock stock;
  char primary_market_maker = 'Y';      ///< Y, N
  char market_maker_mode = 'N';         ///< N: normal, P: passive, S: syndicate, R: pre-syndicate, L: penalty
  char market_participant_state = 'A';  ///< A: active, E: excused, W: withdrawn, S: suspended, D: deleted

  bool operator==(const MarketParticipantPosition&) const = default;
};

/// Levels of the S&P 500 in 1/100,000,000 (eight decimals).
struct MwcbDeclineLevel {
  static constexpr char type = 'V';
  static constexpr std::size_t bytes = 35;
  Header header;
  std::uint64_t level_1 = 0;
  std::uint64_t level_2 = 0;
  std::uint64_t level_3 = 0;

  bool operator==(const MwcbDeclineLevel&) const = default;
};

struct MwcbStatus {
  static constexpr char type = 'W';
  static constexpr std::size_t bytes = 12;
  Header header;
  char breached_level = '1';  ///< 1, 2, 3

  bool operator==(const MwcbStatus&) const = default;
};

struct IpoQuotingPeriodUpdate {
  static constexpr char type = 'K';
  static constexpr std::size_t bytes = 28;
  Header header;
  Stock stock;
  std::uint32_t ipo_quotation_release_time = 0;  ///< seconds since midnight
  char ipo_quotation_release_qualifier = 'A';    ///< A: anticipated, C: cancelled or postponed
  Price ipo_price;

  bool operator==(const IpoQuotingPeriodUpdate&) const = default;
};

struct LuldAuctionCollar {
  static constexpr char type = 'J';
  static constexpr std::size_t bytes = 35;
  Header header;
  Stock stock;
  Price auction_collar_reference_price;
  Price upper_auction_collar_price;
  Price lower_auction_collar_price;
  std::uint32_t auction_collar_extension = 0;

  bool operator==(const LuldAuctionCollar&) const = default;
};

struct OperationalHalt {
  static constexpr char type = 'h';
  static constexpr std::size_t bytes = 21;
  Header header;
  Stock stock;
  char market_code = 'Q';              ///< Q: Nasdaq, B: BX, X: PSX
  char operational_halt_action = 'H';  ///< H: halted, T: lifted

  bool operator==(const OperationalHalt&) const = default;
};

struct AddOrder {
  static constexpr char type = 'A';
  static constexpr std::size_t bytes = 36;
  Header header;
  std::uint64_t order_reference_number = 0;
  Side side = Side::buy;
  Quantity shares;
  Stock stock;
  Price price;

  bool operator==(const AddOrder&) const = default;
};

struct AddOrderMpid {
  static constexpr char type = 'F';
  static constexpr std::size_t bytes = 40;
  Header header;
  std::uint64_t order_reference_number = 0;
  Side side = Side::buy;
  Quantity shares;
  Stock stock;
  Price price;
  Mpid attribution;

  bool operator==(const AddOrderMpid&) const = default;
};

/// An execution at the order's own price.
struct OrderExecuted {
  static constexpr char type = 'E';
  static constexpr std::size_t bytes = 31;
  Header header;
  std::uint64_t order_reference_number = 0;
  Quantity executed_shares;
  std::uint64_t match_number = 0;

  bool operator==(const OrderExecuted&) const = default;
};

/// An execution at another price than the order's.
struct OrderExecutedWithPrice {
  static constexpr char type = 'C';
  static constexpr std::size_t bytes = 36;
  Header header;
  std::uint64_t order_reference_number = 0;
  Quantity executed_shares;
  std::uint64_t match_number = 0;
  bool printable = true;  ///< false: reported again in bulk, not to be counted as volume
  Price execution_price;

  bool operator==(const OrderExecutedWithPrice&) const = default;
};

/// A part of an order is cancelled; the rest keeps its place.
struct OrderCancel {
  static constexpr char type = 'X';
  static constexpr std::size_t bytes = 23;
  Header header;
  std::uint64_t order_reference_number = 0;
  Quantity cancelled_shares;

  bool operator==(const OrderCancel&) const = default;
};

struct OrderDelete {
  static constexpr char type = 'D';
  static constexpr std::size_t bytes = 19;
  Header header;
  std::uint64_t order_reference_number = 0;

  bool operator==(const OrderDelete&) const = default;
};

/// An order is deleted and a new one of the same side and stock added at the back of the queue.
struct OrderReplace {
  static constexpr char type = 'U';
  static constexpr std::size_t bytes = 35;
  Header header;
  std::uint64_t original_order_reference_number = 0;
  std::uint64_t new_order_reference_number = 0;
  Quantity shares;
  Price price;

  bool operator==(const OrderReplace&) const = default;
};

/// A trade with an order that was not displayed: no book changes.
struct Trade {
  static constexpr char type = 'P';
  static constexpr std::size_t bytes = 44;
  Header header;
  std::uint64_t order_reference_number = 0;  ///< zero
  Side side = Side::buy;                     ///< always buy since 2014
  Quantity shares;
  Stock stock;
  Price price;
  std::uint64_t match_number = 0;

  bool operator==(const Trade&) const = default;
};

struct CrossTrade {
  static constexpr char type = 'Q';
  static constexpr std::size_t bytes = 40;
  Header header;
  Quantity shares;
  Stock stock;
  Price cross_price;
  std::uint64_t match_number = 0;
  char cross_type = 'O';  ///< O: opening, C: closing, H: halted or paused

  bool operator==(const CrossTrade&) const = default;
};

struct BrokenTrade {
  static constexpr char type = 'B';
  static constexpr std::size_t bytes = 19;
  Header header;
  std::uint64_t match_number = 0;

  bool operator==(const BrokenTrade&) const = default;
};

/// Net order imbalance indicator (NOII).
struct NetOrderImbalance {
  static constexpr char type = 'I';
  static constexpr std::size_t bytes = 50;
  Header header;
  Quantity paired_shares;
  Quantity imbalance_shares;
  char imbalance_direction = 'N';  ///< B, S, N: none, O: not enough orders, P: paused
  Stock stock;
  Price far_price;
  Price near_price;
  Price current_reference_price;
  char cross_type = 'O';                 ///< O, C, H, A
  char price_variation_indicator = ' ';  ///< L, 1 to 9, A, B, C, space

  bool operator==(const NetOrderImbalance&) const = default;
};

/// Retail price improvement indicator (RPII).
struct RetailPriceImprovement {
  static constexpr char type = 'N';
  static constexpr std::size_t bytes = 20;
  Header header;
  Stock stock;
  char interest_flag = 'N';  ///< B, S, A: both, N: none

  bool operator==(const RetailPriceImprovement&) const = default;
};

/// Direct listing with capital raise.
struct DirectListing {
  static constexpr char type = 'O';
  static constexpr std::size_t bytes = 48;
  Header header;
  Stock stock;
  char open_eligibility_status = 'N';  ///< Y, N
  Price minimum_allowable_price;
  Price maximum_allowable_price;
  Price near_execution_price;
  std::uint64_t near_execution_time = 0;
  Price lower_price_range_collar;
  Price upper_price_range_collar;

  bool operator==(const DirectListing&) const = default;
};

using Message =
    std::variant<SystemEvent, StockDirectory, StockTradingAction, RegShoRestriction,
                 MarketParticipantPosition, MwcbDeclineLevel, MwcbStatus, IpoQuotingPeriodUpdate,
                 LuldAuctionCollar, OperationalHalt, AddOrder, AddOrderMpid, OrderExecuted,
                 OrderExecutedWithPrice, OrderCancel, OrderDelete, OrderReplace, Trade, CrossTrade,
                 BrokenTrade, NetOrderImbalance, RetailPriceImprovement, DirectListing>;

/// The longest message.
constexpr std::size_t message_bytes_max = 50;

constexpr std::int64_t nanoseconds_per_day = 86'400'000'000'000;

/// The letter of a message's type.
inline char type_of(const Message& message) {
  return std::visit([](const auto& body) { return body.type; }, message);
}
inline const Header& header_of(const Message& message) {
  return std::visit([](const auto& body) -> const Header& { return body.header; }, message);
}

}  // namespace trade::itch
