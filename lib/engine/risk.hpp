// What an account may do: buying power, equity, limits, day-trading rules. Reads the state, changes nothing.
//
// Sums run in 128 bits: the value of a position alone (10^12 shares at 200,000) is beyond 64.
#pragma once

#include "engine/accounts.hpp"
#include "engine/symbols.hpp"
#include "model/command.hpp"
#include "model/reject_reason.hpp"

namespace trade::engine {

/// A sum of money that may be larger than Money holds.
__extension__ using WideMoney = __int128;

/// The nearest that Money can hold; for showing.
Money clamp_to_money(WideMoney amount);

class Risk {
 public:
  Risk(const Accounts& accounts, const Symbols& symbols, const FirmRules& rules)
      : accounts_(accounts), symbols_(symbols), rules_(rules) {}

  /// Positions at their reference price, at cost where there is none.
  struct Value {
    WideMoney longs = 0;
    WideMoney shorts = 0;  ///< of what the account is short of; not below zero
  };
  [[nodiscard]] Value value(AccountId id) const;
  /// Cash plus what is held, less what is owed in shares.
  [[nodiscard]] WideMoney equity(AccountId id) const;
  /// What short positions of this value take of a margin account's buying power: as much as long positions
  /// do that need as much equity.
  [[nodiscard]] WideMoney short_claim(WideMoney value) const;
  /// What open buy orders may still take; below zero when the account has lost too much.
  [[nodiscard]] WideMoney buying_power(AccountId id) const;
  /// The most that can be withdrawn.
  [[nodiscard]] WideMoney withdrawable(AccountId id) const;

  /// The size limits of one order: shares, and what it may cost or bring.
  [[nodiscard]] RejectReason check_size(AccountId id, Quantity quantity, Money notional) const;

  /// What a new order, or a change of one, asks for beyond what its account is bound to already.
  struct Demand {
    AccountId account;
    SymbolId symbol;
    Side side = Side::buy;
    Quantity quantity;           ///< more shares to buy or to sell
    Money cost;                  ///< of a buy or a short sale: more money to reserve or to spend
    PositionIndex position = 0;  ///< of the account in the symbol; zero: none
    TradingDay today = 0;
    bool is_short = false;  ///< a short sale
  };
  /// Position limit, day-trading rule, shares, buying power and the bounds of the system, in this order.
  [[nodiscard]] RejectReason check_demand(const Demand& demand) const;

 private:
  [[nodiscard]] RejectReason check_buy(const Demand& demand, const Position& position) const;
  [[nodiscard]] RejectReason check_sell(const Demand& demand, const Position& position) const;
  [[nodiscard]] RejectReason check_short_sale(const Demand& demand, const Position& position) const;
  /// Of a buy in a position that is short: only what goes beyond covering it takes buying power.
  [[nodiscard]] RejectReason check_cover(const Demand& demand, const Position& position) const;
  /// What margin rules say of `cost` more for a position that is opened or made larger.
  [[nodiscard]] RejectReason check_margin(const Demand& demand, bool more_shares, Money cost) const;
  /// Day trades that open sell orders in other symbols will make when they fill.
  [[nodiscard]] std::int64_t pending_day_trades(const Demand& demand) const;
  [[nodiscard]] bool day_trading_restricted(AccountId id, TradingDay today, std::int64_t pending = 0) const;
  [[nodiscard]] bool leaves_margin_deficit(AccountId id, Money cost) const;

  const Accounts& accounts_;
  const Symbols& symbols_;
  const FirmRules& rules_;
};

}  // namespace trade::engine
