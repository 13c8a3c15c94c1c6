// The books of record: a pure fold over the events. The same events give the same books, on every machine;
// what the books say of cash and shares must agree with the engine's risk state to the unit at every
// sequence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/byte_stream.hpp"
#include "base/result.hpp"
#include "ledger/entry.hpp"
#include "ledger/hash_index.hpp"
#include "ledger/order_table.hpp"
#include "ledger/paged_array.hpp"
#include "ledger/position_math.hpp"
#include "ledger/records.hpp"
#include "ledger/trade_log.hpp"
#include "model/event.hpp"

namespace trade::ledger {

/// Bounds of the ledger's memory for history. What passes them is not lost: orders are in the saved pages,
/// trades in the postings frames. Accounts, symbols, positions and the ids of busted trades are in memory for
/// good.
///
/// Orders leave between batches alone: while one is folded, each page that has an open order may come back,
/// 16 KiB of orders and its texts. The close, which expires all day orders with one command, can do that.
struct LedgerCapacity {
  /// Orders (the most recent) that `evict_orders` leaves in memory, where ended ones are found by their
  /// client ids too.
  std::uint32_t orders_kept_max = 4'000'000;
  /// Orders before those, in pages that have open ones among them, that it leaves in memory if they can be
  /// brought back: bringing a page back takes some 40 microseconds.
  std::uint32_t older_orders_kept_max = 4'000'000;
  /// Trades (the most recent) whose fills are listed from memory.
  std::uint32_t trades_kept_max = 1'048'576;
};

/// The kinds of pages that a checkpoint consists of. Numbers are part of the stored format.
enum class PageKind : std::uint8_t {
  accounts = 1,
  symbols = 2,
  positions = 3,
  orders = 4,
  busted_trades = 5
};

struct PageName {
  PageKind kind = PageKind::accounts;
  std::uint32_t number = 0;

  auto operator<=>(const PageName&) const = default;
};

class Ledger {
 public:
  /// With `read_orders`, pages with open orders may leave memory too, and come back when an order of theirs
  /// changes: what was saved last must then be there to be read whenever events are folded.
  explicit Ledger(const LedgerCapacity& capacity = {}, OrderTable::ReadPage read_orders = {});

  /// Folds events that come right after `sequence()`, and appends an entry for each that moved cash or
  /// shares. An event that cannot be (an account that was never opened, a gap in the sequence) is an error,
  /// as is a saved page of orders that is needed and cannot be read; the ledger is then not to be used any
  /// more.
  Status fold(std::span<const Event> events, std::vector<Entry>& entries);

  /// Of the last event folded.
  [[nodiscard]] Sequence sequence() const { return sequence_; }
  /// Of the same; zero: none yet, or the ledger was saved by a version that did not keep it.
  [[nodiscard]] Timestamp timestamp() const { return timestamp_; }

  [[nodiscard]] AccountId find_account(std::string_view name) const;  ///< zero: none
  [[nodiscard]] SymbolId find_symbol(std::string_view symbol) const;  ///< zero: none
  /// Null when there is none.
  [[nodiscard]] const AccountRecord* account(AccountId id) const;
  [[nodiscard]] const SymbolRecord* symbol(SymbolId id) const;
  [[nodiscard]] const PositionRecord* position(AccountId account, SymbolId symbol) const;
  /// Calls `use(const PositionRecord&)` for all positions of an account, in no particular order.
  template <class Use>
  void for_each_position(const AccountRecord& account, Use&& use) const {
    for (std::uint32_t next = account.first_position; next != 0;) {
      const PositionRecord& record = positions_[next - 1];
      use(record);
      next = record.next_of_account;
    }
  }
  /// Calls `use(const PositionRecord&)` for all positions there are, in the order in which they came to be.
  template <class Use>
  void for_each_position(Use&& use) const {
    for (std::uint32_t index = 0; index < positions_.size(); ++index)
      use(positions_[index]);
  }
  /// The highest number given so far, of which every one up to it is an account (a symbol).
  [[nodiscard]] std::uint32_t account_count() const { return accounts_.size(); }
  [[nodiscard]] std::uint32_t symbol_count() const { return symbols_.size(); }
  [[nodiscard]] std::uint32_t position_count() const { return positions_.size(); }
  [[nodiscard]] const OrderTable& orders() const { return orders_; }
  [[nodiscard]] const TradeLog& trades() const { return trades_; }
  /// Whether the trade's venue has undone it, be the trade in memory or not.
  [[nodiscard]] bool is_busted(TradeId trade) const;
  /// The name of a venue; empty when there is none of this number.
  [[nodiscard]] std::string_view venue_name(std::uint32_t venue) const;
  /// The name of the venue that a clearing account is of; empty: it is none.
  [[nodiscard]] std::string_view venue_of(AccountId account) const;
  /// How many postings all events made.
  [[nodiscard]] std::uint64_t posting_count() const { return posting_count_; }

