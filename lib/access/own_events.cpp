#include "access/own_events.hpp"

#include <variant>

namespace trade::access {

namespace {

/// Changes the event to what may be seen of it, and says whether anything may.
class Sight {
 public:
  Sight(AccountId account, std::unordered_set<std::uint64_t>& orders) : account_(account), orders_(orders) {}

  // About one account.
  bool operator()(const CommandRejected& event) const { return own(event.account); }
  bool operator()(const AccountOpened& event) const { return own(event.account); }
  bool operator()(const CashMoved& event) const { return own(event.account); }
  bool operator()(const SharesTransferred& event) const { return own(event.account); }
  bool operator()(const BorrowFeeCharged& event) const { return own(event.account); }
  bool operator()(const AccountStatusChanged& event) const { return own(event.account); }
  bool operator()(const AccountLimitsChanged& event) const { return own(event.account); }
  bool operator()(const KillSwitchChanged& event) const { return own(event.account); }
  bool operator()(const LocateChanged& event) const { return own(event.account); }

  // About one order.
  bool operator()(const OrderAccepted& event) { return own_order(event); }
  bool operator()(const OrderRejected& event) { return own_order(event); }
  bool operator()(const OrderTriggered& event) { return own_order(event); }
  bool operator()(const StopTrailed& event) { return own_order(event); }
  bool operator()(const ExitActivated& event) { return own_order(event); }
  bool operator()(const OrderCancelled& event) { return own_order(event); }
  bool operator()(const OrderReplaced& event) { return own_order(event); }
  bool operator()(const VenueRequestMade& event) { return own_order(event); }
  bool operator()(const VenueStateChanged& event) { return own_order(event); }
  // Whose order came to rest was told by the event that made it, of the same command.
  bool operator()(const OrderRested& event) const { return orders_.contains(event.order.value); }

  // Of a trade, nothing of the other side: neither who that is nor how its order stands.
  bool operator()(TradeExecuted& event) {
    const bool maker = own(event.maker_account);
    const bool taker = own(event.taker_account);
    if (maker) orders_.insert(event.maker_order.value);
    if (taker) orders_.insert(event.taker_order.value);
    if (!maker) {
      event.maker_order = {};
      event.maker_account = {};
      event.maker_leaves = {};
      event.maker_refreshes = false;
      event.legs.maker_price = {};
      event.legs.maker_shown = {};
    }
    if (!taker) {
      event.taker_order = {};
      event.taker_account = {};
      event.taker_leaves = {};
      event.legs.taker_price = {};
      event.legs.taker_shown = {};
    }
    return maker || taker;
  }
  bool operator()(VenueTradeExecuted& event) { return own_venue_trade(event); }
  bool operator()(VenueTradeBusted& event) { return own_venue_trade(event); }

  // About the market, the firm and its venues: the market's data tells what everybody may know.
  bool operator()(const FirmRulesChanged&) const { return false; }
  bool operator()(const SymbolAdded&) const { return false; }
  bool operator()(const SymbolStatusChanged&) const { return false; }
  bool operator()(const SessionChanged&) const { return false; }
  bool operator()(const SymbolPhaseChanged&) const { return false; }
  bool operator()(const AuctionIndicated&) const { return false; }
  bool operator()(const AuctionUncrossed&) const { return false; }
  bool operator()(const PriceBandsChanged&) const { return false; }
  bool operator()(const EasyToBorrowChanged&) const { return false; }
  bool operator()(const ShortSaleRestrictionChanged&) const { return false; }
  bool operator()(const ClockChanged&) const { return false; }
  bool operator()(const TradePrinted&) const { return false; }
  bool operator()(const VenueAdded&) const { return false; }
  bool operator()(const VenueRemoved&) const { return false; }
  bool operator()(const RouteChanged&) const { return false; }
  bool operator()(const VenueSessionChanged&) const { return false; }

 private:
  [[nodiscard]] bool own(AccountId account) const { return account && account == account_; }

  template <class OfOrder>
  bool own_order(const OfOrder& event) {
    if (!own(event.account)) return false;
    orders_.insert(event.order.value);
    return true;
  }
  template <class VenueTrade>
  bool own_venue_trade(VenueTrade& event) {
    event.clearing_account = {};
    return own_order(event);
  }

  AccountId account_;
  std::unordered_set<std::uint64_t>& orders_;
};

}  // namespace

std::optional<Event> OwnEvents::take(const Event& event) {
  Event seen = event;
  if (!std::visit(Sight(account_, orders_), seen.body)) return std::nullopt;
  return seen;
}

}  // namespace trade::access
