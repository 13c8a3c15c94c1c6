// A stream of random commands of every kind, the same for the same seed: mostly sensible, sometimes not.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>

#include "engine/engine.hpp"

namespace trade::engine_test {

class RandomFlow {
 public:
  static constexpr std::uint32_t accounts = 8;  ///< the last is the house's, those of even number margin
  static constexpr std::uint32_t symbols = 3;

  /// `slowness`: how many times longer than usual what is to expire lasts, where commands come more slowly.
  explicit RandomFlow(std::uint64_t seed, std::int64_t slowness = 1) : random_(seed), slowness_(slowness) {}

  /// Opens the accounts, funds them, adds the symbols.
  template <class Apply>
  void set_up(Apply&& apply) {
    for (std::uint32_t i = 1; i <= accounts; ++i) {
      const AccountType type = i == accounts ? AccountType::house
                               : i % 2 == 0  ? AccountType::margin
                                             : AccountType::cash;
      apply(stamped(OpenAccount{*AccountName::make("account" + std::to_string(i)), type}));
      apply(
          stamped(DepositCash{AccountId{i}, Money{units_per_dollar * (i == 2 || i == 6 ? 60'000 : 20'000)}}));
    }
    for (std::uint32_t i = 1; i <= symbols; ++i) {
      AddSymbol added{.symbol = *Symbol::make("SYM" + std::to_string(i)), .previous_close = {}};
      if (i > 1) added.previous_close = {100'000};
      apply(stamped(added));
      for (std::uint32_t owner = 1; owner < accounts; ++owner) {
        // Two margin accounts begin without, so that they can sell short.
        if (owner == 2 || owner == 6) continue;
        apply(stamped(TransferShares{AccountId{owner}, SymbolId{i}, {500}, Price{90'000}}));
      }
      for (const std::uint32_t owner : {2U, 6U})
        apply(stamped(SetLocate{AccountId{owner}, SymbolId{i}, {400}}));
    }
  }

  /// Shown the events of a command, it knows which orders to cancel and replace next.
  void see(const Event& event) {
    if (const auto* accepted = std::get_if<OrderAccepted>(&event.body))
      learn(accepted->order, accepted->account);
    if (const auto* rejected = std::get_if<OrderRejected>(&event.body)) newest_ = rejected->order;
  }
  /// The same, told what a client is told.
  void learn(OrderId order, AccountId account) {
    remember({order, account});
    newest_ = order;
  }
  [[nodiscard]] OrderId newest() const { return newest_; }

  Command next() { return stamped(next_body()); }
  /// For a world that has a clock of its own: what it shows.
  void set_time(Timestamp now) { now_ = now.nanoseconds; }
  CommandBody next_body() {
    const std::uint64_t kind = below(1'000);
    if (kind < 560) return place();
    if (kind < 720) return cancel();
    if (kind < 840) return replace();
    if (kind < 860) return about_short_sales();
    if (kind < 880) return cancel_all();
    if (kind < 920) return PrintTrade{symbol(), near_price(), {static_cast<std::int64_t>(below(3)) * 100}};
    if (kind < 930) return DepositCash{account(), {static_cast<std::int64_t>(below(5'000'000)) - 1'000}};
    if (kind < 940) return WithdrawCash{account(), {static_cast<std::int64_t>(below(50'000'000))}};
    if (kind < 950) {
      TransferShares transfer{account(), symbol(), {static_cast<std::int64_t>(below(50))}, near_price()};
      if (transfer.account.value == 2 || transfer.account.value == 6) transfer.account.value = 1;
      return transfer;
    }
    return occasional();
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  Command stamped(CommandBody body) {
    now_ += static_cast<std::int64_t>(1 + below(1'000));
    // Now and then long enough for a pause to end.
    if (below(300) == 0) now_ += nanoseconds_per_second;
    // References of tiers hold for half a minute, and their trades count for five.
    if (below(700) == 0) now_ += static_cast<std::int64_t>(1 + below(150)) * nanoseconds_per_second;
    return {Timestamp{now_}, std::move(body)};
  }
  AccountId account() { return {static_cast<std::uint32_t>(1 + below(accounts + (below(50) == 0 ? 1 : 0)))}; }
  SymbolId symbol() { return {static_cast<std::uint32_t>(1 + below(symbols + (below(50) == 0 ? 1 : 0)))}; }
  Side side() { return below(2) == 0 ? Side::buy : Side::sell; }
  /// Around 10.00 in steps of a tick, seldom off it.
  Price near_price() {
    const auto ticks = static_cast<std::int64_t>(below(60));
    return {(970 + ticks) * 100 + (below(100) == 0 ? 50 : 0)};
  }
  Quantity quantity() {
    if (below(100) == 0) return {static_cast<std::int64_t>(below(3)) - 1};
    return {static_cast<std::int64_t>(1 + below(below(10) == 0 ? 400 : 40))};
  }
  TimeInForce time_in_force() {
    const std::uint64_t kind = below(20);
    if (below(15) == 0) return below(2) == 0 ? TimeInForce::opg : TimeInForce::cls;
    return kind < 8    ? TimeInForce::day
           : kind < 16 ? TimeInForce::gtc
           : kind < 18 ? TimeInForce::ioc
                       : TimeInForce::fok;
  }
  /// Few enough that some are used again. The text outlives the command.
  std::string_view client_order_id() {
    if (below(3) != 0) return {};
    std::string text = "client-order-" + std::to_string(below(4'000));
    text.append(below(3) * 30, 'x');
    texts_.push_back(std::move(text));
    if (texts_.size() > 64) texts_.pop_front();
    return texts_.back();
  }

  PlaceOrder place() {
    PlaceOrder order{.account = account(), .symbol = symbol(), .side = side()};
    const std::uint64_t kind = below(20);
    order.type = kind < 3    ? OrderType::market
                 : kind < 16 ? OrderType::limit
                 : kind < 18 ? OrderType::stop_loss
                             : OrderType::stop_limit;
    order.time_in_force = time_in_force();
    order.quantity = quantity();
    const bool odd = below(100) == 0;
    if ((order.type == OrderType::limit || order.type == OrderType::stop_limit) != odd)
      order.limit_price = near_price();
    if (order.type == OrderType::stop_loss || order.type == OrderType::stop_limit)
      order.stop_price = near_price();
    order.client_order_id = client_order_id();
    if (below(6) == 0)
      order.instructions.self_trade_prevention = static_cast<SelfTradePrevention>(1 + below(4));
    if (below(5) == 0) instruct(order);
    const bool begins_without = order.account.value == 2 || order.account.value == 6;
    if (begins_without && below(2) == 0) order.side = Side::sell;
    if (order.side == Side::sell && (begins_without ? below(3) != 0 : below(8) == 0)) {
      order.instructions.short_sale = below(8) == 0 ? ShortSale::sell_short_exempt : ShortSale::sell_short;
    }
    if (below(6) == 0) link(order);
    if (below(8) == 0) order.session = {1 + below(3)};
    return order;
  }
  /// Mostly what goes with the order, at times what does not.
  void instruct(PlaceOrder& order) {
    OrderInstructions& wanted = order.instructions;
    const auto part = [&] { return Quantity{static_cast<std::int64_t>(1 + below(25))}; };
    switch (below(7)) {
      case 0:
        wanted.post_only = below(2) == 0 ? PostOnly::reject : PostOnly::slide;
        break;
      case 1:
        wanted.all_or_none = true;
        break;
      case 2:
      case 3:
        wanted.display_quantity = part();
        break;
      case 4:
        wanted.minimum_quantity = part();
        break;
      case 5:
        order.time_in_force = TimeInForce::gtd;
        wanted.expires_at = {now_ + slowness_ * static_cast<std::int64_t>(below(300'000))};
        break;
      default:
        order.type = OrderType::trailing_stop;
        order.limit_price = {};
        order.stop_price = {};
        if (below(2) == 0) {
          wanted.trail_amount = {static_cast<std::int64_t>(below(30)) * 100};
        } else {
          wanted.trail_basis_points = static_cast<std::int64_t>(below(300));
        }
        break;
    }
  }
  /// Mostly on the right side of what the order would trade at.
  void link(PlaceOrder& order) {
    OrderLegs& legs = order.legs;
    legs.order_class = static_cast<OrderClass>(2 + below(3));
    order.time_in_force = below(2) == 0 ? TimeInForce::day : TimeInForce::gtc;
    order.instructions.expires_at = {};
    const bool is_oco = legs.order_class == OrderClass::oco;
    if (is_oco) {
      order.type = OrderType::limit;
      order.stop_price = {};
      order.instructions = {};
      if (!order.limit_price) order.limit_price = near_price();
    }
    const Price from = order.limit_price  ? order.limit_price
                       : order.stop_price ? order.stop_price
                                          : near_price();
    const auto away = [&](bool up) {
      const auto distance = static_cast<std::int64_t>(100 * (1 + below(below(4) == 0 ? 30 : 6)));
      return Price{up ? from.units + distance : from.units - distance};
    };
    const bool exits_sell = is_oco == (order.side == Side::sell);
    const bool odd = below(30) == 0;
    const bool both = legs.order_class == OrderClass::bracket || odd;
    const bool stops = both || is_oco || below(2) == 0;
    if (!is_oco && (both || !stops)) legs.take_profit_limit_price = away(exits_sell);
    if (stops) {
      legs.stop_loss_stop_price = away(!exits_sell);
      if (below(3) == 0) legs.stop_loss_limit_price = away(!exits_sell);
    }
    if (stops && below(4) == 0) {
      if (below(20) != 0) legs.stop_loss_stop_price = legs.stop_loss_limit_price = {};
      if (below(2) == 0) {
        legs.stop_loss_trail_amount = {static_cast<std::int64_t>(100 * (1 + below(10)))};
      } else {
        legs.stop_loss_trail_basis_points = static_cast<std::int64_t>(1 + below(150));
      }
    }
  }
  struct Known {
    OrderId order;
    AccountId account;
  };
  void remember(Known known) {
    known_.push_back(known);
    if (known_.size() > 100) known_.pop_front();
  }
  /// Mostly an order of late and its owner, at times another's order, or none.
  Known some_order() {
    if (known_.empty() || below(20) == 0) return {OrderId{below(newest_.value + 3)}, account()};
    Known known = known_[below(known_.size())];
    if (below(20) == 0) known.account = account();
    return known;
  }
  CancelOrder cancel() {
    const Known known = some_order();
    CancelOrder command{.account = known.account, .order = known.order, .client_order_id = {}};
    if (below(4) == 0) {
      command.order = {};
      command.client_order_id = client_order_id();
    }
    return command;
  }
  ReplaceOrder replace() {
    const Known known = some_order();
    ReplaceOrder command{.account = known.account, .order = known.order};
    if (below(3) != 0) command.quantity = quantity();
    if (below(3) == 0) command.limit_price = near_price();
    if (below(8) == 0) command.stop_price = near_price();
    if (below(4) == 0) command.new_client_order_id = client_order_id();
    return command;
  }

  CancelAllOrders cancel_all() {
    CancelAllOrders command{.account = below(20) == 0 ? AccountId{} : account(),
                            .symbol = below(2) == 0 ? symbol() : SymbolId{}};
    if (below(2) == 0) command.side = side();
    if (below(3) == 0) command.session = {1 + below(3)};
    return command;
  }

  /// Mostly that in which most happens.
  MarketPhase phase() {
    return below(3) != 0 ? MarketPhase::continuous : enum_names(MarketPhase{})[below(7)].first;
  }

  CommandBody about_short_sales() {
    if (below(6) == 0) {
      SetEasyToBorrow terms{below(4) == 0 ? SymbolId{} : symbol(), below(3) == 0};
      if (below(2) == 0) terms.rate_basis_points = static_cast<std::int64_t>(below(4) * 2'345) - 1;
      return terms;
    }
    SetLocate locate{account(), symbol(), {static_cast<std::int64_t>(below(8) * 100)}};
    // Mostly those that may.
    if (below(4) != 0) locate.account.value = below(2) == 0 ? 2 : 6;
    if (locate.quantity && below(4) == 0)
      locate.expires_at = {now_ + slowness_ * static_cast<std::int64_t>(below(3'000'000))};
    return locate;
  }

  CommandBody occasional() {
    switch (below(15)) {
      case 0:
        return SetSymbolStatus{symbol(), below(2) == 0 ? SymbolStatus::halted : SymbolStatus::trading,
                               "news"};
      case 10:
      case 11:
        return SetSymbolPhase{symbol(), phase()};
      case 12: {
        SetSession session{SessionPhase::open, Date{day_}};
        session.market_phase = phase();
        if (below(3) == 0 && session.market_phase != MarketPhase::closed)
          session.closes_at = {now_ + static_cast<std::int64_t>(below(2'000) * nanoseconds_per_second)};
        return session;
      }
      case 13: {
        SetPriceBands bands{.symbol = below(3) == 0 ? SymbolId{} : symbol()};
        if (below(2) == 0) return bands;
        if (below(3) == 0) {
          bands.tier = below(2) == 0 ? BandTier::tier_1 : BandTier::tier_2;
          if (bands.tier == BandTier::tier_2 && below(3) == 0)
            bands.leverage_basis_points = static_cast<std::int64_t>(10'000 + below(30'000));
        } else {
          bands.basis_points = static_cast<std::int64_t>(1 + below(200));
        }
        bands.pause_seconds = static_cast<std::int64_t>(1 + below(2));
        bands.limit_state_seconds = static_cast<std::int64_t>(below(3));
        return bands;
      }
      case 14: {
        const bool on = below(8) == 0;
        const std::uint64_t scope = below(3);
        return SetKillSwitch{.account = scope == 0 ? account() : AccountId{},
                             .symbol = scope == 1 ? symbol() : SymbolId{},
                             .on = on};
      }
      case 1:
      case 2:
      case 3:
      case 4:
        return SetSymbolStatus{symbol(), SymbolStatus::trading, {}, below(4) == 0};
      case 5: {
        if (below(4) == 0) day_ += static_cast<std::int32_t>(1 + below(3));
        return SetSession{below(4) == 0 ? SessionPhase::closed : SessionPhase::open, Date{day_}};
      }
      case 6:
        return SetSession{SessionPhase::open, Date{day_}};
      case 7:
        return SetAccountStatus{account(), below(12) == 0 ? AccountStatus::suspended : AccountStatus::active};
      case 8: {
        SetAccountLimits limits{.account = account()};
        if (below(2) == 0) limits.position_max = Quantity{static_cast<std::int64_t>(below(3) * 400)};
        if (below(2) == 0) limits.order_quantity_max = Quantity{static_cast<std::int64_t>(below(3) * 150)};
        if (below(2) == 0)
          limits.order_notional_max = Money{static_cast<std::int64_t>(below(3) * 20'000'000)};
        if (below(2) == 0) limits.self_trade_prevention = static_cast<SelfTradePrevention>(below(5));
        return limits;
      }
      default: {
        FirmRules rules;
        rules.margin_multiplier_basis_points = static_cast<std::int64_t>(10'000 + below(30'000));
        rules.price_collar_basis_points = static_cast<std::int64_t>(below(4) * 50);
        rules.day_trading_rule = below(2) == 0 ? DayTradingRule::pdt : DayTradingRule::intraday_margin;
        rules.day_trades_max = static_cast<std::int64_t>(below(6));
        rules.short_margin_basis_points = static_cast<std::int64_t>(10'000 + below(10'000));
        rules.short_maintenance_basis_points = static_cast<std::int64_t>(1'000 + below(5'000));
        rules.short_sale_trigger_basis_points = static_cast<std::int64_t>(below(3) * 100);
        return SetFirmRules{rules};
      }
    }
  }

  std::mt19937_64 random_;
  std::int64_t slowness_;
  std::int64_t now_ = 1'700'000'000'000'000'000;
  std::int32_t day_ = 0;
  std::deque<std::string> texts_;
  std::deque<Known> known_;
  OrderId newest_;
};

}  // namespace trade::engine_test
