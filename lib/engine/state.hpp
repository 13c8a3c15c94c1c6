// What stands behind Engine: the state, and how commands change it. One .cpp file a family of commands.
#pragma once

#include <map>
#include <memory_resource>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "engine/accounts.hpp"
#include "engine/ahead.hpp"
#include "engine/auction_price.hpp"
#include "engine/client_ids.hpp"
#include "engine/engine.hpp"
#include "engine/event_log.hpp"
#include "engine/locates.hpp"
#include "engine/order_store.hpp"
#include "engine/risk.hpp"
#include "engine/routing.hpp"
#include "engine/symbols.hpp"

namespace trade {

class Engine::State {
 public:
  explicit State(const EngineCapacity& capacity);
  // Risk points into the state.
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ApplyResult apply(const Command& command, std::vector<Event>& events);
  [[nodiscard]] ApplyResult check(const Command& command) const;

  void prefetch(std::span<const Command> batch, std::size_t next) const;

  [[nodiscard]] std::optional<AccountView> account_view(AccountId id) const;
  [[nodiscard]] std::optional<SymbolView> symbol_view(SymbolId id) const;
  [[nodiscard]] std::optional<OrderView> order_view(OrderId id) const;
  [[nodiscard]] std::optional<OrderState> order_state(OrderId id) const;
  [[nodiscard]] std::optional<HoldingsRow> holdings(AccountId id) const;
  [[nodiscard]] SessionView session_view() const {
    return {phase_, trading_date_, rules_, market_phase_, market_kill_switch_, closes_at_};
  }
  [[nodiscard]] ClockPace clock_pace() const { return clock_pace_; }
  [[nodiscard]] std::optional<VenueView> venue_view(VenueId id) const;
  [[nodiscard]] std::vector<DepthLevelView> book_view(SymbolId id, Side side) const;
  [[nodiscard]] const engine::Routing& routing() const { return routing_; }
  [[nodiscard]] const engine::Accounts& accounts() const { return accounts_; }
  [[nodiscard]] const engine::Symbols& symbols() const { return symbols_; }
  [[nodiscard]] const engine::OrderStore& orders() const { return orders_; }
  [[nodiscard]] const engine::EventLog& log() const { return log_; }
  [[nodiscard]] std::optional<Timestamp> next_expiry() const {
    std::optional<Timestamp> next;
    if (!expiries_.empty()) next = expiries_.first().key;
    const auto or_at = [&next](Timestamp at) {
      if (!next || at < *next) next = at;
    };
    if (!pauses_.empty()) or_at(pauses_.begin()->ends_at);
    if (!reviews_.empty()) or_at(reviews_.begin()->first);
    // Nobody is to be woken for bands that there are not. This is asked before every command.
    if (tiers_ != 0) [[unlikely]] {
      if (const Timestamp doubles = doubles_at(); doubles != Timestamp{}) or_at(doubles);
    }
    return next;
  }

  using Layout = engine::SavedLayout;
  [[nodiscard]] std::uint64_t full_hash(Layout layout = Layout::current) const;
  void save(ByteWriter& writer, Layout layout) const;
  [[nodiscard]] Status load(ByteReader& reader);
  void add_to(ForkSnapshot& snapshot) const;

 private:
  using OrderSlot = engine::OrderSlot;
  using PositionIndex = engine::PositionIndex;
  using ClientIdIndex = engine::ClientIdIndex;
  using Order = engine::Order;
  using SymbolRecord = engine::SymbolRecord;
  class Loader;

  // --- warming the cache for a command, in steps each of which needs what the one before brought ---
  using Ahead = engine::Ahead;
  void prefetch_first(std::span<const Command> batch) const;
  void prefetch_named(const CommandBody& body, Ahead& ahead) const;
  void prefetch_found(const CommandBody& body, Ahead& ahead) const;
  void prefetch_neighbours(const CommandBody& body, Ahead& ahead) const;
  void prefetch_book_neighbours(const CommandBody& body, Ahead& ahead) const;
  void prefetch_counterparty(const CommandBody& body, Ahead& ahead) const;
  [[nodiscard]] const Book* book_of(const PlaceOrder& order) const;
  [[nodiscard]] const Book* book_found(const Ahead& ahead) const;
  /// What ending this open order touches.
  void prefetch_around(const Order& order) const;

