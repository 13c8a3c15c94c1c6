// Messages between processes: requests to a daemon and its answers. Each is one table in the wire schema,
// one codec in lib/wire and one handler in the daemon that owns the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/boxed_optional.hpp"
#include "base/result.hpp"
#include "model/bars.hpp"
#include "model/clock.hpp"
#include "model/command.hpp"
#include "model/event.hpp"
#include "model/key.hpp"
#include "model/views.hpp"

namespace trade {

/// A command as a client sends it: where an id within the body is zero, the name beside it says which
/// account or symbol is meant (none: the named order's), and tradingd resolves it. Names are in the frame.
struct SubmittedCommand {
  CommandBody body;
  std::string_view account_name;
  std::string_view symbol_name;
};

// --- requests to tradingd ---

/// One or more commands, sequenced in this order, not as one transaction. At most `submit_commands_max`.
struct SubmitRequest {
  std::vector<SubmittedCommand> commands;
  bool dry_run = false;      ///< check only: nothing is sequenced, nothing changes
  bool want_orders = false;  ///< answer with the whole order each, and its legs
  bool want_fills = false;   ///< answer with the trades each made at once
  /// Answer with the results alone, in fewer bytes. Older programs do not know that form.
  bool want_packed_results = false;
};
constexpr std::size_t submit_commands_max = 4'096;

/// Accounts in ascending order of number, after `after`; or the one named.
struct AccountsRequest {
  std::string name;
  AccountId after;
  std::uint32_t limit = 1'000;
};
struct SymbolsRequest {
  std::string symbol;
  SymbolId after;
  std::uint32_t limit = 1'000;
};
struct SessionRequest {};
/// Venues in ascending order of number, those that were removed left out unless asked for; or the one named.
struct VenuesRequest {
  std::string name;
  bool removed = false;
};
/// What each account holds; asked of tradingd (risk's state) and of ledgerd (the books).
struct HoldingsRequest {
  AccountId after;
  std::uint32_t limit = 1'000;
  AccountId only;  ///< zero: all
};
/// Journal batches from this one on, as stored, at most `bytes_max` in all (but at least one batch); zero:
/// only where the journal ends. A batch that is too large for an answer comes in parts.
struct JournalRequest {
  std::uint64_t from_batch = 1;
  std::uint32_t bytes_max = 4u << 20;
  std::uint64_t from_byte = 0;  ///< of the first batch, where it comes in parts
};

// --- requests to ledgerd ---

struct PortfolioRequest {
  std::string account;
};
enum class OrderFilter : std::uint8_t { open = 1, closed = 2, all = 3 };
constexpr EnumNames<OrderFilter, 3> enum_names(OrderFilter) {
  return {{{OrderFilter::open, "open"}, {OrderFilter::closed, "closed"}, {OrderFilter::all, "all"}}};
}
/// Newest first. With `order`, just that one; with `orders`, those of them that there are.
struct OrdersRequest {
  std::string account;  ///< empty: of every account
  OrderId order;
  std::string client_order_id;  ///< with `account`: just that one
  OrderFilter filter = OrderFilter::all;
  std::string symbol;
  OrderId before;  ///< zero: from the newest
  std::uint32_t limit = 100;
  std::vector<OrderId> orders = {};  ///< at most `orders_named_max`
};
constexpr std::size_t orders_named_max = 2'000;
/// Newest first. Where both fills of a trade are wanted they come together, even if the second is one more
/// than `limit`: so a next page begins before the last one's trade.
struct FillsRequest {
  std::string account;  ///< empty: of every account
  std::string symbol;
  OrderId order;
  std::uint32_t limit = 100;
  TradeId before = {};  ///< only of trades earlier than this one; zero: from the newest
};
/// What one account was charged for being short of shares, newest first.
struct FeesRequest {
  std::string account;
  std::uint32_t limit = 100;
  Sequence before = 0;  ///< only what was charged before this event; zero: from the newest
};
/// Postings of one account in ascending order of sequence.
struct PostingsRequest {
  std::string account;
  Sequence after = 0;
  std::uint32_t limit = 1'000;
};

/// What an account was worth at the ends of steps of time, ascending. A step in which nothing changed has no
/// row: the account was worth what it was before.
struct EquityHistoryRequest {
  std::string account;
  EquityStep step = EquityStep::day;
  Timestamp from;  ///< steps that start at this or later; zero: from the oldest that is kept
  Timestamp to;    ///< steps that start at this or before; zero: to the newest that has ended
};

/// What happened to one account, event by event, as its owner may see it: of a trade only the own side.
struct AccountEventsRequest {
  std::string account;
  Sequence from_sequence = 0;    ///< from this event on; zero: none, only where to begin with what comes next
  std::uint64_t from_batch = 0;  ///< where that event is, as the answer before told; zero: it is looked for
  std::uint32_t limit = 1'000;   ///< events in an answer, at most
};

// --- requests to feedd ---

/// Quotes of these symbols; of all when there are none.
struct QuotesRequest {
  std::vector<std::string> symbols;
};
struct DepthRequest {
  std::string symbol;
  std::uint32_t levels = 10;  ///< of each side; at most 1,000
};
/// The trades that are kept of a symbol, newest first.
struct TapeRequest {
  std::string symbol;
  std::uint32_t limit = 100;
  Timestamp from;  ///< not before this; zero: from the oldest that is kept
  Timestamp to;    ///< not after this; zero: to the newest
  bool oldest_first = false;
  Sequence beyond = 0;  ///< only those that come after the trade of this sequence, in the order asked for
};
/// The changes of the best bid and offer that are kept of a symbol, newest first.
struct QuoteHistoryRequest {
  std::string symbol;
  std::uint32_t limit = 100;
  Timestamp from;  ///< not before this; zero: from the oldest that is kept
  Timestamp to;    ///< not after this; zero: to the newest
  bool oldest_first = false;
  Sequence beyond = 0;  ///< only those that come after the quote of this sequence, in the order asked for
};
/// The bars that are kept of a symbol, those without a trade left out, newest first.
struct BarsRequest {
  std::string symbol;
  BarSpan span;
  std::uint32_t limit = 100;
  Timestamp from;  ///< bars that start at this or later; zero: from the oldest that is kept
  Timestamp to;    ///< bars that start at this or before; zero: to the newest
  bool oldest_first = false;
};

// --- requests to every daemon ---

struct StatusRequest {};
/// Which messages the daemon logs; with a level, from now on until it is started or reads its configuration
/// again.
struct LogLevelRequest {
  std::string level;  ///< "debug"; empty: as it is
};

// --- requests to gatewayd ---

struct CreateKeyRequest {
  std::string account;
  KeyRole role = KeyRole::viewer;
  Timestamp expires_at;                   ///< zero: never
  std::uint32_t requests_per_minute = 0;  ///< zero: the gateway's default
};
/// Every key, the oldest first.
struct KeysRequest {};
/// From the answer on the key opens nothing.
struct RevokeKeyRequest {
  std::string id;
};

// --- requests to tradingd that only a home's owner can send: no gateway passes them on ---

/// What the suite's time is, and, where something is given, how it is to go on. Everything that is due on the
/// way to a later time is done at its own moment before the answer.
struct ClockRequest {
  Timestamp set_to;                   ///< zero: not; no earlier than the clock shows
  std::int64_t step_nanoseconds = 0;  ///< onwards from what it shows; not together with `set_to`
  std::optional<bool> running;
  std::optional<std::int64_t> speed_millionths;
  bool dry_run = false;  ///< check only

