// Numbers the events, digests them and hands them out.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "engine/digest.hpp"
#include "model/event.hpp"

namespace trade::engine {

// Every field of every event goes into the digest, so that any difference between two runs shows.

inline void digest(Digest& to, const CommandRejected& event) {
  to.fields(event.reason, event.account, event.order);
}
inline void digest(Digest& to, const AccountOpened& event) {
  to.fields(event.account, event.type);
  to.text(event.name.view());
}
inline void digest(Digest& to, const CashMoved& event) {
  to.fields(event.account, event.amount, event.cash_balance);
}
inline void digest(Digest& to, const SharesTransferred& event) {
  to.fields(event.account, event.symbol, event.quantity, event.cost_price);
}
inline void digest(Digest& to, const AccountStatusChanged& event) {
  to.fields(event.account, event.status);
}
inline void digest(Digest& to, const AccountLimitsChanged& event) {
  to.fields(event.account, event.position_max, event.order_quantity_max, event.order_notional_max);
  if (event.self_trade_prevention) to.fields(*event.self_trade_prevention);
}
inline void digest(Digest& to, const FirmRulesChanged& event) {
  const FirmRules& rules = event.rules;
  to.fields(rules.margin_multiplier_basis_points, rules.price_collar_basis_points, rules.day_trading_rule,
            rules.pattern_day_trader_equity_min, rules.day_trades_max,
            rules.intraday_maintenance_basis_points, rules.default_position_max,
            rules.default_order_quantity_max, rules.default_order_notional_max);
  // Rules that say nothing of short sales have the digest that they had before there were any.
  const FirmRules usual;
  if (rules.short_margin_basis_points != usual.short_margin_basis_points ||
      rules.short_maintenance_basis_points != usual.short_maintenance_basis_points ||
      rules.short_sale_trigger_basis_points != usual.short_sale_trigger_basis_points) {
    to.fields(rules.short_margin_basis_points, rules.short_maintenance_basis_points,
              rules.short_sale_trigger_basis_points);
  }
}
inline void digest(Digest& to, const SymbolAdded& event) {
  to.fields(event.id, event.previous_close, event.tick, event.lot);
  to.text(event.symbol.view());
}
inline void digest(Digest& to, const SymbolStatusChanged& event) {
  to.fields(event.symbol, event.status);
  to.text(event.reason);
}
inline void digest(Digest& to, const SessionChanged& event) {
  to.fields(event.phase, event.trading_date, event.new_trading_day);
  // A session that is only open or closed has the digest that it had before there were phases.
  if (event.market_phase != usual_phase(event.phase) || !event.moves_symbols)
    to.fields(event.market_phase, event.moves_symbols);
}
inline void digest(Digest& to, const OrderAccepted& event) {
  to.fields(event.order, event.account, event.symbol, event.side, event.type, event.time_in_force,
            event.status, event.quantity, event.limit_price, event.stop_price);
  to.text(event.client_order_id);
  digest(to, event.instructions);
  digest(to, event.link);
}
inline void digest(Digest& to, const OrderRejected& event) {
  to.fields(event.order, event.account, event.symbol, event.side, event.type, event.time_in_force,
            event.reason, event.quantity, event.limit_price, event.stop_price);
  to.text(event.client_order_id);
  digest(to, event.instructions);
  digest(to, event.link);
}
inline void digest(Digest& to, const OrderRested& event) {
  to.fields(event.order, event.symbol, event.side, event.price, event.quantity);
}
inline void digest(Digest& to, const OrderTriggered& event) {
  to.fields(event.order, event.account, event.symbol, event.trigger_price);
}
inline void digest(Digest& to, const TradeExecuted& event) {
  to.fields(event.trade, event.symbol, event.price, event.quantity, event.taker_side, event.maker_order,
            event.maker_account, event.maker_leaves, event.taker_order, event.taker_account,
            event.taker_leaves, event.maker_refreshes);
  if (event.in_auction) [[unlikely]]
    to.fields(event.legs.maker_price, event.legs.maker_shown, event.legs.taker_price, event.legs.taker_shown);
}
inline void digest(Digest& to, const TradePrinted& event) {
  to.fields(event.trade, event.symbol, event.price, event.quantity);
}
inline void digest(Digest& to, const OrderCancelled& event) {
  to.fields(event.order, event.account, event.symbol, event.side, event.reason, event.was_resting,
            event.price, event.quantity, event.hidden);
}
inline void digest(Digest& to, const OrderReplaced& event) {
  to.fields(event.order, event.account, event.symbol, event.side, event.was_resting, event.kept_priority,
            event.old_limit_price, event.old_leaves, event.quantity, event.leaves, event.limit_price,
            event.stop_price, event.old_hidden);
  to.text(event.client_order_id);
}
inline void digest(Digest& to, const StopTrailed& event) {
  to.fields(event.order, event.account, event.symbol, event.stop_price, event.reference_price);
}

inline void digest(Digest& to, const AuctionFigures& figures) {
  to.fields(figures.price, figures.volume, figures.imbalance, figures.imbalance_side.value_or(Side{}));
}
inline void digest(Digest& to, const SymbolPhaseChanged& event) {
  to.fields(event.symbol, event.phase, event.ends_at, event.limit_state.value_or(Side{}));
}
inline void digest(Digest& to, const AuctionIndicated& event) {
  to.fields(event.symbol);
  digest(to, event.figures);
}
inline void digest(Digest& to, const AuctionUncrossed& event) {
  to.fields(event.symbol, event.phase);
  digest(to, event.figures);
}
inline void digest(Digest& to, const KillSwitchChanged& event) {
  to.fields(event.account, event.symbol, event.on);
}
inline void digest(Digest& to, const PriceBandsChanged& event) {
  const PriceBands& bands = event.bands;
  to.fields(event.symbol, bands.basis_points, bands.pause_seconds, bands.reference, bands.lower, bands.upper);
  if (bands.limit_state_seconds != 0) to.fields(bands.limit_state_seconds);
  if (bands.leverage_basis_points != 0) to.fields(bands.leverage_basis_points);
}
inline void digest(Digest& to, const LocateChanged& event) {
  to.fields(event.account, event.symbol, event.quantity, event.expires_at);
}
inline void digest(Digest& to, const EasyToBorrowChanged& event) {
  to.fields(event.symbol, event.on);
  // Without a rate it is what it was before there were any.
  if (event.rate_basis_points != 0) to.fields(event.rate_basis_points);
}
inline void digest(Digest& to, const BorrowFeeCharged& event) {
  to.fields(event.account, event.symbol, event.quantity, event.price, event.rate_basis_points, event.days,
            event.amount, event.cash_balance);
}
inline void digest(Digest& to, const ShortSaleRestrictionChanged& event) {
  to.fields(event.symbol, event.on, event.price);
}
inline void digest(Digest& to, const ClockChanged& event) {
  to.fields(event.pace.running, event.pace.speed_millionths);
}
inline void digest(Digest& to, const VenueAdded& event) {
  to.fields(event.venue, event.clearing_account, event.when_down);
  to.text(event.name.view());
}
inline void digest(Digest& to, const VenueRemoved& event) {
  to.fields(event.venue);
}
inline void digest(Digest& to, const RouteChanged& event) {
  to.fields(event.symbol, event.venue);
}
inline void digest(Digest& to, const VenueSessionChanged& event) {
  to.fields(event.venue, event.up);
}
inline void digest(Digest& to, const VenueRequestMade& event) {
  to.fields(event.order, event.account, event.symbol, event.venue, event.kind, event.number, event.side,
            event.type, event.time_in_force, event.quantity, event.limit_price, event.stop_price);
  digest(to, event.instructions);
}
inline void digest(Digest& to, const VenueStateChanged& event) {
  to.fields(event.order, event.account, event.symbol, event.venue, event.state, event.status);
  to.text(event.venue_order_id);
  to.text(event.text);
}
inline void digest(Digest& to, const VenueTradeExecuted& event) {
  to.fields(event.trade, event.order, event.account, event.symbol, event.venue, event.clearing_account,
            event.side, event.price, event.quantity, event.leaves);
  to.text(event.execution_id);
}
inline void digest(Digest& to, const VenueTradeBusted& event) {
  to.fields(event.trade, event.order, event.account, event.symbol, event.venue, event.clearing_account,
            event.side, event.price, event.quantity, event.leaves, event.status, event.corrected);
  to.text(event.execution_id);
}
inline void digest(Digest& to, const ExitActivated& event) {
  to.fields(event.order, event.account, event.symbol, event.status, event.reason, event.quantity);
  if (event.stop_price) to.fields(event.stop_price, event.reference_price);
}

class EventLog {
 public:
  /// The events of a command with this timestamp go to `events` from now on.
  void begin(Timestamp now, std::vector<Event>& events) {
    now_ = now;
    events_ = &events;
  }