  // --- commands about accounts and the market: why one is refused, and what it does when it is not ---
  [[nodiscard]] RejectReason refusal(const OpenAccount& command) const;
  [[nodiscard]] RejectReason refusal(const DepositCash& command) const;
  [[nodiscard]] RejectReason refusal(const WithdrawCash& command) const;
  [[nodiscard]] RejectReason refusal(const TransferShares& command) const;
  [[nodiscard]] RejectReason refusal(const SetAccountStatus& command) const;
  [[nodiscard]] RejectReason refusal(const SetAccountLimits& command) const;
  [[nodiscard]] RejectReason refusal(const SetFirmRules& command) const;
  [[nodiscard]] RejectReason refusal(const AddSymbol& command) const;
  [[nodiscard]] RejectReason refusal(const SetSymbolStatus& command) const;
  [[nodiscard]] RejectReason refusal(const SetSession& command) const;
  [[nodiscard]] RejectReason refusal(const PrintTrade& command) const;
  [[nodiscard]] static RejectReason refusal(const ExpireOrders&) { return RejectReason::none; }
  [[nodiscard]] RejectReason refusal(const SetSymbolPhase& command) const;
  [[nodiscard]] RejectReason refusal(const SetPriceBands& command) const;
  [[nodiscard]] RejectReason refusal(const SetLocate& command) const;
  [[nodiscard]] RejectReason refusal(const SetEasyToBorrow& command) const;
  [[nodiscard]] static RejectReason refusal(const SetClock& command);
  [[nodiscard]] RejectReason refusal(const AddVenue& command) const;
  [[nodiscard]] RejectReason refusal(const RemoveVenue& command) const;
  [[nodiscard]] RejectReason refusal(const SetRoute& command) const;
  [[nodiscard]] RejectReason refusal(const SetVenueSession& command) const;
  void perform(const OpenAccount& command);
  void perform(const DepositCash& command);
  void perform(const WithdrawCash& command);
  void perform(const TransferShares& command);
  void perform(const SetAccountStatus& command);
  void perform(const SetAccountLimits& command);
  void perform(const SetFirmRules& command);
  void perform(const AddSymbol& command);
  void perform(const SetSymbolStatus& command);
  void perform(const SetSession& command);
  void perform(const PrintTrade& command);
  void perform(const ExpireOrders&) {}
  void perform(const SetSymbolPhase& command);
  void perform(const SetPriceBands& command);
  void perform(const SetLocate& command);
  void perform(const SetEasyToBorrow& command);
  void perform(const SetClock& command);
  void perform(const AddVenue& command);
  void perform(const RemoveVenue& command);
  void perform(const SetRoute& command);
  void perform(const SetVenueSession& command);
  void move_cash(AccountId id, Money amount);
  /// Of one symbol, or of all (zero).
  void expire_day_orders(SymbolId symbol);

  // --- commands about orders: one decision, which check answers and apply carries out ---
  struct PlaceDecision {
    RejectReason reason = RejectReason::none;
    OrderSlot duplicate_of = 0;  ///< the command is a retry of this order
    bool names_account = false;  ///< the account exists
    bool names_symbol = false;
    bool takes_client_id = false;  ///< the order becomes the one its client order id means
    Price limit_price;             ///< that the order gets
    Price stop_price;              ///< likewise
    Price reserve_price;           ///< of a buy or a short sale
    Price worst_price;             ///< of a market order: the collar or a price band; zero: none
    PositionIndex position = 0;    ///< zero: none yet
    bool holds_locate = false;     ///< of a short sale: it takes of what is located
    Price leg_stop_price;          ///< where a trailing stop-loss leg of an oco begins
    std::optional<SelfTradePrevention> self_trade_prevention;  ///< its own, or the account's
    bool is_plain = false;                                     ///< the command has no instructions
  };
  struct Lookup {
    RejectReason reason = RejectReason::none;
    OrderSlot slot = 0;
    OrderId id{};  ///< as far as it is known
  };
  enum class Replacement : std::uint8_t {
    below_filled,  ///< nothing is left of the order
    in_place,      ///< it keeps its place in the queue
    at_the_back,   ///< it leaves its place and comes in anew
    waiting_stop,  ///< it is not in the market
    at_venue,      ///< its venue is to do it
    for_auction,   ///< it waits for an auction outside the book
    held_exit,     ///< nor will it be until its entry fills
  };
  struct ReplaceDecision {
    Lookup order;
    Replacement replacement = Replacement::in_place;
    Quantity quantity;
    Price limit_price;
    Price stop_price;
    Price reserve_price;
  };
  [[nodiscard]] PlaceDecision decide(const PlaceOrder& command, Timestamp now) const {
    PlaceDecision decision;
    decision.reason = refusal(command, now, decision);
    return decision;
  }
  /// Why it is refused, and, as far as that was looked at, what comes of it where it is not.
  [[nodiscard]] RejectReason refusal(const PlaceOrder& command, Timestamp now, PlaceDecision& decision) const;
  [[nodiscard]] ReplaceDecision decide(const ReplaceOrder& command, Timestamp now) const;
  [[nodiscard]] Lookup decide(const CancelOrder& command) const;
  [[nodiscard]] RejectReason decide(const CancelAllOrders& command) const;
  [[nodiscard]] RejectReason decide(const SetKillSwitch& command) const;
  [[nodiscard]] RejectReason decide(const VenueReport& report) const;
  ApplyResult perform(const CommandBody& command);
  ApplyResult perform(const PlaceOrder& command);
  ApplyResult perform(const ReplaceOrder& command);
  ApplyResult perform(const CancelOrder& command);
  ApplyResult perform(const CancelAllOrders& command);
  ApplyResult perform(const SetKillSwitch& command);
  ApplyResult perform(const VenueReport& report);