  [[nodiscard]] bool changes() const {
    return set_to || step_nanoseconds != 0 || running || speed_millionths;
  }
};
/// The clock goes no further in one request.
constexpr std::int64_t clock_step_nanoseconds_max = std::int64_t{366} * 86'400 * nanoseconds_per_second;

using RequestBody =
    std::variant<SubmitRequest, AccountsRequest, SymbolsRequest, SessionRequest, HoldingsRequest,
                 JournalRequest, PortfolioRequest, OrdersRequest, FillsRequest, PostingsRequest,
                 QuotesRequest, DepthRequest, TapeRequest, StatusRequest, CreateKeyRequest, KeysRequest,
                 RevokeKeyRequest, BarsRequest, EquityHistoryRequest, QuoteHistoryRequest, ClockRequest,
                 LogLevelRequest, VenuesRequest, FeesRequest, AccountEventsRequest>;

/// `id` is the client's, and comes back in the reply.
struct Request {
  std::uint64_t id = 0;
  RequestBody body;
};

// --- replies ---

/// A trade that a submitted order made at once.
struct ImmediateFill {
  OrderId maker_order;
  Price price;
  Quantity quantity;
};

/// What came of one submitted command.
struct CommandResult {
  RejectReason reason = RejectReason::none;  ///< none: done
  bool duplicate = false;                    ///< a retry: this is the original's answer
  OrderId order;  ///< placed, cancelled or replaced; zero where the command is about none
  OrderStatus status = OrderStatus::pending;
  Quantity filled_quantity;
  Money filled_notional;
  std::uint32_t affected = 0;  ///< orders that a CancelAllOrders ended
  Sequence sequence = 0;       ///< the last event of the command; zero for a dry run
  Timestamp timestamp;
  BoxedOptional<OrderView> order_view;
  std::vector<ImmediateFill> fills;
  std::vector<OrderView> leg_views = {};  ///< of the order's legs; of a CancelAllOrders, what it ended
};

struct SubmitReply {
  std::vector<CommandResult> results;
  /// To be sent in fewer bytes, as it was asked for; of no effect where a result has orders or fills to show.
  bool packed = false;
};
struct AccountsReply {
  std::vector<AccountView> accounts;
};
struct SymbolsReply {
  std::vector<SymbolView> symbols;
};
struct SessionReply {
  SessionView session;
};
struct VenuesReply {
  std::vector<VenueView> venues;
};
struct HoldingsReply {
  Sequence sequence = 0;  ///< the state is that after this event
  std::vector<HoldingsRow> rows;
};
/// Each element is one stored batch, to be decoded by lib/journal.
struct JournalReply {
  std::uint64_t head_batch = 0;  ///< the last durable one
  std::vector<std::string> batches;
  std::uint64_t record_bytes = 0;       ///< of a batch in parts, of which `batches` has one: its whole size
  Sequence head_sequence = 0;           ///< of the last durable event
  std::uint64_t head_next_command = 1;  ///< number of the command that comes after the last durable batch
};
struct PortfolioReply {
  PortfolioView portfolio;
};
struct OrdersReply {
  std::vector<OrderView> orders;
  Sequence sequence = 0;  ///< they are as they were after this event
};
struct FillsReply {
  std::vector<FillView> fills;
};
struct FeesReply {
  std::vector<FeeView> fees;
};
/// Fewer postings than there are, even none, where looking for them takes long: then `next_after` tells after
/// which event to ask on. Zero: what follows the last posting has not been looked at, or without any there is
/// nothing more.
struct PostingsReply {
  std::vector<PostingView> postings;
  Sequence next_after = 0;
};
/// Fewer events than there are, even none, where looking for them takes long: it is asked on from `next_…`.
struct AccountEventsReply {
  std::vector<Event> events;  ///< their texts' bytes belong to the received frame
  Sequence next_sequence = 1;
  std::uint64_t next_batch = 1;
  Sequence head_sequence = 0;  ///< of the last event of all: with the next one after it, nothing is left
};
struct QuotesReply {
  std::vector<QuoteView> quotes;
};
struct DepthReply {
  DepthView depth;
};
struct TapeReply {
  std::vector<TapeEntryView> entries;
};
struct BarsReply {
  std::vector<BarView> bars;
};
struct EquityHistoryReply {
  std::optional<EquityView> before;  ///< the newest row that is kept of before the first that is asked for
  std::vector<EquityView> rows;
  EquityView now;  ///< as of the last event, whose time is its start
};
struct QuoteHistoryReply {
  std::vector<TopOfBookView> entries;
};
struct StatusReply {
  DaemonView daemon;
};
/// To a CreateKeyRequest: the only time that the secret is told.
struct KeyCreatedReply {
  KeyView key;
  std::string secret;
};
/// To a RevokeKeyRequest with the one key as it is now.
struct KeysReply {
  std::vector<KeyView> keys;
};
struct LogLevelReply {
  std::string level;
};
struct ClockReply {
  ClockView clock;
};
/// The request as a whole could not be answered.
struct ErrorReply {
  Error error;
};

using ReplyBody = std::variant<ErrorReply, SubmitReply, AccountsReply, SymbolsReply, SessionReply,
                               HoldingsReply, JournalReply, PortfolioReply, OrdersReply, FillsReply,
                               PostingsReply, QuotesReply, DepthReply, TapeReply, StatusReply,
                               KeyCreatedReply, KeysReply, BarsReply, EquityHistoryReply, QuoteHistoryReply,
                               ClockReply, LogLevelReply, VenuesReply, FeesReply, AccountEventsReply>;

struct Reply {
  std::uint64_t id = 0;
  ReplyBody body;
};

// --- published by feedd and tradingd ---

/// tradingd, topic "b": a batch is durable. The doorbell for followers.
struct BatchPublished {
  std::uint64_t batch = 0;
  Sequence last_sequence = 0;
};
/// feedd, topics "q:SYMBOL", "d:SYMBOL", "t:SYMBOL" (see lib/bus/topics.hpp).
struct QuotePublished {
  QuoteView quote;
};
struct DepthPublished {
  DepthView depth;
};
struct TapePublished {
  TapeEntryView entry;
};

using PublicationBody = std::variant<BatchPublished, QuotePublished, DepthPublished, TapePublished>;

}  // namespace trade
