// The heart: one deterministic state machine. apply(command) changes the state and tells of it by events; the
// same commands give the same events and the same state hash on every machine. No input or output, clock,
// randomness, threads, locks or logging happen here, and nothing is iterated whose order is not defined.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/byte_stream.hpp"
#include "base/result.hpp"
#include "engine/saved_state.hpp"
#include "model/command.hpp"
#include "model/event.hpp"
#include "model/views.hpp"

namespace trade {

class ForkSnapshot;

/// Bounds of the engine's memory. A command that would pass one is refused with `capacity_reached`.
struct EngineCapacity {
  std::uint32_t accounts_max = 1'000'000;
  std::uint32_t symbols_max = 20'000;
  std::uint32_t open_orders_max = 8'000'000;
  /// How many ended orders (the most recent) can still be looked up and protect their client order ids.
  std::uint32_t ended_orders_kept = 1'000'000;
  /// Pairs of account and symbol with shares or open orders.
  std::uint32_t positions_max = 16'000'000;
};

/// What came of one command, for the reply; the events say the same at length.
struct ApplyResult {
  RejectReason reason = RejectReason::none;
  bool duplicate = false;      ///< a retry of a known client order id with the same content: nothing was done
  OrderId order{};             ///< the order that the command made or was about
  std::uint32_t affected = 0;  ///< orders ended by CancelAllOrders
};

class Engine {
 public:
  explicit Engine(const EngineCapacity& capacity = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// Applies one command and appends its events. Never fails: what cannot be done is a rejection.
  ApplyResult apply(const Command& command, std::vector<Event>& events);

  /// What `apply` would answer, without doing anything.
  [[nodiscard]] ApplyResult check(const Command& command) const;

  /// Warms the cache for the commands of a batch, of which that at `next` is applied next. Accounts,
  /// positions and orders lie anywhere in memory; called before each `apply`, this more than halves what a
  /// command costs. It changes nothing, and may be left out.
  void prefetch(std::span<const Command> batch, std::size_t next) const;

  // Looking: all of it is state after the last applied command.
  [[nodiscard]] AccountId find_account(std::string_view name) const;  ///< zero: none
  [[nodiscard]] SymbolId find_symbol(std::string_view symbol) const;  ///< zero: none
  [[nodiscard]] std::optional<AccountView> account(AccountId id) const;
  [[nodiscard]] std::optional<SymbolView> symbol(SymbolId id) const;
  [[nodiscard]] std::optional<OrderView> order(OrderId id) const;
  [[nodiscard]] std::optional<HoldingsRow> holdings(AccountId id) const;
  [[nodiscard]] VenueId find_venue(std::string_view name) const;  ///< zero: none; removed ones are found too
  [[nodiscard]] std::optional<VenueView> venue(VenueId id) const;
  [[nodiscard]] std::uint32_t venue_count() const;  ///< those that were removed included
  [[nodiscard]] SessionView session() const;
  /// How the clock goes where it is simulated; as on the machine until a command says otherwise.
  [[nodiscard]] ClockPace clock_pace() const;
  /// What the book of a symbol shows of one side, best level first; nothing where there is no such symbol.
  [[nodiscard]] std::vector<DepthLevelView> book(SymbolId id, Side side) const;
  [[nodiscard]] std::uint32_t account_count() const;
  [[nodiscard]] std::uint32_t symbol_count() const;
  [[nodiscard]] std::uint64_t open_order_count() const;
  /// What an order has become, for replies on the hot path; the order must be open or recently ended.
  struct OrderState {
    OrderStatus status = OrderStatus::pending;
    Quantity filled_quantity;
    Money filled_notional;
  };
  [[nodiscard]] std::optional<OrderState> order_state(OrderId id) const;

  /// When the first open gtd order ends: a sequencer sends an ExpireOrders then. Nothing: there is none.
  [[nodiscard]] std::optional<Timestamp> next_expiry() const;

  /// Sequence number of the last event; the next one's is one higher.
  [[nodiscard]] Sequence last_sequence() const;
  /// Timestamp of the last applied command. A sequencer stamps no command earlier.
  [[nodiscard]] Timestamp last_timestamp() const;

  /// Rolling digest of every event so far (their fields, not their encoding), cheap enough to be kept with
  /// each journal batch.
  [[nodiscard]] std::uint64_t state_hash() const;
  /// Digest of the whole state, computed anew: accounts, positions, reservations, orders in queue order,
  /// symbols, rules. Two engines with equal full hashes behave alike from here on.
  [[nodiscard]] std::uint64_t full_state_hash() const;

  /// Has a snapshot take over the engine's large tables: in a child of its fork, `save` and the hashes see
  /// them as they are now. Nothing else of the engine is to be called there: what those need not is left out.
  void add_to(ForkSnapshot& snapshot) const;

  /// The whole state as bytes, and back. `load` refuses bytes that are not a saved state.
  void save(ByteWriter& writer, engine::SavedLayout layout = engine::SavedLayout::current) const;
  static Result<Engine> load(ByteReader& reader, const EngineCapacity& capacity = {});

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace trade