  /// Calls `visit(slot)` for the open orders of an account or (zero) of all that `is_meant(order)`, by
  /// ascending id.
  template <class IsMeant, class Visit>
  void for_each_open(AccountId account, IsMeant&& is_meant, Visit&& visit) const;
  /// The same for those that a CancelAllOrders or a kill switch is about.
  template <class Visit>
  void for_each_of(const CancelAllOrders& command, Visit&& visit) const;
  template <class Visit>
  void for_each_of(const SetKillSwitch& command, Visit&& visit) const;
  [[nodiscard]] ApplyResult answer(const PlaceDecision& decision) const;
  OrderSlot record(const PlaceOrder& command, const PlaceDecision& decision, OrderId id);
  ApplyResult reject(const PlaceOrder& command, const PlaceDecision& decision);
  /// By id, or, where that is zero, by the client's id within the account; zero: none. It may be another's.
  [[nodiscard]] OrderSlot find_order(AccountId account, OrderId id, std::string_view client_order_id) const {
    return id ? orders_.find(id) : find_order_by_client_id(account, client_order_id);
  }
  [[nodiscard]] OrderSlot find_order_by_client_id(AccountId account, std::string_view client_order_id) const;
  [[nodiscard]] Lookup look_up(AccountId account, OrderId id, std::string_view client_order_id) const;
  [[nodiscard]] RejectReason decide_values(const ReplaceOrder& command, const Order& order,
                                           ReplaceDecision& decision) const;
  [[nodiscard]] RejectReason check_replace_risk(const Order& order, const ReplaceDecision& decision,
                                                Timestamp now) const;
  /// That an open order is as it is now; it has not been in the book and keeps its name.
  [[nodiscard]] static OrderReplaced replaced(const Order& order, Price old_limit_price, Quantity old_leaves);
  /// Gives the order another client order id, which is its newest from now on.
  void rename(OrderSlot slot, std::string_view client_order_id);
  /// What is reserved for an open order changes by so much where it becomes one for `quantity` shares.
  [[nodiscard]] static Money reserve_change(const Order& order, Quantity quantity, Price reserve_price);
  /// What open orders claim changes by so many shares and, of a buy or a short sale, so much money.
  void change_claims(const Order& order, Quantity shares, Money money);
  [[nodiscard]] RejectReason check_market_state(AccountId account, const SymbolRecord& symbol) const;
  /// Where a post-only order at this price would trade: refuses it, or moves the price to the best at which
  /// it rests.
  [[nodiscard]] static RejectReason keep_from_trading(const SymbolRecord& symbol, Side side,
                                                      PostOnly post_only, Price& limit_price);
  /// Prices that the market decides: of a post-only order that slides, of a trailing stop.
  [[nodiscard]] RejectReason decide_prices(const PlaceOrder& command, const SymbolRecord& symbol,
                                           PlaceDecision& decision) const;
  /// Whether the symbol takes such an order in its phase.
  [[nodiscard]] static RejectReason check_phase(const PlaceOrder& command, const SymbolRecord& symbol);
  [[nodiscard]] RejectReason check_increments(const SymbolRecord& symbol, Price limit_price, Price stop_price,
                                              Quantity quantity) const;

  // --- matching ---
  /// The worst price at which a market order around `reference` may trade; zero: any.
  [[nodiscard]] Price collar(const SymbolRecord& symbol, AccountId account, Side side, Price reference) const;
  /// What a waiting or resting buy order holds for each share.
  [[nodiscard]] Price reserve_price_of(OrderType type, Price limit_price, Price stop_price) const;
  /// Sends an order to the market whose stop, if any, is met, and sees it through: trades, then rests or
  /// ends.
  void work_limit(OrderSlot slot);
  void work_market(OrderSlot slot, Price worst_price, CancelReason at_worst_price);
  /// False when the order was killed, because it must fill whole and cannot.
  bool survives_fill_or_kill(OrderSlot slot, Price worst_price);
  void match(OrderSlot slot, Price worst_price);
  /// `shown_leaves`: what the book still shows of the maker.
  void fill(OrderSlot taker, OrderSlot maker, Price price, Quantity quantity, Quantity shown_leaves);
  void settle(Order& buy, Order& sell, Price price, Quantity quantity);
  /// Tells a trade that was settled; with legs, one of an auction.
  void tell_trade(const Order& taker, const Order& maker, Price price, Quantity quantity,
                  bool maker_refreshes, const std::optional<AuctionLegs>& legs = {});

