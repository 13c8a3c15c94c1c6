// The market as the events tell it: fold(events) -> quotes, depth, tape and bars of every symbol. Pure: no
// input or output, no clock; the same events give the same market.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "market/change_set.hpp"
#include "market/symbol_market.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"

namespace trade::market {

class Market {
 public:
  /// Applies one event. `corrupt` when it cannot follow from those before: shares leave a level that does not
  /// hold them, a symbol is not known. Then the events have a gap or are of another market, and this one is
  /// of no more use.
  Status apply(const Event& event);
  /// The same for each in turn, which takes less time: what is soon needed is fetched ahead.
  Status apply(std::span<const Event> events);

  /// Symbols known. Their ids are dense from 1 to this.
  [[nodiscard]] std::uint32_t symbol_count() const { return static_cast<std::uint32_t>(symbols_.size()); }
  /// Zero when there is none of this name.
  [[nodiscard]] SymbolId find(const Symbol& symbol) const;
  /// `id` from 1 to symbol_count().
  [[nodiscard]] const SymbolMarket& symbol(SymbolId id) const { return *symbols_[id.value - 1]; }
  /// All symbols' ids in the order of their names.
  [[nodiscard]] const std::map<Symbol, SymbolId>& by_name() const { return by_name_; }

  /// The trading date; zero before the session was first told.
  [[nodiscard]] Date trading_date() const { return trading_date_; }
  /// That symbols begin in which are added now.
  [[nodiscard]] MarketPhase market_phase() const { return market_phase_; }

  /// What has changed since it was last cleared.
  [[nodiscard]] const ChangeSet& changes() const { return changes_; }
  void clear_changes() { changes_.clear(); }

  // Taking a stored market up again, before any event.
  void restore_session(Date trading_date, MarketPhase market_phase) {
    trading_date_ = trading_date;
    market_phase_ = market_phase;
  }
  /// The next symbol, in the order of ids. False when there is one of that name.
  bool restore_symbol(std::unique_ptr<SymbolMarket> market);

 private:
  // One for each kind of event that moves the market; false when it cannot be. The others do not.
  bool on(const Event& event, const SymbolAdded& added);
  bool on(const Event& event, const SessionChanged& changed);
  bool on(const Event& event, const OrderRested& rested);
  bool on(const Event& event, const TradeExecuted& executed);
  bool on(const Event& event, const TradePrinted& printed);
  bool on(const Event& event, const VenueTradeExecuted& executed);
  bool on(const Event& event, const OrderCancelled& cancelled);
  bool on(const Event& event, const OrderReplaced& replaced);
  bool on(const Event& event, const SymbolStatusChanged& changed);
  bool on(const Event& event, const SymbolPhaseChanged& changed);
  bool on(const Event& event, const AuctionIndicated& indicated);
  bool on(const Event& event, const AuctionUncrossed& uncrossed);
  template <class Other>
  bool on(const Event& event, const Other& other) {
    static_cast<void>(event);
    static_cast<void>(other);
    return true;
  }

  // Has the processor fetch what an event that is soon to be applied changes: first the symbol, then what
  // lies behind that.
  void prefetch_symbol(const Event& event) const;
  void prefetch_parts(const Event& event) const;
  [[nodiscard]] const SymbolMarket* find(SymbolId id) const {
    return id.value - 1 < symbols_.size() ? symbols_[id.value - 1].get() : nullptr;
  }
  [[nodiscard]] SymbolMarket* find(SymbolId id) {
    return id.value - 1 < symbols_.size() ? symbols_[id.value - 1].get() : nullptr;
  }
  /// Stamps and marks what a change of a side came to.
  bool note(const Event& event, SymbolId id, SymbolMarket& market, DepthChange change);
  void note_quote(const Event& event, SymbolId id, SymbolMarket& market, std::uint8_t what);
  /// What an order showed at a price of its own is gone.
  bool on_auction_leg(const Event& event, SymbolId id, SymbolMarket& market, Side side, Price price,
                      Quantity shown, Quantity leaves);
  void trade(const Event& event, SymbolId id, SymbolMarket& market, const TapeEntry& entry);

  std::vector<std::unique_ptr<SymbolMarket>> symbols_;  ///< by id less one
  std::map<Symbol, SymbolId> by_name_;
  Date trading_date_;
  MarketPhase market_phase_ = MarketPhase::continuous;  ///< of symbols added from now on
  ChangeSet changes_;
};

}  // namespace trade::market