  template <class Body>
  void emit(const Body& body) {
    emit<Body>([&] { return body; });
  }
  /// `make()` says what the event is, which is written once, where it is to stay: for the events of every
  /// order. One that is put together elsewhere is copied in wider pieces than it was written in, for which
  /// the processor waits; one that is blanked first is written twice.
  template <class Body, class Make>
    requires std::is_same_v<std::invoke_result_t<Make&>, Body>
  void emit(Make&& make) {
    const Event& event = events_->emplace_back(++sequence_, now_, BodyInPlace<Body, Make>{make});
    // A copy of its own, so that it stays in a register.
    Digest whole = digest_;
    whole.fields(sequence_, now_, event.body.index());
    digest(whole, *std::get_if<Body>(&event.body));
    digest_ = whole;
  }

  [[nodiscard]] Sequence last_sequence() const { return sequence_; }
  /// The number of the event that is emitted next.
  [[nodiscard]] Sequence next_sequence() const { return sequence_ + 1; }
  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] std::uint64_t value() const { return digest_.value(); }

  /// For loading: goes on after these.
  void restore(Sequence sequence, Timestamp now, std::uint64_t value) {
    sequence_ = sequence;
    now_ = now;
    digest_ = Digest(value);
  }

 private:
  // What a conversion returns is made where it is to be: nothing is copied on the way into the event.
  template <class Body, class Make>
  struct BodyInPlace {
    Make& make;
    struct Inner {
      Make& make;
      operator Body() const { return make(); }  // NOLINT(google-explicit-constructor)
    };
    operator EventBody() const {  // NOLINT(google-explicit-constructor)
      return EventBody(std::in_place_type<Body>, Inner{make});
    }
  };

  Sequence sequence_ = 0;
  Timestamp now_;
  Digest digest_;
  std::vector<Event>* events_ = nullptr;
};

}  // namespace trade::engine