  // --- short sales (short_sales.cpp) ---
  /// Why one is refused beyond what any order is, and what it reserves and holds.
  [[nodiscard]] RejectReason decide_short_sale(const PlaceOrder& command, const SymbolRecord& symbol,
                                               Timestamp now, PlaceDecision& decision) const;
  /// What a short sale reserves for each share.
  [[nodiscard]] Price short_reserve_price(const SymbolRecord& symbol, Price limit_price,
                                          Price stop_price) const;
  [[nodiscard]] static bool is_short_sale_tested(const SymbolRecord& symbol) {
    return symbol.short_sale_restricted && symbol.trades_continuously();
  }
  [[nodiscard]] static bool meets_best_bid(const SymbolRecord& symbol, Price limit_price);
  /// Whether the order, sent to the market now, would sell short at the best bid or below while it may not.
  [[nodiscard]] bool fails_price_test(const Order& order) const;
  void end_by_price_test(OrderSlot slot);
  /// What `more` shares of an open short sale take beyond what any sale does.
  void claim_short(const Order& order, Quantity more);
  /// After a fill of a short sale, whose shares have left the position.
  void settle_short(const Order& sell, Quantity quantity);
  /// The shares of a buy come into a position that is short.
  void settle_cover(const Order& buy, Quantity quantity);
  void set_borrow_rate(SymbolRecord& symbol, std::int64_t basis_points);
  /// Margin accounts pay for the shares that they are short of, over so many nights that are over.
  void charge_borrow_fees(std::int64_t days);
  void charge_borrow_fee(AccountId id, const engine::ShortPosition& position, std::int64_t days);
  void set_short_sale_trigger(SymbolRecord& symbol) const;
  void restrict_short_sales(SymbolId id);
  void lift_short_sale_restriction(SymbolId id);
  /// On a new trading day, or under other rules.
  void renew_short_sale_tests();

  void rest(OrderSlot slot);
  void rest_at(OrderSlot slot, Price price);
  /// At once, or, where the order is at a venue, when that has done it.
  void cancel(OrderSlot slot, CancelReason reason);
  /// Sets aside what `more` of an open order takes (below zero: gives it back), if it has a claim of its own.
  void claim(const Order& order, Quantity more);
  /// A resting order is taken out of the book.
  void leave_book(Order& order);
  /// Takes an order out of the open ones and gives back what it held.
  void end(OrderSlot slot, OrderStatus status);

  // --- matching where more is to be looked at than prices (careful_matching.cpp) ---
  /// What is to be known of an order, placed or not, to tell what it would trade.
  struct Taker {
    AccountId account;
    SymbolId symbol;
    Side side = Side::buy;
    bool prevents_self_trade = false;
  };
  /// Resting orders of the taker's own account, where they are not to trade with it.
  enum class OwnOrders : std::uint8_t { passed_over, end_it };
  [[nodiscard]] static bool needs_care(const SymbolRecord& symbol, Side taker_side, bool prevents_self_trade);
  /// What would trade, and for how much: Book::sweep for orders of every kind.
  [[nodiscard]] Book::Sweep sweep(const Taker& taker, Price worst_price, Quantity quantity,
                                  OwnOrders own_orders = OwnOrders::passed_over) const;
  /// The lesser of `wanted` and what the order would trade at once.
  [[nodiscard]] Quantity available(const Order& order, Price worst_price, Quantity wanted) const;
  void match_carefully(OrderSlot slot, Price worst_price);
  void refresh(OrderSlot slot);
  void prevent_self_trade(OrderSlot taker, OrderSlot maker);
  void decrement(OrderSlot slot, Quantity quantity);
  /// Takes off fewer shares than are left; the order keeps its place.
  void lower(OrderSlot slot, Quantity quantity);
  /// Whether the order finds the least that it asks for; if not, it is cancelled or waits beside the book.
  bool finds_its_least(OrderSlot slot, Price worst_price);
  /// Lets the first order beside the book trade that finds enough. False when there is none.
  bool run_beside_book(SymbolRecord& symbol);

