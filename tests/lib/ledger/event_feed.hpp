// Events for tests of the ledger, numbered and stamped as the engine would, and a market that makes up as
// many as are wanted from a seed.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "model/event.hpp"

namespace trade::ledger::test {

constexpr Money dollars(std::int64_t amount) {
  return {amount * units_per_dollar};
}
constexpr Money cents(std::int64_t amount) {
  return {amount * (units_per_dollar / 100)};
}
constexpr Price price_cents(std::int64_t amount) {
  return {amount * (units_per_dollar / 100)};
}

/// Collects events; texts are kept as long as the feed.
class EventFeed {
 public:
  void add(EventBody body) {
    events_.push_back(Event{++sequence_, timestamp_, std::move(body)});
    timestamp_.nanoseconds += 1'000;
  }
  AccountId open_account(std::string_view name, AccountType type = AccountType::cash) {
    const AccountId id{++accounts_};
    add(AccountOpened{id, *AccountName::make(name), type});
    return id;
  }
  SymbolId add_symbol(std::string_view name, Price previous_close = {}) {
    const SymbolId id{++symbols_};
    add(SymbolAdded{id, *Symbol::make(name), previous_close, Price{100}, Quantity{1}});
    return id;
  }
  void move_cash(AccountId account, Money amount) { add(CashMoved{account, amount, {}}); }
  /// A limit order with an id of its own.
  OrderId accept(AccountId account, SymbolId symbol, Side side, Quantity quantity,
                 Price limit = Price{10'000}, std::string_view client_order_id = {}) {
    OrderAccepted event;
    event.account = account;
    event.symbol = symbol;
    event.side = side;
    event.type = OrderType::limit;
    event.quantity = quantity;
    event.limit_price = limit;
    event.client_order_id = keep(client_order_id);
    return accept(event);
  }
  OrderId accept(OrderAccepted event) {
    event.order = OrderId{++orders_};
    add(event);
    return event.order;
  }
  OrderId reject(OrderRejected event) {
    event.order = OrderId{++orders_};
    event.client_order_id = keep(event.client_order_id);
    add(event);
    return event.order;
  }
  /// A whole trade between two fresh orders that it fills: `buyer` takes unless `seller_takes`.
  void trade(AccountId buyer, AccountId seller, SymbolId symbol, Quantity quantity, Price price,
             bool seller_takes = false) {
    const OrderId buy = accept(buyer, symbol, Side::buy, quantity, price);
    const OrderId sell = accept(seller, symbol, Side::sell, quantity, price);
    TradeExecuted event;
    event.trade = next_trade();
    event.symbol = symbol;
    event.price = price;
    event.quantity = quantity;
    event.taker_side = seller_takes ? Side::sell : Side::buy;
    event.maker_order = seller_takes ? buy : sell;
    event.maker_account = seller_takes ? buyer : seller;
    event.taker_order = seller_takes ? sell : buy;
    event.taker_account = seller_takes ? seller : buyer;
    add(event);
  }
  /// Another venue, with its clearing account.
  VenueId add_venue(std::string_view name) {
    const AccountId clearing =
        open_account(std::string(clearing_account_prefix) + std::string(name), AccountType::clearing);
    clearing_accounts_.push_back(clearing);
    const VenueId venue{static_cast<std::uint32_t>(clearing_accounts_.size())};
    add(VenueAdded{venue, *VenueName::make(name), clearing, WhenVenueDown::hold});
    return venue;
  }
  [[nodiscard]] AccountId clearing_account(VenueId venue) const {
    return clearing_accounts_[venue.value - 1];
  }
  /// A routed order that is on its way to its venue.
  OrderId route(AccountId account, SymbolId symbol, VenueId venue, Side side, Quantity quantity) {
    OrderAccepted event;
    event.account = account;
    event.symbol = symbol;
    event.side = side;
    event.type = OrderType::limit;
    event.status = OrderStatus::pending;
    event.quantity = quantity;
    event.limit_price = Price{10'000};
    const OrderId order = accept(event);
    VenueRequestMade request;
    request.order = order;
    request.account = account;
    request.symbol = symbol;
    request.venue = venue;
    request.kind = VenueRequestKind::place;
    request.number = 1;
    request.side = side;
    request.type = OrderType::limit;
    request.quantity = quantity;
    request.limit_price = Price{10'000};
    add(request);
    add(VenueStateChanged{order, account, symbol, venue, VenueState::sending, OrderStatus::pending, {}, {}});
    return order;
  }
  void venue_state(OrderId order, AccountId account, SymbolId symbol, VenueId venue, VenueState state,
                   OrderStatus status, std::string_view venue_order_id = {}) {
    add(VenueStateChanged{order, account, symbol, venue, state, status, keep(venue_order_id), {}});
  }
  TradeId venue_trade(OrderId order, AccountId account, SymbolId symbol, VenueId venue, Side side,
                      Quantity quantity, Price price, Quantity leaves) {
    const TradeId trade = next_trade();
    add(VenueTradeExecuted{trade, order, account, symbol, venue, clearing_account(venue), side, price,
                           quantity, leaves, "E"});
    return trade;
  }
  TradeId next_trade() { return TradeId{++trades_}; }
  std::string_view keep(std::string_view text) {
    return text.empty() ? text : std::string_view(texts_.emplace_back(text));
  }

  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  [[nodiscard]] std::vector<Event> take() { return std::exchange(events_, {}); }
  [[nodiscard]] Sequence sequence() const { return sequence_; }
  [[nodiscard]] Timestamp timestamp() const { return timestamp_; }

 private:
  std::vector<Event> events_;
  std::deque<std::string> texts_;
  Sequence sequence_ = 0;
  Timestamp timestamp_{1'700'000'000'000'000'000};
  std::vector<AccountId> clearing_accounts_;
  std::uint32_t accounts_ = 0;
  std::uint32_t symbols_ = 0;
  std::uint64_t orders_ = 0;
  std::uint64_t trades_ = 0;
};

/// A market without rules but those that events keep among themselves: random orders, trades, cancels,
/// replaces, deposits and transfers. Account 1 is the house; everybody may go short.
class RandomMarket {
 public:
  struct Shape {
    std::uint32_t accounts = 8;
    std::uint32_t symbols = 4;
    std::int64_t quantity_max = 500;
    bool with_venue = false;  ///< some orders go to a venue, and trades there are busted now and then
  };

  RandomMarket(std::uint64_t seed, Shape shape) : random_(seed), shape_(shape) {
    feed_.open_account("house", AccountType::house);
    for (std::uint32_t number = 2; number <= shape.accounts; ++number)
      feed_.open_account("account" + std::to_string(number));
    for (std::uint32_t number = 1; number <= shape.symbols; ++number)
      feed_.add_symbol("S" + std::to_string(number), number % 2 == 0 ? price_cents(5'000) : Price{});
    open_.resize(shape.symbols);
    if (shape.with_venue) venue_ = feed_.add_venue("NYX");
  }

  /// One step: an event or a few.
  void step() {
    if (shape_.with_venue && below(3) == 0) return at_venue();
    switch (below(20)) {
      case 0:
        feed_.move_cash(account(), cents(below(200'000) - 50'000));
        break;
      case 1:
        feed_.add(
            SharesTransferred{account(), symbol(), Quantity{1 + below(100)}, Price{1 + below(900'000)}});
        break;
      case 2:
        cancel();
        break;
      case 3:
        replace();
        break;
      case 4:
        reject();
        break;
      case 5:
        feed_.add(TradePrinted{feed_.next_trade(), symbol(), price(), Quantity{1 + below(100)}});
        break;
      case 6:
        if (below(50) == 0) feed_.add(SessionChanged{SessionPhase::open, {}, true});
        if (below(3) == 0) charge_fee();
        break;
      case 7:
      case 8:
      case 9:
      case 10:
        place();
        break;
      default:
        trade();
        break;
    }
  }
  [[nodiscard]] EventFeed& feed() { return feed_; }
  std::int64_t below(std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
  }

 private:
  struct Open {
    OrderId id;
    AccountId account;
    Side side = Side::buy;
    Quantity quantity;
    Quantity leaves;
  };

  AccountId account() { return {static_cast<std::uint32_t>(1 + below(shape_.accounts))}; }
  SymbolId symbol() { return {static_cast<std::uint32_t>(1 + below(shape_.symbols))}; }
  Price price() { return {1 + below(2'000'000)}; }
  std::vector<Open>& book(SymbolId id) { return open_[id.value - 1]; }

  void charge_fee() {
    BorrowFeeCharged fee{.account = account(), .symbol = symbol()};
    fee.quantity = {1 + below(1'000)};
    fee.price = price();
    fee.amount = cents(1 + below(10'000));
    feed_.add(fee);
  }

  void place() {
    const SymbolId id = symbol();
    Open order{
        {}, account(), below(2) == 0 ? Side::buy : Side::sell, Quantity{1 + below(shape_.quantity_max)}, {}};
    order.leaves = order.quantity;
    const std::string client_id = below(3) == 0 ? "c" + std::to_string(feed_.sequence()) : std::string();
    order.id = feed_.accept(order.account, id, order.side, order.quantity, price(), client_id);
    if (below(2) == 0) feed_.add(OrderRested{order.id, id, order.side, Price{10'000}, order.quantity});
    book(id).push_back(order);
  }

  void trade() {
    const SymbolId id = symbol();
    std::vector<Open>& orders = book(id);
    if (orders.size() < 2) return place();
    const auto maker_at = static_cast<std::size_t>(below(static_cast<std::int64_t>(orders.size())));
    const auto taker_at = static_cast<std::size_t>(below(static_cast<std::int64_t>(orders.size())));
    Open& maker = orders[maker_at];
    Open& taker = orders[taker_at];
    if (maker_at == taker_at || maker.side == taker.side) return;
    const Quantity quantity{1 + below(std::min(maker.leaves, taker.leaves).shares)};
    maker.leaves -= quantity;
    taker.leaves -= quantity;
    feed_.add(TradeExecuted{feed_.next_trade(), id, price(), quantity, taker.side, maker.id, maker.account,
                            maker.leaves, taker.id, taker.account, taker.leaves});
    std::erase_if(orders, [](const Open& order) { return !order.leaves; });
  }

  void cancel() {
    const SymbolId id = symbol();
    std::vector<Open>& orders = book(id);
    if (orders.empty()) return;
    const auto at = static_cast<std::size_t>(below(static_cast<std::int64_t>(orders.size())));
    const auto reason = static_cast<CancelReason>(1 + below(8));
    feed_.add(OrderCancelled{orders[at].id, orders[at].account, id, orders[at].side, reason, true,
                             Price{10'000}, orders[at].leaves});
    orders.erase(orders.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void replace() {
    const SymbolId id = symbol();
    std::vector<Open>& orders = book(id);
    if (orders.empty()) return;
    Open& order = orders[static_cast<std::size_t>(below(static_cast<std::int64_t>(orders.size())))];
    const Quantity more{below(50)};
    OrderReplaced event;
    event.order = order.id;
    event.account = order.account;
    event.symbol = id;
    event.side = order.side;
    event.old_leaves = order.leaves;
    order.leaves += more;
    order.quantity += more;
    event.quantity = order.quantity;
    event.leaves = order.leaves;
    event.limit_price = price();
    if (below(2) == 0) event.client_order_id = feed_.keep("r" + std::to_string(feed_.sequence()));
    feed_.add(event);
  }

  struct Routed {
    OrderId id;
    AccountId account;
    SymbolId symbol;
    Side side = Side::buy;
    Quantity leaves;
    Quantity filled;
  };
  struct VenueTrade {
    VenueTradeExecuted event;
    std::size_t order = 0;  ///< in `routed_`
  };

  void at_venue() {
    if (routed_.empty() || below(4) == 0) {
      Routed order{{}, account(), symbol(), below(2) == 0 ? Side::buy : Side::sell, {1 + below(500)}, {}};
      order.id = feed_.route(order.account, order.symbol, venue_, order.side, order.leaves);
      routed_.push_back(order);
      return;
    }
    const auto at = static_cast<std::size_t>(below(static_cast<std::int64_t>(routed_.size())));
    Routed& order = routed_[at];
    if (below(5) == 0 && !venue_trades_.empty()) return bust();
    if (!order.leaves) return;
    if (below(3) == 0) {
      const std::string id = "V" + std::to_string(feed_.sequence());
      return feed_.venue_state(order.id, order.account, order.symbol, venue_, VenueState::working,
                               order.filled ? OrderStatus::partially_filled : OrderStatus::submitted,
                               feed_.keep(id));
    }
    const Quantity quantity{1 + below(order.leaves.shares)};
    order.leaves -= quantity;
    order.filled += quantity;
    feed_.venue_trade(order.id, order.account, order.symbol, venue_, order.side, quantity, price(),
                      order.leaves);
    venue_trades_.push_back({std::get<VenueTradeExecuted>(feed_.events().back().body), at});
  }

  void bust() {
    const auto at = static_cast<std::size_t>(below(static_cast<std::int64_t>(venue_trades_.size())));
    const VenueTrade trade = venue_trades_[at];
    venue_trades_.erase(venue_trades_.begin() + static_cast<std::ptrdiff_t>(at));
    Routed& order = routed_[trade.order];
    order.filled -= trade.event.quantity;
    // An order that has ended stays ended; else the venue wants the shares again.
    const bool open = static_cast<bool>(order.leaves);
    if (open) order.leaves += trade.event.quantity;
    const OrderStatus status = !open          ? OrderStatus::filled
                               : order.filled ? OrderStatus::partially_filled
                                              : OrderStatus::submitted;
    feed_.add(VenueTradeBusted{trade.event.trade, trade.event.order, trade.event.account, trade.event.symbol,
                               venue_, trade.event.clearing_account, trade.event.side, trade.event.price,
                               trade.event.quantity, order.leaves, status, "E", false});
  }

  void reject() {
    OrderRejected event;
    event.account = account();
    event.symbol = symbol();
    event.reason = RejectReason::insufficient_buying_power;
    event.quantity = Quantity{1 + below(100)};
    if (below(2) == 0) event.client_order_id = feed_.keep("x" + std::to_string(feed_.sequence()));
    feed_.reject(event);
  }

  std::mt19937_64 random_;
  Shape shape_;
  EventFeed feed_;
  std::vector<std::vector<Open>> open_;  ///< by symbol
  VenueId venue_;
  std::vector<Routed> routed_;
  std::vector<VenueTrade> venue_trades_;  ///< not busted
};

}  // namespace trade::ledger::test
