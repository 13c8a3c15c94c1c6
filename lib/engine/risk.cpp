#include "engine/risk.hpp"

#include <algorithm>
#include <limits>

#include "engine/bounds.hpp"

namespace trade::engine {

namespace {

/// Where both fit, in 64 bits, which processors divide by themselves.
WideMoney floor_divide(WideMoney dividend, WideMoney divisor) {
  const auto narrow_dividend = static_cast<std::int64_t>(dividend);
  const auto narrow_divisor = static_cast<std::int64_t>(divisor);
  if (narrow_dividend == dividend && narrow_divisor == divisor && narrow_dividend >= 0 && narrow_divisor > 0)
      [[likely]] {
    return narrow_dividend / narrow_divisor;
  }
  const WideMoney quotient = dividend / divisor;
  const WideMoney remainder = dividend - quotient * divisor;
  return remainder != 0 && (dividend < 0) != (divisor < 0) ? quotient - 1 : quotient;
}

}  // namespace

Money clamp_to_money(WideMoney amount) {
  constexpr WideMoney most = std::numeric_limits<std::int64_t>::max();
  return {static_cast<std::int64_t>(std::clamp(amount, -most, most))};
}

Risk::Value Risk::value(AccountId id) const {
  Value value;
  accounts_.for_each_position(id, [&](const Position& position) {
    const Price reference = symbols_[position.symbol].reference();
    const WideMoney worth = reference ? WideMoney{reference.units} * position.shares.shares
                                      : WideMoney{position.transferred_cost.units};
    if (worth >= 0) [[likely]] {
      value.longs += worth;
    } else {
      value.shorts -= worth;
    }
  });
  return value;
}

WideMoney Risk::equity(AccountId id) const {
  const Value held = value(id);
  return accounts_[id].cash.units + held.longs - held.shorts;
}

WideMoney Risk::short_claim(WideMoney value) const {
  if (value == 0) [[likely]]
    return 0;
  // Rounded up.
  if (rules_.day_trading_rule == DayTradingRule::intraday_margin) {
    return -floor_divide(-value * rules_.short_maintenance_basis_points,
                         rules_.intraday_maintenance_basis_points);
  }
  // The proceeds are in cash already; what the margin asks for beyond them is the account's own.
  return -floor_divide(
      -value * (rules_.short_margin_basis_points - basis_points) * rules_.margin_multiplier_basis_points,
      WideMoney{basis_points} * basis_points);
}

WideMoney Risk::buying_power(AccountId id) const {
  const Account& account = accounts_[id];
  if (account.type != AccountType::margin) return account.free().units;
  const Value held = value(id);
  const WideMoney own = account.cash.units + held.longs - held.shorts;
  const WideMoney most = rules_.day_trading_rule == DayTradingRule::intraday_margin
                             ? floor_divide(own * basis_points, rules_.intraday_maintenance_basis_points)
                             : floor_divide(own * rules_.margin_multiplier_basis_points, basis_points);
  return most - held.longs - short_claim(held.shorts) - account.reserved.units;
}

WideMoney Risk::withdrawable(AccountId id) const {
  const Account& account = accounts_[id];
  const WideMoney free = account.free().units;
  if (account.type != AccountType::margin) return free;
  // The least equity with which buying power is not below zero: equity * ratio >= claims, rounded up.
  const Value held = value(id);
  const WideMoney claims = held.longs + short_claim(held.shorts) + account.reserved.units;
  const WideMoney least =
      rules_.day_trading_rule == DayTradingRule::intraday_margin
          ? -floor_divide(-claims * rules_.intraday_maintenance_basis_points, basis_points)
          : -floor_divide(-claims * basis_points, rules_.margin_multiplier_basis_points);
  return std::min(free, account.cash.units + held.longs - held.shorts - least);
}

RejectReason Risk::check_size(AccountId id, Quantity quantity, Money notional) const {
  const Account& account = accounts_[id];
  if (account.type == AccountType::house) return RejectReason::none;
  const Quantity quantity_max =
      account.order_quantity_max ? account.order_quantity_max : rules_.default_order_quantity_max;
  if (quantity_max && quantity > quantity_max) return RejectReason::order_size;
  const Money notional_max =
      account.order_notional_max ? account.order_notional_max : rules_.default_order_notional_max;
  if (notional_max && notional > notional_max) return RejectReason::order_size;
  return RejectReason::none;
}

RejectReason Risk::check_demand(const Demand& demand) const {
  static constexpr Position none_yet{};
  const Position& position = demand.position != 0 ? accounts_.position(demand.position) : none_yet;
  if (demand.is_short) [[unlikely]]
    return check_short_sale(demand, position);
  return demand.side == Side::buy ? check_buy(demand, position) : check_sell(demand, position);
}

RejectReason Risk::check_buy(const Demand& demand, const Position& position) const {
  const Account& account = accounts_[demand.account];
  const Quantity would_hold = position.shares + position.open_buys + demand.quantity;
  // A replace that only raises the price buys no more shares.
  const bool more_shares = demand.quantity.shares > 0;
  if (account.type != AccountType::house && more_shares) {
    const Quantity position_max = account.position_max ? account.position_max : rules_.default_position_max;
    if (position_max && would_hold > position_max) return RejectReason::position_limit;
  }
  if (account.type == AccountType::cash) {
    if (demand.cost.units > account.free().units) return RejectReason::insufficient_buying_power;
  } else if (account.type == AccountType::margin) {
    const RejectReason reason = position.shares.shares < 0 ? check_cover(demand, position)
                                                           : check_margin(demand, more_shares, demand.cost);
    if (reason != RejectReason::none) return reason;
  }
  if (account.type != AccountType::cash && !accounts_.may_owe(account, demand.cost)) {
    return RejectReason::capacity_reached;
  }
  if (more_shares && would_hold.shares > position_shares_max) return RejectReason::capacity_reached;
  return RejectReason::none;
}

RejectReason Risk::check_margin(const Demand& demand, bool more_shares, Money cost) const {
  if (rules_.day_trading_rule == DayTradingRule::pdt) {
    if (more_shares && day_trading_restricted(demand.account, demand.today))
      return RejectReason::pattern_day_trader;
  } else if (leaves_margin_deficit(demand.account, cost)) {
    return RejectReason::intraday_margin_deficit;
  }
  return cost.units > buying_power(demand.account) ? RejectReason::insufficient_buying_power
                                                   : RejectReason::none;
}

RejectReason Risk::check_cover(const Demand& demand, const Position& position) const {
  // What other open buys leave to be covered.
  const std::int64_t short_shares = std::max<std::int64_t>(-(position.shares + position.open_buys).shares, 0);
  const std::int64_t opens = std::max<std::int64_t>(demand.quantity.shares - short_shares, 0);
  if (opens > 0) {
    const WideMoney cost = WideMoney{demand.cost.units} * opens / demand.quantity.shares;
    const RejectReason reason = check_margin(demand, true, {static_cast<std::int64_t>(cost)});
    if (reason != RejectReason::none) return reason;
  }
  // Covering takes risk off, so that it may always be paid for; only a day trade too many it may not be.
  const bool is_day_trade = rules_.day_trading_rule == DayTradingRule::pdt && demand.quantity.shares > 0 &&
                            position.cover_is_day_trade(demand.today);
  return is_day_trade && day_trading_restricted(demand.account, demand.today, pending_day_trades(demand))
             ? RejectReason::pattern_day_trader
             : RejectReason::none;
}

RejectReason Risk::check_short_sale(const Demand& demand, const Position& position) const {
  const Account& account = accounts_[demand.account];
  const Quantity would_remain = position.shares - position.promised - demand.quantity;
  const bool more_shares = demand.quantity.shares > 0;
  if (more_shares) {
    const Quantity position_max = account.position_max ? account.position_max : rules_.default_position_max;
    if (position_max && -would_remain > position_max) return RejectReason::position_limit;
  }
  const RejectReason reason = check_margin(demand, more_shares, demand.cost);
  if (reason != RejectReason::none) return reason;
  const bool is_too_far = would_remain.shares < -position_shares_max;
  return is_too_far || !accounts_.may_owe(account, demand.cost) ? RejectReason::capacity_reached
                                                                : RejectReason::none;
}

RejectReason Risk::check_sell(const Demand& demand, const Position& position) const {
  const Account& account = accounts_[demand.account];
  const Quantity would_remain = position.shares - position.promised - demand.quantity;
  if (account.type == AccountType::house) {
    return would_remain.shares < -position_shares_max ? RejectReason::capacity_reached : RejectReason::none;
  }
  // A sale of shares that were held overnight is never refused: it closes a position, and is no day trade.
  if (account.type == AccountType::margin && rules_.day_trading_rule == DayTradingRule::pdt &&
      position.sale_is_day_trade(demand.today) &&
      day_trading_restricted(demand.account, demand.today, pending_day_trades(demand))) {
    return RejectReason::pattern_day_trader;
  }
  return would_remain.shares < 0 ? RejectReason::insufficient_shares : RejectReason::none;
}

std::int64_t Risk::pending_day_trades(const Demand& demand) const {
  std::int64_t pending = 0;
  accounts_.for_each_position(demand.account, [&](const Position& position) {
    if (position.symbol != demand.symbol && position.promised && position.sale_is_day_trade(demand.today))
      ++pending;
  });
  return pending;
}

bool Risk::day_trading_restricted(AccountId id, TradingDay today, std::int64_t pending) const {
  return accounts_.day_trades(id, today) + pending >= rules_.day_trades_max &&
         equity(id) < rules_.pattern_day_trader_equity_min.units;
}

bool Risk::leaves_margin_deficit(AccountId id, Money cost) const {
  const Account& account = accounts_[id];
  const Value held = value(id);
  const WideMoney claims = held.longs + short_claim(held.shorts) + account.reserved.units + cost.units;
  return (account.cash.units + held.longs - held.shorts) * basis_points <
         claims * rules_.intraday_maintenance_basis_points;
}

}  // namespace trade::engine