  // --- orders that are linked (linked_orders.cpp, exits.cpp; the rules: share/doc/linked-orders.md) ---
  /// Of the legs that come with an order: why they are refused, and what they change of the decision.
  [[nodiscard]] RejectReason decide_legs(const PlaceOrder& command, const SymbolRecord& symbol,
                                         PlaceDecision& decision, Money& cost, Money& notional) const;
  /// The legs of an order that was just accepted come to be.
  void accept_legs(OrderSlot parent, const PlaceOrder& command, const PlaceDecision& decision);
  /// Where a trailing stop-loss begins now that it is to work; false when there is no such price.
  [[nodiscard]] bool begin_trail(Order& stop_loss) const;
  /// Of an oco whose take-profit has been to the market: the stop begins to wait.
  void start_stop_of_oco(const Order& take_profit);
  /// The open order of this id; zero: none.
  [[nodiscard]] OrderSlot find_open(OrderId id) const;
  /// Remembers a fill that other orders of the group have to follow.
  void note_linked_fill(OrderSlot slot, Quantity quantity);
  /// What an exit has filled, the exit for the same shares has no more to do. It must not trade before.
  void settle_exit_fills();
  /// Lets exits work for what their entries have filled.
  void grow_exits();
  void grow_exits_of(const Order& entry, Quantity quantity);
  void activate_exit(Order& exit, Quantity quantity);
  void reject_exit(OrderSlot slot, RejectReason reason);
  /// More shares for an exit that works already. It has left its place, if any, and is to be worked.
  void grow_exit(Order& exit, Quantity quantity);
  /// Ends what has no more to do now that this order was cancelled.
  void linked_ended(const Order& order, CancelReason reason);
  /// The other orders of the group follow one that lost shares without a trade.
  void linked_lowered(const Order& order, Quantity quantity);
  void cancel_rest_of_group(const Order& exit, CancelReason reason);
  void cancel_rest_of_entry(const Order& exit);
  /// Pending exits show the quantity that their entry has.
  void size_held_legs(const Order& entry);
  /// Whether the group's prices stay in order when this order of it gets those of the decision.
  [[nodiscard]] bool prices_fit(const Order& order, Price limit_price, Price stop_price) const;
  /// Of two resting exits for the same shares only the stop-loss, which comes first, gives shares.
  [[nodiscard]] bool gives_way_to_counterpart(const Order& maker) const;
  [[nodiscard]] ClientSessionId session_of(OrderId id) const;

  // --- stops ---
  [[nodiscard]] bool stops_may_trigger(const SymbolRecord& symbol) const {
    static_cast<void>(this);
    return symbol.trades_continuously();
  }
  /// Lets a new or changed stop wait, or go at once when its price is met already.
  void start_stop(OrderSlot slot);
  /// Whether the order could fill now, up to this price, from the account's money as it is.
  [[nodiscard]] bool can_pay_without_reservation(const Order& order, Price worst_price) const;
  void trigger(OrderSlot slot, Price trigger_price);
  /// Triggers what the trades since the last time call for, and what those orders' trades call for, to the
  /// end.
  void run_stops(SymbolId id);
  /// What a change of the symbol calls for: stops, orders beside the book, and what those call for.
  void settle_symbol(SymbolId id) {
    SymbolRecord& symbol = symbols_[id];
    move_with_bands(id);
    if (!entry_fills_.empty()) [[unlikely]]
      grow_exits();
    if (symbol.short_sale_trigger_due) [[unlikely]]
      restrict_short_sales(id);
    if (symbol.range_low) run_stops(id);
    if (!symbol.beside_book.empty()) [[unlikely]]
      settle_beside_book(id);
    if (symbol.follows_trades && review_reference(id)) [[unlikely]]
      return settle_symbol(id);  // within the new bands
    if (symbol.watches_bands) [[unlikely]] {
      if (look_for_limit_state(id)) settle_symbol(id);
    }
  }
  void settle_beside_book(SymbolId id);
  /// What a command leaves to be seen to at its end.
  void settle_command() {
    if (!unsettled_.empty()) [[unlikely]]
      settle_cancelled();
    if (!indications_due_.empty()) [[unlikely]]
      tell_indications();
  }
  /// Sees to the symbols in `unsettled_`, in ascending order.
  void settle_cancelled();
  /// A stop price that stays behind `reference` by the order's trail, rounded away from the market; zero: out
  /// of range.
  [[nodiscard]] static Price trailing_stop_price(const SymbolRecord& symbol, Side side, Price reference,
                                                 std::int64_t trail, bool is_ratio);
  /// Moves the stop prices that follow trades between `low` and `high`, and triggers what meets them then.
  void trail_stops(SymbolRecord& symbol, Price low, Price high);

  // --- phases (phases.cpp) ---
  /// Whether its owner may not withdraw or change the order any more, because its auction is about to
  /// execute.
  [[nodiscard]] bool stands(const Order& order) const;
  /// Executes the auction that ends when the symbol goes on to `next`, unless it is halted.
  void leave_phase(SymbolId id, MarketPhase next);
  void enter_phase(SymbolId id, MarketPhase phase, Timestamp ends_at);
  /// Leaves, tells of it, enters and settles.
  void move_to_phase(SymbolId id, MarketPhase phase);
  void set_pause_end(SymbolId id, Timestamp ends_at);
  /// Ends the auctions whose time is over.
  void end_pauses();