  /// Checks what must hold after every event: for each account cash + securities at cost + fees = external +
  /// realized, so that the trial balance is zero; for each symbol, the shares of all accounts are those that
  /// came from outside. The error says what does not hold.
  [[nodiscard]] Status check_invariants() const;

  // Checkpoints: the state is a set of pages. Saving those that changed since the last time, and loading
  // all, gives the same ledger again, but for the trade log, which is restored from the frames.

  /// The pages that changed since the last call, to be saved as they are now. They need not be saved at once:
  /// what is folded meanwhile does not show in them.
  std::vector<PageName> begin_saving();
  /// The bytes of one of these pages, once. All must be asked for before the next `begin_saving`.
  std::vector<std::byte> save_page(PageName page);
  [[nodiscard]] std::size_t changed_page_count() const;
  /// What is no page: sequence, counters, which pages of orders must be loaded.
  void save_summary(ByteWriter& writer) const;

  /// The saved bytes of a page, valid until the next call; nothing when there are none.
  using LoadPage = std::function<std::optional<std::span<const std::byte>>(PageName page)>;
  /// Makes the ledger that was saved. Its trade log is to be restored before anything is folded.
  static Result<Ledger> load(ByteReader& summary, const LoadPage& load, const LedgerCapacity& capacity = {},
                             OrderTable::ReadPage read_orders = {});
  /// The number of the first trade that `restore_trades` begins with, to fill the log as it was.
  [[nodiscard]] std::uint64_t first_trade_to_restore() const;
  /// It was saved by a version that did not keep which trades are busted, and knows of venues: the frames to
  /// restore trades from must then begin with the first there is.
  [[nodiscard]] bool lacks_busts() const { return lacks_busts_; }
  /// Puts trades back into the log, frame by frame in ascending order: entries of any kind, of which trades
  /// are taken, `first_trade` being the number of the first, and busts. What is before
  /// `first_trade_to_restore` or after `sequence()` is passed over.
  Status restore_trades(std::uint64_t first_trade, std::span<const Entry> entries);
  /// After the last of them: an error when trades are missing.
  Status finish_restoring();
  /// Lets go of pages of orders beyond the capacity. What was handed out to be saved must be durable.
  void evict_orders();
  /// A loaded ledger has its orders where they are saved at first, and so many pages of them more come into
  /// memory with each call, the newest and then older ones with open orders, as many as there is room for: to
  /// be called when nothing else is to be done.
  void bring_orders_back(std::size_t pages) { orders_.bring_back_loaded(pages, older_pages_kept()); }
  /// So many pages of orders came back since that others should leave before more is folded: everything that
  /// changed should be saved, then `evict_orders` called.
  [[nodiscard]] bool crowded() const;

 private:
  /// Why an event cannot be.
  enum class Problem : std::uint8_t { none, account, symbol, order, order_id, amount, sequence };

  // Has the processor fetch what an event that is soon to be folded looks up: most of folding is waiting for
  // memory. First what it names, then what lies behind that.
  void prefetch_named(const Event& event) const;
  void prefetch_found(const Event& event) const;
  Problem apply(const CommandRejected&) { return Problem::none; }
  Problem apply(const AccountOpened& event);
  Problem apply(const CashMoved& event);
  Problem apply(const SharesTransferred& event);
  Problem apply(const AccountStatusChanged&) { return Problem::none; }
  Problem apply(const AccountLimitsChanged&) { return Problem::none; }
  Problem apply(const FirmRulesChanged&) { return Problem::none; }
  Problem apply(const SymbolAdded& event);
  Problem apply(const SymbolStatusChanged&) { return Problem::none; }
  Problem apply(const SessionChanged& event);
  Problem apply(const OrderAccepted& event);
  Problem apply(const OrderRejected& event);
  Problem apply(const OrderRested& event);
  Problem apply(const OrderTriggered& event);
  Problem apply(const TradeExecuted& event);
  Problem apply(const TradePrinted& event);
  Problem apply(const OrderCancelled& event);
  Problem apply(const OrderReplaced& event);
  Problem apply(const StopTrailed& event);
  Problem apply(const ExitActivated& event);
  Problem apply(const SymbolPhaseChanged&) { return Problem::none; }
  Problem apply(const AuctionIndicated&) { return Problem::none; }
  Problem apply(const AuctionUncrossed&) { return Problem::none; }
  Problem apply(const KillSwitchChanged&) { return Problem::none; }
  Problem apply(const PriceBandsChanged&) { return Problem::none; }
  Problem apply(const LocateChanged&) { return Problem::none; }
  Problem apply(const EasyToBorrowChanged&) { return Problem::none; }
  Problem apply(const ShortSaleRestrictionChanged&) { return Problem::none; }
  Problem apply(const ClockChanged&) { return Problem::none; }
  Problem apply(const VenueAdded& event);
  Problem apply(const VenueRemoved&) { return Problem::none; }
  Problem apply(const RouteChanged&) { return Problem::none; }
  Problem apply(const VenueSessionChanged&) { return Problem::none; }
  Problem apply(const VenueRequestMade& event);
  Problem apply(const VenueStateChanged& event);
  Problem apply(const VenueTradeExecuted& event);
  Problem apply(const VenueTradeBusted& event);
  Problem apply(const BorrowFeeCharged& event);

