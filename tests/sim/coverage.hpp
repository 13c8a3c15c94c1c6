// What the runs did, by kind: commands, kinds of orders, what became of them and of the market.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "wire/wire.hpp"

namespace trade::sim {

class Coverage {
 public:
  /// A batch of the journal.
  void count(const wire::Batch& batch);
  void add(const Coverage& other);

  struct Row {
    std::string what;
    std::uint64_t count = 0;
  };
  /// Of every kind that the runs are to come to, also those that they did not.
  [[nodiscard]] std::vector<Row> rows() const;

 private:
  /// What no enumeration of the model tells apart.
  enum class Happening : std::uint8_t {
    iceberg = 1,
    minimum_quantity,
    all_or_none,
    exit_activated,
    stop_triggered,
    stop_trailed,
    auction_trade,
    limit_state,
    account_killed,
    symbol_killed,
    market_killed,
    symbol_halted,
    short_sale_restricted,
    borrow_fee_charged,
    venue_session_lost,
    routed_fill,
    routed_fill_counted,
  };
  friend constexpr EnumNames<Happening, 17> enum_names(Happening) {
    return {{{Happening::iceberg, "order iceberg"},
             {Happening::minimum_quantity, "order minimum quantity"},
             {Happening::all_or_none, "order all-or-none"},
             {Happening::exit_activated, "exit activated"},
             {Happening::stop_triggered, "stop triggered"},
             {Happening::stop_trailed, "stop trailed"},
             {Happening::auction_trade, "trade in an auction"},
             {Happening::limit_state, "limit state"},
             {Happening::account_killed, "kill switch of an account"},
             {Happening::symbol_killed, "kill switch of a symbol"},
             {Happening::market_killed, "kill switch of the market"},
             {Happening::symbol_halted, "halt"},
             {Happening::short_sale_restricted, "price test for short sales"},
             {Happening::borrow_fee_charged, "fee for borrowed shares"},
             {Happening::venue_session_lost, "session with a venue lost"},
             {Happening::routed_fill, "fill at a venue"},
             {Happening::routed_fill_counted, "fill at a venue told by a status alone"}}};
  }

  /// By the value's number.
  template <class Enum>
  using Counts = std::array<std::uint64_t, 32>;

  void note(const OrderAccepted& accepted);
  void note(const OrderTriggered&) { ++of(Happening::stop_triggered); }
  void note(const StopTrailed&) { ++of(Happening::stop_trailed); }
  void note(const ExitActivated&) { ++of(Happening::exit_activated); }
  void note(const TradeExecuted& trade) { count_if(trade.in_auction, Happening::auction_trade); }
  void note(const OrderCancelled& cancelled) { ++cancelled_[static_cast<std::size_t>(cancelled.reason)]; }
  void note(const SymbolPhaseChanged& changed);
  void note(const SymbolStatusChanged& changed) {
    count_if(changed.status == SymbolStatus::halted, Happening::symbol_halted);
  }
  void note(const KillSwitchChanged& changed);
  void note(const ShortSaleRestrictionChanged& changed) {
    count_if(changed.on, Happening::short_sale_restricted);
  }
  void note(const BorrowFeeCharged&) { ++of(Happening::borrow_fee_charged); }
  void note(const VenueSessionChanged& changed) { count_if(!changed.up, Happening::venue_session_lost); }
  void note(const VenueRequestMade& made) { ++venue_requests_[static_cast<std::size_t>(made.kind)]; }
  void note(const VenueTradeExecuted& trade);
  void note(const auto&) {}
  void count_if(bool happened, Happening happening) {
    if (happened) ++of(happening);
  }
  std::uint64_t& of(Happening happening) { return happenings_[static_cast<std::size_t>(happening)]; }

  std::array<std::uint64_t, std::variant_size_v<CommandBody>> commands_{};  ///< by index
  Counts<OrderType> order_types_{};
  Counts<TimeInForce> times_in_force_{};
  Counts<PostOnly> post_only_{};
  Counts<SelfTradePrevention> self_trade_preventions_{};
  Counts<ShortSale> short_sales_{};
  Counts<OrderClass> order_classes_{};
  Counts<CancelReason> cancelled_{};
  Counts<MarketPhase> phases_{};
  Counts<VenueRequestKind> venue_requests_{};
  Counts<VenueReportKind> venue_reports_{};
  Counts<Happening> happenings_{};
};

}  // namespace trade::sim