  // --- auctions (auction.cpp) ---
  /// The worst price at which a market order may trade in an auction, which is what a buy reserves; zero:
  /// there is no price to go by.
  [[nodiscard]] Price auction_worst_price(const SymbolRecord& symbol, AccountId account, Side side) const;
  /// An order that would go to a market in a call phase waits there instead.
  void gather_limit(OrderSlot slot);
  void gather_market(OrderSlot slot, Price worst_price);
  /// A stop that was triggered as the auction began.
  void gather_triggered(OrderSlot slot, Price trigger_price);
  void hold_for_close(OrderSlot slot);
  /// The cls orders that were held for it come into the closing auction.
  void join_closing_auction(SymbolId id);
  /// Lets a market order that was held trade as far from the market as it is now, if its account can pay.
  [[nodiscard]] Price renew_worst_price(Order& order);
  void note_call_change(SymbolId id) {
    SymbolRecord& symbol = symbols_[id];
    if (!symbol.gathering || symbol.indication_due) return;
    symbol.indication_due = true;
    indications_due_.push_back(id);
  }
  [[nodiscard]] AuctionFigures auction_figures(const SymbolRecord& symbol);
  void tell_indications();
  void uncross(SymbolId id);
  /// The orders of a side that trade in an auction, the first first, until they have `volume`.
  void collect_auction_side(const SymbolRecord& symbol, Side side, Price price, Quantity volume,
                            std::vector<OrderSlot>& orders) const;
  void execute_auction(const SymbolRecord& symbol, const AuctionFigures& figures);
  void auction_fill(OrderSlot buy, OrderSlot sell, Price price, Quantity quantity);
  /// Takes what has traded of an order out of the book, hidden shares first; returns what was shown of it.
  Quantity leave_book_by_auction(Order& order);
  /// Ends the orders that were for this auction only.
  void end_auction_orders(SymbolId id);

  // --- price bands (price_bands.cpp) ---
  void set_bands(SymbolId id, const PriceBands& bands);
  void set_band_reference(SymbolId id, Price reference);
  /// Bands as `like` around another reference.
  [[nodiscard]] PriceBands bands_around(const SymbolRecord& symbol, Price reference,
                                        const PriceBands& like) const;
  /// Whether an order that accepts `worst_price` (zero: any) would trade at once beyond the band of its side.
  [[nodiscard]] static bool is_stopped_by_band(const SymbolRecord& symbol, Side side, Price worst_price);
  /// An order would trade beyond its band: the symbol pauses for an auction.
  void begin_pause(SymbolId id, Side side);

  // --- limit states of bands (limit_states.cpp) ---
  /// The price at which the order is to rest now: its limit, or the band that it may not be shown beyond.
  [[nodiscard]] Price cap_to_band(const Order& order);
  /// The price at which a resting order rests.
  [[nodiscard]] Price book_price(const Order& order) const;
  /// `price`, or the band of its side where there are limit states and it lies beyond.
  [[nodiscard]] static Price showable_price(const SymbolRecord& symbol, Side side, Price price);
  /// A post-only order that is beyond its band keeps the band as its limit.
  void keep_post_only_at_band(Order& order);
  /// An order that rests at `price` leaves its place, to be worked anew.
  void take_off_book(OrderSlot slot, Price price);
  /// The symbol's orders that rest at bands leave them, and wait in `off_book_`.
  void take_off_capped(SymbolId id);
  void work_those_off_book();
  /// Orders that rest at bands come into an auction with their own limits.
  void release_capped(SymbolId id);
  /// The bands have moved: works those that rest at the old ones, or beyond the new ones, as if they came
  /// just now.
  void keep_within_bands(SymbolId id);
  void move_with_bands(SymbolId id) {
    const SymbolRecord& symbol = symbols_[id];
    if (symbol.bands_moved && symbol.trades_continuously()) [[unlikely]]
      keep_within_bands(id);
  }
  /// Lets a limit state begin or end; whether its end has moved the bands.
  bool look_for_limit_state(SymbolId id);

  // --- bands of tiers (band_tiers.cpp) ---
  /// Those of `like.tier` around this reference; zero: none yet.
  [[nodiscard]] PriceBands tier_bands(const SymbolRecord& symbol, Price reference,
                                      const PriceBands& like) const;
  /// Begins to gather the trades of a symbol anew, for the reference that it has from now on; or ends it.
  void follow_trades(SymbolId id, bool on);
  /// Moves the reference where the trades call for it, or, after a limit state, wherever the mean is; whether
  /// it has.
  bool review_reference(SymbolId id, bool after_limit_state = false);
  /// When this reference may have to move without a trade; zero: never.
  [[nodiscard]] static Timestamp next_review(const SymbolRecord& symbol, Price reference);
  void set_review(SymbolId id, Timestamp at);
  void review_references();
  /// When the bands are to be doubled; zero: they are, or it is not known.
  [[nodiscard]] Timestamp doubles_at() const;
  void set_close(Timestamp closes_at);
  void renew_tier_bands();
  void double_bands();
  /// Whether a pause that begins now ends only with the day's regular trading.
  [[nodiscard]] bool lasts_until_close(const SymbolRecord& symbol) const;