  /// One side of a trade, or a transfer: the position, and the account's cash or external ledger.
  struct Leg {
    AccountId account;
    Side side = Side::buy;
    Quantity quantity;
    Price price;
    bool from_outside = false;
  };
  Problem post(const Leg& leg, SymbolId symbol, Money& gain);
  /// Takes back what `post` did with the same leg of a trade.
  Problem unpost(const Leg& leg, SymbolId symbol, Money& gain);
  Problem move(const Leg& leg, AccountRecord& account, PositionRecord& position,
               const std::optional<FillOutcome>& outcome, Money cash, Money& gain);
  /// The order and the clearing account that an event about a venue is about; null where they do not fit.
  template <class VenueEvent>
  StoredOrder* change_routed(const VenueEvent& event);
  template <class VenueTrade>
  Problem check_venue_trade(const VenueTrade& event, const StoredOrder* order) const;
  template <class VenueTrade>
  Entry& new_venue_entry(EntryKind kind, const VenueTrade& event);
  template <class NewOrder>
  Problem add_order(const NewOrder& event, OrderStatus status, RejectReason reason);
  bool fill_order(StoredOrder& order, OrderId id, Quantity quantity, Money notional, Quantity leaves);
  void end_order(const StoredOrder& order, OrderId id);
  void log_trade(const Entry& entry, std::uint64_t& maker_order_last, std::uint64_t& taker_order_last);
  void note_bust(TradeId trade);
  AccountRecord* change_account(AccountId id);
  PositionRecord& change_position(AccountId account, AccountRecord& record, SymbolId symbol);
  /// Different positions have different hashes, so one that is found needs no comparing.
  static std::uint64_t position_hash(AccountId account, SymbolId symbol) {
    return mixed_hash(std::uint64_t{account.value} << 32 | symbol.value);
  }
  [[nodiscard]] std::uint32_t find_position(AccountId account, SymbolId symbol) const;
  Entry& new_entry(EntryKind kind, AccountId account);
  void note_entry(AccountRecord& account) const;
  [[nodiscard]] Error error_of(Problem problem, const Event& event) const;
  template <class Array>
  static bool load_array(Array& array, std::uint32_t size, PageKind kind, const LoadPage& load);
  [[nodiscard]] bool rebuild_indexes();
  [[nodiscard]] Status load_orders(std::uint32_t page_count, std::span<const std::uint32_t> open_pages,
                                   const LoadPage& load);
  /// Where an order's chain of trades ends so far, while trades are restored; zero where it is no order.
  [[nodiscard]] std::uint64_t restored_head(OrderId id) const;
  void set_restored_head(OrderId id, std::uint64_t index_plus_one);
  /// How many of the newest pages of orders stay in memory, and how many others that have open orders.
  [[nodiscard]] std::uint32_t newest_pages_kept() const {
    return capacity_.orders_kept_max / order_page_records + 1;
  }
  [[nodiscard]] std::size_t older_pages_kept() const {
    return capacity_.older_orders_kept_max / order_page_records;
  }

  PagedArray<AccountRecord, 64> accounts_;
  PagedArray<SymbolRecord, 64> symbols_;
  PagedArray<PositionRecord, 128> positions_;
  OrderTable orders_;
  TradeLog trades_;
  PagedArray<TradeId, 512> busted_trades_;    ///< for good: they are few
  std::vector<AccountId> clearing_accounts_;  ///< of the venues, by their numbers less one
  HashIndex account_names_;                   ///< hash of the name to id
  HashIndex symbol_names_;                    ///< hash of the symbol to id
  HashIndex position_index_;                  ///< hash of account and symbol to record number plus one
  HashIndex busted_index_;  ///< hash of the trade to its number in `busted_trades_` plus one
  LedgerCapacity capacity_;
  Sequence sequence_ = 0;
  std::uint64_t posting_count_ = 0;

  std::uint64_t saved_trades_ = 0;  ///< how many there were when the state was saved that was loaded
  bool lacks_busts_ = false;        ///< those before that moment, until trades are restored
  /// While trades are restored: of orders that are not in memory, whose saved heads stay as they are.
  HashIndex restored_heads_;

  Timestamp timestamp_;                    ///< of the event being folded, or folded last
  std::vector<Entry>* entries_ = nullptr;  ///< of those being folded
};

}  // namespace trade::ledger