  // --- orders that are routed to venues (routing.cpp; what venues tell: venue_reports.cpp) ---
  /// Why the order's venue would not take it, and what the order is to reserve.
  [[nodiscard]] RejectReason decide_routing(const PlaceOrder& command, const SymbolRecord& symbol,
                                            PlaceDecision& decision) const;
  /// An order that was accepted and has its claims goes to its symbol's venue, or is held for it.
  void place_at_venue(OrderSlot slot);
  void send_to_venue(OrderSlot slot);
  /// Why the venue cannot be asked to cancel or replace the open order now; `none`: it can.
  [[nodiscard]] RejectReason why_not_changeable(const Order& order) const;
  /// Whether an open order of a routed symbol is at its venue, which alone may end it.
  [[nodiscard]] bool is_at_venue(const Order& order) const;
  /// The same of its cancelling alone, for an order of any symbol.
  [[nodiscard]] RejectReason why_not_withdrawable(const Order& order) const;
  /// Has its venue cancel an order of a routed symbol. False when there is nothing more to ask of that: it is
  /// to be cancelled here.
  bool withdraw_from_venue(OrderSlot slot, CancelReason reason);
  void replace_at_venue(OrderSlot slot, const ReplaceOrder& command, const ReplaceDecision& decision);
  /// The order is as the decision says from now on; `client_order_id`, where it is not empty, is its newest.
  void become(OrderSlot slot, const engine::WantedOrder& wanted, std::string_view client_order_id);
  /// Asks the venue: of a replace, for what is wanted.
  void request(const Order& order, engine::RoutedOrder& routed, VenueRequestKind kind);
  void tell_venue_state(Order& order, const engine::RoutedOrder& routed, std::string_view venue_order_id = {},
                        std::string_view text = {});
  /// Claims what the pending replace takes beyond what the order has, or gives it back.
  void claim_extra(const Order& order, engine::RoutedOrder& routed);
  void release_extra(const Order& order, engine::RoutedOrder& routed);
  /// Asks for the cancel that had to wait for an answer.
  void resume(Order& order, engine::RoutedOrder& routed);
  /// Cancels it here: it was not sent, or its venue has told (`report`).
  void end_routed(OrderSlot slot, CancelReason reason, const VenueReport* report = nullptr);
  /// Nothing is asked of the venue any more.
  void close_routed(const Order& order, engine::RoutedOrder& routed);
  [[nodiscard]] static engine::WantedOrder as_it_is(const Order& order) {
    return {order.quantity, order.limit_price, order.stop_price, order.reserve_price()};
  }

  // Whether what a report tells can be.
  [[nodiscard]] bool knows_execution(const VenueReport& report) const;
  [[nodiscard]] RejectReason decide_fill(const VenueReport& report, const Order& order,
                                         const engine::RoutedOrder& routed) const;
  [[nodiscard]] RejectReason decide_bust(const VenueReport& report, const Order& order,
                                         const engine::RoutedOrder& routed) const;
  /// Whether the bounds allow a trade of the order with its venue; `undo`: or what undoes one.
  [[nodiscard]] RejectReason check_execution(const Order& order, const engine::RoutedOrder& routed,
                                             Price price, Quantity quantity, bool undo) const;
  /// Whether the bounds allow the account to be short of `cost` more.
  [[nodiscard]] RejectReason check_lack(AccountId id, Money cost) const;
  /// Whether they allow the open order to be as wanted.
  [[nodiscard]] RejectReason check_become(const Order& order, const engine::WantedOrder& wanted) const;

  // What a report of each kind changes.
  void accept_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report);
  void fill_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report);
  void replace_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report);
  void refuse_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report);
  void bust_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report);
  void status_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report);
  void end_report(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report);
  /// Of an order that is open there and here: what it has and wants is as the venue says.
  void reconcile(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report);
  /// The venue has the order.
  static void acknowledge(Order& order, engine::RoutedOrder& routed);
  /// What becomes of an order like `base` by what a report tells of it; a zero quantity or price: no news.
  [[nodiscard]] engine::WantedOrder as_told(const Order& order, const engine::WantedOrder& base,
                                            Quantity quantity, const VenueReport& report) const;
  /// What the order is by this report of its replacement.
  [[nodiscard]] engine::WantedOrder replacement_told(const Order& order, const engine::RoutedOrder& routed,
                                                     const VenueReport& report) const;
  /// An order that has ended here and is open at its venue is cancelled there.
  void cancel_survivor(const Order& order, engine::RoutedOrder& routed);
  /// The price of what the venue counts beyond what is booked here.
  [[nodiscard]] Price missing_price(const Order& order, const VenueReport& report) const;
  /// Books what the venue counts beyond what is booked here. Returns whether that ended the order.
  bool book_missing(OrderSlot slot, engine::RoutedOrder& routed, const VenueReport& report);
  /// Books a trade between the order and the clearing account of its venue. Returns whether that ended the
  /// order.
  bool book_execution(OrderSlot slot, engine::RoutedOrder& routed, Price price, Quantity quantity,
                      std::string_view execution_id);
  void settle_execution(OrderSlot slot, AccountId clearing, Price price, Quantity quantity);
  /// Cash and shares of a trade go back.
  void undo_execution(Order& order, AccountId clearing, const engine::Execution& execution);
  /// Calls `change()`, and counts what it leaves a cash account short of.
  template <class Change>
  void count_shortfall(AccountId account, Change&& change);
  /// Takes the venue's order id where it is news; returns it then, else nothing.
  static std::string_view learn_venue_order_id(engine::RoutedOrder& routed, const VenueReport& report);

  // --- time ---
  /// Ends what has come to its expiry.
  void expire_orders();

  [[nodiscard]] std::string_view newest_client_id(const Order& order) const {
    return client_ids_.text(order.client_id);
  }

  /// Everything that the future depends on, in a defined order.
  template <class Sink>
  void write(Sink& sink, Layout layout) const;
  template <class Sink>
  void write_accounts(Sink& sink) const;
  template <class Sink>
  void write_symbols(Sink& sink, Layout layout) const;
  template <class Sink>
  void write_orders(Sink& sink) const;
  template <class Sink>
  void write_order(Sink& sink, const Order& order) const;
  template <class Sink>
  void write_books(Sink& sink) const;
  template <class Sink>
  void write_venues(Sink& sink) const;
  template <class Sink>
  void write_routed(Sink& sink, const Order& order) const;

  EngineCapacity capacity_;
  engine::Accounts accounts_;
  engine::Symbols symbols_;
  engine::ClientIds client_ids_;
  engine::OrderStore orders_;
  std::pmr::unsynchronized_pool_resource expiry_memory_;
  engine::Expiries expiries_{&expiry_memory_};
  /// Open orders that are bound to a client session.
  std::pmr::map<OrderId, ClientSessionId> sessions_{&expiry_memory_};
  engine::Locates locates_{&expiry_memory_};
  /// Orders that rest at a band because their own limit is beyond it.
  struct CappedOrder {
    SymbolId symbol;
    Price price;
  };
  std::pmr::map<OrderId, CappedOrder> capped_{&expiry_memory_};
  engine::Routing routing_;
  /// Orders that were routed from which on it is looked through which are still kept.
  std::size_t routed_orders_looked_through_at_ = 1'024;
  Money venue_shortfall_;  ///< what venues' trades have left cash accounts short of, all in all
  FirmRules rules_;
  engine::Risk risk_;
  SessionPhase phase_ = SessionPhase::open;
  Date trading_date_;
  engine::TradingDay today_ = 1;
  std::uint32_t borrow_rates_ = 0;  ///< symbols that it costs something to be short of
  TradeId next_trade_{1};
  Money transferred_total_;  ///< cost of all shares that came by transfer
  engine::EventLog log_;
  std::vector<engine::TriggeredStop> triggered_;  ///< of the command that is being applied
  std::vector<OrderSlot> ending_;                 ///< likewise
  std::vector<OrderSlot> trailed_;                ///< of the stops that are being run
  std::vector<engine::ShortPosition> shorts_;     ///< of the account that is being charged
  std::vector<SymbolId> unsettled_;  ///< where a cancelled order may have kept another from trading
  struct LinkedFill {
    OrderSlot slot = 0;  ///< zero: seen to
    Quantity quantity;
  };
  std::vector<LinkedFill> exit_fills_;   ///< of the trades since the other exits were seen to
  std::vector<LinkedFill> entry_fills_;  ///< of the trades since exits were seen to

  MarketPhase market_phase_ = MarketPhase::continuous;
  bool market_kill_switch_ = false;
  ClockPace clock_pace_;  ///< kept for whoever sequences: nothing here depends on it
  struct Pause {
    Timestamp ends_at;
    SymbolId symbol;
    auto operator<=>(const Pause&) const = default;
  };
  std::pmr::set<Pause> pauses_{&expiry_memory_};  ///< the auctions and limit states that end by themselves
  /// When references of tiers' bands may have to move.
  std::pmr::set<std::pair<Timestamp, SymbolId>> reviews_{&expiry_memory_};
  Timestamp closes_at_;                    ///< when regular trading is to end; zero: not known
  bool is_near_close_ = false;             ///< bands of tiers are doubled
  std::uint32_t tiers_ = 0;                ///< symbols that have bands of a tier
  std::vector<OrderId> off_book_;          ///< that are about to come back to where bands let them
  std::vector<SymbolId> indications_due_;  ///< of the command that is being applied
  std::vector<engine::AuctionInterest> interest_;
  std::vector<OrderSlot> auction_buys_;
  std::vector<OrderSlot> auction_sells_;
  std::vector<OrderSlot> auction_over_;  ///< orders that end with their auction
  mutable engine::AheadRing ahead_;      ///< no part of the state
};

}  // namespace trade
